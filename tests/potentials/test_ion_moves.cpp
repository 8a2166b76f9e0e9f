// Energy differences of single steps against the plain reference, evaluated before and after.
#include <algorithm>
#include <cmath>
#include <random>
#include <thread>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/ions/ion_moves.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

/// Three species of all kinds of pairs.
PotentialSet test_set() {
  PotentialSet set;
  set.charges = {{"A", 1.2}, {"B", -0.9}, {"D", 2.0}};
  set.pairs = {{{"A", "B"}, "buckingham", Buckingham{{1000, 1 / 0.3}, 40}, {}, 0},
               {{"B", "B"}, "buckingham", Buckingham{{9000, 1 / 0.2}, 70}, {}, 0},
               {{"A", "A"}, "morse", Morse{0.4, 1.7, 2.2}, {}, 0},
               {{"D", "B"}, "lennard-jones", LennardJones{900, 25}, 4.1, 0},
               {{"D", "A"}, "born-mayer", Buckingham{{400, 1 / 0.35}, 0}, {}, 0}};
  return set;
}

Crystal with_charges(Crystal crystal, double extra = 0) {
  assign_charges(crystal, test_set());
  if (!crystal.charges.empty()) crystal.charges[0] += extra;
  return crystal;
}

Crystal triclinic(double extra_charge = 0) {
  Crystal c{{{5.6, 0, 0}, {0.9, 6.4, 0}, {-1.3, 1.1, 5.1}}, {}, {}, {}, ""};
  for (Vec3 f :
       {Vec3{.1, .2, .05}, {.6, .15, .4}, {.3, .7, .8}, {.85, .6, .3}, {.4, .45, .5}, {.9, .9, .9}})
    c.positions.push_back(c.cell.to_cartesian(f));
  c.species = {"A", "B", "B", "A", "D", "B"};
  return with_charges(c, extra_charge);
}

/// Two ions in a cell smaller than any cutoff.
Crystal tiny() {
  Crystal c{
      {{2.9, 0, 0}, {0, 3.1, 0}, {0.4, 0, 2.7}}, {"A", "B"}, {{0, 0, 0}, {1.6, 1.5, 1.3}}, {}, ""};
  return with_charges(c);
}

/// n^3 rock salt cells, shaken.
Crystal rock_salt(int n, double shake) {
  double const a = 4.7;
  Crystal c{{{a * n, 0, 0}, {0, a * n, 0}, {0, 0, a * n}}, {}, {}, {}, ""};
  std::mt19937 random(7);
  std::uniform_real_distribution<double> one(-1, 1);
  for (int i = 0; i < 2 * n; ++i)
    for (int j = 0; j < 2 * n; ++j)
      for (int k = 0; k < 2 * n; ++k) {
        c.species.push_back((i + j + k) % 2 ? "B" : "A");
        c.positions.push_back(a / 2 * Vec3{double(i), double(j), double(k)} +
                              shake * Vec3{one(random), one(random), one(random)});
      }
  c.charges.assign(c.size(), 1.0);
  for (std::size_t i = 0; i < c.size(); ++i) c.charges[i] = c.species[i] == "A" ? 1 : -1;
  return c;
}

double reference_energy(Crystal const& crystal, PotentialSet const& set, PairSums const& ends) {
  if (crystal.size() == 0) return 0;
  return evaluate_reference(crystal, set, ewald_parameters(crystal.cell, crystal.size(), 1e-16),
                            ends)
      .energy();
}

/// The crystal after a step, made by hand.
Crystal after(Crystal c, IonMoves::Operation const& o) {
  using Operation = IonMoves::Operation;
  switch (o.kind) {
    case Operation::move:
      c.positions[o.ion] = o.to;
      break;
    case Operation::add:
      c.species.push_back(o.species), c.positions.push_back(o.to), c.charges.push_back(o.charge);
      break;
    case Operation::remove:
      c.species.erase(c.species.begin() + o.ion), c.positions.erase(c.positions.begin() + o.ion);
      c.charges.erase(c.charges.begin() + o.ion);
      break;
    case Operation::swap:
      std::swap(c.positions[o.ion], c.positions[o.other]);
      break;
    case Operation::change:
      c.species[o.ion] = o.species, c.charges[o.ion] = o.charge;
      break;
  }
  return c;
}

