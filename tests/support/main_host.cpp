// main() of the tests that do without Kokkos.
#define CATCH_CONFIG_RUNNER
#include <ionscape_test/catch.hpp>

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
