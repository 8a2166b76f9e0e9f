#include <ionscape/fit/regression.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/words.hpp>

#include "folds.hpp"

namespace ionscape {

namespace {

/// The same text, or the same number.
bool same_value(std::string const& a, std::string const& b) {
  double x = 0, y = 0;
  return parse_number(a, x) && parse_number(b, y) ? x == y : a == b;
}

/// A target that explains itself, or a column twice, makes a perfect fit that says nothing.
void check_columns(std::string const& target, std::vector<std::string> const& features) {
  if (features.empty()) fail_input({}, "no features named");
  for (auto at = features.begin(); at != features.end(); ++at) {
    if (*at == target)
      fail_input({}, "the target ", target, " is among the features, expected other columns");
    if (std::find(features.begin(), at, *at) != at)
      fail_input({}, "the feature ", *at, " is named twice");
  }
}

}  // namespace

RegressionTable read_regression_table(std::filesystem::path const& file, std::string const& target,
                                      std::vector<std::string> const& features,
                                      RowSelection const& selection) {
  check_columns(target, features);
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

std::vector<int> make_folds(std::size_t rows, int n_folds, std::uint64_t seed) {
  std::vector<int> fold(rows);
  for (std::size_t i = 0; i < rows; ++i) fold[i] = int(i % std::size_t(n_folds));
  std::mt19937_64 random(seed);
  shuffle(fold, random);
  return fold;
}

double r_squared(std::vector<double> const& y, std::vector<double> const& predicted) {
  double const mean = std::accumulate(y.begin(), y.end(), 0.0) / double(y.size());
  double errors = 0, variance = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    errors += (predicted[i] - y[i]) * (predicted[i] - y[i]);
    variance += (y[i] - mean) * (y[i] - mean);
  }
  return 1 - errors / variance;
}

}  // namespace ionscape
