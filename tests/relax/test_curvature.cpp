#include <cmath>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/surfaces.hpp>

#include <ionscape/relax/curvature.hpp>

using namespace ionscape;
using namespace ionscape::test;

TEST_CASE("a double well's curvature is known at its minimum and its saddle") {
  // At (0, bend, 0): E_xx = -4, E_yy = E_zz = 4, no coupling. At (1, 0, 0): E_xx = 8 + 16 bend^2,
  // E_xy = 8 bend.
  PointSet points{3, {}, {}};
  points.add({0, 0.3, 0}, 0);
  points.add({1, 0, 0}, 0);
  auto const curvature =
      curvature_at(Kokkos::DefaultExecutionSpace(), Analytic<DoubleWell>{}, points);
  REQUIRE(curvature.size() == 2);
  CHECK(curvature[0].force == Approx(0).margin(1e-14));
  CHECK(curvature[0].index() == 1);
  CHECK(curvature[0].eigenvalues[0] == Approx(-4).margin(1e-5));
  CHECK(curvature[0].eigenvalues[2] == Approx(4).margin(1e-5));
  CHECK(curvature[1].index() == 0);
  double const xx = 8 + 16 * 0.09, xy = 8 * 0.3, root = std::hypot((xx - 4) / 2, xy);
  CHECK(curvature[1].eigenvalues[0] == Approx((xx + 4) / 2 - root).margin(1e-5));
  CHECK(curvature[1].eigenvalues[2] == Approx((xx + 4) / 2 + root).margin(1e-5));
}

TEST_CASE("forces that are NaN give no certificate") {
  PointSet points{3, {}, {}};
  points.add({NAN, 0, 0}, 0);
  CHECK_THROWS_AS(curvature_at(Kokkos::DefaultExecutionSpace(), Analytic<DoubleWell>{}, points),
                  InputError);
  std::vector<double> const hessian = {1, NAN, NAN, 1};
  Curvature const curvature{0, hessian_eigenvalues(hessian, 2)};
  CHECK(curvature.index() == -1);
}
