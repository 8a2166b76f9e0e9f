// A lattice may be given by any of its cells: what is summed does not depend on the choice, and the
// asked error holds in all of them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/potentials/ewald/interaction_matrix.hpp>
#include <ionscape/potentials/host/frozen_host.hpp>
#include <ionscape/potentials/ions/ion_moves.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "energy_cases.hpp"

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::cubic, ionscape_test::evaluated, ionscape_test::force_difference,
    ionscape_test::input_error, ionscape_test::largest_difference;

namespace {

std::filesystem::path const data = IONSCAPE_TEST_DATA "/any_cell";

/// Other vectors of the same lattice: multiples up to `most` of one are added to another.
Cell skewed(Cell const& cell, int steps, int most, std::mt19937& random) {
  Vec3 v[3] = {cell.a, cell.b, cell.c};
  std::uniform_int_distribution<int> axis(0, 2), other(1, 2), multiple(-most, most);
  for (int step = 0; step < steps; ++step) {
    int const i = axis(random), j = (i + other(random)) % 3;
    v[i] += double(multiple(random)) * v[j];
  }
  return {v[0], v[1], v[2]};
}

/// The same crystal in another cell, every ion in some image.
Crystal in_cell(Crystal c, Cell const& cell, std::mt19937& random) {
  std::uniform_int_distribution<int> image(-2, 2);
  c.cell = cell;
  for (Vec3& r : c.positions)
    r += cell.to_cartesian({double(image(random)), double(image(random)), double(image(random))});
  return c;
}

/// n ions, none nearer to another than half the mean spacing, in a cell of angles between 55 and 125
/// degrees and edges up to `longest` times each other.
Crystal random_crystal(int n, double longest, std::mt19937& random) {
  std::uniform_real_distribution<double> one(0, 1);
  auto const vector = [&] {
    Vec3 v;
    do v = {2 * one(random) - 1, 2 * one(random) - 1, 2 * one(random) - 1};
    while (norm(v) > 1 || norm(v) < 0.1);
    return (std::pow(longest, one(random)) / norm(v)) * v;
  };
  Cell cell;
  do cell = {vector(), vector(), vector()};
  while (cell.volume() < 0.5 * norm(cell.a) * norm(cell.b) * norm(cell.c));
  double const scale = std::cbrt(12.0 * n / cell.volume());  // 12 Å^3 for each ion
  cell = {scale * cell.a, scale * cell.b, scale * cell.c};
  Crystal c{cell, {}, {}, {}, ""};
  while (int(c.size()) < n) {
    Vec3 const r = cell.to_cartesian({one(random), one(random), one(random)});
    if (std::any_of(c.positions.begin(), c.positions.end(),
                    [&](Vec3 s) { return norm(minimum_image(cell, r - s)) < 1.15; }))
      continue;
    c.species.push_back(c.size() % 2 ? "O" : "Mg");
    c.charges.push_back(c.size() % 2 ? -2 : 1.5 + one(random));
    c.positions.push_back(r);
  }
  return c;
}

PotentialSet set_with_dispersion() {
  PotentialSet set;
  set.pairs = {{{"O", "O"}, "buckingham", Buckingham{{9000, 1 / 0.2}, 20}, {}, 0},
               {{"Mg", "O"}, "born-mayer", Buckingham{{900, 1 / 0.3}, 0}, {}, 0}};
  return set;
}

EnergyOptions options_for(double error, EwaldMethod method) {
  EnergyOptions options;
  options.force_error = error;
  options.method = method;
  options.pairs = PairSums{6, Truncation::force_shifted, false, true};
  return options;
}

constexpr EwaldMethod methods[] = {EwaldMethod::direct, EwaldMethod::mesh, EwaldMethod::automatic};

}  // namespace

TEST_CASE("Rock salt in skewed cells has its Madelung energy by every method") {
  for (char const* name : {"sk20.vasp", "sk40.vasp", "skew60.vasp"}) {
    Crystal c = read_crystal(data / name);
    for (std::string const& species : c.species) c.charges.push_back(species == "Mg" ? 2 : -2);
    CAPTURE(name);
    for (EwaldMethod method : methods) {
      EnergyResult const r = evaluated(c, {}, options_for(1e-9, method));
      CHECK(std::fabs(r.energy() + 191.27266975) < 1e-7);
      CHECK(norm(r.forces[3]) < 1e-8);
    }
    double const reference =
        evaluate_reference(c, {}, ewald_parameters(c.cell, c.size(), 1e-14), 0).energy();
    CHECK(std::fabs(reference + 191.27266975) < 1e-7);
    SquareMatrix const matrix = interaction_matrix(c, 1e-10);
    double sum = 0;
    for (double element : matrix.values) sum += element;
    CHECK(std::fabs(sum + 191.27266975) < 1e-7);
  }
}

