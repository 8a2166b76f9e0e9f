// Crystals and comparisons for the tests of the energy engine.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <ionscape/potentials/energy_model.hpp>

namespace ionscape {

using Exec = Kokkos::DefaultExecutionSpace;
using Model = EnergyModel<Exec::memory_space>;

inline Cell cubic(double a) { return {{a, 0, 0}, {0, a, 0}, {0, 0, a}}; }

/// n cells of rock salt along each edge, shaken by `shake` Å.
inline Crystal rock_salt(int n, double shake, double a = 4.2, double charge = 2) {
  Crystal crystal{cubic(n * a), {}, {}, {}, ""};
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
inline Crystal mixture(Cell const& cell, int n, std::array<double, 3> const& charges, unsigned seed = 3) {
  Crystal crystal{cell, {}, {}, {}, ""};
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-0.3, 0.3);
  int const edge = int(std::ceil(std::cbrt(n) - 1e-9));
  char const* const names[3] = {"Mg", "O", "Li"};
  for (int i = 0; i < n; ++i) {
    Vec3 const place{i % edge + uniform(random), i / edge % edge + uniform(random), i / edge / edge + uniform(random)};
    crystal.species.push_back(names[i % 3]);
    crystal.charges.push_back(charges[std::size_t(i % 3)]);
    crystal.positions.push_back(cell.to_cartesian((1.0 / edge) * place));
  }
  return crystal;
}

/// Terms of every form between the three species.
inline PotentialSet all_forms() {
  PotentialSet set;
  set.pairs.push_back({{"Mg", "O"}, "born-mayer", Buckingham{{1428.5, 1 / 0.2945}, 0}, {}, 0});
  set.pairs.push_back({{"O", "O"}, "buckingham", Buckingham{{22764.3, 1 / 0.149}, 27.88}, {}, 0});
  set.pairs.push_back({{"Mg", "Mg"}, "morse", Morse{0.3, 1.4, 2.9}, {}, 0});
  set.pairs.push_back({{"Li", "O"}, "lennard-jones", LennardJones{3000, 12}, {}, 0});
  std::vector<double> values;
  for (int i = 0; i < 90; ++i) values.push_back(40 * std::exp(-(0.4 + 0.1 * i) / 0.5));
  set.pairs.push_back({{"Li", "Mg"}, "table", spline_table(0.4, 0.1, values), {}, 0});
  return set;
}

inline EnergyResult evaluate_one(Crystal const& crystal, PotentialSet const& set, EnergyOptions const& options) {
  return evaluate_crystals(Exec(), std::span(&crystal, 1), set, options).front();
}

/// rms over the ions of the difference of two lists of forces.
inline double rms_difference(std::vector<Vec3> const& a, std::vector<Vec3> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += dot(a[i] - b[i], a[i] - b[i]);
  return std::sqrt(sum / double(a.size()));
}

/// Largest differences of two results, each over the scale that it has in this crystal.
template <class A, class B>
double worst_difference(A const& a, B const& b, Crystal const& crystal) {
  double const force = force_scale(crystal) + 1,
               energy = force * std::cbrt(crystal.cell.volume() / double(crystal.size()));
  double worst = std::fabs(a.coulomb - b.coulomb) / energy / double(crystal.size());
  worst = std::max(worst, std::fabs(a.short_range - b.short_range) / energy / double(crystal.size()));
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    worst = std::max(worst, norm(a.forces[i] - b.forces[i]) / force);
    worst = std::max(worst, std::fabs(a.site_potential[i] - b.site_potential[i]) / energy);
    worst = std::max(worst, std::fabs(a.ion_energy[i] - b.ion_energy[i]) / energy);
  }
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      worst = std::max(
          worst, std::fabs(a.stress[i][j] - b.stress[i][j]) * crystal.cell.volume() / energy / double(crystal.size()));
  return worst;
}

/// Converged sums with the splitting alpha (Å^-1).
inline EwaldSettings tight(double alpha, double x = 6) {
  return {EwaldMethod::direct, {alpha, x / alpha, 2 * alpha * x}, {}, 0};
}

}  // namespace ionscape
