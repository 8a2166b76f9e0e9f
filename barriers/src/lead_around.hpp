// Ions that would run through each other.
#pragma once

#include <ionscape/barriers/crystal_hop.hpp>

namespace ionscape::detail {

/// Where two ions come closer on straight lines than they may (least_distances.hpp), moves them
/// sideways on `path`, which is such a straight one: most where they meet, each by its share of the
/// way that both go.
void lead_around(CrystalHop const& hop, CrystalPath& path);

}  // namespace ionscape::detail
