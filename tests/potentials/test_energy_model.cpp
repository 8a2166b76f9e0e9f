// The engine for all ions against the oracle files, the plain reference, published constants and
// itself.
#include <array>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "oracles.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Memory = Exec::memory_space;
using Model = EnergyModel<Memory>;

EwaldSettings tight_mesh(Crystal const& c) {
  EwaldTask task{c.cell, c.size(), 0, 0, 1, 0};
  for (double q : c.charges) task.sum_q2 += q * q;
  return tune_ewald(task, 1e-12 * force_scale(c), EwaldMethod::mesh);
}

EnergyOptions with(EwaldSettings const& ewald, PairSums const& pairs = {}) {
  EnergyOptions options;
  options.ewald = ewald;
  options.pairs = pairs;
  return options;
}

EwaldSettings direct(double alpha, double rc, double gc) {
  EwaldSettings settings;
  settings.sum = {alpha, rc, gc};
  return settings;
}

double coulomb_energy(Crystal const& c) { return evaluated(c, {}).coulomb / coulomb_constant; }

/// n ions of two or three species at random, none closer than `apart`.
Crystal random_crystal(Cell const& cell, int n, double apart, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(0, 1);
  Crystal c{cell, {}, {}, {}, ""};
  while (int(c.size()) < n) {
    Vec3 const r = cell.to_cartesian({one(random), one(random), one(random)});
    bool const free = std::all_of(c.positions.begin(), c.positions.end(),
                                  [&](Vec3 s) { return norm(minimum_image(cell, r - s)) > apart; });
    if (!free) continue;
    int const type = int(c.size()) % 3;
    c.species.push_back(type == 0 ? "A" : type == 1 ? "B" : "D");
    c.charges.push_back(type == 0 ? 1.5 : type == 1 ? -1 : -0.5);
    c.positions.push_back(r);
  }
  return c;
}

/// Pair terms for A, B and D with attractions that no geometric mean gives.
PotentialSet abd_set() {
  PotentialSet set;
  set.pairs = {
      {{"A", "B"}, "buckingham", Buckingham{{1000, 1 / 0.3}, 4}, {}, 0},
      {{"B", "B"}, "buckingham", Buckingham{{900, 1 / 0.25}, 27}, {}, 0},
      {{"A", "D"}, "buckingham", Buckingham{{600, 1 / 0.27}, 1}, {}, 0},
      {{"B", "D"}, "lennard-jones", LennardJones{4000, 9}, {}, 0},
      {{"A", "A"}, "morse", Morse{0.2, 1.5, 2.5, 9}, {}, 0},
      {{"D", "D"}, "born-mayer-huggins", BornMayerHuggins{{1500, 1 / 0.317}, 7, 9}, {}, 0}};
  return set;
}

std::vector<Crystal> mixed_crystals() {
  std::vector<Crystal> crystals;
  crystals.push_back(random_crystal({{7.1, 0, 0}, {1.2, 6.4, 0}, {-0.9, 1.7, 8.3}}, 20, 1.6, 1));
  crystals.push_back(random_crystal(cubic(3.4), 2, 1.6, 2));
  crystals.push_back(random_crystal({{9, 0, 0}, {0, 0, 8}, {0, 11, 0}}, 47, 1.6, 3));
  crystals.push_back(read_oracle(IONSCAPE_TEST_DATA "/oracles/mgo_64_perturbed.json").crystal);
  crystals.push_back(random_crystal(cubic(2.9), 1, 1.6, 4));
  Oracle const li2o = read_oracle(IONSCAPE_TEST_DATA "/oracles/li2o_12_triclinic_perturbed.json");
  crystals.push_back(li2o.crystal);
  crystals.push_back(random_crystal({{12, 0, 0}, {3, 11, 0}, {1, -2, 10}}, 120, 1.6, 5));
  Crystal neutral_atoms = random_crystal(cubic(6), 8, 1.9, 6);
  neutral_atoms.charges.assign(8, 0.0);
  crystals.push_back(neutral_atoms);
  return crystals;
}

double scale_of(Crystal const& c) { return std::max(1.0, force_scale(c)); }

}  // namespace

