// What surrounds the points of a cell: FrozenHost's neighbours, in bins and shells.
#pragma once

#include <span>
#include <vector>

#include "host/host_waves.hpp"

namespace ionscape::detail::host {

/// Builds the lists of all frameworks, which reach as far as `cutoffs` (of each framework, in its
/// length) say, and assigns the bins in their records. What surrounds the same ions is listed once.
/// Throws InputError for lists that would not fit into memory.
template <class MemorySpace>
void build_lists(typename FrozenHost<MemorySpace>::Tables& tables,
                 std::vector<FrameworkTables>& built, std::span<HostFramework const> frameworks,
                 std::vector<double> cutoffs);

}  // namespace ionscape::detail::host
