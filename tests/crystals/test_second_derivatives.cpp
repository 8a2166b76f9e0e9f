// Analytic second derivatives against differences of the forces and stresses of the plain reference.
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <functional>

#include <ionscape/crystals/second_derivatives.hpp>
#include <ionscape_test/catch.hpp>

#include "small_crystals.hpp"

using namespace ionscape;
using namespace ionscape_test;

namespace {

/// What is compared: a crystal with its set.
struct Case {
  PotentialSet set;
  Particles particles;
  PairSums ends;

  ReferenceResult reference(Particles const& moved) const {
    return evaluate_reference(
        moved, set, ewald_parameters(particles.crystal.cell, particles.crystal.size(), 1e-16),
        ends);
  }
};

/// A radius between low and high at which no pair is near: the middle of the widest gap. Forces (a
/// plain cutoff) and their slopes (a wall) jump there, which differences must not see.
double quiet_radius(Crystal const& crystal, double low, double high) {
  std::vector<double> distances{low, high};
  for (Vec3 const u : crystal.positions)
    for (Vec3 const v : crystal.positions)
      for (int a = -5; a <= 5; ++a)
        for (int b = -5; b <= 5; ++b)
          for (int c = -5; c <= 5; ++c) {
            double const r =
                norm(v - u + crystal.cell.to_cartesian({double(a), double(b), double(c)}));
            if (r > low && r < high) distances.push_back(r);
          }
  std::ranges::sort(distances);
  double middle = low, widest = 0;
  for (std::size_t k = 1; k < distances.size(); ++k)
    if (double const gap = distances[k] - distances[k - 1]; gap > widest)
      widest = gap, middle = 0.5 * (distances[k] + distances[k - 1]);
  REQUIRE(widest > 0.015);
  return middle;
}

Case make(std::string const& text, unsigned seed, bool charged = false,
          std::function<void(PotentialSet&)> const& change = {}) {
  PotentialSet set = parse_potential_set(text, "set.toml");
  if (change) change(set);
  Particles const particles = small_crystal(set, seed, charged);
  set.cutoff = quiet_radius(particles.crystal, 6, 7.5);
  if (set.pairs[0].wall > 0) set.pairs[0].wall = quiet_radius(particles.crystal, 2.05, 2.25);
  PairSums const ends{*set.cutoff, set.truncation, set.tail, set.dispersion_lattice_sum};
  return {set, particles, ends};
}

std::vector<Case> cases() {
  std::vector<Case> all{make(rigid_set, 1), make(shell_set, 2), make(shell_set, 3, true)};
  all.push_back(make(shell_set, 4, true, [](PotentialSet& set) {
    set.dispersion_lattice_sum = true, set.truncation = Truncation::plain;
  }));
  all.push_back(make(rigid_set, 5, true, [](PotentialSet& set) { set.tail = true; }));
  all.push_back(make(rigid_set, 6, false, [](PotentialSet& set) { set.pairs[0].wall = 2.1; }));
  return all;
}

Eigen::VectorXd flat(std::vector<Vec3> const& vectors) {
  Eigen::VectorXd all(3 * Eigen::Index(vectors.size()));
  for (std::size_t i = 0; i < vectors.size(); ++i)
    all.segment<3>(3 * Eigen::Index(i)) << vectors[i].x, vectors[i].y, vectors[i].z;
  return all;
}

double& component(Vec3& v, int a) { return a == 0 ? v.x : a == 1 ? v.y : v.z; }

Eigen::Matrix3d matrix(Matrix3 const& m) {
  Eigen::Matrix3d all;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) all(a, b) = m[std::size_t(a)][std::size_t(b)];
  return all;
}

Vector6 voigt(Eigen::Matrix3d const& m) {
  Vector6 all;
  all << m(0, 0), m(1, 1), m(2, 2), m(1, 2), m(0, 2), m(0, 1);
  return all;
}