TEST_CASE("The engine reproduces the oracles, its reciprocal part summed directly or on a mesh") {
  auto const files = oracle_files();
  REQUIRE(files.size() == 9);
  for (auto const& file : files)
    for (bool mesh : {false, true}) {
      INFO(file.filename().string() << (mesh ? ", mesh" : ", direct"));
      Oracle const o = read_oracle(file);
      PairSums const pairs{.cutoff = o.cutoff};
      EnergyResult const r =
          evaluated(o.crystal, o.set, with(mesh ? tight_mesh(o.crystal) : tight(o.crystal), pairs));
      CHECK(r.ewald.method == (mesh ? EwaldMethod::mesh : EwaldMethod::direct));
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
      auto const exact = evaluate_reference(o.crystal, o.set, tight(o.crystal).sum, pairs);
      CHECK(std::fabs(r.coulomb / exact.coulomb - 1) < 1e-12);
      CHECK(std::fabs(r.short_range / exact.short_range - 1) < 1e-12);
      CHECK(largest_difference(r, exact, o.crystal.cell.volume()) <
            1e-11 * std::fabs(exact.energy()));
      CHECK(force_difference(r, exact) < 1e-11 * scale_of(o.crystal));
    }
}

TEST_CASE("The engine gives Madelung constants and Wigner energies to 1e-12") {
  double const zb = std::sqrt(3.0) / 4;
  auto const shifted = [](Vec3 by) {
    std::vector<Vec3> sites = fcc;
    for (Vec3 f : fcc) sites.push_back(f + by);
    return sites;
  };
  std::vector<double> const pm{1, 1, 1, 1, -1, -1, -1, -1};
  std::vector<Vec3> fluorite = shifted({.25, .25, .25});
  for (Vec3 f : fcc) fluorite.push_back(f - Vec3{.25, .25, .25});
  auto const madelung = [](Crystal const& c, double formula_units) {
    return -coulomb_energy(c) / formula_units;
  };
  CHECK(std::fabs(madelung(crystal(cubic(2), shifted({.5, 0, 0}), pm), 4) - 1.747564594633) <
        1.2e-12);
  CHECK(std::fabs(
            madelung(crystal(cubic(2 / std::sqrt(3.0)), {{0, 0, 0}, {.5, .5, .5}}, {1, -1}), 1) -
            1.762674773070) < 1.2e-12);
  CHECK(std::fabs(madelung(crystal(cubic(1 / zb), shifted({.25, .25, .25}), pm), 4) -
                  1.638055053388) < 1.2e-12);
  Crystal const caf2 = crystal(cubic(1), fluorite, {2, 2, 2, 2, -1, -1, -1, -1, -1, -1, -1, -1});
  CHECK(std::fabs(madelung(caf2, 4) - 11.636575) < 1e-6);  // printed with six decimals
  // Primitive cells, of two ions, and one of them left-handed: c and b exchanged.
  Cell const primitive{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}};
  CHECK(std::fabs(madelung(crystal(primitive, {{0, 0, 0}, {.5, .5, .5}}, {1, -1}), 1) -
                  1.747564594633) < 1.2e-12);
  CHECK(std::fabs(madelung(crystal({primitive.a, primitive.c, primitive.b},
                                   {{0, 0, 0}, {.5, .5, .5}}, {1, -1}),
                           1) -
                  1.747564594633) < 1.2e-12);
  // Charged cells of one ion.
  auto const wigner = [](Cell const& cell) {
    return coulomb_energy(crystal(cell, {{0, 0, 0}}, {1})) *
           std::cbrt(3 * cell.volume() / (4 * pi));
  };
  CHECK(std::fabs(wigner(primitive) + 0.895873615195) < 1e-12);
  CHECK(std::fabs(wigner({{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}}) + 0.895929255682) < 1e-12);
  CHECK(std::fabs(wigner(cubic(1)) + 0.880059442112) < 1e-12);
  EnergyResult const one = evaluated(crystal(cubic(1), {{.3, .2, .7}}, {1}), {});
  CHECK(std::fabs(one.site_potential[0] / coulomb_constant + 2.837297479) < 1e-9);
  CHECK(norm(one.forces[0]) < 1e-11);
  // E goes as V^(-1/3): the trace of the stress times the volume is -E.
  CHECK(std::fabs(one.stress[0][0] + one.stress[1][1] + one.stress[2][2] + one.coulomb) < 1e-11);
}

