// The dense Coulomb matrix against the reference, pymatgen's numbers and itself.
#include <algorithm>
#include <cmath>
#include <random>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/interaction_matrix.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

/// Sites on a shaken grid in a skewed cell, with charges that do not add up to zero.
Crystal skewed(int n, unsigned seed = 1) {
  Crystal c{{{2.7 * n, 0, 0}, {0.8, 2.9 * n, 0}, {-1.1, 0.6, 2.5 * n}}, {}, {}, {}, ""};
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(-0.15, 0.15), charge(-2, 2);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) {
        Vec3 const f{(i + one(random)) / n, (j + one(random)) / n, (k + one(random)) / n};
        c.positions.push_back(c.cell.to_cartesian(f));
        c.species.push_back("X");
        c.charges.push_back(charge(random));
      }
  return c;
}

ReferenceResult reference(Crystal const& c, double alpha_factor = 1) {
  EwaldParameters p = ewald_parameters(c.cell, c.size(), 1e-17);
  p.alpha *= alpha_factor, p.real_cutoff /= alpha_factor, p.reciprocal_cutoff *= alpha_factor;
  return evaluate_reference(c, {}, p, 0);
}

double sum(SquareMatrix const& m) {
  double total = 0;
  for (double v : m.values) total += v;
  return total;
}

}  // namespace

TEST_CASE("The elements of the matrix add up to the reference's energy, charged cells included") {
  for (int n : {1, 2, 3, 4}) {
    Crystal const c = skewed(n);
    SquareMatrix const e = interaction_matrix(c, 1e-12);
    REQUIRE(e.n == c.size());
    for (double alpha : {0.8, 1.0, 1.3})
      CHECK(std::fabs(sum(e) - reference(c, alpha).coulomb) < 1e-10);
  }
}

TEST_CASE("Twice a row of g times the charges is the site potential") {
  Crystal const c = skewed(3);
  SquareMatrix const g = geometry_matrix(c.cell, c.positions, 1e-12);
  auto const expected = reference(c).site_potential;
  for (std::size_t i = 0; i < g.n; ++i) {
    double potential = 0;
    for (std::size_t j = 0; j < g.n; ++j) potential += 2 * g(i, j) * c.charges[j];
    CHECK(std::fabs(potential - expected[i]) < 1e-10);
    for (std::size_t j = 0; j < g.n; ++j) CHECK(g(i, j) == g(j, i));
  }
}

TEST_CASE("Every element is the energy of its pair alone, to the asked accuracy") {
  Crystal const c = skewed(2);
  auto const energy = [&](std::vector<std::size_t> const& ions) {
    Crystal some{c.cell, {}, {}, {}, ""};
    for (std::size_t i : ions)
      some.positions.push_back(c.positions[i]), some.species.push_back("X"),
          some.charges.push_back(1);
    return reference(some).coulomb;
  };
  double const own = energy({0});
  for (double accuracy : {1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12}) {
    INFO(accuracy);
    SquareMatrix const g = geometry_matrix(c.cell, c.positions, accuracy);
    double worst = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
      worst = std::max(worst, std::fabs(g(i, i) - own));
      for (std::size_t j = 0; j < i; ++j)
        worst = std::max(worst, std::fabs(2 * g(i, j) - energy({i, j}) + 2 * own) / 2);
    }
    CHECK(worst < accuracy + 1e-13);
  }
}

TEST_CASE("The diagonal is half of Wigner's potential") {
  Cell const cube{{3, 0, 0}, {0, 3, 0}, {0, 0, 3}};
  std::vector<Vec3> const one{{0.3, -7, 2}};
  CHECK(std::fabs(geometry_matrix(cube, one, 1e-12)(0, 0) +
                  coulomb_constant * 2.837297479 / 3 / 2) < 1e-8);
}

