// The statistics of Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023) on charge, volume and
// distortion: LASSO over its whole path, and a random forest. Same data and seed: same numbers.
//
// LASSO: with features standardised to mean 0 and variance 1 and y centred, for each penalty lambda
//   min over b of  1/(2n) |y - X b|^2 + lambda |b|_1
// by cyclic coordinate descent from large to small lambda (Friedman, Hastie, Tibshirani, J. Stat.
// Softw. 33, 1 (2010), eqs. 5 and 6). The penalty is chosen by K-fold cross-validation: the best
// one, or the largest whose error is within one standard error of the best (Hastie, Tibshirani,
// Friedman, The Elements of Statistical Learning, 2nd ed., 7.10). Forest: ALGLIB's decision forest
// (Breiman, Mach. Learn. 45, 5 (2001)); importance by permutation of a feature among all rows, each
// predicted by the forest that has not seen it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ionscape {

struct RegressionData {
  std::vector<std::string> features;   // names, (n_features)
  std::vector<std::vector<double>> x;  // (n_rows, n_features)
  std::vector<double> y;               // (n_rows)

  std::size_t rows() const { return y.size(); }
};

/// Which rows of a table, and how they fall into groups.
struct RowSelection {
  std::map<std::string, std::string>
      where;           // column -> value that a row must have; numbers are compared as numbers
  std::string groups;  // column; empty: see RegressionTable::group
};

/// The selected rows that have all values.
struct RegressionTable {
  RegressionData data;
  std::string grouped_by;  // "" if there is nothing to group by
  std::vector<std::string>
      // (n_rows): text of the column asked for, else of path_type or path, if there is one; else
      group;
  // "tet stable" or "oct stable" by the sign of E_tet_minus_E_oct_eV, if that is there
  std::size_t left_out = 0;  // rows where a value is missing
};

/// Throws InputError with file and line; also if no row is left, if the target is among the
/// features, or if a feature is named twice.
RegressionTable read_regression_table(std::filesystem::path const& file, std::string const& target,
                                      std::vector<std::string> const& features,
                                      RowSelection const& selection = {});

/// The rows of one group.
RegressionData rows_of_group(RegressionTable const& table, std::string const& group);

/// Takes away the features that are the same in all rows, and returns their names.
std::vector<std::string> drop_constant_features(RegressionData& data);

/// The same with (f - mean)^2 for every feature f behind the features, named "f^2".
RegressionData with_squares(RegressionData const& data);

/// 10, or where there are fewer than 20 rows one for each: leave-one-out.
int default_folds(std::size_t rows);

/// Folds 0 .. n_folds - 1 of nearly equal size, shuffled: (n_rows).
std::vector<int> make_folds(std::size_t rows, int n_folds, std::uint64_t seed);

struct LassoOptions {
  int penalties = 100;             // lambda from the least that makes all b zero, in equal ratios,
  double smallest_penalty = 1e-4;  // to this share of it
  double tolerance = 1e-10;        // change of any b in a sweep, over the standard deviation of y
  int folds = 0;                   // 0: default_folds
  std::uint64_t seed = 1;
};

struct LassoFit {
  double penalty = 0;                // lambda, unit of y
  std::vector<double> coefficients;  // b: change of y over one standard deviation of the feature
  double cv_error = 0;               // mean squared error on the held-out folds
  double cv_standard_error = 0;      // of that mean
};

struct LassoPath {
  std::vector<double> mean, deviation;  // of the features
  double intercept = 0;                 // mean of y
  std::vector<LassoFit> fits;           // lambda descending
  std::size_t best = 0;                 // smallest cv_error
  std::size_t sparse = 0;               // one-standard-error rule
  std::vector<double> held_out;         // (n_rows): y by the best fit of the folds without the row

  /// y of one row of features, by one of the fits.
  double predict(std::size_t fit, std::vector<double> const& x) const;
};

/// Throws InputError for a constant feature or target, fewer than 6 rows or 3 more than features,
/// more folds than rows, or 1.
LassoPath lasso_path(RegressionData const& data, LassoOptions const& options = {});

/// Share of the variance of y that a prediction explains: 1 - sum of squared errors / sum of
/// squares about the mean.
double r_squared(std::vector<double> const& y, std::vector<double> const& predicted);

struct ForestOptions {
  int trees = 200;
  double sample = 0.66;  // share of the rows that a tree sees
  int folds = 0;         // 0: default_folds
  std::uint64_t seed = 1;
};

/// Errors on held-out folds, in the unit of y.
struct ForestReport {
  double mae = 0, rmse = 0, r2 = 0;
  std::vector<double> held_out;  // (n_rows): y by the forest of the folds without the row
  std::vector<double>
      importance;  // growth of the rmse when a feature's held-out values are shuffled
};

ForestReport cross_validate_forest(RegressionData const& data, ForestOptions const& options = {});

}  // namespace ionscape
