// Uses ionscape::lattice, and through it ionscape::core, from outside.
#include <ionscape/core/version.hpp>
#include <iostream>

int main() {
  std::cout << "ionscape " << ionscape::version() << ", commit " << ionscape::commit() << '\n';
  return ionscape::version().empty() ? 1 : 0;
}