std::vector<IonMoves::Difference> all_steps(IonMoves const& ions) {
  Crystal const& c = ions.crystal();
  int const last = int(c.size()) - 1;
  std::vector<IonMoves::Difference> steps;
  for (int i : {0, last}) {
    steps.push_back(ions.move(i, c.positions[i] + Vec3{0.11, -0.07, 0.05}));
    steps.push_back(ions.move(i, c.positions[i] + Vec3{8.3, -9.1, 7.2}));
    steps.push_back(ions.remove(i));
    steps.push_back(ions.change(i, "D"));
    steps.push_back(ions.change(i, "A", -0.4));
    steps.push_back(ions.change(i, "unheard of", 1.5));
  }
  Vec3 const gap = c.cell.to_cartesian({0.37, 0.88, 0.13});
  for (char const* species : {"A", "B", "D"}) steps.push_back(ions.add(species, gap));
  steps.push_back(ions.add("B", gap, 0.0));
  steps.push_back(ions.add("unheard of", gap, -2.0));
  for (int j = 0; j <= last && j < 5; ++j) steps.push_back(ions.swap(0, j));
  return steps;
}

/// Worst difference from the reference over all kinds of steps, for each accuracy.
std::vector<double> worst_errors(Crystal const& crystal, PotentialSet const& set,
                                 PairSums const& ends, std::vector<double> const& accuracies) {
  std::vector<double> expected, worst;
  double const before = reference_energy(crystal, set, ends);
  for (auto const& step : all_steps(IonMoves(crystal, set, ends, 1e-3)))
    expected.push_back(reference_energy(after(crystal, step.operation), set, ends) - before);
  for (double accuracy : accuracies) {
    auto const steps = all_steps(IonMoves(crystal, set, ends, accuracy));
    worst.push_back(0);
    for (std::size_t i = 0; i < steps.size(); ++i)
      worst.back() = std::max(worst.back(), std::fabs(steps[i].energy - expected[i]));
  }
  return worst;
}

double worst_error(Crystal const& crystal, PotentialSet const& set, PairSums const& ends,
                   double accuracy) {
  return worst_errors(crystal, set, ends, {accuracy})[0];
}

struct Ends {
  char const* name;
  PairSums ends;
};
std::vector<Ends> const all_ends{
    {"no pair terms", {0}},
    {"plain", {6.3}},
    {"shifted", {6.3, Truncation::shifted}},
    {"force-shifted", {6.3, Truncation::force_shifted}},
    {"plain, tail", {6.3, Truncation::plain, true}},
    {"shifted, tail", {6.3, Truncation::shifted, true}},
    {"lattice sum", {6.3, Truncation::plain, false, true}},
    {"lattice sum, shifted, tail", {6.3, Truncation::shifted, true, true}},
};

}  // namespace

TEST_CASE("Every kind of step costs what the reference says, however the pair terms end") {
  for (auto const& [name, ends] : all_ends) {
    INFO(name);
    CHECK(worst_error(triclinic(), test_set(), ends, 1e-9) < 1e-9);
    CHECK(worst_error(triclinic(0.37), test_set(), ends, 1e-9) < 1e-9);
    CHECK(worst_error(tiny(), test_set(), ends, 1e-9) < 1e-9);
  }
}

TEST_CASE("The asked accuracy of a difference is a promise from 1e-3 to 1e-10 eV") {
  std::vector<double> const asked{1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10};
  PairSums const none{0}, all{5.0, Truncation::shifted, false, true};
  auto const check = [&](Crystal const& crystal, PairSums const& ends) {
    auto const measured = worst_errors(crystal, test_set(), ends, asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      INFO(asked[i]);
      CHECK(measured[i] < asked[i]);
    }
  };
  check(triclinic(), all);
  check(triclinic(-1.1), none);
  check(tiny(), all);
  check(rock_salt(1, 0.0), none);
  check(rock_salt(2, 0.0), all);
  check(rock_salt(2, 0.2), all);
}

TEST_CASE("A wall and a table cost what the reference says, too") {
  PotentialSet set = test_set();
  set.pairs[0].wall = 1.9;
  std::vector<double> energies;
  for (int i = 0; i < 60; ++i) energies.push_back(50 * std::exp(-(0.8 + 0.1 * i)));
  set.pairs[2].term = spline_table(0.8, 0.1, energies);
  CHECK(worst_error(triclinic(), set, {6.3, Truncation::force_shifted}, 1e-9) < 1e-9);
  CHECK(worst_error(tiny(), set, {6.3}, 1e-9) < 1e-9);
}

