// Vibrations: against elastic and dielectric constants, and against what must hold.
#include <cmath>
#include <gemmi/elem.hpp>
#include <memory>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/crystals/atomic_weights.hpp>
#include <ionscape/crystals/dielectric.hpp>
#include <ionscape/crystals/elasticity.hpp>
#include <ionscape/crystals/phonons.hpp>
#include <ionscape/crystals/shells.hpp>
#include <ionscape_test/catch.hpp>

#include "small_crystals.hpp"

using namespace ionscape;
using namespace ionscape_test;

namespace {

struct Vibrating {
  Particles particles;
  std::unique_ptr<SecondDerivatives> derivatives;
  Elasticity elastic;
  Dielectric dielectric;
  double density = 0;  // u/Å^3
  Phonons phonons() const { return {*derivatives, masses_of(particles)}; }
};

Vibrating vibrating(Crystal crystal, PotentialSet const& set) {
  assign_charges(crystal, set);
  Vibrating v{particles_of(crystal, set), {}, {}, {}};
  PairSums const ends{*set.cutoff, set.truncation, false, false};
  relax_shells(v.particles, set, ends);
  v.derivatives = std::make_unique<SecondDerivatives>(v.particles, set, ends);
  CoreExpansion const cores = eliminate_shells(v.derivatives->expansion(), v.particles);
  InternalResponse const response(cores.hessian);
  double const volume = crystal.cell.volume();
  v.elastic = elasticity(cores, response, volume);
  v.dielectric = dielectric(cores, response, volume, v.particles.coulomb_scale);
  for (double const mass : masses_of(v.particles)) v.density += mass / volume;
  return v;
}

Vibrating phosphate() {
  std::filesystem::path const folder = std::filesystem::path(IONSCAPE_TEST_DATA) / "lifepo4";
  return vibrating(read_crystal(folder / "LiFePO4.vasp"), read_potential_set(folder / "set.toml"));
}

/// sqrt(GPa Å^3/u) in Å THz.
double const sound_unit = std::sqrt(1e9 * 1e-30 / 1.66053906660e-27) * 1e-2;

}  // namespace

TEST_CASE("Long waves run with the speeds of sound of the elastic constants") {
  Vibrating const v = phosphate();
  double const q = 1e-3;
  // Along x: C11, C66 and C55 decide; along y C66, C22, C44.
  auto const& C = v.elastic.relaxed;
  for (auto const& [direction, constants] :
       {std::pair(Vec3{1, 0, 0}, std::array{C(0, 0), C(5, 5), C(4, 4)}),
        {Vec3{0, 1, 0}, std::array{C(5, 5), C(1, 1), C(3, 3)}},
        {Vec3{0, 0, 1}, std::array{C(4, 4), C(3, 3), C(2, 2)}}}) {
    std::vector<double> speeds;
    for (double const c : constants) speeds.push_back(sound_unit * std::sqrt(c / v.density));
    std::ranges::sort(speeds);
    auto const found = v.phonons().frequencies(q * direction);
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(2 * pi * found[k] / q == Approx(speeds[k]).epsilon(1e-5));
  }
}

TEST_CASE("The modes at rest obey Lyddane, Sachs and Teller") {
  // The product of all LO to TO ratios along a principal axis is the root of eps_0/eps_inf.
  Vibrating const v = phosphate();
  Phonons const phonons = v.phonons();
  auto const at_rest = phonons.frequencies({});
  REQUIRE(at_rest.size() == 84);
  CHECK(std::ranges::count(at_rest, 0.0) == 3);
  CHECK(at_rest[3] > 0.5);
  for (int axis = 0; axis < 3; ++axis) {
    Vec3 const n{double(axis == 0), double(axis == 1), double(axis == 2)};
    auto const with_field = phonons.frequencies({}, n);
    double logarithm = 0;
    for (std::size_t k = 3; k < at_rest.size(); ++k)
      logarithm += std::log(with_field[k] / at_rest[k]);
    CHECK(std::exp(2 * logarithm) ==
          Approx(v.dielectric.zero_frequency(axis, axis) / v.dielectric.high_frequency(axis, axis))
              .epsilon(1e-8));
    // A long wave has the same frequencies.
    auto const near = phonons.frequencies(1e-4 * n);
    for (std::size_t k = 3; k < near.size(); ++k)
      CHECK(near[k] == Approx(with_field[k]).margin(1e-5));
  }
}

TEST_CASE("Waves come with both signs, and repeat with the reciprocal lattice") {
  Vibrating const v = phosphate();
  Cell const b = v.particles.crystal.cell.reciprocal();
  Vec3 const q = b.to_cartesian({0.13, 0.27, -0.41});
  Vec3 const list[3] = {q, -q, q + b.to_cartesian({1, -2, 0})};
  auto const all = v.phonons().frequencies_at(list);
  for (std::size_t k = 0; k < all[0].size(); ++k) {
    CHECK(all[1][k] == Approx(all[0][k]).margin(1e-8));
    CHECK(all[2][k] == Approx(all[0][k]).margin(1e-6));
  }
}

