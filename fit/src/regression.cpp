#include <ionscape/fit/regression.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <sstream>

#include <dataanalysis.h>
#include <Eigen/Dense>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>

namespace ionscape {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Fisher and Yates; std::shuffle differs between libraries.
template <class T>
void shuffle(std::vector<T>& list, std::mt19937_64& random) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random() % i]);
}

/// Features with mean 0 and variance 1, y with mean 0.
struct Standardised {
  VectorXd mean, deviation;
  double intercept = 0;
  MatrixXd x;
  VectorXd y;
};

/// Of the rows with keep(row). A feature that is the same in all of them is zero there: it gets no
/// coefficient.
template <class Keep>
Standardised standardise(RegressionData const& data, Keep const& keep) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < data.rows(); ++i)
    if (keep(i)) rows.push_back(i);
  auto const n = Index(rows.size()), p = Index(data.features.size());
  Standardised s;
  s.x.resize(n, p);
  s.y.resize(n);
  for (Index i = 0; i < n; ++i) {
    s.y(i) = data.y[rows[std::size_t(i)]];
    for (Index j = 0; j < p; ++j) s.x(i, j) = data.x[rows[std::size_t(i)]][std::size_t(j)];
  }
  s.mean = s.x.colwise().mean();
  s.x.rowwise() -= s.mean.transpose();
  s.deviation = (s.x.colwise().squaredNorm() / double(n)).cwiseSqrt();
  for (Index j = 0; j < p; ++j) {
    if (s.deviation(j) > 1e-12 * std::max(1.0, std::fabs(s.mean(j)))) {
      s.x.col(j) /= s.deviation(j);
    } else {
      s.x.col(j).setZero();
      s.deviation(j) = 0;
    }
  }
  s.intercept = s.y.mean();
  s.y.array() -= s.intercept;
  if (!(s.y.squaredNorm() > 0)) fail_input({}, "the target is the same in all ", n, " rows");
  return s;
}

double soft_threshold(double z, double gamma) {
  return std::copysign(std::max(std::fabs(z) - gamma, 0.0), z);
}

/// One b for each penalty; each starts from the last. The Gram matrix holds all that is needed.
MatrixXd coordinate_descent(Standardised const& s, std::vector<double> const& penalties,
                            double tolerance) {
  constexpr int most_sweeps = 100000;
  double const n = double(s.y.size());
  MatrixXd const gram = s.x.transpose() * s.x / n;
  VectorXd const correlation = s.x.transpose() * s.y / n;
  double const limit = tolerance * std::sqrt(s.y.squaredNorm() / n);
  VectorXd b = VectorXd::Zero(s.x.cols());
  MatrixXd path(s.x.cols(), Index(penalties.size()));
  for (std::size_t k = 0; k < penalties.size(); ++k) {
    double change = INFINITY;
    for (int sweep = 0; change > limit; ++sweep) {
      if (sweep == most_sweeps)
        fail_input({}, "LASSO did not converge: are some features nearly the same?");
      change = 0;
      for (Index j = 0; j < b.size(); ++j) {
        if (gram(j, j) == 0) continue;
        double const next =
            soft_threshold(correlation(j) - gram.row(j).dot(b) + gram(j, j) * b(j), penalties[k]) /
            gram(j, j);  // eq. 5
        change = std::max(change, std::fabs(next - b(j)));
        b(j) = next;
      }
    }
    path.col(Index(k)) = b;
  }
  return path;
}

/// The number of folds, if it can be.
int checked_folds(RegressionData const& data, int folds) {
  std::size_t const fewest = std::max<std::size_t>(6, data.features.size() + 3);
  if (data.rows() < fewest)
    fail_input({}, data.rows(), " rows, expected at least ", fewest, " for ", data.features.size(),
               " features");
  if (folds == 0) return default_folds(data.rows());
  if (folds < 2 || std::size_t(folds) > data.rows())
    fail_input({}, folds, " folds of ", data.rows(), " rows, expected 2 to ", data.rows());
  return folds;
}

