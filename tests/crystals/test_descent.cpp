#include <algorithm>
#include <cmath>
#include <functional>
#include <ionscape_test/catch.hpp>
#include <limits>
#include <random>

#include <Eigen/Dense>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/descent.hpp>

using namespace ionscape;

namespace {

using Vector = Eigen::VectorXd;
/// Returns the energy, assigns the gradient.
using Function = std::function<double(Vector const&, Vector&)>;

Vector as_vector(std::span<double const> x) {
  return Eigen::Map<Vector const>(x.data(), Eigen::Index(x.size()));
}

std::vector<double> ones(std::size_t n) { return std::vector<double>(n, 1.0); }

DescentStatus go_down(Descent& descent, Function const& function) {
  Vector gradient(Eigen::Index(descent.wanted().size()));
  while (descent.status() == DescentStatus::running) {
    double const energy = function(as_vector(descent.wanted()), gradient);
    descent.take(energy, {gradient.data(), std::size_t(gradient.size())});
  }
  return descent.status();
}

/// k/2 (x - centre)^2 with a random matrix of a given condition number, its diagonal spread over
/// as much again: E = (x - c)' S M S (x - c) / 2.
struct Bowl {
  Eigen::MatrixXd hessian;
  Vector centre;

  Bowl(int n, double condition, double spread, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    Eigen::MatrixXd raw(n, n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) raw(i, j) = normal(random);
    Eigen::MatrixXd const q = Eigen::HouseholderQR<Eigen::MatrixXd>(raw).householderQ();
    Vector eigenvalues(n), scale(n);
    for (int i = 0; i < n; ++i) {
      eigenvalues[i] = std::pow(condition, double(i) / (n - 1));
      scale[i] = std::pow(spread, 0.5 * normal(random));
    }
    hessian =
        scale.asDiagonal() * q * eigenvalues.asDiagonal() * q.transpose() * scale.asDiagonal();
    centre = Vector::NullaryExpr(n, [&] { return normal(random); });
  }
  double operator()(Vector const& x, Vector& gradient) const {
    gradient = hessian * (x - centre);
    return 0.5 * gradient.dot(x - centre);
  }
  std::vector<double> diagonal() const {
    Vector const d = hessian.diagonal();
    return {d.data(), d.data() + d.size()};
  }
};

double rosenbrock(Vector const& x, Vector& g) {
  double energy = 0;
  g.setZero();
  for (Eigen::Index k = 0; k + 1 < x.size(); ++k) {
    double const a = x[k + 1] - x[k] * x[k], b = 1 - x[k];
    energy += 100 * a * a + b * b;
    g[k] += -400 * a * x[k] - 2 * b;
    g[k + 1] += 200 * a;
  }
  return energy;
}

}  // namespace

TEST_CASE("A descent finds the minimum of a quadratic function, sooner with its stiffness known") {
  Bowl const bowl(60, 30, 4, 1);
  DescentOptions options;
  options.tolerance = 1e-7;
  options.max_step_length = 10;
  Descent known(std::vector<double>(60, 0.0), bowl.diagonal(), options);
  REQUIRE(go_down(known, bowl) == DescentStatus::converged);
  CHECK((as_vector(known.point()) - bowl.centre).norm() < 1e-6);
  CHECK(as_vector(known.gradient()).norm() < 1e-6);
  CHECK_FALSE(known.by_fire());
  CHECK(known.evaluations() <= 80);

  Descent unknown(std::vector<double>(60, 0.0), ones(60), options);
  REQUIRE(go_down(unknown, bowl) == DescentStatus::converged);
  CHECK((as_vector(unknown.point()) - bowl.centre).norm() < 1e-5);
  CHECK(unknown.evaluations() > 1.5 * known.evaluations());
}

TEST_CASE("The scale of the stiffness does not matter") {
  Bowl const bowl(30, 10, 3, 2);
  DescentOptions options;
  options.tolerance = 1e-6;
  options.max_step_length = 10;
  for (double scale : {1e-3, 1.0, 1e3}) {
    auto stiffness = bowl.diagonal();
    for (double& k : stiffness) k *= scale;
    Descent descent(std::vector<double>(30, 0.0), stiffness, options);
    CHECK(go_down(descent, bowl) == DescentStatus::converged);
    CHECK(descent.evaluations() <= 60);
  }
}

