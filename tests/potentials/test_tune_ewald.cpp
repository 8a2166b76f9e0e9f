// A force error asked for is a promise: measured errors stay below it.
#include <algorithm>
#include <array>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/tune_ewald.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "energy_cases.hpp"

using namespace ionscape;
using ionscape_test::cubic, ionscape_test::evaluated, ionscape_test::force_difference;

namespace {

struct Case {
  char const* name;
  Crystal crystal;
};

/// Ions of one sign on one side of the cell and of the other on the other side: as correlated as
/// charges can be.
Crystal sorted_by_charge(Crystal c) {
  std::stable_sort(c.charges.begin(), c.charges.end());
  std::vector<std::size_t> order(c.size());
  for (std::size_t i = 0; i < c.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return c.positions[i].z < c.positions[j].z;
  });
  std::vector<double> charges(c.size());
  for (std::size_t k = 0; k < c.size(); ++k) charges[order[k]] = c.charges[k];
  for (std::size_t i = 0; i < c.size(); ++i) c.species[i] = charges[i] < 0 ? "O" : "Mg";
  c.charges = charges;
  return c;
}

/// n ions anywhere, none closer than `apart` times the mean spacing; the charges in turn.
Crystal gas(Cell const& cell, int n, std::vector<double> const& charges, double apart,
            unsigned seed) {
  Crystal c{cell, {}, {}, {}, ""};
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(0, 1);
  double const least = apart * std::cbrt(cell.volume() / n);
  while (int(c.size()) < n) {
    Vec3 const r = cell.to_cartesian({one(random), one(random), one(random)});
    bool const free = std::all_of(c.positions.begin(), c.positions.end(),
                                  [&](Vec3 s) { return norm(minimum_image(cell, r - s)) > least; });
    if (!free) continue;
    double const q = charges[c.size() % charges.size()];
    c.positions.push_back(r);
    c.charges.push_back(q);
    c.species.push_back(q < 0 ? "O" : q > 1.5 ? "Mg" : "Li");
  }
  return c;
}

Crystal wurtzite(int n, double shake) {
  double const a = 3.82, h = a * std::sqrt(8.0 / 3);
  Cell const cell{{n * a, 0, 0}, {-0.5 * n * a, 0.5 * std::sqrt(3.0) * n * a, 0}, {0, 0, n * h}};
  Crystal c{cell, {}, {}, {}, ""};
  std::mt19937 random(5);
  std::normal_distribution<double> gauss(0, shake);
  for (int x = 0; x < n; ++x)
    for (int y = 0; y < n; ++y)
      for (int z = 0; z < n; ++z)
        for (int atom = 0; atom < 4; ++atom) {
          double const third = atom % 2 == 0 ? 1 / 3.0 : 2 / 3.0;
          Vec3 const f{third, 1 - third, 0.5 * (atom % 2) + (atom < 2 ? 0 : 0.375)};
          c.positions.push_back(
              cell.to_cartesian((1.0 / n) * (f + Vec3{double(x), double(y), double(z)})) +
              Vec3{gauss(random), gauss(random), gauss(random)});
          c.charges.push_back(atom < 2 ? 2 : -2);
          c.species.push_back(atom < 2 ? "Mg" : "O");
        }
  return c;
}