/// y of each row at each penalty, by the path fitted to the other folds: (n_rows, n_penalties).
MatrixXd held_out_predictions(RegressionData const& data, std::vector<int> const& fold, int folds,
                              std::vector<double> const& penalties, double tolerance) {
  MatrixXd predicted(Index(data.rows()), Index(penalties.size()));
  for (int f = 0; f < folds; ++f) {
    Standardised const s = standardise(data, [&](std::size_t i) { return fold[i] != f; });
    MatrixXd const path = coordinate_descent(s, penalties, tolerance);
    for (std::size_t i = 0; i < data.rows(); ++i) {
      if (fold[i] != f) continue;
      VectorXd x = Eigen::Map<VectorXd const>(data.x[i].data(), Index(data.x[i].size()));
      x = (s.deviation.array() > 0).select((x - s.mean).cwiseQuotient(s.deviation), 0);
      predicted.row(Index(i)) = (path.transpose() * x).array() + s.intercept;
    }
  }
  return predicted;
}

/// The same text, or the same number.
bool same_value(std::string const& a, std::string const& b) {
  auto const number = [](std::string const& text) -> std::optional<double> {
    double x = 0;
    auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error != std::errc{} || stop != text.data() + text.size()) return {};
    return x;
  };
  auto const x = number(a), y = number(b);
  return x && y ? *x == *y : a == b;
}

}  // namespace

RegressionTable read_regression_table(std::filesystem::path const& file, std::string const& target,
                                      std::vector<std::string> const& features,
                                      RowSelection const& selection) {
  if (features.empty()) fail_input({}, "no features named");
  CsvTable const table = CsvTable::read(file);
  std::vector<std::string> names = features;
  names.push_back(target);
  for (auto const& [name, value] : selection.where) names.push_back(name);
  if (!selection.groups.empty()) names.push_back(selection.groups);
  for (std::string const& name : names)
    if (!table.has(name))
      fail_input({file}, "no column '", name, "'", suggestion(name, table.columns()));
  constexpr char const* preference = "E_tet_minus_E_oct_eV";
  RegressionTable out;
  out.grouped_by = selection.groups;
  for (char const* name : {"path_type", "path", preference})
    if (out.grouped_by.empty() && table.has(name)) out.grouped_by = name;
  bool const by_sign = selection.groups.empty() && out.grouped_by == preference;
  out.data.features = features;
  auto const selected = [&](std::size_t row) {
    return std::ranges::all_of(selection.where, [&](auto const& item) {
      return same_value(table.text(row, item.first), item.second);
    });
  };
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!selected(row)) continue;
    std::vector<double> x;
    for (std::string const& feature : features)
      if (auto const value = table.optional_number(row, feature)) x.push_back(*value);
    auto const y = table.optional_number(row, target);
    if (x.size() < features.size() || !y) {
      ++out.left_out;
      continue;
    }
    out.data.x.push_back(std::move(x));
    out.data.y.push_back(*y);
    if (by_sign)
      out.group.push_back(table.number(row, preference) < 0 ? "tet stable" : "oct stable");
    else
      out.group.push_back(out.grouped_by.empty() ? "" : table.text(row, out.grouped_by));
  }
  if (out.data.rows() > 0) return out;
  std::string conditions;
  for (auto const& [name, value] : selection.where) conditions += " and " + name + " = " + value;
  fail_input({file}, "no row has values of ", joined(features), " and ", target, conditions);
}

RegressionData rows_of_group(RegressionTable const& table, std::string const& group) {
  RegressionData out;
  out.features = table.data.features;
  for (std::size_t i = 0; i < table.data.rows(); ++i)
    if (table.group[i] == group) out.x.push_back(table.data.x[i]), out.y.push_back(table.data.y[i]);
  return out;
}

std::vector<std::string> drop_constant_features(RegressionData& data) {
  std::vector<std::string> dropped;
  for (std::size_t j = data.features.size(); j-- > 0;) {
    if (std::ranges::any_of(data.x, [&](auto const& row) { return row[j] != data.x[0][j]; }))
      continue;
    dropped.insert(dropped.begin(), data.features[j]);
    data.features.erase(data.features.begin() + long(j));
    for (auto& row : data.x) row.erase(row.begin() + long(j));
  }
  return dropped;
}

RegressionData with_squares(RegressionData const& data) {
  RegressionData out = data;
  for (std::size_t j = 0; j < data.features.size(); ++j) {
    double mean = 0;
    for (auto const& x : data.x) mean += x[j] / double(data.rows());
    for (std::size_t i = 0; i < data.rows(); ++i)
      out.x[i].push_back((data.x[i][j] - mean) * (data.x[i][j] - mean));
    out.features.push_back(data.features[j] + "^2");
  }
  return out;
}

