// Work on the host's threads.
#pragma once

#include <cstddef>

#include <Kokkos_Core.hpp>

namespace ionscape::detail {

/// Calls work(0) ... work(n - 1), in any order, on the threads of the host, and waits. On one thread
/// where several run already. Nothing may be thrown.
template <class Work>
void on_threads(char const* label, std::size_t n, Work const& work) {
  using Exec = Kokkos::DefaultHostExecutionSpace;
  Exec const exec;
  Kokkos::parallel_for(
      label,
      Kokkos::RangePolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>, Kokkos::IndexType<std::size_t>>(
          exec, 0, n, Kokkos::ChunkSize(1)),
      [&work](std::size_t i) { work(i); });
  exec.fence(label);
}

}  // namespace ionscape::detail