/// The symmetric matrix of the strain e in the direction I.
Eigen::Matrix3d strain(int I, double e) {
  Eigen::Matrix3d all = Eigen::Matrix3d::Zero();
  constexpr int pairs[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
  all(pairs[I][0], pairs[I][1]) += e / 2;
  all(pairs[I][1], pairs[I][0]) += e / 2;
  return all;
}

/// Weights of f(-2h), f(-h), f(h), f(2h) for 12 h f'.
constexpr double weights[4] = {1, -8, 8, -1};
constexpr double steps[4] = {-2, -1, 1, 2};

/// Derivatives of E(s, eta) by s and by eta of the crystal strained by `eta`.
std::pair<Eigen::VectorXd, Vector6> slopes(Case const& c, Eigen::Matrix3d const& eta) {
  // F = sqrt(1 + 2 eta) to fourth order: enough for |eta| < 1e-3.
  Eigen::Matrix3d const e2 = eta * eta;
  Eigen::Matrix3d const F =
      Eigen::Matrix3d::Identity() + eta - 0.5 * e2 + 0.5 * e2 * eta - 0.625 * e2 * e2;
  auto const moved = [&](Vec3 v) {
    Eigen::Vector3d const w = F * Eigen::Vector3d(v.x, v.y, v.z);
    return Vec3{w[0], w[1], w[2]};
  };
  Particles strained = c.particles;
  Cell& cell = strained.crystal.cell;
  cell = {moved(cell.a), moved(cell.b), moved(cell.c)};
  for (Vec3& r : strained.crystal.positions) r = moved(r);
  ReferenceResult const result = c.reference(strained);
  Eigen::VectorXd by_s = -flat(result.forces);
  for (Eigen::Index i = 0; i < by_s.size(); i += 3)
    by_s.segment<3>(i) = (F.transpose() * by_s.segment<3>(i)).eval();
  Eigen::Matrix3d const inverse = F.inverse();
  // The second Piola-Kirchhoff stress, times the volume at rest.
  return {by_s, voigt(cell.volume() * inverse * matrix(result.stress) * inverse.transpose())};
}

}  // namespace

TEST_CASE("Gradients are those of the reference") {
  for (Case const& c : cases()) {
    Expansion const e = SecondDerivatives(c.particles, c.set, c.ends).expansion();
    ReferenceResult const r = c.reference(c.particles);
    CHECK((e.gradient + flat(r.forces)).cwiseAbs().maxCoeff() < 1e-10);
    Vector6 const stress = c.particles.crystal.cell.volume() * voigt(matrix(r.stress));
    CHECK((e.strain_gradient - stress).cwiseAbs().maxCoeff() < 1e-9);
  }
}

TEST_CASE("The Hessian is the derivative of the forces, and rests under translations") {
  for (Case const& c : cases()) {
    Eigen::MatrixXd const hessian =
        SecondDerivatives(c.particles, c.set, c.ends).expansion().hessian;
    double const h = 1e-4;
    for (int k = 0; k < hessian.cols(); ++k) {
      Eigen::VectorXd column = Eigen::VectorXd::Zero(hessian.rows());
      for (int s = 0; s < 4; ++s) {
        Particles moved = c.particles;
        component(moved.crystal.positions[std::size_t(k / 3)], k % 3) += steps[s] * h;
        column -= weights[s] / (12 * h) * flat(c.reference(moved).forces);
      }
      CHECK((hessian.col(k) - column).cwiseAbs().maxCoeff() < 1e-7);
    }
    CHECK((hessian - hessian.transpose()).cwiseAbs().maxCoeff() < 1e-11);
    for (int a = 0; a < 3; ++a) {
      Eigen::VectorXd sum = Eigen::VectorXd::Zero(hessian.rows());
      for (int k = a; k < hessian.cols(); k += 3) sum += hessian.col(k);
      CHECK(sum.cwiseAbs().maxCoeff() < 1e-9);
    }
  }
}

TEST_CASE("Strain derivatives are those of forces and stress in strained cells") {
  for (Case const& c : cases()) {
    Expansion const e = SecondDerivatives(c.particles, c.set, c.ends).expansion();
    double const h = 1e-4;
    for (int I = 0; I < 6; ++I) {
      Eigen::VectorXd by_s = Eigen::VectorXd::Zero(e.gradient.size());
      Vector6 by_eta = Vector6::Zero();
      for (int s = 0; s < 4; ++s) {
        auto const [first, second] = slopes(c, strain(I, steps[s] * h));
        by_s += weights[s] / (12 * h) * first, by_eta += weights[s] / (12 * h) * second;
      }
      CHECK((e.coupling.col(I) - by_s).cwiseAbs().maxCoeff() < 1e-6);
      CHECK((e.strain_hessian.col(I) - by_eta).cwiseAbs().maxCoeff() < 1e-5);
    }
    CHECK((e.strain_hessian - e.strain_hessian.transpose()).cwiseAbs().maxCoeff() < 1e-9);
  }
}