std::vector<Case> cases() {
  Cell const triclinic{{11.1, 0.3, -0.2}, {2.4, 10.7, 0.4}, {-1.9, 2.1, 12.6}};
  Crystal fluorite{cubic(5.46), {}, {}, {}, ""};
  std::mt19937 random(2);
  std::normal_distribution<double> gauss(0, 0.05);
  for (Vec3 f : {Vec3{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}})
    for (auto const& [shift, charge, name] :
         {std::tuple{0.0, 2.0, "Ca"}, {0.25, -1.0, "F"}, {-0.25, -1.0, "F"}}) {
      fluorite.positions.push_back(5.46 * (f + Vec3{shift, shift, shift}) +
                                   Vec3{gauss(random), gauss(random), gauss(random)});
      fluorite.charges.push_back(charge);
      fluorite.species.push_back(name);
    }
  Crystal half = gas(cubic(12), 200, {1}, 0.6, 9);
  for (Vec3& r : half.positions) r.z *= 0.5;
  return {
      {"rock salt, 8 ions", rock_salt(1, 0.1)},
      {"rock salt, 64 ions", rock_salt(2, 0.1)},
      {"rock salt, hardly shaken", rock_salt(2, 0.001)},
      {"rock salt, 512 ions", rock_salt(4, 0.1)},
      {"fluorite", fluorite},
      {"two ions", mixture({{3, 0.2, 0}, {0.4, 3.2, 0}, {0, 0.3, 4}}, 2, {1, -1, 0})},
      {"mixture, triclinic", mixture(triclinic, 60, {2, -2, 0})},
      {"charged mixture", mixture(triclinic, 61, {2, -1, 1})},
      {"dilute", mixture(cubic(30), 40, {1, -1, 0})},
      {"dense", mixture(cubic(9), 216, {3, -2, -1})},
      {"one charge", mixture(cubic(5), 1, {2, 0, 0})},
      {"slab of a cell", mixture({{30, 0, 0}, {0, 28, 0}, {0, 0, 4}}, 100, {1, -1, 0.2})},
      {"wurtzite, 32 ions", wurtzite(2, 0.08)},
      {"wurtzite, 500 ions", wurtzite(5, 0.08)},
      {"gas, 200 ions", gas(cubic(14), 200, {2, -1, -1}, 0.5, 1)},
      {"gas, 800 ions, close contacts", gas(cubic(23), 800, {1, -1}, 0.2, 2)},
      {"gas, mixed charges, triclinic", gas(triclinic, 90, {3, -0.1, -2, -0.9}, 0.5, 3)},
      {"charged gas", gas(cubic(17), 300, {1}, 0.6, 4)},
      {"skewed", gas({{6.2, 0, 0}, {-14.9, 5.7, 0}, {13.1, 21.5, 6.6}}, 24, {1, -1}, 0.6, 5)},
      {"few charged ions among many", gas(cubic(16), 300, {4, 0, 0, 0, 0, -4, 0, 0, 0, 0}, 0.5, 6)},
      {"2000 ions", gas(cubic(28), 2000, {1, -1}, 0.6, 7)},
      {"charges apart", sorted_by_charge(gas(cubic(16), 300, {1, -1}, 0.6, 8))},
      {"one sign, in half of the cell", half}};
}

/// Forces with the settings that tune_ewald chooses against converged ones; asked errors are times
/// the force scale.
void check_promise(Case const& c, std::vector<double> const& errors) {
  PotentialSet dispersive;  // C_ij of no combination rule
  dispersive.pairs.push_back({{"Mg", "O"}, "buckingham", Buckingham{{0, 1}, 5}, {}, 0});
  dispersive.pairs.push_back({{"O", "O"}, "buckingham", Buckingham{{0, 1}, 90}, {}, 0});
  double const coulomb_scale = force_scale(c.crystal),
               scale = coulomb_scale > 0 ? coulomb_scale : 1,
               spacing = std::cbrt(c.crystal.cell.volume() / double(c.crystal.size()));
  double worst = 0;
  for (bool dispersion : {false, true}) {
    if (dispersion ? c.crystal.size() > 300 : coulomb_scale == 0) continue;
    PotentialSet const& set = dispersion ? dispersive : PotentialSet{};
    EnergyOptions truth;
    truth.ewald = tight(1.6 / spacing, 6.4);
    truth.pairs = PairSums{dispersion ? 1e-3 : 0, Truncation::plain, false, dispersion};
    auto const exact = evaluated(c.crystal, set, truth);
    if (c.crystal.size() <= 64) {
      double const alpha = 1.9 / spacing;
      auto const plain =
          evaluate_reference(c.crystal, set, {alpha, 6.4 / alpha, 13 * alpha}, *truth.pairs);
      CHECK(force_difference(plain, exact) < 1e-12 * scale);
    }
    for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh})
      for (double error : errors) {
        EnergyOptions options;
        options.pairs = truth.pairs;
        options.method = method;
        options.force_error = error * scale;
        auto const result = evaluated(c.crystal, set, options);
        double const ratio = force_difference(result, exact) / options.force_error;
        worst = std::max(worst, ratio);
        INFO(c.name << ", " << (method == EwaldMethod::mesh ? "mesh" : "direct")
                    << (dispersion ? " with -C/r^6" : "") << ", asked " << error
                    << " of the force scale, measured/asked " << ratio << ", worst so far " << worst
                    << "; alpha " << result.ewald.sum.alpha << ", cutoffs "
                    << result.ewald.sum.real_cutoff << ", " << result.ewald.sum.reciprocal_cutoff
                    << ", order " << result.ewald.mesh.order);
        CHECK(ratio < 1);
        CHECK(result.ewald.estimated_force_error <= options.force_error);
        CHECK(result.ewald.method == method);
      }
  }
}

}  // namespace