TEST_CASE("The mesh keeps its promise in the skewed cells where it once failed") {
  struct Case {
    char const *structure, *set;
    double relative;
  };
  for (auto const& [structure, set_file, relative] :
       {Case{"b_plus_20_a.extxyz", "sys49.toml", 1e-8},
        {"sys25.extxyz", "sys25.toml", 1e-8},
        {"sys49.extxyz", "sys49.toml", 1e-8},
        {"sys57.extxyz", "sys57.toml", 1e-6}}) {
    CAPTURE(structure);
    PotentialSet set = read_potential_set(data / set_file);
    set.charges["Mg"] = 2;
    Crystal c = read_crystal(data / structure);
    assign_charges(c, set);
    PairSums const pairs = pair_sums(set, std::span(&c, 1), 1e-6);
    ReferenceResult const exact =
        evaluate_reference(c, set, ewald_parameters(c.cell, c.size(), 1e-17), pairs);
    for (EwaldMethod method : methods) {
      EnergyOptions options = options_for(relative * force_scale(c), method);
      options.pairs = pairs;
      EnergyResult const r = evaluated(c, set, options);
      CHECK(force_difference(r, exact) < options.force_error);
      CHECK(std::fabs(r.energy() - exact.energy()) < double(c.size()) * options.force_error);
    }
  }
}

TEST_CASE("Measured errors stay below the asked ones in hundreds of random cells") {
  std::mt19937 random(20);
  double worst = 0;
  for (int sample = 0; sample < 240; ++sample) {
    int const n = 2 + sample % 29;
    Crystal const c = random_crystal(n, sample % 4 == 0 ? 12 : 2.5, random);
    Crystal const skew = in_cell(c, skewed(c.cell, sample % 5, 1 + sample % 20, random), random);
    double const error = std::pow(10, -2 - 0.05 * (sample % 140)) * force_scale(c);
    PotentialSet const set = sample % 3 ? PotentialSet{} : set_with_dispersion();
    EnergyResult const exact =
        evaluated(c, set, options_for(3e-13 * force_scale(c), EwaldMethod::direct));
    EnergyResult const r = evaluated(skew, set, options_for(error, methods[sample % 2]));
    double const ratio = force_difference(r, exact) / error;
    worst = std::max(worst, ratio);
    CAPTURE(sample, n, error, ratio, r.ewald.mesh.order, r.ewald.mesh.size[0], r.ewald.mesh.size[1],
            r.ewald.mesh.size[2]);
    CHECK(ratio < 1);
    CHECK(std::fabs(r.energy() - exact.energy()) < n * std::max(error, 1e-11));
    CHECK(r.ewald.estimated_force_error <= error);
  }
  CHECK(worst > 0.05);  // not bought by too much work
}

TEST_CASE("Converged sums are the same in every cell of a lattice, in all that they give") {
  std::mt19937 random(21);
  PotentialSet const set = set_with_dispersion();
  PairSums const pairs{6, Truncation::force_shifted, true, true};
  for (int sample = 0; sample < 20; ++sample) {
    Crystal const c = random_crystal(2 + sample, 2.5, random);
    ReferenceResult const exact = evaluate_reference(c, set, ionscape_test::tight(c).sum, pairs);
    Crystal const skew = in_cell(c, skewed(c.cell, 4, 1 + 2 * sample, random), random);
    CAPTURE(sample);
    EnergyOptions options;
    options.ewald = ionscape_test::tight(c);
    options.pairs = pairs;
    double const scale = 1e-12 * double(c.size()) * (1 + norm(skew.cell.a) + norm(skew.cell.b));
    CHECK(largest_difference(evaluated(skew, set, options), exact, c.cell.volume()) <
          std::max(1e-10, scale));
    CHECK(largest_difference(evaluate_reference(skew, set, ionscape_test::tight(c).sum, pairs),
                             exact, c.cell.volume()) < std::max(1e-10, scale));
  }
}

