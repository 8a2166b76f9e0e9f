// LASSO against known solutions and its optimality conditions; the forest on a known function.
#include <cmath>
#include <random>

#include <ionscape/fit/regression.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// y = 2 a - b + noise; c says nothing.
RegressionData made_data(std::size_t rows) {
  std::mt19937_64 generator(7);
  auto const uniform = [&] { return double(generator() >> 11) * 0x1p-53 - 0.5; };
  RegressionData data{{"a", "b", "c"}, {}, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    double const a = uniform(), b = uniform() + 0.4 * a, c = uniform();
    data.x.push_back({a, b, c});
    data.y.push_back(2 * a - b + 0.05 * uniform());
  }
  return data;
}

}  // namespace

TEST_CASE("Orthogonal features give the soft-thresholded least squares coefficients") {
  RegressionData data{{"a", "b"}, {}, {}};
  for (int k = 0; k < 5; ++k)  // a full factorial design: mean 0, variance 1, uncorrelated
    for (double a : {-1.0, 1.0})
      for (double b : {-1.0, 1.0})
        data.x.push_back({a, b}), data.y.push_back(3 + 1.5 * a - 0.4 * b);
  LassoOptions options;
  options.folds = 5;
  auto const path = lasso_path(data, options);
  CHECK(path.intercept == Approx(3));
  for (LassoFit const& fit : path.fits) {
    CHECK(fit.coefficients[0] == Approx(std::max(0.0, 1.5 - fit.penalty)).margin(1e-8));
    CHECK(fit.coefficients[1] == Approx(-std::max(0.0, 0.4 - fit.penalty)).margin(1e-8));
  }
}

TEST_CASE("Every point of the path satisfies the optimality conditions of its penalty") {
  auto const data = made_data(80);
  auto const path = lasso_path(data);
  CHECK(path.fits.front().coefficients == std::vector<double>(3, 0.0));
  for (LassoFit const& fit : path.fits)
    for (std::size_t j = 0; j < 3; ++j) {
      double gradient = 0;  // of the residual sum with respect to b_j
      for (std::size_t i = 0; i < data.rows(); ++i) {
        double r = data.y[i] - path.intercept;
        for (std::size_t k = 0; k < 3; ++k)
          r -= fit.coefficients[k] * (data.x[i][k] - path.mean[k]) / path.deviation[k];
        gradient += r * (data.x[i][j] - path.mean[j]) / path.deviation[j] / double(data.rows());
      }
      if (fit.coefficients[j] != 0)
        CHECK(gradient == Approx(std::copysign(fit.penalty, fit.coefficients[j])).margin(1e-6));
      else
        CHECK(std::fabs(gradient) <= fit.penalty + 1e-6);
    }
}

TEST_CASE("The chosen penalty keeps what matters, with its sign, and drops the rest") {
  auto const path = lasso_path(made_data(200));
  auto const& b = path.fits[path.sparse].coefficients;
  CHECK(b[0] > 0);
  CHECK(b[1] < 0);
  CHECK(std::fabs(b[2]) < 0.01);
  CHECK(path.sparse <= path.best);
}

TEST_CASE("The sparse fit has the largest penalty within one standard error of the best") {
  for (std::size_t rows : {12u, 15u, 30u, 60u, 200u}) {
    auto const path = lasso_path(made_data(rows));
    double const limit = path.fits[path.best].cv_error + path.fits[path.best].cv_standard_error;
    CHECK(path.fits[path.sparse].cv_error <= limit);
    for (std::size_t k = 0; k < path.sparse; ++k) CHECK(path.fits[k].cv_error > limit);
  }
}

TEST_CASE(
    "A feature that varies in one row alone is left out of the fold without it, not refused") {
  RegressionData data = made_data(12);
  for (std::size_t i = 0; i < 12; ++i) data.x[i][2] = i == 4 ? 1 : 0;
  auto const path = lasso_path(data);
  for (double y : path.held_out) CHECK(std::isfinite(y));
  for (auto& x : data.x) x[2] = 0;
  CHECK_THAT(input_error([&] { lasso_path(data); }), ContainsSubstring("the same in all 12 rows"));
}

TEST_CASE(
    "The forest explains a known function better than its mean, and the same bits come twice") {
  auto const data = made_data(300);
  auto const report = cross_validate_forest(data), again = cross_validate_forest(data);
  CHECK(report.r2 > 0.8);
  CHECK(report.importance[0] > report.importance[2]);
  CHECK(report.rmse == again.rmse);
  CHECK(report.importance == again.importance);
}

