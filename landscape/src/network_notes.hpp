// What a user should know of a network.
#pragma once

#include <ionscape/landscape/site_network.hpp>

namespace ionscape::detail {

/// Assigns `complete` and `notes`. `discovered`: sites that only descents found; `lost`: descents that
/// ended nowhere.
void judge(SiteNetwork& network, CriticalPoints const& critical, EnergyGrid const& grid,
           std::size_t discovered, std::size_t lost);

}  // namespace ionscape::detail
