#include <ionscape/sweep/regression.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <sstream>

#include <dataanalysis.h>
#include <Eigen/Dense>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>

#include "figures.hpp"
#include "gnuplot.hpp"

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

/// Of the rows with keep(row).
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
    if (!(s.deviation(j) > 1e-12 * std::max(1.0, std::fabs(s.mean(j)))))
      fail_input({}, "feature ", data.features[std::size_t(j)], " is the same in all ", n,
                 " rows: nothing can be learnt from it");
    s.x.col(j) /= s.deviation(j);
  }
  s.intercept = s.y.mean();
  s.y.array() -= s.intercept;
  if (!(s.y.squaredNorm() > 0)) fail_input({}, "the target is the same in all ", n, " rows");
  return s;
}

double soft_threshold(double z, double gamma) { return std::copysign(std::max(std::fabs(z) - gamma, 0.0), z); }

/// One b for each penalty; each starts from the last. The Gram matrix holds all that is needed.
MatrixXd coordinate_descent(Standardised const& s, std::vector<double> const& penalties, double tolerance) {
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
      if (sweep == most_sweeps) fail_input({}, "LASSO did not converge: are some features nearly the same?");
      change = 0;
      for (Index j = 0; j < b.size(); ++j) {
        double const next = soft_threshold(correlation(j) - gram.row(j).dot(b) + gram(j, j) * b(j), penalties[k]) /
                            gram(j, j);  // eq. 5
        change = std::max(change, std::fabs(next - b(j)));
        b(j) = next;
      }
    }
    path.col(Index(k)) = b;
  }
  return path;
}

void require_folds(RegressionData const& data, int folds) {
  if (folds < 2) fail_input({}, folds, " folds, expected at least 2");
  if (data.rows() < std::size_t(2 * folds))
    fail_input({}, data.rows(), " rows are too few for ", folds, " folds, expected at least ", 2 * folds);
}

/// Mean squared errors of each fold at each penalty, (n_folds, n_penalties).
MatrixXd fold_errors(RegressionData const& data, std::vector<double> const& penalties, LassoOptions const& options) {
  auto const fold = make_folds(data.rows(), options.folds, options.seed);
  MatrixXd errors = MatrixXd::Zero(options.folds, Index(penalties.size()));
  for (int f = 0; f < options.folds; ++f) {
    Standardised const s = standardise(data, [&](std::size_t i) { return fold[i] != f; });
    MatrixXd const path = coordinate_descent(s, penalties, options.tolerance);
    int held_out = 0;
    for (std::size_t i = 0; i < data.rows(); ++i) {
      if (fold[i] != f) continue;
      ++held_out;
      VectorXd x = Eigen::Map<VectorXd const>(data.x[i].data(), Index(data.x[i].size()));
      x = (x - s.mean).cwiseQuotient(s.deviation);
      errors.row(f) += (path.transpose() * x).array().operator+(s.intercept - data.y[i]).square().matrix().transpose();
    }
    errors.row(f) /= held_out;
  }
  return errors;
}

}  // namespace

RegressionTable read_regression_table(std::filesystem::path const& file, std::string const& target,
                                      std::vector<std::string> const& features) {
  if (features.empty()) fail_input({}, "no features named");
  CsvTable const table = CsvTable::read(file);
  std::vector<std::string> names = features;
  names.push_back(target);
  for (std::string const& name : names)
    if (!table.has(name)) fail_input({file}, "no column '", name, "'", suggestion(name, table.columns()));
  std::string group_column;
  for (char const* name : {"path_type", "path"})
    if (table.has(name)) group_column = name;
  constexpr char const* preference = "E_tet_minus_E_oct_eV";
  RegressionTable out;
  out.data.features = features;
  for (std::size_t row = 0; row < table.rows(); ++row) {
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
    std::string group;
    if (!group_column.empty()) {
      group = table.text(row, group_column);
    } else if (table.has(preference)) {
      group = table.number(row, preference) < 0 ? "tet stable" : "oct stable";
    }
    out.group.push_back(std::move(group));
  }
  constexpr std::size_t fewest = 10;
  if (out.data.rows() < fewest)
    fail_input({file}, out.data.rows(), " rows have all values, expected at least ", fewest);
  return out;
}

