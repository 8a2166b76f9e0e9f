// Work on the host's threads, for tables that are made once.
#pragma once

#include <Kokkos_Core.hpp>

namespace ionscape::detail {

/// Calls work(0) ... work(n - 1) on the threads of the host, and waits.
template <class Work>
void on_all_threads(char const* label, int n, Work const& work) {
  using Exec = Kokkos::DefaultHostExecutionSpace;
  Exec const exec;
  Kokkos::parallel_for(label,
                       Kokkos::RangePolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>>(exec, 0, n),
                       [&work](int i) { work(i); });
  exec.fence(label);
}

}  // namespace ionscape::detail
