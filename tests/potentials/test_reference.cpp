// The host oracle against independent codes, published constants and itself.
#include <algorithm>
#include <cmath>

#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape_test/catch.hpp>

#include "oracles.hpp"

using namespace ionscape_test;

namespace {

double coulomb_energy(Crystal const& c) {
  return evaluate_reference(c, {}, ewald_parameters(c.cell, c.size(), 1e-17), 0).coulomb /
         coulomb_constant;
}

}  // namespace

TEST_CASE("The reference reproduces the oracles on which numpy, pymatgen, LAMMPS and CP2K agree") {
  auto const files = oracle_files();
  REQUIRE(files.size() == 9);
  for (auto const& file : files) {
    INFO(file.filename().string());
    Oracle const o = read_oracle(file);
    auto const r = evaluate_reference(
        o.crystal, o.set, ewald_parameters(o.crystal.cell, o.crystal.size(), 1e-16), o.cutoff);
    CHECK(std::fabs(r.coulomb / o.json["e_coulomb"].get<double>() - 1) < 1e-11);
    CHECK(std::fabs(r.short_range / o.json["e_short"].get<double>() - 1) < 1e-11);
    CHECK(std::fabs(r.energy() / o.json["e_total"].get<double>() - 1) < 1e-11);
    double worst_force = 0, worst_stress = 0;
    for (std::size_t i = 0; i < o.crystal.size(); ++i)
      worst_force = std::max(worst_force, norm(r.forces[i] - vec(o.json["forces"][i])));
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b)
        worst_stress = std::max(
            worst_stress, std::fabs(r.stress[a][b] - o.json["stress_eV_A3"][a][b].get<double>()));
    CHECK(worst_force < 1e-10);
    CHECK(worst_stress < 1e-10);
  }
}

TEST_CASE("Madelung constants come out to 1e-12") {
  struct Case {
    char const* name;
    Crystal crystal;
    double expected, per;  // energy * distance / formula units
  };
  double const zb = std::sqrt(3.0) / 4;
  auto shifted = [](Vec3 by) {
    std::vector<Vec3> sites = fcc;
    for (Vec3 f : fcc) sites.push_back(f + by);
    return sites;
  };
  std::vector<double> const pm{1, 1, 1, 1, -1, -1, -1, -1};
  std::vector<Vec3> fluorite = shifted({.25, .25, .25});
  for (Vec3 f : fcc) fluorite.push_back(f - Vec3{.25, .25, .25});
  Case const cases[] = {
      {"NaCl", crystal(cubic(2), shifted({.5, 0, 0}), pm), 1.747564594633, 4},
      {"CsCl", crystal(cubic(2 / std::sqrt(3.0)), {{0, 0, 0}, {.5, .5, .5}}, {1, -1}),
       1.762674773070, 1},
      {"zinc blende", crystal(cubic(1 / zb), shifted({.25, .25, .25}), pm), 1.638055053388, 4},
      {"CaF2 (per a)", crystal(cubic(1), fluorite, {2, 2, 2, 2, -1, -1, -1, -1, -1, -1, -1, -1}),
       11.636575, 4},
  };
  for (Case const& c : cases) {
    INFO(c.name);
    double const tolerance =
        c.expected == 11.636575 ? 1e-6 : 1.2e-12;  // CaF2 is printed with six decimals
    CHECK(std::fabs(-coulomb_energy(c.crystal) / c.per - c.expected) < tolerance);
  }
}