TEST_CASE("The whole energy is that of the reference") {
  for (auto const& [name, ends] : all_ends) {
    INFO(name);
    for (Crystal const& c : {triclinic(), triclinic(0.4), tiny(), rock_salt(1, 0.1)})
      CHECK(std::fabs(IonMoves(c, test_set(), ends, 1e-10).energy() -
                      reference_energy(c, test_set(), ends)) < 1e-9);
  }
}

TEST_CASE("Asking changes nothing, and many threads may ask at once") {
  PairSums const ends{6.3, Truncation::shifted, true, true};
  IonMoves const ions(rock_salt(2, 0.1), test_set(), ends, 1e-8);
  double const energy = ions.energy();
  auto const first = all_steps(ions);
  std::vector<std::vector<IonMoves::Difference>> answers(4);
  std::vector<std::thread> threads;
  for (auto& answer : answers) threads.emplace_back([&answer, &ions] { answer = all_steps(ions); });
  for (auto& thread : threads) thread.join();
  for (auto const& answer : answers) {
    REQUIRE(answer.size() == first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      CHECK(answer[i].energy == first[i].energy);
      CHECK(answer[i].approach == first[i].approach);
    }
  }
  CHECK(ions.energy() == energy);
}

TEST_CASE("A thousand applied steps add up, and leave what a fresh object has") {
  PairSums const ends{6.3, Truncation::shifted, true, true};
  double const accuracy = 1e-9;
  IonMoves ions(rock_salt(2, 0.1), test_set(), ends, accuracy);
  double const start = ions.energy();
  std::mt19937 random(3);
  auto const any = [&](std::size_t n) { return int(random() % n); };
  std::normal_distribution<double> shift(0, 0.1);
  double sum = 0;
  int applied = 0;
  for (int tried = 0; applied < 1000 && tried < 20000; ++tried) {
    std::size_t const n = ions.crystal().size();
    int const i = any(n);
    IonMoves::Difference step;
    try {
      switch (tried % 8) {
        case 0:
          step = ions.swap(i, any(n));
          break;
        case 1:
          step = ions.change(i, any(2) ? "A" : "B");
          break;
        case 2:
          step = n < 70 ? ions.add(any(2) ? "A" : "D",
                                   ions.crystal().cell.to_cartesian({random() % 997 / 997.,
                                                                     random() % 997 / 997.,
                                                                     random() % 997 / 997.}))
                        : ions.remove(i);
          break;
        case 3:
          step =
              n > 58 ? ions.remove(i) : ions.move(i, ions.crystal().positions[i] + Vec3{0, 0.1, 0});
          break;
        default:
          step = ions.move(
              i, ions.crystal().positions[i] + Vec3{shift(random), shift(random), shift(random)});
      }
    } catch (InputError const&) {
      continue;  // two ions too close
    }
    if (step.approach < 1 || step.energy > 5) continue;
    sum += step.energy;
    ions.apply(step);
    ++applied;
  }
  REQUIRE(applied == 1000);
  IonMoves const fresh(ions.crystal(), test_set(), ends, accuracy);
  CHECK(std::fabs(ions.energy() - fresh.energy()) < 100 * accuracy);
  CHECK(std::fabs(ions.energy() - start - sum) < 1000 * accuracy);
  CHECK(std::fabs(fresh.energy() - reference_energy(ions.crystal(), test_set(), ends)) <
        100 * accuracy);
  auto const now = all_steps(ions), again = all_steps(fresh);
  ions.refresh();
  auto const refreshed = all_steps(ions);
  for (std::size_t i = 0; i < now.size(); ++i) {
    CHECK(std::fabs(now[i].energy - again[i].energy) < accuracy);
    CHECK(std::fabs(refreshed[i].energy - again[i].energy) < 1e-11);
  }
}

TEST_CASE("A step and the step back cancel") {
  PairSums const ends{6.3, Truncation::plain, true, true};
  IonMoves ions(triclinic(0.2), test_set(), ends, 1e-8);
  double const before = ions.energy();
  auto const there_and_back = [&](IonMoves::Difference const& there, auto const& back) {
    ions.apply(there);
    auto const b = back();
    ions.apply(b);
    CHECK(std::fabs(there.energy + b.energy) < 1e-11);
    CHECK(std::fabs(ions.energy() - before) < 1e-11);
  };
  Vec3 const r = ions.crystal().positions[2];
  there_and_back(ions.move(2, r + Vec3{1, 0.3, 0.2}), [&] { return ions.move(2, r); });
  there_and_back(ions.add("D", {2.5, 0.1, 3.0}), [&] { return ions.remove(6); });
  there_and_back(ions.swap(1, 4), [&] { return ions.swap(4, 1); });
  there_and_back(ions.change(1, "A", 0.3), [&] { return ions.change(1, "B"); });
}