TEST_CASE(
    "Energy, forces, stress and site potentials do not move with the splitting, charged cells "
    "included") {
  Oracle const lithium =
      read_oracle(IONSCAPE_TEST_DATA "/oracles/li2o_12_triclinic_perturbed.json");
  Oracle const charged =
      read_oracle(IONSCAPE_TEST_DATA "/oracles/li_s32_face_distorted_charged.json");
  Crystal const one = crystal({{2.1, 0, 0}, {0.3, 2.4, 0}, {0.5, -0.4, 1.9}}, {{.1, .2, .3}}, {-1});
  for (Crystal const& c : {lithium.crystal, charged.crystal, one}) {
    INFO(c.size() << " ions");
    auto const at = [&](double alpha) {
      return evaluated(c, {}, with(direct(alpha, 6.2 / alpha, 12.6 * alpha)));
    };
    EnergyResult const first = at(0.35);
    for (double alpha : {0.45, 0.6, 0.9, 1.2}) {
      EnergyResult const r = at(alpha);
      CAPTURE(alpha);
      CHECK(std::fabs(r.coulomb / first.coulomb - 1) < 1e-12);
      CHECK(largest_difference(r, first, c.cell.volume()) <
            1e-12 * std::max(10.0, std::fabs(first.coulomb)));
    }
  }
}

TEST_CASE(
    "The engine sums every form, truncation, wall, tail and lattice sum as the reference does") {
  Oracle const o = many_forms();
  double const volume = o.crystal.cell.volume();
  for (double cutoff : {3.1, 6.35, 0.0})
    for (Truncation truncation :
         {Truncation::plain, Truncation::shifted, Truncation::force_shifted})
      for (bool tail : {false, true})
        for (bool lattice : {false, true}) {
          CAPTURE(cutoff, int(truncation), tail, lattice);
          PairSums const pairs{cutoff, truncation, tail, lattice};
          auto const exact = evaluate_reference(o.crystal, o.set, tight(o.crystal).sum, pairs);
          auto const r = evaluated(o.crystal, o.set, pairs);
          CHECK(largest_difference(r, exact, volume) < 1e-11 * std::fabs(exact.energy()));
          CHECK(force_difference(r, exact) < 1e-11 * force_scale(o.crystal));
          CHECK(std::fabs(r.dispersion - exact.dispersion) < 1e-12);
          CHECK(std::fabs(r.tail - exact.tail) < 1e-12);
          CHECK(std::fabs(r.short_range - exact.short_range) < 1e-11);
          double sum = 0;
          for (double e : r.ion_energy) sum += e;
          CHECK(std::fabs(sum - r.energy()) < 1e-11);
        }
}

TEST_CASE(
    "The lattice sum of -C/r^6 takes any C for each pair, whatever the splitting, direct and on a "
    "mesh") {
  Crystal const c = random_crystal({{8.1, 0, 0}, {2.2, 7.4, 0}, {-1.9, 1.7, 8.3}}, 30, 1.5, 8);
  PotentialSet const set = abd_set();
  PairSums const pairs{.cutoff = 6, .dispersion_lattice_sum = true};
  auto const exact = evaluate_reference(c, set, tight(c).sum, pairs);
  CHECK(exact.dispersion < -1);
  for (double alpha : {0.4, 0.6, 0.9}) {
    CAPTURE(alpha);
    auto const r = evaluated(c, set, with(direct(alpha, 6.3 / alpha, 13.4 * alpha), pairs));
    CHECK(std::fabs(r.dispersion / exact.dispersion - 1) < 1e-12);
    CHECK(largest_difference(r, exact, c.cell.volume()) < 1e-11 * std::fabs(exact.energy()));
  }
  EwaldSettings mesh = direct(0.4, 6.3 / 0.4, 0);
  mesh.method = EwaldMethod::mesh;
  mesh.mesh = {{90, 90, 90}, 14};
  auto const r = evaluated(c, set, with(mesh, pairs));
  CHECK(std::fabs(r.dispersion / exact.dispersion - 1) < 1e-11);
  CHECK(largest_difference(r, exact, c.cell.volume()) < 1e-11 * std::fabs(exact.energy()));
}