int default_folds(std::size_t rows) { return rows < 20 ? int(rows) : 10; }

std::vector<int> make_folds(std::size_t rows, int n_folds, std::uint64_t seed) {
  std::vector<int> fold(rows);
  for (std::size_t i = 0; i < rows; ++i) fold[i] = int(i % std::size_t(n_folds));
  std::mt19937_64 random(seed);
  shuffle(fold, random);
  return fold;
}

double LassoPath::predict(std::size_t fit, std::vector<double> const& x) const {
  double y = intercept;
  for (std::size_t j = 0; j < x.size(); ++j)
    y += fits.at(fit).coefficients[j] * (x[j] - mean[j]) / deviation[j];
  return y;
}

LassoPath lasso_path(RegressionData const& data, LassoOptions const& options) {
  int const folds = checked_folds(data, options.folds);
  Standardised const s = standardise(data, [](std::size_t) { return true; });
  for (Index j = 0; j < s.deviation.size(); ++j)
    if (s.deviation(j) == 0)
      fail_input({}, "feature ", data.features[std::size_t(j)], " is the same in all ", data.rows(),
                 " rows: nothing can be learnt from it");
  double const largest = (s.x.transpose() * s.y / double(s.y.size())).cwiseAbs().maxCoeff();
  std::vector<double> penalties;
  for (int k = 0; k < options.penalties; ++k)
    penalties.push_back(largest * std::pow(options.smallest_penalty,
                                           double(k) / std::max(1, options.penalties - 1)));
  MatrixXd const b = coordinate_descent(s, penalties, options.tolerance);
  auto const fold = make_folds(data.rows(), folds, options.seed);
  MatrixXd const predicted = held_out_predictions(data, fold, folds, penalties, options.tolerance);
  MatrixXd errors = MatrixXd::Zero(folds, Index(penalties.size()));  // mean squared, of each fold
  for (std::size_t i = 0; i < data.rows(); ++i)
    errors.row(fold[i]) += (predicted.row(Index(i)).array() - data.y[i]).square().matrix() /
                           double(std::ranges::count(fold, fold[i]));

  LassoPath path;
  path.mean.assign(s.mean.begin(), s.mean.end());
  path.deviation.assign(s.deviation.begin(), s.deviation.end());
  path.intercept = s.intercept;
  for (std::size_t k = 0; k < penalties.size(); ++k) {
    auto const of_folds = errors.col(Index(k)).array();
    double const mean = of_folds.mean(), variance = (of_folds - mean).square().sum() / (folds - 1);
    auto const column = b.col(Index(k));
    path.fits.push_back(
        {penalties[k], {column.begin(), column.end()}, mean, std::sqrt(variance / folds)});
    if (mean < path.fits[path.best].cv_error) path.best = k;
  }
  LassoFit const& best = path.fits[path.best];
  path.sparse = 0;  // penalties fall
  while (path.fits[path.sparse].cv_error > best.cv_error + best.cv_standard_error) ++path.sparse;
  auto const chosen = predicted.col(Index(path.best));
  path.held_out.assign(chosen.begin(), chosen.end());
  return path;
}

// --- forest --------------------------------------------------------------------------------------

namespace {

/// One forest grown on the rows outside fold f.
class Forest {
 public:
  Forest(RegressionData const& data, std::vector<int> const& fold, int f,
         ForestOptions const& options) {
    auto const p = Index(data.features.size());
    alglib::real_2d_array table;
    table.setlength(std::count_if(fold.begin(), fold.end(), [f](int k) { return k != f; }), p + 1);
    Index row = 0;
    for (std::size_t i = 0; i < data.rows(); ++i) {
      if (fold[i] == f) continue;
      for (Index j = 0; j < p; ++j) table(row, j) = data.x[i][std::size_t(j)];
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

double r_squared(std::vector<double> const& y, std::vector<double> const& predicted) {
  double const mean = std::accumulate(y.begin(), y.end(), 0.0) / double(y.size());
  double errors = 0, variance = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    errors += (predicted[i] - y[i]) * (predicted[i] - y[i]);
    variance += (y[i] - mean) * (y[i] - mean);
  }
  return 1 - errors / variance;
}

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