TEST_CASE("Wigner crystals and one charge in a box have their published energies") {
  CHECK(std::fabs(2 * coulomb_energy(crystal(cubic(1), {{0, 0, 0}}, {1})) + 2.837297479) < 1e-9);
  auto wigner = [](std::vector<Vec3> const& sites) {
    double const n = double(sites.size());
    double const radius = std::cbrt(3 / (4 * pi * n));
    return coulomb_energy(crystal(cubic(1), sites, std::vector<double>(sites.size(), 1.0))) / n *
           radius;
  };
  CHECK(std::fabs(wigner(fcc) + 0.895873615195) < 1e-12);
  CHECK(std::fabs(wigner({{0, 0, 0}, {.5, .5, .5}}) + 0.895929255682) < 1e-12);
  CHECK(std::fabs(wigner({{0, 0, 0}}) + 0.880059442112) < 1e-12);
}

TEST_CASE("The potential of the fcc lattice at its interstitial points is right to 1e-12") {
  std::vector<HostIon> host;
  for (Vec3 f : fcc) host.push_back({f, 1 / coulomb_constant, 0, {}});
  auto const potential = [&](Vec3 f) {
    return reference_site_energy(cubic(1), host, f, ewald_parameters(cubic(1), 4, 1e-17)).coulomb;
  };
  CHECK(std::fabs(potential({.5, .5, .5}) + 1.089732884847) < 1e-12);
  CHECK(std::fabs(potential({.25, .25, .25}) + 0.801935970028) < 1e-12);
  CHECK(std::fabs(potential({1 / 3., 1 / 3., 1 / 3.}) + 0.773027164362) < 1e-12);
  double const path[] = {-1.0897328848, -1.0480090378, -0.9444735584, -0.8338733436,
                         -0.7730271644, -0.7786641850, -0.8019359700};
  for (int i = 0; i < 7; ++i) {
    double const t = 0.5 - 0.25 * i / 6;
    CHECK(std::fabs(potential({t, t, t}) - path[i]) < 1e-10);
  }
  auto const c = crystal(cubic(1), fcc, {1, 1, 1, 1});
  auto const all = evaluate_reference(c, {}, ewald_parameters(c.cell, 4, 1e-17), 0);
  CHECK(std::fabs(all.site_potential[2] / coulomb_constant + 4.584862074114) < 1e-12);
}

TEST_CASE(
    "Energy, forces and stress do not move with the splitting parameter, charged cells included") {
  for (char const* name : {"/oracles/li2o_12_triclinic_perturbed.json",
                           "/oracles/li_s32_face_distorted_charged.json"}) {
    INFO(name);
    Oracle const o = read_oracle(std::string(IONSCAPE_TEST_DATA) + name);
    auto const at = [&](double alpha) {
      return evaluate_reference(o.crystal, {}, {alpha, 6.2 / alpha, 12.4 * alpha}, 0);
    };
    auto const a = at(0.45), b = at(0.7);
    CHECK(std::fabs(a.coulomb / b.coulomb - 1) < 1e-13);
    double worst = 0;
    for (std::size_t i = 0; i < o.crystal.size(); ++i) {
      worst = std::max(worst, norm(a.forces[i] - b.forces[i]));
      worst = std::max(worst, std::fabs(a.site_potential[i] - b.site_potential[i]));
    }
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        worst = std::max(worst, std::fabs(a.stress[i][j] - b.stress[i][j]));
    CHECK(worst < 1e-12);
  }
}

TEST_CASE("Forces and stress are the derivatives of the energy") {
  Oracle o = read_oracle(IONSCAPE_TEST_DATA "/oracles/li2o_12_triclinic_perturbed.json");
  // A pair cutoff makes the energy jump when a pair crosses it, so the pair terms are left out of
  // the strain test.
  auto const energy = [&](Crystal const& c) {
    return evaluate_reference(c, {}, {0.6, 10.5, 7.5}, 0).energy();
  };
  auto const exact = evaluate_reference(o.crystal, {}, {0.6, 10.5, 7.5}, 0);
  double const h = 1e-4;
  Crystal plus = o.crystal, minus = o.crystal;
  plus.positions[3].y += h, minus.positions[3].y -= h;
  CHECK(std::fabs(-(energy(plus) - energy(minus)) / (2 * h) - exact.forces[3].y) < 1e-6);
  auto const strained = [&](double e) {
    auto const strain = [e](Vec3 v) { return Vec3{v.x + e * v.y, v.y, v.z}; };
    Crystal c = o.crystal;
    c.cell = {strain(c.cell.a), strain(c.cell.b), strain(c.cell.c)};
    for (Vec3& r : c.positions) r = strain(r);
    return energy(c);
  };
  CHECK(std::fabs((strained(h) - strained(-h)) / (2 * h) / o.crystal.cell.volume() -
                  exact.stress[0][1]) < 1e-7);
}

