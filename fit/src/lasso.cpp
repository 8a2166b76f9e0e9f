// The LASSO over its whole path, by cyclic coordinate descent; see regression.hpp.
#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include <ionscape/core/error.hpp>

#include "folds.hpp"

namespace ionscape {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

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

}  // namespace

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

}  // namespace ionscape
