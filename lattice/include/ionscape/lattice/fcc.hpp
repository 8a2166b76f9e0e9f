// The ideal fcc anion framework and its hops.
//
// In units of half the cubic parameter, a / 2 with a = (4 V)^(1/3), the anions are the integer
// points of even sum. Oct (1,1,1) and Tet (1/2,1/2,1/2) share the face (0,1,1), (1,0,1), (1,1,0)
// with centre (2/3,2/3,2/3).
#pragma once

#include <array>
#include <string>

#include <ionscape/core/crystal.hpp>
#include <ionscape/lattice/hop.hpp>

namespace ionscape {

/// Rows: the lattice vectors in units of a / 2 along the cubic axes, each of even sum.
using FccSupercell = std::array<std::array<int, 3>, 3>;

/// na x nb x nc conventional cells, 4 na nb nc anions; 2 x 2 x 2 is the cell of Ouyang, Xu, Zhu, J.
/// Chem. Phys. 158, 174705 (2023).
constexpr FccSupercell conventional_cells(int na, int nb, int nc) {
  return {{{2 * na, 0, 0}, {0, 2 * nb, 0}, {0, 0, 2 * nc}}};
}

/// 48 anions: 4 x [110]/2, 3 x [-110]/2, 2 x [001], sides 2 sqrt(2) a, 3/sqrt(2) a, 2 a: the cell
/// of Xu et al., npj Comput. Mater. 6, 47 (2020).
inline constexpr FccSupercell xu2020_cell = {{{4, 4, 0}, {-3, 3, 0}, {0, 0, 4}}};

/// The framework, and one hop of the wanted kind in it with its sites at the ideal centres.
struct FccModel {
  Crystal framework;
  Hop hop;
};

/// fcc anions with `volume_per_anion` V in Å^3, each of charge `charge` in e. The cell stands
/// upright: a along x, b in the xy plane, which leaves the cubic axes in place for conventional
/// cells. The anions are ordered by their fractional coordinates, all in [0, 1). The hop starts at
/// Oct (1,1,1) or, for tet_oct_tet, at Tet (1/2,1/2,1/2). Throws InputError unless V > 0, the rows
/// have even sums and the supercell is right-handed.
FccModel fcc_model(double volume_per_anion, FccSupercell const& supercell,
                   std::string const& species, double charge, HopKind kind = HopKind::oct_tet);

}  // namespace ionscape