TEST_CASE("The lattice sum of 1/r^6 over fcc is the published one, whatever the splitting") {
  // sum over fcc of (d/r)^6 = 14.45392104374..., d the nearest-neighbour distance (Jones and Ingham
  // 1925). The sum at a lattice point leaves out the ion itself, so it is taken as the limit of a
  // point near it: here from a host without it.
  std::vector<HostIon> host;
  double const d = std::sqrt(0.5);
  for (Vec3 f : fcc) host.push_back({f, 0, 0, {}, std::pow(d, 6)});
  auto const at = [&](Vec3 f, double alpha) {
    return reference_site_energy(cubic(1), host, f, {alpha, 6.2 / alpha, 14 * alpha});
  };
  Vec3 const point{.3, .41, .27};
  auto const a = at(point, 2.0), b = at(point, 3.1);
  CHECK(std::fabs(a.short_range / b.short_range - 1) < 1e-13);
  CHECK(norm(a.force - b.force) < 1e-12 * norm(a.force));
  // Oct hole of fcc: the simple cubic lattice of half the constant is fcc plus its Oct holes, so
  // the sum at an Oct hole is that of sc (8.401923974828 / (a/2)^6) minus that of fcc
  // (14.453921043744 / d^6).
  double const oct = 8.401923974828 * 64 - 14.453921043744 / std::pow(d, 6);
  CHECK(std::fabs(-at({.5, .5, .5}, 2.5).short_range / std::pow(d, 6) / oct - 1) < 1e-11);
}

TEST_CASE(
    "A Gaussian host is the limit of a point host when its width goes to zero, and obeys Gauss's "
    "law outside") {
  std::vector<HostIon> points, gaussians;
  for (Vec3 f : fcc) {
    points.push_back({f, -1, 0, {}});
    gaussians.push_back({f, -1, 0.05, {}});
  }
  auto const ewald = ewald_parameters(cubic(1), 4, 1e-16);
  Vec3 const at{.27, .2, .31};
  auto const p = reference_site_energy(cubic(1), points, at, ewald),
             g = reference_site_energy(cubic(1), gaussians, at, ewald);
  // Outside a Gaussian the two differ only by the mean potential, 2 pi sigma^2 per volume and
  // charge.
  CHECK(std::fabs(p.coulomb - g.coulomb - coulomb_constant * -4 * (-2 * pi * 0.05 * 0.05)) < 1e-5);
  CHECK(norm(p.force - g.force) < 1e-3);
}

TEST_CASE(
    "The lattice sum of -C/r^6 does not move with the splitting parameter, whatever C each pair "
    "has") {
  Oracle const o = many_forms();
  auto const at = [&](double alpha) {
    return evaluate_reference(o.crystal, o.set, {alpha, 6.2 / alpha, 13 * alpha},
                              PairSums{.cutoff = 6, .dispersion_lattice_sum = true});
  };
  auto const a = at(0.5), b = at(0.75);
  CHECK(a.dispersion < -2);
  CHECK(std::fabs(a.dispersion / b.dispersion - 1) < 1e-13);
  CHECK(largest_difference(a, b, o.crystal.cell.volume()) < 1e-11);
}