TEST_CASE("A set without a cutoff is summed completely") {
  Oracle const o = read_oracle(IONSCAPE_TEST_DATA "/oracles/mgo_64_perturbed.json");
  for (double error : {1e-3, 1e-6, 1e-9}) {
    CAPTURE(error);
    EnergyOptions options;
    options.force_error = error;
    PairSums const chosen = pair_sums(o.set, std::span(&o.crystal, 1), error);
    CHECK(chosen.dispersion_lattice_sum);
    auto const complete =
        evaluate_reference(o.crystal, o.set, tight(o.crystal).sum,
                           PairSums{.cutoff = 22, .dispersion_lattice_sum = true});
    CHECK(force_difference(evaluated(o.crystal, o.set, options), complete) < error);
  }
}

TEST_CASE(
    "Cells much smaller than the cutoff, skewed and left-handed ones, are the crystals they stand "
    "for") {
  PotentialSet const set = abd_set();
  Crystal two{{{2.9, 0, 0}, {0.2, 3.1, 0}, {0.4, 0.3, 2.7}},
              {"A", "B"},
              {{0.1, 0.2, 0}, {1.5, 1.6, 1.2}},
              {1, -1},
              ""};
  Crystal one{{{2.2, 0, 0}, {0, 2.5, 0}, {0.6, 0.4, 2.4}}, {"B"}, {{7.1, 0.2, -3}}, {-0.7}, ""};
  for (Crystal const& small : {two, one})
    for (bool lattice : {false, true}) {
      INFO(small.size() << " ions, lattice sum: " << lattice);
      PairSums const pairs{7.3, Truncation::plain, true, lattice};
      auto const exact = evaluate_reference(small, set, tight(small).sum, pairs);
      auto const same = [&](Crystal const& c, double copies) {
        auto const r = evaluated(c, set, pairs);
        CHECK(std::fabs(r.energy() / copies / exact.energy() - 1) < 1e-12);
        CHECK(std::fabs(r.coulomb / copies / exact.coulomb - 1) < 1e-12);
        double worst = 0;
        for (std::size_t i = 0; i < c.size(); ++i) {
          std::size_t const j = i % small.size();
          worst = std::max({worst, norm(r.forces[i] - exact.forces[j]),
                            std::fabs(r.site_potential[i] - exact.site_potential[j]),
                            std::fabs(r.ion_energy[i] - exact.ion_energy[j])});
        }
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b)
            worst = std::max(worst,
                             small.cell.volume() * std::fabs(r.stress[a][b] - exact.stress[a][b]));
        CHECK(worst < 1e-11);
      };
      same(small, 1);
      same(supercell(small, 3, 2, 4), 24);
      auto const in_cell = [&](Vec3 a, Vec3 b, Vec3 c) {
        Crystal other = small;
        other.cell = {a, b, c};
        return other;
      };
      auto const [a, b, c] = small.cell;
      same(in_cell(a, c, b), 1);                                // left-handed
      same(in_cell(b, c, a), 1);                                // cyclic
      same(in_cell(a, b, c + 5.0 * a), 1);                      // skewed
      same(in_cell(a, b - 3.0 * a, c + 5.0 * a + 4.0 * b), 1);  // more so
      same(in_cell(-a, b, c), 1);                               // a mirrored basis
      same(supercell(in_cell(a + 2.0 * b, b, c - 3.0 * b + 2.0 * a), 2, 1, 3), 6);  // both
    }
}

