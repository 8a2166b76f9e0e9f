// Distortions of an anion framework, and what they do to the sites of a hop.
#pragma once

#include <cstdint>
#include <variant>

#include <ionscape/core/crystal.hpp>
#include <ionscape/lattice/hop.hpp>

namespace ionscape {

/// The distortion of Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023): the first anion A of the
/// hop's first window ABC moves by 2 (factor - 1) |BC| along B -> C. The window's area and the
/// volumes of the polyhedra stay; sites and windows keep their positions.
struct WindowShear {
  double factor = 1;
};

/// The framework is stretched by 1 + strain along `axis` (Cartesian, any length).
struct UniaxialStrain {
  Vec3 axis = {0, 0, 1};
  double strain = 0;
};

/// The framework is stretched by 1 + strain in the plane normal to `normal` (Cartesian, any
/// length).
struct BiaxialStrain {
  Vec3 normal = {0, 0, 1};
  double strain = 0;
};

/// Bain path: c/a of the cubic axes, which must lie along x, y, z, becomes `ratio` at constant
/// volume; c is z. fcc is 1, bcc 1 / sqrt(2).
struct BainPath {
  double ratio = 1;
};

/// One ion moves by `displacement` (Å).
struct MoveIon {
  std::size_t ion = 0;
  Vec3 displacement;
};

/// Every ion moves by a vector drawn uniformly from the ball of radius `amplitude` (Å). The same
/// seed gives the same vectors on every platform.
struct RandomDisplacement {
  double amplitude = 0;
  std::uint64_t seed = 0;
};

using Distortion =
    std::variant<WindowShear, UniaxialStrain, BiaxialStrain, BainPath, MoveIon, RandomDisplacement>;

/// What became of the hop's first Tet, first Oct and first window. CSM are taken around the
/// positions of the sites.
struct DistortionReport {
  double csm_tet, csm_oct;
  double tet_volume, oct_volume;  // Å^3
  double bottleneck_area;         // Å^2
  double bottleneck_radius;       // Å, of the circle through the three anions
  double shortest_distance;  // Å, between any two ions of the framework, periodic images included
};

DistortionReport measure(Crystal const& framework, Hop const& hop);

struct Distorted {
  Crystal framework;
  Hop hop;
  DistortionReport report;
};

/// Strains carry the sites along; displacements of ions leave them where they are. Throws
/// InputError for a number that is not finite, a strain <= -1, a ratio <= 0, a zero axis, a
/// negative amplitude, or an ion that does not exist.
Distorted distort(Crystal const& framework, Hop const& hop, Distortion const& distortion);

}  // namespace ionscape