TEST_CASE("The lattice sum of -C/r^6 is what direct summation and its tail tend to") {
  Oracle o = many_forms();
  for (PairTerm& pair : o.set.pairs) pair.cutoff.reset(), pair.wall = 0;
  std::fill(o.crystal.charges.begin(), o.crystal.charges.end(), 0.0);
  double const volume = o.crystal.cell.volume();
  // The rest of the terms is cut off at the same radius, where it has an end: only -C/r^6 differs.
  auto const lattice =
      evaluate_reference(o.crystal, o.set, {0.6, 10.4, 7.8},
                         PairSums{.cutoff = 50, .tail = true, .dispersion_lattice_sum = true});
  auto const direct = [&](bool tail) {
    return evaluate_reference(o.crystal, o.set, {1, 0, 0}, PairSums{.cutoff = 50, .tail = tail});
  };
  CHECK(direct(true).dispersion == 0);
  CHECK(lattice.dispersion < -2);
  CHECK(largest_difference(lattice, direct(true), volume) < 1e-6);
  CHECK(largest_difference(lattice, direct(false), volume) > 1e-4);  // what the tail is for
}

TEST_CASE("A Lennard-Jones crystal has the published lattice sums") {
  // fcc: sum (d/r)^12 = 12.13188019654, sum (d/r)^6 = 14.45392104374 (Jones and Ingham 1925).
  double const d = 2.7, sigma6 = std::pow(2.5, 6), epsilon = 0.02;
  Crystal const c = crystal(cubic(d * std::sqrt(2.0)), fcc, {0, 0, 0, 0});
  PotentialSet set;
  set.pairs = {{{"X", "X"},
                "lennard-jones",
                LennardJones{4 * epsilon * sigma6 * sigma6, 4 * epsilon * sigma6},
                {},
                0}};
  double const s6 = sigma6 / std::pow(d, 6);
  double const exact = 2 * epsilon * s6 * (12.13188019654 * s6 - 14.45392104374);
  auto const r =
      evaluate_reference(c, set, ewald_parameters(c.cell, 4, 1e-17),
                         PairSums{.cutoff = 25, .tail = true, .dispersion_lattice_sum = true});
  CHECK(std::fabs(r.energy() / 4 / exact - 1) < 1e-10);
  for (double e : r.ion_energy) CHECK(std::fabs(e / exact - 1) < 1e-10);
}

TEST_CASE("With its tail the energy, however it is cut off, tends to that of the whole lattice") {
  Oracle o = many_forms();
  for (PairTerm& pair : o.set.pairs) pair.cutoff.reset(), pair.wall = 0;
  std::fill(o.crystal.charges.begin(), o.crystal.charges.end(), 0.0);
  auto const whole = evaluate_reference(o.crystal, o.set, {0.6, 10.4, 7.8},
                                        PairSums{.cutoff = 30, .dispersion_lattice_sum = true});
  for (Truncation truncation :
       {Truncation::plain, Truncation::shifted, Truncation::force_shifted}) {
    CAPTURE(int(truncation));
    auto const at = [&](double cutoff) {
      return evaluate_reference(o.crystal, o.set, {1, 0, 0},
                                PairSums{.cutoff = cutoff, .truncation = truncation, .tail = true});
    };
    auto const r = at(12);
    double const error = std::fabs(r.energy() - whole.energy());
    CHECK(error < 0.1 * std::fabs(r.tail));
    CHECK(std::fabs(at(24).energy() - whole.energy()) < 0.2 * error);
    auto const trace = [](Matrix3 const& m) { return m[0][0] + m[1][1] + m[2][2]; };
    auto const without = evaluate_reference(o.crystal, o.set, {1, 0, 0}, PairSums{12, truncation});
    CHECK(std::fabs(trace(r.stress) - trace(whole.stress)) <
          0.05 * std::fabs(trace(without.stress) - trace(whole.stress)));
  }
}