TEST_CASE("A frozen host and the steps of a walk are the same in every cell of a lattice") {
  std::mt19937 random(22);
  PotentialSet const set = set_with_dispersion();
  PairSums const pairs{5, Truncation::shifted, true, true};
  for (int sample = 0; sample < 12; ++sample) {
    Crystal const c = random_crystal(4 + sample, 2.5, random);
    Crystal const skew = in_cell(c, skewed(c.cell, 4, 1 + sample, random), random);
    Vec3 const point = 0.5 * (c.positions[0] + c.positions[1]) + Vec3{0.1, -0.2, 0.3};
    CAPTURE(sample);

    HostFramework host{c.cell, c.positions, {}, {{1, 0}, {-1, 1}}};
    for (std::size_t i = 0; i < c.size(); ++i) host.type_of.push_back(int(i % 2));
    HostSurface const surface{0, 1, 1, 30, {{0, {}}, {0, {{900, 1 / 0.3}}}}};
    HostFramework skewed_host = host;
    skewed_host.cell = skew.cell, skewed_host.positions = skew.positions;
    HostEnergy const exact = reference_site_energy(host, surface, point);
    HostEnergy const same = reference_site_energy(skewed_host, surface, point);
    FrozenHost<Kokkos::DefaultExecutionSpace::memory_space> const model(std::span(&skewed_host, 1),
                                                                        std::span(&surface, 1));
    int const index = 0;
    PointResult const fast = evaluate_points(Kokkos::DefaultExecutionSpace(), model,
                                             std::span(&index, 1), std::span(&point, 1))[0];
    double const scale = 1 + norm(exact.force);
    CHECK(std::fabs(same.energy() - exact.energy()) < 1e-9 * scale);
    CHECK(std::fabs(fast.energy - exact.energy()) < 1e-8 * scale);
    CHECK(norm(fast.force - exact.force) < 1e-8 * scale);

    IonMoves const given(c, set, pairs, 1e-9), other(skew, set, pairs, 1e-9);
    CHECK(other.crystal().cell.b == skew.cell.b);
    CHECK(std::fabs(given.energy() - other.energy()) < 1e-8 * double(c.size()));
    Vec3 const there = c.positions[2] + Vec3{0.2, 0.1, -0.15};
    CHECK(std::fabs(given.move(2, there).energy - other.move(2, there).energy) < 2e-9 * scale);
    CHECK(std::fabs(given.remove(1).energy - other.remove(1).energy) < 2e-9);
  }
}

TEST_CASE("A cell that is reduced stays as it is, in every bit of the results") {
  // Also hexagonal and face-centred ones, whose vectors have equals.
  for (Cell const& cell :
       {cubic(9), Cell{{9, 0, 0}, {-4.5, 4.5 * std::sqrt(3.0), 0}, {0, 0, 11}},
        Cell{{0, 7, 7}, {7, 0, 7}, {7, 7, 0}}, Cell{{0, 0, 12}, {8, 0, 0}, {0, 30, 0}}}) {
    Cell const same = reduced(cell).cell;
    CHECK((same.a == cell.a && same.b == cell.b && same.c == cell.c));
  }
}

TEST_CASE("What is not finite is said to be") {
  Crystal c = mixture(cubic(9), 20, {2, -2, 0});
  EnergyOptions const options = options_for(1e-6, EwaldMethod::automatic);
  CHECK(evaluated(c, {}, options).finite());

  Crystal coincident = c;
  coincident.positions[4] = coincident.positions[7];
  coincident.charges[4] = coincident.charges[7] = 1;
  CHECK(!evaluated(coincident, {}, options).finite());

  PotentialSet steep;
  steep.pairs = {{{"Mg", "O"}, "morse", Morse{1, 200, 5}, {}, 0}};
  CHECK(!evaluated(c, steep, options).finite());

  EnergyModel<Kokkos::DefaultExecutionSpace::memory_space> model(std::span(&c, 1), {}, options);
  std::vector<Vec3> positions = c.positions;
  for (double bad : {1e30, -1e300, std::nan("")}) {
    positions[2].y = bad;
    model.evaluate(Kokkos::DefaultExecutionSpace(), ionscape_test::on_device(positions));
  }
  CHECK(!model.results()[0].finite());
}

TEST_CASE("Cells and ions that no sum can be made of are refused, and so are endless sums") {
  Crystal const c = mixture(cubic(9), 20, {2, -2, 0});
  auto const error_of = [](Crystal const& crystal, double cutoff = 6) {
    EnergyOptions options;
    options.pairs = PairSums{.cutoff = cutoff};
    PotentialSet set;
    set.pairs = {{{"Mg", "O"}, "born-mayer", Buckingham{{900, 1 / 0.3}, 0}, {}, 0}};
    options.memory_limit = 1e9;
    return input_error([&] { evaluated(crystal, set, options); });
  };
  CHECK(error_of(c).empty());
  double const infinite = std::numeric_limits<double>::infinity();
  for (double edge : {0.0, 1e-200, 1e-100, 0.01, 1e200, infinite, std::nan("")}) {
    CAPTURE(edge);
    Crystal bad = c;
    bad.cell.b = {0, edge, 0};
    CHECK(error_of(bad) != "");
    bad.cell = cubic(edge);
    CHECK(error_of(bad) != "");
  }
  Crystal lost = c;
  lost.positions[3].x = infinite;
  CHECK_THAT(error_of(lost), ContainsSubstring("ion 4"));
  lost = c;
  lost.charges[5] = std::nan("");
  CHECK_THAT(error_of(lost), ContainsSubstring("ion 6"));
  // Said before the work, with what it would take.
  CHECK_THAT(error_of(c, 500),
             ContainsSubstring("up to 500 Å would take") && ContainsSubstring("GB"));
}
