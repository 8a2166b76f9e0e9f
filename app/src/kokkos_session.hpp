#pragma once

#include <Kokkos_Core.hpp>
#include <optional>
#include <string>

namespace ionscape::app {

/// Starts the program once more if OpenMP's threads would otherwise wait in a busy loop (see the
/// .cpp); returns if there is nothing to do, or if that fails. First thing in main: before any
/// output, and with main's own argv.
void restart_with_idle_waiting(char* const* argv);

/// Kokkos' OpenMP back end has room for no more (OpenMPTraits::MAX_THREAD_COUNT).
constexpr int most_threads = 512;

/// Kokkos for as long as this lives. `threads`: of the host; left out, KOKKOS_NUM_THREADS or
/// OMP_NUM_THREADS, else one for each processor that the process may use. Throws InputError if a
/// variable asks for more than most_threads.
class KokkosSession {
 public:
  explicit KokkosSession(std::optional<int> threads);

  /// "OpenMP, 4 threads" or "Cuda".
  static std::string description();

 private:
  Kokkos::ScopeGuard scope_;
};

}  // namespace ionscape::app
