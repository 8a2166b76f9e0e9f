#include <cmath>
#include <cstring>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/surfaces.hpp>

#include <ionscape/relax/relax_points.hpp>

using namespace ionscape;
using namespace ionscape::test;

namespace {
using Exec = Kokkos::DefaultExecutionSpace;

bool same_bits(std::vector<double> const& u, std::vector<double> const& v) {
  return u.size() == v.size() && std::memcmp(u.data(), v.data(), u.size() * sizeof(double)) == 0;
}

/// Points on both sides of DoubleWell's saddle.
PointSet many_points(int n) {
  PointSet points{3, {}, {}};
  for (int i = 0; i < n; ++i)
    points.add({(i % 2 ? 0.6 : -0.6) + 0.2 * std::sin(i), 0.3 * std::cos(3 * i), 0.1 * i / n}, 0);
  return points;
}
}  // namespace

TEST_CASE("each point falls into the minimum of its own well") {
  RelaxOptions options;
  options.optimizer = GENERATE(Optimizer::lbfgs, Optimizer::fire);
  options.force_tolerance = 1e-5;
  CAPTURE(to_string(options.optimizer));
  auto const relaxed = relax_points(Exec(), Analytic<DoubleWell>{}, many_points(20), options);
  REQUIRE(relaxed.size() == 20);
  for (int i = 0; i < 20; ++i) {
    CAPTURE(i);
    REQUIRE(relaxed[i].status == RelaxStatus::converged);
    CHECK(relaxed[i].max_force < 1e-5);
    CHECK(relaxed[i].energy == Approx(0).margin(1e-9));
    CHECK(relaxed[i].coordinates[0] == Approx(i % 2 ? 1 : -1).margin(1e-4));
    CHECK(relaxed[i].coordinates[1] == Approx(0).margin(1e-4));
  }
}

TEST_CASE("a point alone and among others gives the same bits") {
  auto const all = many_points(50);
  auto const together = relax_points(Exec(), Analytic<DoubleWell>{}, all);
  for (int i : {0, 17, 49}) {
    PointSet one{3, {}, {}};
    one.add({all.point(i).begin(), all.point(i).end()}, 0);
    auto const alone = relax_points(Exec(), Analytic<DoubleWell>{}, one)[0];
    CHECK(alone.steps == together[i].steps);
    CHECK(same_bits(alone.coordinates, together[i].coordinates));
    CHECK(same_bits(alone.force, together[i].force));
  }
}

TEST_CASE("points that are not relaxed to the end say why") {
  DoubleWell hole;
  hole.broken = 0;
  auto const broken = relax_points(Exec(), Analytic<DoubleWell>{hole}, many_points(2));
  CHECK(broken[0].status == RelaxStatus::not_finite);
  CHECK(std::isnan(broken[0].max_force));
  RelaxOptions options;
  options.max_steps = 2;
  auto const unfinished = relax_points(Exec(), Analytic<DoubleWell>{}, many_points(1), options)[0];
  CHECK(unfinished.status == RelaxStatus::step_limit);
  CHECK(unfinished.steps == 4);  // 2 with L-BFGS, then 2 with FIRE
}

TEST_CASE("options and points that cannot be meant are refused by name") {
  auto const refuses = [](RelaxOptions const& options, PointSet const& points, char const* what) {
    CHECK_THROWS_WITH(relax_points(Exec(), Analytic<DoubleWell>{}, points, options),
                      Catch::Matchers::ContainsSubstring(what));
  };
  refuses({.force_tolerance = 0}, many_points(1), "force_tolerance");
  refuses({.max_step_length = NAN}, many_points(1), "max_step_length");
  refuses({.max_steps = -1}, many_points(1), "max_steps");
  refuses({.dof_per_ion = 2}, many_points(1), "dof_per_ion = 2");
  PointSet bad = many_points(3);
  bad.coordinates[4] = INFINITY;
  refuses({}, bad, "point 2");
  CHECK(relax_points(Exec(), Analytic<DoubleWell>{}, PointSet{3, {}, {}}).empty());
}
