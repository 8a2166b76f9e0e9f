// main() of the tests that use Kokkos: it lives as long as the session. Its own arguments
// (--kokkos-...) are taken out.
#define CATCH_CONFIG_RUNNER
#include <Kokkos_Core.hpp>
#include <cstdlib>
#include <ionscape_test/catch.hpp>

int main(int argc, char* argv[]) {
  // Tests run side by side, so threads stay unbound; said aloud, or Kokkos prints a warning.
  setenv("OMP_PROC_BIND", "false", 0);
  Kokkos::ScopeGuard const kokkos(argc, argv);
  return Catch::Session().run(argc, argv);
}