TEST_CASE(
    "Removing moves the last ion to the free index, and the last ion of all can go and come back") {
  IonMoves ions(triclinic(), test_set(), {6.3}, 1e-8);
  Vec3 const last = ions.crystal().positions[5];
  ions.apply(ions.remove(1));
  REQUIRE(ions.crystal().size() == 5);
  CHECK(ions.crystal().positions[1] == last);
  CHECK(ions.crystal().species[1] == "B");
  while (ions.crystal().size() > 0) ions.apply(ions.remove(0));
  CHECK(std::fabs(ions.energy()) < 1e-11);
  Crystal one = ions.crystal();
  auto const step = ions.add("A", {1, 2, 3});
  CHECK(std::fabs(step.energy - reference_energy(after(one, step.operation), test_set(), {6.3})) <
        1e-8);
  ions.apply(step);
  CHECK(ions.crystal().size() == 1);
}

TEST_CASE("A copy walks by itself") {
  IonMoves ions(triclinic(), test_set(), {6.3}, 1e-8);
  double const before = ions.energy();
  IonMoves copy = ions;
  copy.apply(copy.remove(0));
  CHECK(ions.energy() == before);
  CHECK(ions.crystal().size() == copy.crystal().size() + 1);
}

TEST_CASE("A step into a Buckingham well says so") {
  Crystal c{{{12, 0, 0}, {0, 12, 0}, {0, 0, 12}}, {"A", "B"}, {{1, 1, 1}, {4, 1, 1}}, {}, ""};
  assign_charges(c, test_set());
  double const turnover = turnover_radius(Buckingham{{1000, 1 / 0.3}, 40});
  REQUIRE(turnover > 0.2);
  for (PairSums const& ends : {PairSums{6.3}, PairSums{6.3, Truncation::plain, false, true}}) {
    IonMoves const ions(c, test_set(), ends, 1e-6);
    for (double ratio : {0.5, 0.9, 1.1, 2.0}) {
      Vec3 const to = Vec3{4 - ratio * turnover, 1, 1};
      CHECK(std::fabs(ions.move(0, to).approach - ratio) < 1e-9);
      CHECK(std::fabs(ions.add("A", to).approach - ratio) < 1e-9);
    }
    CHECK(std::fabs(ions.swap(0, 1).approach - 3 / turnover) < 1e-9);
    CHECK(ions.remove(0).approach > 1e300);
    CHECK(ions.change(1, "A").approach > 1e300);  // Morse repels to the end
  }
}

TEST_CASE("Steps that cannot be made are refused") {
  IonMoves const ions(triclinic(), test_set(), {6.3}, 1e-6);
  Vec3 const r1 = ions.crystal().positions[1];
  CHECK_THROWS_AS(ions.move(6, {0, 0, 0}), InputError);
  CHECK_THROWS_AS(ions.move(-1, {0, 0, 0}), InputError);
  CHECK_THROWS_AS(ions.swap(0, 6), InputError);
  CHECK_THROWS_AS(ions.remove(17), InputError);
  CHECK_THROWS_AS(ions.move(0, {0, NAN, 0}), InputError);
  CHECK_THROWS_AS(ions.move(0, r1 + Vec3{0.05, 0, 0}), InputError);
  CHECK_THROWS_AS(ions.move(0, r1 + ions.crystal().cell.a + Vec3{0.05, 0, 0}), InputError);
  CHECK_THROWS_AS(ions.add("A", r1 + Vec3{0, 0, 0.09}), InputError);
  CHECK_THROWS_AS(ions.add("Xx", {0, 0, 0}), InputError);
  CHECK_THROWS_AS(ions.change(0, "Xx"), InputError);
  CHECK_NOTHROW(ions.move(1, r1 + Vec3{0.05, 0, 0}));
  CHECK_NOTHROW(ions.add("Xx", {0, 0, 3}, 1.0));
  Crystal without = triclinic();
  without.charges.clear();
  CHECK_THROWS_AS(IonMoves(without, test_set(), {6.3}, 1e-6), InputError);
  CHECK_THROWS_AS(IonMoves(triclinic(), test_set(), {6.3}, 1e-14), InputError);
  CHECK_THROWS_AS(IonMoves(triclinic(), test_set(), {6.3}, 1), InputError);
}