TEST_CASE("Few rows are predicted one by one, each by what the others say") {
  CHECK(default_folds(19) == 19);
  CHECK(default_folds(20) == 10);
  auto const data = made_data(12);
  auto const path = lasso_path(data);
  for (std::size_t left_out : {0u, 7u}) {
    RegressionData others = data;
    others.x.erase(others.x.begin() + long(left_out));
    others.y.erase(others.y.begin() + long(left_out));
    // The best penalty of the whole is on the path of the others only by number: make a path of
    // that one alone.
    LassoOptions options;
    options.penalties = 1000;
    auto const refit = lasso_path(others, options);
    auto const at = std::ranges::min_element(refit.fits, {}, [&](LassoFit const& fit) {
      return std::fabs(fit.penalty - path.fits[path.best].penalty);
    });
    CHECK(refit.predict(std::size_t(at - refit.fits.begin()), data.x[left_out]) ==
          Approx(path.held_out[left_out]).margin(2e-3));
  }
  CHECK(r_squared(data.y, path.held_out) > 0.9);
  auto const forest = cross_validate_forest(data);
  CHECK(forest.held_out.size() == 12);
  CHECK(forest.importance[0] > 0);  // shuffled among all rows, not within a fold of one
}

TEST_CASE("r^2 is 1 for the target itself and 0 for its mean") {
  CHECK(r_squared({1, 2, 6}, {1, 2, 6}) == 1);
  CHECK(r_squared({1, 2, 6}, {3, 3, 3}) == Approx(0).margin(1e-15));
}

TEST_CASE(
    "Rows are selected by text or number, and grouped by a column, by path or by the stable site") {
  TemporaryFolder const folder;
  auto const file =
      folder.write("t.csv",
                   "x,y,family,d,path,E_tet_minus_E_oct_eV\n1,2,A,1.10,TOT,-1\n2,3,A,1.2,OTO,1\n"
                   "3,,B,1.1,OTO,1\n4,5,B,1.1,OTO,1\n");
  using Groups = std::vector<std::string>;
  auto const all = read_regression_table(file, "y", {"x"});
  CHECK(all.grouped_by == "path");
  CHECK(all.group == Groups{"TOT", "OTO", "OTO"});
  CHECK(all.left_out == 1);
  auto const some = read_regression_table(file, "y", {"x"}, {{{"d", "1.1"}}, "family"});
  CHECK(some.group == Groups{"A", "B"});
  CHECK(some.data.x == std::vector<std::vector<double>>{{1}, {4}});
  CHECK(read_regression_table(file, "y", {"x"}, {{{"d", "1.1"}, {"family", "B"}}, ""}).data.y ==
        std::vector{5.0});
  auto const map = folder.write("m.csv", "x,y,E_tet_minus_E_oct_eV\n1,2,-0.1\n2,3,0.1\n");
  CHECK(read_regression_table(map, "y", {"x"}).group == Groups{"tet stable", "oct stable"});
  CHECK_THAT(input_error([&] {
               read_regression_table(file, "y", {"x"}, {{{"family", "C"}}, ""});
             }),
             ContainsSubstring("no row") && ContainsSubstring("family = C"));
  CHECK_THAT(input_error([&] {
               read_regression_table(file, "y", {"x"}, {{}, "famly"});
             }),
             ContainsSubstring("family"));
}

TEST_CASE("Tables that cannot be regressed are refused") {
  TemporaryFolder const folder;
  auto const file = folder.write("t.csv", "x,y\n1,2\n2,3\n");
  CHECK_THAT(input_error([&] { read_regression_table(file, "z", {"x"}); }), ContainsSubstring("z"));
  CHECK_THAT(input_error([&] { lasso_path(read_regression_table(file, "y", {"x"}).data); }),
             ContainsSubstring("2 rows, expected at least 6"));
  for (int folds : {1, 41}) {
    CHECK_THAT(input_error([&] { lasso_path(made_data(40), {.folds = folds}); }),
               ContainsSubstring("expected 2 to 40"));
    CHECK_THAT(input_error([&] { cross_validate_forest(made_data(40), {.folds = folds}); }),
               ContainsSubstring("expected 2 to 40"));
  }
  RegressionData constant = made_data(40);
  for (auto& row : constant.x) row[1] = 3;
  CHECK_THAT(input_error([&] { lasso_path(constant); }), ContainsSubstring("b"));
}

TEST_CASE("A target among its features, or a feature named twice, is refused") {
  TemporaryFolder const folder;
  auto const file = folder.write("t.csv", "x,y,z\n1,2,3\n2,3,5\n");
  auto const error = [&](std::vector<std::string> const& features) {
    return input_error([&] { read_regression_table(file, "y", features); });
  };
  CHECK(error({"x", "z"}).empty());
  CHECK_THAT(error({"x", "y"}), ContainsSubstring("target y is among the features"));
  CHECK_THAT(error({"x", "z", "x"}), ContainsSubstring("feature x is named twice"));
}
