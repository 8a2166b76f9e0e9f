// ALGLIB's decision forest, judged on held-out folds; see regression.hpp.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <dataanalysis.h>

#include <ionscape/core/error.hpp>

#include "folds.hpp"

namespace ionscape {

namespace {

/// One forest grown on the rows outside fold f.
class Forest {
 public:
  Forest(RegressionData const& data, std::vector<int> const& fold, int f,
         ForestOptions const& options) {
    auto const p = alglib::ae_int_t(data.features.size());
    alglib::real_2d_array table;
    table.setlength(std::count_if(fold.begin(), fold.end(), [f](int k) { return k != f; }), p + 1);
    alglib::ae_int_t row = 0;
    for (std::size_t i = 0; i < data.rows(); ++i) {
      if (fold[i] == f) continue;
      for (alglib::ae_int_t j = 0; j < p; ++j) table(row, j) = data.x[i][std::size_t(j)];
      table(row++, p) = data.y[i];
    }
    alglib::decisionforestbuilder builder;
    alglib::dfbuildercreate(builder);
    alglib::dfbuildersetdataset(builder, table, row, p, 1);
    alglib::dfbuildersetseed(builder, alglib::ae_int_t(options.seed) + 1);
    alglib::dfbuildersetsubsampleratio(builder, options.sample);
    alglib::dfbuildersetrndvars(builder, p);  // few features: a tree may use them all
    alglib::dfreport report;
    alglib::dfbuilderbuildrandomforest(builder, options.trees, forest_, report);
  }

  double predict(std::vector<double> const& x) const {
    alglib::real_1d_array row;
    row.setcontent(alglib::ae_int_t(x.size()), x.data());
    alglib::real_1d_array y;
    alglib::dfprocess(forest_, row, y);
    return y[0];
  }

 private:
  alglib::decisionforest forest_;
};

double rms(std::vector<double> const& errors) {
  return std::sqrt(std::inner_product(errors.begin(), errors.end(), errors.begin(), 0.0) /
                   double(errors.size()));
}

}  // namespace

ForestReport cross_validate_forest(RegressionData const& data, ForestOptions const& options) {
  int const folds = checked_folds(data, options.folds);
  auto const fold = make_folds(data.rows(), folds, options.seed);
  std::mt19937_64 random(options.seed);
  std::size_t const p = data.features.size();
  ForestReport report;
  report.held_out.resize(data.rows());
  std::vector<std::vector<std::size_t>> other(
      p);  // for each feature, the row that it is taken from when shuffled
  for (auto& rows : other) {
    rows.resize(data.rows());
    std::iota(rows.begin(), rows.end(), std::size_t(0));
    shuffle(rows, random);
  }
  std::vector<std::vector<double>> shuffled(p);  // errors with one feature shuffled
  try {
    for (int f = 0; f < folds; ++f) {
      Forest const forest(data, fold, f, options);
      for (std::size_t i = 0; i < data.rows(); ++i) {
        if (fold[i] != f) continue;
        report.held_out[i] = forest.predict(data.x[i]);
        for (std::size_t j = 0; j < p; ++j) {
          auto x = data.x[i];
          x[j] = data.x[other[j][i]][j];
          shuffled[j].push_back(forest.predict(x) - data.y[i]);
        }
      }
    }
  } catch (alglib::ap_error const& error) {
    fail_input({}, "the random forest failed: ", error.msg);
  }
  std::vector<double> errors;
  for (std::size_t i = 0; i < data.rows(); ++i) errors.push_back(report.held_out[i] - data.y[i]);
  for (double e : errors) report.mae += std::fabs(e) / double(errors.size());
  report.rmse = rms(errors);
  report.r2 = r_squared(data.y, report.held_out);
  for (auto const& e : shuffled) report.importance.push_back(rms(e) - report.rmse);
  return report;
}

}  // namespace ionscape
