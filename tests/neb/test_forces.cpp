#include <cmath>
#include <ionscape_test/catch.hpp>

#include <ionscape/neb/fire.hpp>
#include <ionscape/neb/forces.hpp>
#include <ionscape/neb/lbfgs.hpp>
#include <vector>

using namespace ionscape::neb;

namespace {
constexpr double force[] = {1, 2, 3}, tangent[] = {0.6, 0, 0.8};  // force . tangent = 3

/// Steps that an optimizer needs on the bowl sum of k x_k^2 / 2, k = 1 to 6, to a force of 1e-6.
template <class Optimizer>
int steps_in_a_bowl(Optimizer const& optimizer, double& longest_step) {
  constexpr int n = 6;
  std::vector<double> x(n, 1), f(n), vectors(Optimizer::n_vectors * n);
  typename Optimizer::State state;
  longest_step = 0;
  for (int step = 0; step < 1000; ++step) {
    for (int k = 0; k < n; ++k) f[k] = -(k + 1) * x[k];
    if (largest_ion_norm(n, 3, f.data()) < 1e-6) return step;
    auto const before = x;
    optimizer.step(n, f.data(), state, vectors.data(), x.data());
    for (int k = 0; k < n; ++k) f[k] = x[k] - before[k];
    longest_step = std::max(longest_step, largest_ion_norm(n, 3, f.data()));
  }
  return 1000;
}
}  // namespace

TEST_CASE(
    "springs pull along the path towards the farther neighbour and not at all between equal "
    "distances") {
  CHECK(spring_force(5, 0.4, 0.4) == 0);
  CHECK(spring_force(5, 0.4, 0.6) == Approx(1.0));
  CHECK(spring_force(5, 0.6, 0.4) == Approx(-1.0));
}

TEST_CASE("the nudged force is the true force across the tangent and the spring along it") {
  double nudged[3];
  nudged_force(3, force, tangent, 0, nudged);
  CHECK(dot(3, nudged, tangent) == Approx(0).margin(1e-15));
  nudged_force(3, force, tangent, 0.7, nudged);
  CHECK(dot(3, nudged, tangent) == Approx(0.7));
  CHECK(nudged[0] == Approx(1 + (0.7 - 3) * 0.6));
  CHECK(nudged[1] == Approx(2));
  CHECK(nudged[2] == Approx(3 + (0.7 - 3) * 0.8));
}

TEST_CASE("climbing inverts the force along the tangent and keeps it across") {
  double climbing[3], across[3];
  climbing_force(3, force, tangent, climbing);
  nudged_force(3, force, tangent, 0, across);
  CHECK(dot(3, climbing, tangent) == Approx(-3));
  for (int k = 0; k < 3; ++k) CHECK(climbing[k] + 3 * tangent[k] == Approx(across[k]));
}

TEST_CASE(
    "the kink switch is shut on a straight path, open at right angles, and a half at 60 degrees") {
  CHECK(kink_switch(1) == Approx(0).margin(1e-15));
  CHECK(kink_switch(0.5) == Approx(0.5));
  CHECK(kink_switch(0) == Approx(1));
  CHECK(kink_switch(-1) == Approx(1));
}

TEST_CASE("at a right angle the springs straighten the path across the tangent only") {
  double const previous[] = {0, 0}, current[] = {1, 0}, next[] = {1, 1}, along[] = {1, 0};
  double driving[] = {0.1, 0.2};
  add_kink_force(2, previous, current, next, along, 5,
                 driving);  // springs: 5 (next - 2 current + previous) = (-5, 5)
  CHECK(driving[0] == Approx(0.1));
  CHECK(driving[1] == Approx(5.2));
}

TEST_CASE("the largest ion norm takes whole ions and does not hide NaN") {
  double const v[] = {3, 4, 0, 1, 2, 2};
  CHECK(largest_ion_norm(6, 3, v) == Approx(5));
  CHECK(largest_ion_norm(6, 6, v) == Approx(std::sqrt(34.0)));
  double const bad[] = {0, NAN, 0, 1, 2, 2};
  CHECK(std::isnan(largest_ion_norm(6, 3, bad)));
}

TEST_CASE("optimizers reach the bottom of a bowl and keep to the longest step") {
  double longest;
  CHECK(steps_in_a_bowl(Lbfgs{0.2, 3}, longest) < 40);
  CHECK(longest <= 0.2 * (1 + 1e-12));
  CHECK(longest > 0.19);
  CHECK(steps_in_a_bowl(Fire{0.2, 3}, longest) < 200);
  CHECK(longest <= 0.2 * (1 + 1e-12));
}

TEST_CASE("along negative curvature L-BFGS still goes with the force") {
  Lbfgs const optimizer{0.1, 3};
  Lbfgs::State state;
  double x[] = {0.1, 0.2, 0.3}, f[3], vectors[3 * Lbfgs::n_vectors];
  for (int step = 0; step < 10; ++step) {  // E = -x^2 / 2: the force points outwards
    for (int k = 0; k < 3; ++k) f[k] = x[k];
    double const before[] = {x[0], x[1], x[2]};
    optimizer.step(3, f, state, vectors, x);
    double const moved[] = {x[0] - before[0], x[1] - before[1], x[2] - before[2]};
    REQUIRE(dot(3, moved, f) > 0);
  }
}
