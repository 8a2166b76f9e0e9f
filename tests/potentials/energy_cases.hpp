// Crystals for the tests of what an asked force error leads to.
#pragma once

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <ionscape/potentials/ions/energy_model.hpp>

#include "oracles.hpp"

namespace ionscape {

/// n cells of rock salt along each edge, shaken by `shake` Å.
inline Crystal rock_salt(int n, double shake, double a = 4.2, double charge = 2) {
  Crystal crystal{ionscape_test::cubic(n * a), {}, {}, {}, ""};
  std::mt19937 random(7);
  std::normal_distribution<double> gauss(0, shake > 0 ? shake : 1);
  for (int i = 0; i < 2 * n; ++i)
    for (int j = 0; j < 2 * n; ++j)
      for (int k = 0; k < 2 * n; ++k) {
        Vec3 r = 0.5 * a * Vec3{double(i), double(j), double(k)};
        if (shake > 0) r += Vec3{gauss(random), gauss(random), gauss(random)};
        bool const anion = (i + j + k) % 2;
        crystal.species.push_back(anion ? "O" : "Mg");
        crystal.positions.push_back(r);
        crystal.charges.push_back(anion ? -charge : charge);
      }
  return crystal;
}

/// n ions on the points of a shaken grid in any cell, three species with the given charges in turn.
inline Crystal mixture(Cell const& cell, int n, std::array<double, 3> const& charges,
                       unsigned seed = 3) {
  Crystal crystal{cell, {}, {}, {}, ""};
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-0.3, 0.3);
  int const edge = int(std::ceil(std::cbrt(n) - 1e-9));
  char const* const names[3] = {"Mg", "O", "Li"};
  for (int i = 0; i < n; ++i) {
    Vec3 const place{i % edge + uniform(random), i / edge % edge + uniform(random),
                     i / edge / edge + uniform(random)};
    crystal.species.push_back(names[i % 3]);
    crystal.charges.push_back(charges[std::size_t(i % 3)]);
    crystal.positions.push_back(cell.to_cartesian((1.0 / edge) * place));
  }
  return crystal;
}

/// Converged sums with the splitting alpha (Å^-1).
inline EwaldSettings tight(double alpha, double x = 6) {
  return {EwaldMethod::direct, {alpha, x / alpha, 2 * alpha * x}, {}, 0};
}

}  // namespace ionscape