RegressionData rows_of_group(RegressionTable const& table, std::string const& group) {
  RegressionData out;
  out.features = table.data.features;
  for (std::size_t i = 0; i < table.data.rows(); ++i)
    if (table.group[i] == group) out.x.push_back(table.data.x[i]), out.y.push_back(table.data.y[i]);
  return out;
}

RegressionData with_squares(RegressionData const& data) {
  RegressionData out = data;
  for (std::size_t j = 0; j < data.features.size(); ++j) {
    double mean = 0;
    for (auto const& x : data.x) mean += x[j] / double(data.rows());
    for (std::size_t i = 0; i < data.rows(); ++i) out.x[i].push_back((data.x[i][j] - mean) * (data.x[i][j] - mean));
    out.features.push_back(data.features[j] + "^2");
  }
  return out;
}

std::vector<int> make_folds(std::size_t rows, int n_folds, std::uint64_t seed) {
  std::vector<int> fold(rows);
  for (std::size_t i = 0; i < rows; ++i) fold[i] = int(i % std::size_t(n_folds));
  std::mt19937_64 random(seed);
  shuffle(fold, random);
  return fold;
}

double LassoPath::predict(std::size_t fit, std::vector<double> const& x) const {
  double y = intercept;
  for (std::size_t j = 0; j < x.size(); ++j) y += fits.at(fit).coefficients[j] * (x[j] - mean[j]) / deviation[j];
  return y;
}

LassoPath lasso_path(RegressionData const& data, LassoOptions const& options) {
  require_folds(data, options.folds);
  Standardised const s = standardise(data, [](std::size_t) { return true; });
  double const largest = (s.x.transpose() * s.y / double(s.y.size())).cwiseAbs().maxCoeff();
  std::vector<double> penalties;
  for (int k = 0; k < options.penalties; ++k)
    penalties.push_back(largest * std::pow(options.smallest_penalty, double(k) / std::max(1, options.penalties - 1)));
  MatrixXd const b = coordinate_descent(s, penalties, options.tolerance);
  MatrixXd const errors = fold_errors(data, penalties, options);

  LassoPath path;
  path.mean.assign(s.mean.begin(), s.mean.end());
  path.deviation.assign(s.deviation.begin(), s.deviation.end());
  path.intercept = s.intercept;
  for (std::size_t k = 0; k < penalties.size(); ++k) {
    auto const of_folds = errors.col(Index(k)).array();
    double const mean = of_folds.mean(), folds = double(options.folds);
    double const variance = (of_folds - mean).square().sum() / (folds - 1);
    auto const column = b.col(Index(k));
    path.fits.push_back({penalties[k], {column.begin(), column.end()}, mean, std::sqrt(variance / folds)});
    if (mean < path.fits[path.best].cv_error) path.best = k;
  }
  LassoFit const& best = path.fits[path.best];
  path.sparse = path.best;
  while (path.sparse > 0 && path.fits[path.sparse - 1].cv_error <= best.cv_error + best.cv_standard_error)
    --path.sparse;
  return path;
}

// -------------------------------------------------------------------------------------------------------------- forest

