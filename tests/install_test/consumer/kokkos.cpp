// Uses ionscape::potentials, and through it Kokkos, from outside.
#include <Kokkos_Core.hpp>
#include <ionscape/core/version.hpp>
#include <iostream>

int main(int argc, char* argv[]) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  int sum = 0;
  Kokkos::parallel_reduce(
      "consumer::sum", 100, KOKKOS_LAMBDA(int i, int& s) { s += i; }, sum);
  std::cout << "ionscape " << ionscape::version() << ", sum " << sum << '\n';
  return sum == 4950 ? 0 : 1;
}