TEST_CASE("Translations, rotations, permutations and lattice vectors change nothing") {
  Oracle const o = many_forms();
  PairSums const pairs{6.35, Truncation::force_shifted, true, true};
  Crystal const& c = o.crystal;
  double const volume = c.cell.volume();
  EwaldSettings const settings = tight(c);
  auto const at = [&](Crystal const& other) {
    return evaluated(other, o.set, with(settings, pairs));
  };
  EnergyResult const first = at(c);
  double const limit = 1e-12 * std::fabs(first.energy());

  Crystal moved = c;
  for (Vec3& r : moved.positions) r += Vec3{0.371, -2.4, 11.3};
  CHECK(largest_difference(at(moved), first, volume) < limit);

  Crystal elsewhere = c;  // each ion in another cell
  for (std::size_t i = 0; i < c.size(); ++i)
    elsewhere.positions[i] +=
        c.cell.to_cartesian({double(int(i) % 5) - 2, double(int(i * i) % 7) - 3, double(i) - 4});
  CHECK(largest_difference(at(elsewhere), first, volume) < limit);

  Crystal far = c;
  far.positions[2] += c.cell.to_cartesian({4000, -3000, 2500});
  CHECK(largest_difference(at(far), first, volume) <
        1e-9);  // the position itself is rounded to 1e-12 Å

  Crystal permuted = c;
  std::size_t const n = c.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t const j = (5 * i + 3) % n;
    permuted.species[i] = c.species[j], permuted.positions[i] = c.positions[j],
    permuted.charges[i] = c.charges[j];
  }
  EnergyResult const p = at(permuted);
  CHECK(std::fabs(p.energy() - first.energy()) < limit);
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t const j = (5 * i + 3) % n;
    CHECK(norm(p.forces[i] - first.forces[j]) < limit);
    CHECK(std::fabs(p.site_potential[i] - first.site_potential[j]) < limit);
    CHECK(std::fabs(p.ion_energy[i] - first.ion_energy[j]) < limit);
  }

  // A proper rotation and a mirror, by their rows.
  double const s = std::sin(0.7), k = std::cos(0.7), u = std::sin(1.9), w = std::cos(1.9);
  for (double mirror : {1.0, -1.0}) {
    std::array<Vec3, 3> const rows{Vec3{k, s * w, s * u}, Vec3{-s, k * w, k * u},
                                   Vec3{0, -mirror * u, mirror * w}};
    auto const turn = [&](Vec3 v) {
      return Vec3{dot(rows[0], v), dot(rows[1], v), dot(rows[2], v)};
    };
    Crystal turned = c;
    turned.cell = {turn(c.cell.a), turn(c.cell.b), turn(c.cell.c)};
    for (Vec3& r : turned.positions) r = turn(r);
    EnergyResult const t = at(turned);
    CHECK(std::fabs(t.energy() - first.energy()) < limit);
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i)
      worst = std::max(worst, norm(t.forces[i] - turn(first.forces[i])));
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) {
        auto const row = [](std::array<double, 3> const& m) { return Vec3{m[0], m[1], m[2]}; };
        Vec3 const column{dot(row(first.stress[0]), rows[b]), dot(row(first.stress[1]), rows[b]),
                          dot(row(first.stress[2]), rows[b])};
        worst = std::max(worst, volume * std::fabs(t.stress[a][b] - dot(rows[a], column)));
      }
    CHECK(worst < limit);
  }
}

TEST_CASE("The engine's forces and stress are the derivatives of its energy") {
  Oracle const o = many_forms();
  EwaldSettings const settings = direct(0.6, 10.4, 7.8);
  for (Truncation truncation : {Truncation::plain, Truncation::force_shifted})
    for (bool lattice : {false, true}) {
      CAPTURE(int(truncation), lattice);
      // The stress of a plain truncation's tail has the mean of the jumps at the cutoff: energies
      // know nothing of it.
      PairSums const pairs{6.35, truncation, truncation != Truncation::plain, lattice};
      std::vector<Crystal> steps{o.crystal};
      double const h = 3e-5, e = 1e-5;  // strains too small for a pair to cross the cutoff here
      for (std::size_t i : {0, 1, 9})
        for (double Vec3::*x : {&Vec3::x, &Vec3::y, &Vec3::z})
          for (double sign : {1, -1}) {
            steps.push_back(o.crystal);
            steps.back().positions[i].*x += sign * h;
          }
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b)
          for (double sign : {1, -1}) steps.push_back(strained(o.crystal, a, b, sign * e));
      auto const all = evaluate_crystals(Exec(), steps, o.set, with(settings, pairs));
      double worst_force = 0, worst_stress = 0;
      std::size_t at = 1;
      auto const slope = [&](double step) {
        at += 2;
        return (all[at - 2].energy() - all[at - 1].energy()) / (2 * step);
      };
      for (std::size_t i : {0, 1, 9})
        for (double Vec3::*x : {&Vec3::x, &Vec3::y, &Vec3::z})
          worst_force = std::max(worst_force, std::fabs(-slope(h) - all[0].forces[i].*x));
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b)
          worst_stress = std::max(
              worst_stress, std::fabs(slope(e) / o.crystal.cell.volume() - all[0].stress[a][b]));
      CHECK(worst_force < 1e-7);
      CHECK(worst_stress < 1e-9);
    }
}

