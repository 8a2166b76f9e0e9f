// The symmetry of a CIF block: its listed operations, else those of the space group it names.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <ionscape/core/cell.hpp>

#include "cif_blocks.hpp"

namespace ionscape {

/// One operation on fractional coordinates: f -> rotation f + translation.
struct CifOperation {
  std::array<Vec3, 3> rows;
  Vec3 translation;

  Vec3 operator()(Vec3 f) const {
    return Vec3{dot(rows[0], f), dot(rows[1], f), dot(rows[2], f)} + translation;
  }
};

/// The listed operations, else those of the named space group: by Hall symbol, Hermann-Mauguin
/// name, number. What was assumed, and what contradicts itself, goes to `notes`. Throws InputError
/// where the group, its setting or its origin are not certain, and where a named group does not
/// fit the cell. `angles_assumed`: the file does not state them, so a group may not doubt the cell.
std::vector<CifOperation> symmetry_of(CifBlock const& block, Cell const& cell, bool angles_assumed,
                                      std::vector<std::string>& notes);

}  // namespace ionscape
