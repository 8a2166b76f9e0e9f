#include "kokkos_session.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <thread>
#include <type_traits>

#include <ionscape/core/error.hpp>

namespace ionscape::app {

namespace {

bool any_set(std::initializer_list<char const*> names) {
  return std::any_of(names.begin(), names.end(),
                     [](char const* name) { return std::getenv(name) != nullptr; });
}

/// Whether a variable of the environment sets the number of threads. Throws InputError if it asks
/// for too many; of anything that is no number OpenMP and Kokkos complain themselves.
bool sets_threads(char const* variable) {
  char const* const text = std::getenv(variable);
  if (!text) return false;
  if (std::strtod(text, nullptr) > most_threads)
    fail_input({}, variable, "=", text, ": expected at most ", most_threads, " threads");
  return true;
}

Kokkos::InitializationSettings settings(std::optional<int> threads) {
  // Said aloud, or Kokkos prints a warning; the user's own choice stands.
  if (!any_set({"OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"}))
    setenv("OMP_PROC_BIND", "false", 0);
  else
    setenv("OMP_PROC_BIND", "true", 0);  // what OpenMP does if only places are named
  Kokkos::InitializationSettings s;
  if (threads)
    s.set_num_threads(*threads);
  else if (!sets_threads("KOKKOS_NUM_THREADS") && !sets_threads("OMP_NUM_THREADS") &&
           int(std::thread::hardware_concurrency()) > most_threads)
    s.set_num_threads(most_threads);
  return s;
}

}  // namespace

// How threads wait, and whether they are bound to cores. OpenMP's threads wait for each other in a
// busy loop unless OMP_WAIT_POLICY says otherwise, and libgomp reads that when it is loaded: too
// late for setenv in main, hence the restart. Measured on four cores with the 1014 points of
// examples/published/S.toml, seconds from start to end:
//                                       busy loop,   busy loop,   idle,       idle,
//                                       unbound      bound        unbound     bound
//   a free machine                      0.166        0.155        0.174       0.159
//   8 other processes on the 4 cores    3.3          1.1          0.5         0.9
//   one core taken by a busy program    2.5          0.37         0.35        0.5
//   two sweeps at once                  6.9          2.6          1.3         -
// So threads wait idly and are not bound: a tenth is lost on a free machine, and much is won on one
// that is shared.
void restart_with_idle_waiting([[maybe_unused]] char* const* argv) {
#ifdef KOKKOS_ENABLE_OPENMP
  if (any_set({"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"})) return;
  // Once set, there is no second restart.
  if (setenv("OMP_WAIT_POLICY", "passive", 1) == 0) execv("/proc/self/exe", argv);
#endif
}

KokkosSession::KokkosSession(std::optional<int> threads) : scope_(settings(threads)) {}

std::string KokkosSession::description() {
  using Exec = Kokkos::DefaultExecutionSpace;
  std::string text = Exec::name();
  if constexpr (std::is_same_v<Exec, Kokkos::DefaultHostExecutionSpace>) {
    int const n = Exec().concurrency();
    text += ", " + std::to_string(n) + (n == 1 ? " thread" : " threads");
  }
  return text;
}

}  // namespace ionscape::app