TEST_CASE(
    "Forces and stress are the derivatives of the energy for every truncation, wall, tail and "
    "lattice sum") {
  Oracle const o = many_forms();
  EwaldParameters const ewald{0.6, 10.4, 7.8};
  Oracle without_wall = o;
  without_wall.set.pairs[0].wall = 0;
  CHECK(evaluate_reference(o.crystal, o.set, ewald, 6.35).energy() >
        evaluate_reference(o.crystal, without_wall.set, ewald, 6.35).energy() + 1e-3);
  for (Truncation truncation : {Truncation::plain, Truncation::shifted, Truncation::force_shifted})
    for (bool lattice : {false, true}) {
      CAPTURE(int(truncation), lattice);
      // The energy of a plain truncation jumps where pairs cross the cutoff; its tail stress is the
      // mean of these jumps.
      PairSums const ends{6.35, truncation, truncation != Truncation::plain, lattice};
      auto const energy = [&](Crystal const& c) {
        return evaluate_reference(c, o.set, ewald, ends).energy();
      };
      auto const exact = evaluate_reference(o.crystal, o.set, ewald, ends);
      CHECK((exact.tail != 0) == ends.tail);
      CHECK((exact.dispersion != 0) == lattice);
      double worst_force = 0, worst_stress = 0;
      double const h = 3e-5;
      for (std::size_t i : {0, 1, 9})
        for (double Vec3::*x : {&Vec3::x, &Vec3::y, &Vec3::z}) {
          Crystal plus = o.crystal, minus = o.crystal;
          plus.positions[i].*x += h, minus.positions[i].*x -= h;
          worst_force = std::max(worst_force, std::fabs(-(energy(plus) - energy(minus)) / (2 * h) -
                                                        exact.forces[i].*x));
        }
      double const volume = o.crystal.cell.volume();
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) {
          double const e = 1e-5;  // too small for a pair to cross the cutoff here
          double const slope =
              (energy(strained(o.crystal, a, b, e)) - energy(strained(o.crystal, a, b, -e))) /
              (2 * e);
          worst_stress = std::max(worst_stress, std::fabs(slope / volume - exact.stress[a][b]));
        }
      CHECK(worst_force < 1e-7);
      CHECK(worst_stress < 1e-9);
    }
}

TEST_CASE(
    "The energies of the ions add up to that of the crystal, half of each pair to each of its "
    "ions") {
  Oracle const o = many_forms();
  for (Truncation truncation : {Truncation::plain, Truncation::shifted, Truncation::force_shifted})
    for (bool tail : {false, true})
      for (bool lattice : {false, true}) {
        auto const r = evaluate_reference(o.crystal, o.set, {0.6, 10.4, 7.8},
                                          PairSums{6.3, truncation, tail, lattice});
        double sum = 0;
        for (double e : r.ion_energy) sum += e;
        CHECK(std::fabs(sum - r.energy()) < 1e-11);
      }
  // One pair alone, and the charge of each ion in the potential of all others.
  Crystal pair = crystal(cubic(20), {{0, 0, 0}, {.1, 0, 0}, {.5, .5, .5}}, {0, 0, 0});
  PotentialSet set;
  set.pairs = {{{"X", "X"}, "born-mayer", Buckingham{{100, 2}, 0}, {}, 0}};
  auto const neutral = evaluate_reference(pair, set, ewald_parameters(pair.cell, 3, 1e-16), 5);
  CHECK(neutral.ion_energy[0] == Approx(50 * std::exp(-4.0)));
  CHECK(neutral.ion_energy[1] == Approx(50 * std::exp(-4.0)));
  CHECK(std::fabs(neutral.ion_energy[2]) < 1e-15);
  pair.charges = {1, -2, 1};
  auto const charged = evaluate_reference(pair, {}, ewald_parameters(pair.cell, 3, 1e-16), 0);
  for (int i = 0; i < 3; ++i)
    CHECK(charged.ion_energy[i] == Approx(0.5 * pair.charges[i] * charged.site_potential[i]));
}