namespace {

/// One forest grown on the rows outside fold f.
class Forest {
 public:
  Forest(RegressionData const& data, std::vector<int> const& fold, int f, ForestOptions const& options) {
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
  return std::sqrt(std::inner_product(errors.begin(), errors.end(), errors.begin(), 0.0) / double(errors.size()));
}

}  // namespace

ForestReport cross_validate_forest(RegressionData const& data, ForestOptions const& options) {
  require_folds(data, options.folds);
  auto const fold = make_folds(data.rows(), options.folds, options.seed);
  std::mt19937_64 random(options.seed);
  std::size_t const p = data.features.size();
  std::vector<double> errors;
  std::vector<std::vector<double>> shuffled(p);  // errors with one feature shuffled
  try {
    for (int f = 0; f < options.folds; ++f) {
      Forest const forest(data, fold, f, options);
      std::vector<std::size_t> held_out;
      for (std::size_t i = 0; i < data.rows(); ++i)
        if (fold[i] == f) held_out.push_back(i);
      for (std::size_t i : held_out) errors.push_back(forest.predict(data.x[i]) - data.y[i]);
      for (std::size_t j = 0; j < p; ++j) {
        auto other = held_out;
        shuffle(other, random);
        for (std::size_t k = 0; k < held_out.size(); ++k) {
          auto x = data.x[held_out[k]];
          x[j] = data.x[other[k]][j];
          shuffled[j].push_back(forest.predict(x) - data.y[held_out[k]]);
        }
      }
    }
  } catch (alglib::ap_error const& error) {
    fail_input({}, "the random forest failed: ", error.msg);
  }
  ForestReport report;
  for (double e : errors) report.mae += std::fabs(e) / double(errors.size());
  report.rmse = rms(errors);
  double const mean = std::accumulate(data.y.begin(), data.y.end(), 0.0) / double(data.rows());
  double variance = 0;
  for (double y : data.y) variance += (y - mean) * (y - mean) / double(data.rows());
  report.r2 = 1 - report.rmse * report.rmse / variance;
  for (auto const& e : shuffled) report.importance.push_back(rms(e) - report.rmse);
  return report;
}

// ------------------------------------------------------------------------------------------------------------- picture

std::vector<std::filesystem::path> plot_lasso_path(std::filesystem::path const& directory, std::string const& name,
                                                   std::string const& title, std::vector<std::string> const& features,
                                                   LassoPath const& path) {
  char const* const colours[] = {"#31688e", "#c02060", "#1f9e89", "#e0b000", "#7a4fa0", "#f07030"};
  std::ostringstream data;
  data << "# penalty, cross-validated rmse, coefficients of " << joined(features) << '\n';
  for (LassoFit const& fit : path.fits) {
    data << shortest(fit.penalty) << ' ' << shortest(std::sqrt(fit.cv_error));
    for (double b : fit.coefficients) data << ' ' << shortest(b);
    data << '\n';
  }
  std::ostringstream gp;
  gp << "# " << title << "\n# Draw again with: gnuplot " << name << ".gp      (data: " << name << ".dat)\n"
     << "do for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo rounded size 1600,1000 font \"DejaVu Sans,12\" fontscale 2 "
        "linewidth 2 } \\\n"
     << "else { set terminal svg rounded size 800,500 font \"DejaVu Sans,12\" background rgb 'white' }\n"
     << "set output '" << name << ".'.format\nset title '" << title << "' noenhanced\nset logscale x\n"
     << "set format x '10^{%T}'\nset grid lc rgb '#dddddd'\nset tics out nomirror\nset key outside right top "
        "noenhanced\n"
     << "set xlabel 'penalty λ'\nset ylabel 'change of the target over one standard deviation'\n";
  for (auto const& [at, words] : {std::pair(path.best, "best"), {path.sparse, "one s.e."}})
    gp << "set arrow from " << shortest(path.fits[at].penalty) << ", graph 0 to " << shortest(path.fits[at].penalty)
       << ", graph 1 nohead dt 2 lc rgb '#888888'\nset label '" << words << "' at " << shortest(path.fits[at].penalty)
       << ", graph " << (at == path.best ? "0.03" : "0.08") << " offset 0.5,0 font ',9'\n";
  gp << "plot 0 with lines lc rgb 'black' notitle";
  for (std::size_t j = 0; j < features.size(); ++j)
    gp << ", \\\n  '" << name << ".dat' using 1:" << j + 3 << " with lines lw 2 lc rgb '"
       << colours[j % std::size(colours)] << "' title '" << features[j] << "'";
  gp << "\nset output\n}\n";
  figures::write_text(directory / (name + ".dat"), data.str());
  figures::write_text(directory / (name + ".gp"), gp.str());
  run_gnuplot(directory, {name + ".gp"});
  return {directory / (name + ".png"), directory / (name + ".svg")};
}

}  // namespace ionscape