TEST_CASE("The mesh gives what the direct sum gives, to the errors asked for") {
  for (Crystal const& c : mixed_crystals())
    for (bool lattice : {false, true})
      for (double error : {1e-4, 1e-8}) {
        CAPTURE(c.size(), lattice, error);
        EnergyOptions options;
        options.pairs = PairSums{.cutoff = 5.5, .dispersion_lattice_sum = lattice};
        options.force_error = error;
        options.method = EwaldMethod::direct;
        auto const direct = evaluated(c, abd_set(), options);
        options.method = EwaldMethod::mesh;
        CHECK(force_difference(evaluated(c, abd_set(), options), direct) < 2 * error);
      }
}

TEST_CASE("A crystal has the same bits alone, in any batch, in any order, and twice") {
  std::vector<Crystal> const crystals = mixed_crystals();
  PotentialSet set = abd_set();
  set.pairs.push_back({{"Mg", "O"}, "buckingham", Buckingham{{1428.5, 1 / 0.2945}, 0}, {}, 0});
  set.pairs.push_back({{"O", "O"}, "buckingham", Buckingham{{22764.3, 1 / 0.149}, 20.4}, {}, 0});
  set.pairs.push_back({{"Li", "O"}, "buckingham", Buckingham{{632, 1 / 0.2906}, 2}, {}, 0});
  for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh})
    for (bool lattice : {false, true}) {
      if (method == EwaldMethod::mesh && !lattice) continue;  // choosing a mesh takes its time
      EnergyOptions options;
      options.pairs = PairSums{5.5, Truncation::shifted, true, lattice};
      options.force_error = 1e-5;
      options.method = method;
      auto const together = evaluate_crystals(Exec(), crystals, set, options);
      REQUIRE(together.size() == crystals.size());
      std::vector<Crystal> reversed(crystals.rbegin(), crystals.rend());
      reversed.push_back(crystals[3]);
      auto const backwards = evaluate_crystals(Exec(), reversed, set, options);
      Model model(crystals, set, options);
      CHECK(model.systems() == int(crystals.size()));
      for (int time = 0; time < 2; ++time) model.evaluate(Exec(), model.initial_positions());
      auto const twice = model.results();
      for (std::size_t i = 0; i < crystals.size(); ++i) {
        CAPTURE(lattice, int(method), i);
        CHECK(same_bits(evaluated(crystals[i], set, options), together[i]));
        CHECK(same_bits(backwards[crystals.size() - 1 - i], together[i]));
        CHECK(same_bits(twice[i], together[i]));
      }
      CHECK(same_bits(backwards.back(), together[3]));
    }
}

TEST_CASE("One thread and all threads give the same bits of every ion") {
  Exec const all;
  if (all.concurrency() < 2) return;  // nothing to compare
  std::vector<Crystal> const crystals = mixed_crystals();
  auto const parts = Kokkos::Experimental::partition_space(all, 1, all.concurrency() - 1);
  for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh}) {
    EnergyOptions options;
    options.pairs = PairSums{.cutoff = 5.5, .dispersion_lattice_sum = true};
    options.force_error = 1e-6;
    options.method = method;
    auto const many = evaluate_crystals(all, crystals, abd_set(), options);
    for (Exec const& part : parts) {
      auto const few = evaluate_crystals(part, crystals, abd_set(), options);
      for (std::size_t i = 0; i < crystals.size(); ++i) {
        CAPTURE(int(method), i);
        CHECK(same_bits(few[i], many[i]));
      }
    }
  }
}

TEST_CASE(
    "Moving ions keep their lists within the skin, and the results are those of a fresh model") {
  Crystal c = random_crystal({{9.1, 0, 0}, {2.2, 8.4, 0}, {-1.9, 1.7, 9.3}}, 48, 1.7, 9);
  PotentialSet const set = abd_set();
  for (bool lattice : {false, true}) {
    EnergyOptions options =
        with(direct(0.55, 6.3, 6.9), {5.5, Truncation::shifted, false, lattice});
    EnergyOptions skinned = options;
    skinned.skin = 1;
    Model model(std::span(&c, 1), set, skinned);
    Crystal now = c;
    std::mt19937 random(3);
    std::uniform_real_distribution<double> one(-0.05, 0.05);
    for (int step = 0; step < 25; ++step) {
      CAPTURE(lattice, step);
      for (Vec3& r : now.positions) r += Vec3{one(random) + 0.05, one(random), one(random)};
      if (step == 12) now.positions[4] += now.cell.to_cartesian({1, -2, 0});  // any periodic image
      model.evaluate(Exec(), on_device(now.positions));
      auto const moved = model.results()[0], fresh = evaluated(now, set, options);
      CHECK(std::fabs(moved.energy() / fresh.energy() - 1) < 1e-12);
      CHECK(largest_difference(moved, fresh, c.cell.volume()) < 1e-12 * std::fabs(fresh.coulomb));
      CHECK(force_difference(moved, fresh) < 1e-12 * scale_of(c));
    }
  }
}