TEST_CASE(
    "Measured force errors are below the asked ones, from 1e-3 to 1e-10, directly and on a mesh") {
  for (Case const& c : cases()) check_promise(c, {1e-3, 1e-5, 1e-7, 1e-10});
}

TEST_CASE(
    "The promise holds in little disordered crystals, too, wherever the cutoffs fall between their "
    "shells") {
  // Here a strong reflection, or a shell of neighbours, may be the first that is left out.
  auto const ordered = [](double a, std::vector<Vec3> const& sites,
                          std::vector<double> const& charges) {
    Crystal c{cubic(2 * a), {}, {}, {}, ""};
    std::mt19937 random(11);
    std::normal_distribution<double> gauss(0, 0.12);
    for (int cell = 0; cell < 8; ++cell)
      for (std::size_t i = 0; i < sites.size(); ++i) {
        c.positions.push_back(
            a * (sites[i] + Vec3{double(cell & 1), double(cell >> 1 & 1), double(cell >> 2)}) +
            Vec3{gauss(random), gauss(random), gauss(random)});
        c.charges.push_back(charges[i]);
        c.species.push_back(charges[i] < 0 ? "O" : "Mg");
      }
    return c;
  };
  std::vector<double> errors;
  for (int k = 0; k <= 42; k += 2) errors.push_back(std::pow(10.0, -3 - k / 6.0));
  check_promise({"rock salt", rock_salt(2, 0.15)}, errors);
  check_promise({"rock salt, 8 ions", rock_salt(1, 0.15)}, errors);
  check_promise({"caesium chloride", ordered(3.2, {{0, 0, 0}, {.5, .5, .5}}, {1, -1})}, errors);
  check_promise({"fcc, charged",
                 ordered(3.2, {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}}, {1, 1, 1, 1})},
                errors);
}

TEST_CASE(
    "The promise holds for -C/r^6 alone, of which nothing cancels, also where all ions are on one "
    "side") {
  std::vector<double> errors;
  for (int k = 0; k <= 7; ++k) errors.push_back(std::pow(10.0, -3 - k));
  auto const neutral = [](Crystal c) {
    c.charges.assign(c.size(), 0.0);
    c.species.assign(c.size(), "O");
    return c;
  };
  check_promise({"uncharged gas", neutral(gas(cubic(13), 150, {1}, 0.6, 21))}, errors);
  Crystal slab = neutral(gas(cubic(12), 120, {1}, 0.7, 22));
  for (Vec3& r : slab.positions) r.z *= 0.5;
  check_promise({"uncharged slab", slab}, errors);
  check_promise({"uncharged lattice", neutral(rock_salt(2, 0.1))}, errors);
  check_promise({"one uncharged ion", neutral(gas(cubic(4), 1, {1}, 0, 23))}, errors);
}

TEST_CASE("Errors that nothing can keep are refused") {
  using Catch::Matchers::ContainsSubstring;
  using ionscape_test::input_error;
  Crystal const crystal = rock_salt(1, 0.1);
  EwaldTask const task{crystal.cell, 8, 32, 0, 1, 0};
  double const scale = force_scale(crystal);
  for (double error : {0.0, -1.0, std::nan("")})
    CHECK_THAT(input_error([&] { tune_ewald(task, error); }), ContainsSubstring("positive number"));
  CHECK_THAT(input_error([&] { tune_ewald(task, 0.9e-13 * scale); }),
             ContainsSubstring("double precision"));
  for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh, EwaldMethod::automatic})
    CHECK(tune_ewald(task, 1e-12 * scale, method).estimated_force_error <= 1e-12 * scale);
  // Nothing to be summed: no error, no work.
  CHECK(tune_ewald({crystal.cell, 8, 0, 0, 0, 7}, 1e-6).sum.real_cutoff == 0);
}

TEST_CASE("Large systems are summed on a mesh and small ones directly, if nothing else is asked") {
  auto const method = [](int n) {
    Crystal const crystal = rock_salt(n, 0.1);
    EwaldTask task{crystal.cell, crystal.size(), 4.0 * double(crystal.size()), 0, 1, 8};
    return tune_ewald(task, 1e-6 * force_scale(crystal)).method;
  };
  CHECK(method(1) == EwaldMethod::direct);
  CHECK(method(20) == EwaldMethod::mesh);
}