TEST_CASE("Sites may lie in any image, and a charge ordering costs what the matrix says") {
  Crystal c = skewed(3);
  SquareMatrix const g = geometry_matrix(c.cell, c.positions, 1e-11);
  for (std::size_t i = 0; i < c.size(); ++i)
    c.positions[i] += double(int(i % 5) - 2) * c.cell.a + double(int(i % 3) - 1) * c.cell.c;
  std::reverse(c.charges.begin(), c.charges.end());
  double energy = 0;
  for (std::size_t i = 0; i < g.n; ++i)
    for (std::size_t j = 0; j < g.n; ++j) energy += c.charges[i] * g(i, j) * c.charges[j];
  CHECK(std::fabs(energy - reference(c).coulomb) < 1e-9);
}

TEST_CASE("The matrix is that of pymatgen with the background in every element") {
  // EwaldSummation(structure, eta, acc_factor=20).total_energy_matrix of pymatgen 2022.11.7 (the
  // same Coulomb constant), which leaves out the background: with -pi k_e q_i q_j/(2 V eta) added,
  // these elements come out for eta = 0.25 and for 0.4.
  Cell const cell{{5.4, 0, 0}, {0.8, 5.8, 0}, {-1.1, 0.6, 5.0}};
  double const neutral[4][4] = {
      {-3.7893195440009, 0.2397086104073, -0.5975987701768, 0.9401435195849},
      {0.2397086104073, -0.9473298860002, 0.3584409862999, -0.4451066051745},
      {-0.5975987701768, 0.3584409862999, -2.1314922435005, 0.578020323834},
      {0.9401435195849, -0.4451066051745, 0.578020323834, -5.9208117875013}};
  double const charged[4][4] = {
      {-3.7893195440009, -0.9588344416292, 0.3983991801179, -0.2256344447004},
      {-0.9588344416292, -15.1572781760034, 0.955842630133, -0.4273023409675},
      {0.3983991801179, 0.955842630133, -0.9473298860002, 0.0924832518134},
      {-0.2256344447004, -0.4273023409675, 0.0924832518134, -0.3410387589601}};
  Crystal c{cell, {"Li", "Na", "K", "Rb"}, {}, {1.0, -0.5, 0.75, -1.25}, ""};
  for (Vec3 f : {Vec3{.1, .2, .05}, {.6, .15, .4}, {.3, .7, .8}, {.85, .6, .3}})
    c.positions.push_back(cell.to_cartesian(f));
  auto const check = [&](double const(&expected)[4][4]) {
    SquareMatrix const e = interaction_matrix(c, 1e-12);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) CHECK(std::fabs(e(i, j) - expected[i][j]) < 2e-12);
  };
  check(neutral);
  CHECK(std::fabs(sum(interaction_matrix(c, 1e-12)) + 10.64173733145327) < 1e-11);
  c.charges = {1.0, 2.0, -0.5, 0.3};
  check(charged);
  CHECK(std::fabs(sum(interaction_matrix(c, 1e-12)) + 20.56505869543025) < 1e-11);
}

TEST_CASE("Matrices that cannot be made are refused") {
  Crystal c = skewed(2);
  CHECK_THROWS_AS(geometry_matrix(c.cell, {}, 1e-8), InputError);
  CHECK_THROWS_AS(geometry_matrix(c.cell, c.positions, 0), InputError);
  CHECK_THROWS_AS(geometry_matrix(c.cell, c.positions, NAN), InputError);
  std::vector<Vec3> const many(100000);
  CHECK_THROWS_WITH(geometry_matrix(c.cell, many, 1e-8),
                    Catch::Matchers::ContainsSubstring("80.00 GB"));
  CHECK_THROWS_AS(geometry_matrix(c.cell, c.positions, 1e-8, 1000.0), InputError);
  c.positions[1] = c.positions[0] + Vec3{0.05, 0, 0};
  CHECK_THROWS_AS(geometry_matrix(c.cell, c.positions, 1e-8), InputError);
  c = skewed(2);
  c.charges.clear();
  CHECK_THROWS_AS(interaction_matrix(c, 1e-8), InputError);
}
