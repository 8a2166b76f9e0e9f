// The ions of a crystal that form its anion framework, in a cell whose faces lie far apart.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/lattice/site.hpp>

namespace ionscape {

/// Searches look at whole cells at a time, so the cell is reduced, and positions are moved into it.
struct Sublattice {
  std::vector<std::size_t> ions;  // indices into the crystal
  ReducedCell reduced;
  std::vector<Vec3> positions;  // Å, in the reduced cell
  std::vector<Shift> wrapping;  // of each position from the crystal's, in vectors of reduced.cell

  Cell const& cell() const { return reduced.cell; }
  std::size_t size() const { return ions.size(); }
  /// (volume per ion)^(1/3), Å
  double spacing() const;

  /// The same shift in vectors of the crystal's cell. Throws InputError if it is out of range.
  Shift given(Shift reduced_shift) const;
  /// An image of one of the positions, by the crystal's own index and shift.
  Vertex given(Vertex v) const;
};

/// The ions whose species is in `anions`, or all ions if that is empty. Throws InputError, which
/// begins with `caller`, if there are none, if a position is not finite or 10^6 cells away, if two
/// ions (images too) are nearer than 0.1 Å, or if the cell is singular.
Sublattice sublattice(Crystal const& crystal, std::vector<std::string> const& anions,
                      char const* caller);

}  // namespace ionscape