TEST_CASE(
    "Ions closer than their term may be trusted are named, each pair once, the nearest first") {
  PotentialSet const set = abd_set();
  double const turnover = turnover_radius(set.find("B", "B")->term);
  CHECK(turnover > 0.3);
  Crystal c = random_crystal(cubic(9), 20, 1.9, 10);
  std::vector<std::size_t> b;
  for (std::size_t i = 0; i < c.size(); ++i)
    if (c.species[i] == "B") b.push_back(i);
  PairSums const pairs{.cutoff = 4};
  CHECK(evaluated(c, set, pairs).contacts.empty());
  // Two pairs, one of them across the faces of the cell.
  c.positions[b[1]] = c.positions[b[4]] + Vec3{0, 0.8 * turnover, 0};
  c.positions[b[2]] = c.positions[b[0]] + Vec3{0.5 * turnover + 9, 0, -18};
  std::vector<Crystal> const batch{random_crystal(cubic(7), 10, 1.9, 11), c};
  EnergyOptions options;
  options.pairs = pairs;
  auto const results = evaluate_crystals(Exec(), batch, set, options);
  CHECK(results[0].contacts.empty());
  auto const& contacts = results[1].contacts;
  REQUIRE(contacts.size() == 2);
  CHECK(std::set{contacts[0].ion, contacts[0].partner} == std::set{int(b[0]), int(b[2])});
  CHECK(contacts[0].distance == Approx(0.5 * turnover).epsilon(1e-12));
  CHECK(contacts[0].turnover == Approx(turnover).epsilon(1e-9));
  CHECK(std::set{contacts[1].ion, contacts[1].partner} == std::set{int(b[1]), int(b[4])});
  CHECK(contacts[1].distance == Approx(0.8 * turnover).epsilon(1e-12));

  // With a wall the term may be trusted everywhere.
  PotentialSet walled = set;
  for (PairTerm& pair : walled.pairs)
    if (pair.species == std::array<std::string, 2>{"B", "B"}) pair.wall = 1.05 * turnover;
  CHECK(evaluated(c, walled, options).contacts.empty());

  // approach(): for every ion the smallest ratio of distance and turnover radius.
  Model model(batch, set, options);
  model.evaluate(Exec(), model.initial_positions());
  auto const approach = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), model.approach());
  for (std::size_t i = 0; i < c.size(); ++i) {
    double nearest = 1e300;
    for (std::size_t j = 0; j < c.size(); ++j) {
      PairTerm const* const term = set.find(c.species[i], c.species[j]);
      if (i == j || !term || !(turnover_radius(term->term) > 0)) continue;
      double const ratio = norm(minimum_image(c.cell, c.positions[i] - c.positions[j])) /
                           turnover_radius(term->term);
      nearest = std::min(nearest, ratio);
    }
    if (nearest < 3) CHECK(approach(10 + i) == Approx(nearest).epsilon(1e-9));
  }
}

TEST_CASE("An ion too near to its own image is named once") {
  PotentialSet const set = abd_set();
  double const turnover = turnover_radius(set.find("B", "B")->term);
  double const a = 0.9 * turnover;
  Crystal const c{{{a, 0, 0}, {0, 6, 0}, {0, 0, 6}}, {"B"}, {{0.1, 0.2, 0.3}}, {-1}, ""};
  auto const contacts = evaluated(c, set, PairSums{.cutoff = 4}).contacts;
  REQUIRE(contacts.size() == 1);
  CHECK(contacts[0].ion == 0);
  CHECK(contacts[0].partner == 0);
  CHECK(contacts[0].distance == Approx(a).epsilon(1e-12));
}

