// A periodic structure on the host: what files hold, what lattice builds, what the engines upload.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// n ions in a periodic cell. All vectors have length n, except `charges`, which is empty where no
/// charges are known: nothing in ionscape invents a charge in silence; and `fixed`, which is empty
/// where all ions are free.
struct Crystal {
  Cell cell;
  std::vector<std::string> species;  // element symbols, or any label that a potential set names
  std::vector<Vec3> positions;       // Cartesian, Å, not necessarily wrapped
  std::vector<double> charges;       // e; empty = unknown
  std::string comment;
  /// What a reader assumed where the file leaves it open, one sentence each; for the user to judge.
  std::vector<std::string> notes = {};
  /// Fractional coordinates that a relaxation leaves as they are (selective dynamics): along a, b, c.
  std::vector<std::array<bool, 3>> fixed = {};

  std::size_t size() const { return positions.size(); }
};

/// A chain of structures from one end of a hop to the other, all with the same cell and the same
/// ions in the same order, positions continuous along the chain (not wrapped).
struct Band {
  std::vector<Crystal> images;
};

/// Throws InputError if the crystal cannot be computed or is not what anybody means: a number that
/// is not finite, a lattice vector shorter than `closest` or longer than 1e5 Å, a cell of zero
/// volume, lists of different length, ions more than 1e6 cells away, two ions, or an ion and its own
/// image, closer than `closest` Å. `what` names the structure.
void validate(Crystal const& crystal, std::string const& what, double closest = 0.1);

}  // namespace ionscape
