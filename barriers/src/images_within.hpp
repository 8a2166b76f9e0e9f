// Images of a difference vector up to a length.
#pragma once

#include <vector>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// All `difference` plus lattice vectors that are at most `length` Å long, in a fixed order. The cell is
/// reduced.
std::vector<Vec3> images_within(Cell const& shortest, Vec3 difference, double length);

/// A fixed order of vectors: by x, then y, then z, each to 1e-3 Å.
bool comes_before(Vec3 u, Vec3 v);

}  // namespace ionscape