TEST_CASE("A descent follows the bent valley of Rosenbrock's function, no step longer than bound") {
  DescentOptions options;
  options.tolerance = 1e-8;
  options.max_step_length = 0.1;
  std::vector<double> const start{-1.2, 1.0, -0.5, 0.8, 1.3, -0.2};
  Descent descent(start, ones(6), options);
  Vector gradient(6);
  while (descent.status() == DescentStatus::running) {
    Vector const here = as_vector(descent.point()), there = as_vector(descent.wanted());
    CHECK((there - here).head(3).norm() <= 0.1 * (1 + 1e-12));
    CHECK((there - here).tail(3).norm() <= 0.1 * (1 + 1e-12));
    double const before = descent.energy();
    descent.take(rosenbrock(there, gradient), {gradient.data(), 6});
    if (descent.steps() > 0) CHECK(descent.energy() <= before + 1e-9);
  }
  REQUIRE(descent.status() == DescentStatus::converged);
  CHECK_FALSE(descent.by_fire());
  // The function has two minima in six dimensions; both have a vanishing gradient.
  Vector there = as_vector(descent.point());
  CHECK((rosenbrock(there, gradient) < 1e-12 || std::fabs(there[0] + 1) < 0.2));
  CHECK(gradient.norm() < 1e-7);
}

TEST_CASE("From where the curvature is negative a descent still ends in a minimum") {
  // Wells at +-1 in each number; the start is near the top.
  Function const wells = [](Vector const& x, Vector& g) {
    g = 4 * x.array().cube() - 4 * x.array();
    return (x.array().square() - 1).square().sum();
  };
  DescentOptions options;
  options.tolerance = 1e-8;
  Descent descent(std::vector<double>{0.01, -0.02, 0.05}, ones(3), options);
  REQUIRE(go_down(descent, wells) == DescentStatus::converged);
  CHECK(descent.point()[0] == Approx(1).margin(1e-8));
  CHECK(descent.point()[1] == Approx(-1).margin(1e-8));
  CHECK(descent.point()[2] == Approx(1).margin(1e-8));
}

TEST_CASE("Noise of the energy does not keep a descent from a small gradient") {
  Bowl const bowl(30, 20, 1, 3);
  int calls = 0;
  Function const noisy = [&](Vector const& x, Vector& g) {
    return bowl(x, g) + 1e-6 * std::sin(1e3 * ++calls);
  };
  DescentOptions options;
  options.tolerance = 1e-8;
  options.noise = 3e-6;
  Descent descent(std::vector<double>(30, 0.0), bowl.diagonal(), options);
  CHECK(go_down(descent, noisy) == DescentStatus::converged);
  CHECK_FALSE(descent.by_fire());
  CHECK((as_vector(descent.point()) - bowl.centre).norm() < 1e-7);
}

TEST_CASE("Where the energy misleads, FIRE goes on with the forces alone") {
  Bowl const bowl(12, 20, 1, 4);
  int calls = 0;
  Function const misleading = [&](Vector const& x, Vector& g) {
    bowl(x, g);
    return double(++calls);
  };
  DescentOptions options;
  options.tolerance = 1e-6;
  Descent descent(std::vector<double>(12, 0.0), bowl.diagonal(), options);
  CHECK(go_down(descent, misleading) == DescentStatus::converged);
  CHECK(descent.by_fire());
  CHECK((as_vector(descent.point()) - bowl.centre).norm() < 1e-5);
}

