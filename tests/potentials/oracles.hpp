#pragma once
// What the tests of the engines share: the oracle files, small crystals, comparisons of results,
// and one crystal through the device engine.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>

namespace ionscape_test {

using namespace ionscape;

struct Oracle {
  Crystal crystal;
  PotentialSet set;
  double cutoff;
  nlohmann::json json;
};

inline Vec3 vec(nlohmann::json const& j) { return {j[0], j[1], j[2]}; }

inline Oracle read_oracle(std::filesystem::path const& file) {
  Oracle oracle;
  std::ifstream(file) >> oracle.json;
  auto const& j = oracle.json;
  oracle.crystal.cell = {vec(j["cell"][0]), vec(j["cell"][1]), vec(j["cell"][2])};
  for (auto const& r : j["positions"]) oracle.crystal.positions.push_back(vec(r));
  oracle.crystal.species = j["species"].get<std::vector<std::string>>();
  oracle.crystal.charges = j["charges"].get<std::vector<double>>();
  for (auto const& [pair, p] : j["buckingham"].items()) {
    auto const dash = pair.find('-');
    oracle.set.pairs.push_back({{pair.substr(0, dash), pair.substr(dash + 1)},
                                "buckingham",
                                Buckingham{{p["A_eV"], 1 / p["rho_A"].get<double>()}, p["C_eVA6"]},
                                {},
                                0});
  }
  oracle.cutoff = j["buckingham_cutoff_A"];
  return oracle;
}

inline std::vector<std::filesystem::path> oracle_files() {
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(IONSCAPE_TEST_DATA "/oracles"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline Crystal crystal(Cell cell, std::vector<Vec3> const& fractional,
                       std::vector<double> charges) {
  Crystal c{cell, std::vector<std::string>(fractional.size(), "X"), {}, std::move(charges), ""};
  for (Vec3 f : fractional) c.positions.push_back(cell.to_cartesian(f));
  return c;
}

inline Cell cubic(double a) { return {{a, 0, 0}, {0, a, 0}, {0, 0, a}}; }

inline std::vector<Vec3> const fcc{{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};

/// The largest of all differences of two results of any engines: eV, eV/Å, V; the stress times the
/// volume.
template <class A, class B>
double largest_difference(A const& a, B const& b, double volume) {
  double worst = std::max(std::fabs(a.energy() - b.energy()), std::fabs(a.coulomb - b.coulomb));
  for (std::size_t i = 0; i < a.forces.size(); ++i)
    worst = std::max({worst, norm(a.forces[i] - b.forces[i]),
                      std::fabs(a.ion_energy[i] - b.ion_energy[i]),
                      std::fabs(a.site_potential[i] - b.site_potential[i])});
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      worst = std::max(worst, volume * std::fabs(a.stress[i][j] - b.stress[i][j]));
  return worst;
}

/// Root of the mean square difference of the forces, eV/Å.
template <class A, class B>
double force_difference(A const& a, B const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.forces.size(); ++i)
    sum += dot(a.forces[i] - b.forces[i], a.forces[i] - b.forces[i]);
  return std::sqrt(sum / double(a.forces.size()));
}

/// Lithium oxide, 12 ions in a triclinic cell, perturbed, with terms of every form. The attractions
/// are far from the geometric mean of one species; the walls lie where some pairs are.
inline Oracle many_forms() {
  Oracle o = read_oracle(IONSCAPE_TEST_DATA "/oracles/li2o_12_triclinic_perturbed.json");
  std::vector<double> table;
  for (int i = 0; i < 60; ++i) table.push_back(40 * std::exp(-(1.0 + 0.1 * i) / 0.4));
  o.set.pairs = {{{"O", "Li"}, "buckingham", Buckingham{{632, 1 / 0.2906}, 3}, 7.0, 2.05},
                 {{"O", "O"}, "lennard-jones", LennardJones{20000, 28}, {}, 0},
                 {{"Li", "Li"}, "table", spline_table(1.0, 0.1, table), {}, 0}};
  o.crystal.species[1] = "Li*";  // another species with the same charge
  o.set.pairs.push_back({{"Li*", "O"}, "morse", Morse{0.5, 1.4, 2.2}, {}, 0});
  o.set.pairs.push_back({{"Li*", "Li*"}, "buckingham", Buckingham{{300, 1 / 0.25}, 11}, {}, 0});
  o.set.pairs.push_back({{"Li*", "Li"}, "buckingham", Buckingham{{100, 1 / 0.25}, 0.5}, {}, 0});
  return o;
}

inline Crystal strained(Crystal c, int a, int b, double e) {
  auto const strain = [&](Vec3 v) {
    double x[3] = {v.x, v.y, v.z};
    x[a] += e * (b == 0 ? v.x : b == 1 ? v.y : v.z);
    return Vec3{x[0], x[1], x[2]};
  };
  c.cell = {strain(c.cell.a), strain(c.cell.b), strain(c.cell.c)};
  for (Vec3& r : c.positions) r = strain(r);
  return c;
}

/// The crystal n.a x n.b x n.c times, ion by ion of the first copy, then of the next.
inline Crystal supercell(Crystal const& c, int na, int nb, int nc) {
  Crystal s{{double(na) * c.cell.a, double(nb) * c.cell.b, double(nc) * c.cell.c}, {}, {}, {}, ""};
  for (int x = 0; x < na; ++x)
    for (int y = 0; y < nb; ++y)
      for (int z = 0; z < nc; ++z)
        for (std::size_t i = 0; i < c.size(); ++i) {
          s.species.push_back(c.species[i]);
          s.charges.push_back(c.charges[i]);
          s.positions.push_back(c.positions[i] +
                                c.cell.to_cartesian({double(x), double(y), double(z)}));
        }
  return s;
}

/// Every coordinate moved by up to `by` Å.
inline Crystal shaken(Crystal c, double by, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(-by, by);
  for (Vec3& r : c.positions) r += Vec3{one(random), one(random), one(random)};
  return c;
}

/// Converged to rounding, Coulomb and -C/r^6.
inline EwaldSettings tight(Crystal const& c) {
  EwaldSettings settings;
  settings.sum = ewald_parameters(c.cell, c.size(), 1e-18);
  settings.sum.reciprocal_cutoff *= 1.05;  // C/r^6 falls a little later
  return settings;
}

/// One crystal through the device engine.
inline EnergyResult evaluated(Crystal const& c, PotentialSet const& set,
                              EnergyOptions const& options) {
  return evaluate_crystals(Kokkos::DefaultExecutionSpace(), std::span(&c, 1), set, options).front();
}
inline EnergyResult evaluated(Crystal const& c, PotentialSet const& set,
                              PairSums const& pairs = {}) {
  EnergyOptions options;
  options.ewald = tight(c);
  options.pairs = pairs;
  return evaluated(c, set, options);
}

inline Kokkos::View<double**, Kokkos::LayoutRight, Kokkos::DefaultExecutionSpace::memory_space>
on_device(std::vector<Vec3> const& positions) {
  Kokkos::View<double**, Kokkos::LayoutRight, Kokkos::DefaultExecutionSpace::memory_space> view(
      "positions", positions.size(), 3);
  auto const mirror = Kokkos::create_mirror_view(view);
  for (std::size_t i = 0; i < positions.size(); ++i)
    mirror(i, 0) = positions[i].x, mirror(i, 1) = positions[i].y, mirror(i, 2) = positions[i].z;
  Kokkos::deep_copy(view, mirror);
  return view;
}

/// Equal in every bit.
inline bool same_bits(EnergyResult const& a, EnergyResult const& b) {
  bool same = a.coulomb == b.coulomb && a.short_range == b.short_range &&
              a.dispersion == b.dispersion && a.tail == b.tail && a.forces == b.forces &&
              a.stress == b.stress && a.site_potential == b.site_potential &&
              a.ion_energy == b.ion_energy && a.contacts.size() == b.contacts.size();
  for (std::size_t i = 0; same && i < a.contacts.size(); ++i)
    same = a.contacts[i].ion == b.contacts[i].ion &&
           a.contacts[i].partner == b.contacts[i].partner &&
           a.contacts[i].distance == b.contacts[i].distance;
  return same;
}

}  // namespace ionscape_test