TEST_CASE("Wrong crystals and impossible demands are said clearly") {
  using ionscape_test::input_error;
  Crystal c = random_crystal(cubic(9), 20, 1.9, 10);
  auto const error_of = [&](Crystal const& crystal, EnergyOptions const& options) {
    return input_error([&] { evaluated(crystal, abd_set(), options); });
  };
  EnergyOptions options;
  options.pairs = PairSums{.cutoff = 4};
  CHECK(error_of(c, options).empty());
  Crystal without = c;
  without.charges.clear();
  CHECK_THAT(error_of(without, options), ContainsSubstring("charges"));
  for (double error : {0.0, -1e-6, std::nan("")}) {
    EnergyOptions bad = options;
    bad.force_error = error;
    CHECK_THAT(error_of(c, bad), ContainsSubstring("force error") && ContainsSubstring("positive"));
  }
  EnergyOptions tiny = options;
  tiny.force_error = 1e-15;
  CHECK_THAT(error_of(c, tiny), ContainsSubstring("double precision"));
  for (double cutoff : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EnergyOptions bad = options;
    bad.pairs = PairSums{.cutoff = cutoff};
    CHECK_THAT(error_of(c, bad), ContainsSubstring("cutoff"));
  }
  Model model(std::span(&c, 1), abd_set(), options);
  CHECK_THAT(input_error([&] {
               model.evaluate(Exec(), on_device({{0, 0, 0}}));
             }),
             ContainsSubstring("positions"));
}

TEST_CASE(
    "What does not fit into the memory limit is refused with the size that it needs, before it is "
    "allocated") {
  using ionscape_test::input_error;
  Crystal const c = random_crystal(cubic(12), 60, 1.7, 12);
  for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh}) {
    CAPTURE(int(method));
    EnergyOptions options;
    options.pairs = PairSums{.cutoff = 6};
    options.method = method;
    Model model(std::span(&c, 1), abd_set(), options);
    model.evaluate(Exec(), model.initial_positions());
    double const held = model.memory();
    CHECK(held > 1e5);
    // Whatever is allowed is either enough for all that is held then, or refused.
    for (double limit = held / 256; limit < 8 * held; limit *= 2) {
      CAPTURE(limit, held);
      options.memory_limit = limit;
      std::string const message = input_error([&] {
        Model bounded(std::span(&c, 1), abd_set(), options);
        bounded.evaluate(Exec(), bounded.initial_positions());
        CHECK(bounded.memory() <= limit);
      });
      if (limit < held)
        CHECK_THAT(message, ContainsSubstring("would take") && ContainsSubstring("GB"));
      if (limit > 4 * held) CHECK(message.empty());
    }
  }
  EnergyOptions options;
  options.memory_limit = 1e8;
  options.pairs = PairSums{.cutoff = 200};
  CHECK_THAT(input_error([&] { evaluated(c, abd_set(), options); }),
             ContainsSubstring("would take") && ContainsSubstring("GB are allowed"));
}

TEST_CASE(
    "Crystals come out in their order from batches of any size, and the caller hears of each") {
  std::vector<Crystal> crystals;
  for (unsigned i = 0; i < 40; ++i) crystals.push_back(random_crystal(cubic(8.5), 24, 1.6, 20 + i));
  EnergyOptions options;
  options.pairs = PairSums{.cutoff = 5};
  std::vector<std::size_t> heard;
  auto const all = evaluate_crystals(Exec(), crystals, abd_set(), options,
                                     [&](std::size_t n) { heard.push_back(n); });
  REQUIRE(all.size() == 40);
  REQUIRE(!heard.empty());
  CHECK(heard.back() == 40);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  // Room for a few of them at a time.
  Model one(std::span(crystals.data(), 1), abd_set(), options);
  one.evaluate(Exec(), one.initial_positions());
  options.memory_limit = 6 * one.memory();
  heard.clear();
  auto const in_parts = evaluate_crystals(Exec(), crystals, abd_set(), options,
                                          [&](std::size_t n) { heard.push_back(n); });
  REQUIRE(in_parts.size() == 40);
  CHECK(heard.size() > 1);
  for (std::size_t i = 0; i < 40; ++i) CHECK(same_bits(in_parts[i], all[i]));
  CHECK(evaluate_crystals(Exec(), {}, abd_set(), options).empty());
}