TEST_CASE("A ring of springs has the known frequencies") {
  // Ions without charge in a row, bound to their neighbours by a Lennard-Jones term of 2nd
  // derivative k at its minimum: along the row nu = sqrt(k/m) |sin(q a/2)|/pi.
  double const epsilon = 0.01, sigma = 2.0, a = std::pow(2, 1.0 / 6) * sigma;
  PotentialSet set = parse_potential_set(rigid_set, "set.toml");
  double const s6 = std::pow(sigma, 6);
  set.pairs = {
      {{"O", "O"}, "lennard-jones", LennardJones{4 * epsilon * s6 * s6, 4 * epsilon * s6}, {}}};
  Crystal crystal{{{a, 0, 0}, {0, 30, 0}, {0, 0, 30}}, {"O"}, {{0, 0, 0}}, {0.0}, ""};
  SecondDerivatives const derivatives(particles_of(crystal, set), set,
                                      {1.5 * a, Truncation::plain, false, false});
  Phonons const phonons(derivatives, {*atomic_weight("O")});
  double const k = 57.146 * epsilon / (sigma * sigma);  // 36 4^(1/3)
  double const unit = std::sqrt(1.602176634e-19 / 1.66053906660e-27) * 1e-2;
  for (double const x : {0.1, 0.25, 0.5}) {
    auto const found = phonons.frequencies({2 * pi * x / a, 0, 0});
    CHECK(found[2] == Approx(unit / pi * std::sqrt(k / 15.999) * std::sin(pi * x)).epsilon(1e-4));
    CHECK(std::fabs(found[0]) < 1e-6);
  }
}

TEST_CASE("A mode's heat and free energy are Planck's and Einstein's") {
  WaveMesh const one{{{0, 0, 0}}, {1.0}};
  std::vector<double> const modes[1] = {{5.0, 5.0, 0.0, -1.0}};
  double const temperatures[] = {0, 50, 300, 20000};
  Harmonic const h = harmonic(one, modes, temperatures);
  CHECK(h.translations == 1);
  CHECK(h.imaginary == 1);
  double const quantum = 5 * 4.135667696e-3, kB = 8.617333262e-5;
  CHECK(h.zero_point == Approx(quantum));
  CHECK(h.rows[0].free_energy == Approx(quantum));
  CHECK(h.rows[0].heat_capacity == 0);
  double const x = quantum / (kB * 300);
  CHECK(h.rows[2].heat_capacity ==
        Approx(2 * kB * std::pow(x / 2 / std::sinh(x / 2), 2)).epsilon(1e-10));
  CHECK(h.rows[3].heat_capacity == Approx(2 * kB).epsilon(1e-4));  // Dulong and Petit
  for (HarmonicRow const& row : h.rows)
    CHECK(row.free_energy == Approx(row.energy - row.temperature * row.entropy).margin(1e-12));
  // The entropy is the slope of the free energy.
  double const near[] = {299.9, 300.1};
  Harmonic const around = harmonic(one, modes, near);
  CHECK(h.rows[2].entropy ==
        Approx((around.rows[0].free_energy - around.rows[1].free_energy) / 0.2).epsilon(1e-6));
}

TEST_CASE("A mesh sums plane waves to zero, and has a weight of one") {
  Cell const cell{{4, 0, 0}, {1, 5, 0}, {0.5, -1, 6}};
  for (std::array<int, 3> const size : {std::array{2, 2, 2}, {3, 4, 1}, {1, 1, 1}}) {
    WaveMesh const mesh = monkhorst_pack(cell, size);
    double weight = 0, wave = 0;
    for (std::size_t k = 0; k < mesh.q.size(); ++k) {
      weight += mesh.weight[k];
      wave += mesh.weight[k] * std::cos(dot(mesh.q[k], cell.b));
    }
    CHECK(weight == Approx(1));
    if (size[1] > 1) CHECK(std::fabs(wave) < 1e-12);
  }
  CHECK(monkhorst_pack(cell, {2, 2, 2}).q.size() == 4);
  CHECK(monkhorst_pack(cell, {3, 3, 3}).q.size() == 14);
}

TEST_CASE("Atomic weights are found by labels, and agree with those of another table") {
  CHECK(*atomic_weight("O core") == 15.999);
  CHECK(*atomic_weight("O2") == 15.999);
  CHECK(*atomic_weight("Li_1") == 6.94);
  CHECK(*atomic_weight("U") == 238.03);
  for (char const* nothing : {"", "core", "Xx", "oxygen", "Oxygen"}) {
    CAPTURE(nothing);
    CHECK_FALSE(atomic_weight(nothing));
  }
  for (int z = 1; z <= 103; ++z) {
    gemmi::Element const element{gemmi::El(z)};
    CAPTURE(element.name());
    auto const weight = atomic_weight(element.name());
    REQUIRE(weight);
    // Whole numbers: no standard weight, and tables differ in the isotope.
    bool const standard = std::floor(*weight) != *weight;
    CHECK(*weight == Approx(element.weight()).margin(standard ? 0.02 : 12));
  }
}
