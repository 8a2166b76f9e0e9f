#include <cmath>
#include <vector>

#include <ionscape_test/catch.hpp>

#include <ionscape/relax/fire.hpp>
#include <ionscape/relax/lbfgs.hpp>

using namespace ionscape::relax;

namespace {
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