TEST_CASE("A descent comes back from points without an energy, and says where there is none") {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  // A log barrier at 0; the first steps lead beyond it.
  Function const barrier = [&](Vector const& x, Vector& g) {
    g = 1 - 0.01 / x.array();
    return x.minCoeff() > 0 ? (x.array() - 0.01 * x.array().log()).sum() : nan;
  };
  DescentOptions options;
  options.tolerance = 1e-8;
  options.max_step_length = 1;
  Descent descent(std::vector<double>{0.5, 0.6, 0.9}, ones(3), options);
  REQUIRE(go_down(descent, barrier) == DescentStatus::converged);
  for (double x : descent.point()) CHECK(x == Approx(0.01).epsilon(1e-6));

  Descent nowhere(std::vector<double>{-1, 1, 1}, ones(3), options);
  CHECK(go_down(nowhere, barrier) == DescentStatus::not_finite);
  CHECK(nowhere.evaluations() == 1);

  Function const island = [&](Vector const& x, Vector& g) {
    g.setOnes();
    return x == Vector::Zero(3) ? 1.0 : nan;
  };
  Descent alone(std::vector<double>(3, 0.0), ones(3), options);
  CHECK(go_down(alone, island) == DescentStatus::not_finite);
  CHECK(as_vector(alone.point()) == Vector::Zero(3));
}

TEST_CASE("A kink without a slope of zero is a bad step, not an endless search") {
  Function const kink = [](Vector const& x, Vector& g) {
    g = x.unaryExpr([](double t) { return t > 0 ? 1.0 : -1.0; });
    return x.cwiseAbs().sum();
  };
  DescentOptions options;
  options.tolerance = 1e-6;
  Descent descent(std::vector<double>{0.3, 0.2, -0.5}, ones(3), options);
  CHECK(go_down(descent, kink) == DescentStatus::bad_step);
  for (double x : descent.point()) CHECK(std::fabs(x) < 0.3);
}

TEST_CASE("Too few steps are said, and the last point is kept") {
  DescentOptions options;
  options.max_steps = 3;
  Descent descent(std::vector<double>{-1.2, 1.0, -0.5}, ones(3), options);
  CHECK(go_down(descent, rosenbrock) == DescentStatus::step_limit);
  CHECK(descent.steps() <= 3);
  Vector gradient(3);
  CHECK(rosenbrock(as_vector(descent.point()), gradient) == descent.energy());
  CHECK(gradient == as_vector(descent.gradient()));
}

TEST_CASE("Begun again where the function has changed a little, it knows the curvature") {
  Bowl bowl(30, 50, 1, 5);
  DescentOptions options;
  options.tolerance = 1e-6;
  options.max_step_length = 10;
  options.memory = 30;
  Descent descent(std::vector<double>(30, 0.0), ones(30), options);
  go_down(descent, bowl);
  std::mt19937 random(1);
  std::normal_distribution<double> normal(0, 0.01);
  int kept = 0, anew = 0;
  for (int move = 0; move < 10; ++move) {
    std::vector<double> const from(descent.point().begin(), descent.point().end());
    for (double& c : bowl.centre) c += normal(random);
    Descent fresh(from, ones(30), options);
    REQUIRE(go_down(fresh, bowl) == DescentStatus::converged);
    anew += fresh.evaluations();
    descent.restart(from);
    REQUIRE(go_down(descent, bowl) == DescentStatus::converged);
    kept += descent.evaluations();
    CHECK((as_vector(descent.point()) - bowl.centre).norm() < 1e-5);
  }
  CHECK(kept < 0.9 * anew);
}

TEST_CASE("Converged is what the caller finds good enough, if it judges") {
  Bowl const bowl(6, 3, 1, 6);
  DescentOptions options;
  options.tolerance = 0;
  Descent descent(std::vector<double>(6, 0.0), ones(6), options);
  Vector gradient(6);
  while (descent.status() == DescentStatus::running) {
    Vector const x = as_vector(descent.wanted());
    double const energy = bowl(x, gradient);
    descent.take(energy, {gradient.data(), 6}, energy < 1e-3);
  }
  CHECK(descent.status() == DescentStatus::converged);
  CHECK(descent.energy() < 1e-3);
}

TEST_CASE("Numbers and options that make no sense are refused") {
  CHECK_THROWS_AS(Descent(std::vector<double>(3, 0.0), ones(2)), InputError);
  CHECK_THROWS_AS(Descent(std::vector<double>(4, 0.0), ones(4)), InputError);
  CHECK_THROWS_AS(Descent(std::vector<double>(3, 0.0), std::vector<double>{1, 0, 1}), InputError);
  CHECK_THROWS_AS(Descent(std::vector<double>(3, std::nan("")), ones(3)), InputError);
}