namespace {

/// The same crystal, twice along b.
Case doubled(Case c) {
  Crystal ions = c.particles.crystal;
  std::size_t const n = std::size_t(c.particles.ions), all = ions.size();
  Crystal whole;
  whole.cell = ions.cell;
  whole.cell.b = 2.0 * ions.cell.b;
  for (int copy = 0; copy < 2; ++copy)
    for (std::size_t i = 0; i < n; ++i) {
      std::string species = ions.species[i];
      whole.species.push_back(species.substr(0, species.find(' ')));
      whole.positions.push_back(ions.positions[i] + double(copy) * ions.cell.b);
    }
  assign_charges(whole, c.set);
  Particles particles = particles_of(whole, c.set);
  for (std::size_t s = 0; s < c.particles.springs.size(); ++s) {
    std::size_t const half = c.particles.springs.size();
    for (int copy = 0; copy < 2; ++copy)
      particles.crystal.positions[2 * n + std::size_t(copy) * half + s] =
          ions.positions[n + s] + double(copy) * ions.cell.b;
  }
  REQUIRE(particles.crystal.size() == 2 * all);
  c.particles = particles;
  return c;
}

}  // namespace

TEST_CASE("A wave of the crystal is a displacement of its supercell") {
  // At q = b*/2 all signs change from cell to cell: in a cell twice as long that is a wave at q = 0.
  for (Case const& c : cases()) {
    Case const twice = doubled(c);
    Eigen::MatrixXd const large =
        SecondDerivatives(twice.particles, twice.set, twice.ends).expansion().hessian;
    Vec3 const q = 0.5 * c.particles.crystal.cell.reciprocal().b;
    Eigen::MatrixXcd const at = SecondDerivatives(c.particles, c.set, c.ends).at(q);
    CHECK((at - at.adjoint()).cwiseAbs().maxCoeff() < 1e-11);
    auto const place = [&](int particle, int copy) {
      int const n = c.particles.ions, half = c.particles.size() - n;
      return particle < n ? copy * n + particle : 2 * n + copy * half + particle - n;
    };
    double worst = 0;
    for (int i = 0; i < c.particles.size(); ++i)
      for (int j = 0; j < c.particles.size(); ++j) {
        Eigen::Matrix3d const block = large.block<3, 3>(3 * place(i, 0), 3 * place(j, 0)) -
                                      large.block<3, 3>(3 * place(i, 0), 3 * place(j, 1));
        auto const& r = c.particles.crystal.positions;
        auto const phase = std::polar(1.0, dot(q, r[std::size_t(j)] - r[std::size_t(i)]));
        worst =
            std::max(worst, (at.block<3, 3>(3 * i, 3 * j) - phase * block).cwiseAbs().maxCoeff());
      }
    CHECK(worst < 1e-9);
  }
}

TEST_CASE("At q = 0 the dynamical matrix is the Hessian, near it the field is in") {
  for (Case const& c : cases()) {
    SecondDerivatives const derivatives(c.particles, c.set, c.ends);
    Eigen::MatrixXcd const at = derivatives.at({});
    Eigen::MatrixXd const hessian = derivatives.expansion().hessian;
    CHECK((at.real() - hessian).cwiseAbs().maxCoeff() < 1e-10);
    CHECK(at.imag().cwiseAbs().maxCoeff() < 1e-10);
    Vec3 const direction{0.3, -0.5, 0.8};
    double const error_far =
        (derivatives.at(2e-4 * direction) - hessian - derivatives.field_term(direction)).norm();
    double const error_near =
        (derivatives.at(1e-4 * direction) - hessian - derivatives.field_term(direction)).norm();
    CHECK(error_near < 0.51 * error_far);
    CHECK(error_near < 0.05);
  }
}

TEST_CASE("A straight angle has a second derivative only where it rests") {
  std::string text = shell_set;
  PotentialSet set = parse_potential_set(text, "set.toml");
  set.shells.clear();
  set.pairs.clear();
  set.angles = {{"Mg", {"O", "O"}, 2.0, pi, {2.5, 2.5, 100}}};
  Crystal crystal;
  crystal.cell = {{9, 0, 0}, {0, 9, 0}, {0, 0, 9}};
  crystal.species = {"Mg", "O", "O"};
  auto const energy_slope = [&](double bend) {
    crystal.positions = {{0, 0, 0}, {2, 0, 0}, {-1.9, bend, 0}};
    assign_charges(crystal, set);
    PairSums const ends{6, Truncation::plain, false, false};
    return SecondDerivatives(particles_of(crystal, set), set, ends).expansion();
  };
  for (double const bend : {0.0, 1e-4, 0.03, 0.0379, 0.0381, 0.05}) {
    double const h = 1e-5;
    Expansion const here = energy_slope(bend);
    Eigen::VectorXd const column =
        (energy_slope(bend + h).gradient - energy_slope(bend - h).gradient) / (2 * h);
    CHECK((here.hessian.col(7) - column).cwiseAbs().maxCoeff() < 1e-7);
  }
  set.angles[0].theta0 = 3.0;
  CHECK_THROWS_WITH(energy_slope(0),
                    Catch::Contains("angle of ions 3 (O), 1 (Mg), 2 (O) is straight"));
}
