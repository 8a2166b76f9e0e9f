#include <ionscape/core/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ionscape {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double mean(std::span<double const> values) {
  return std::reduce(values.begin(), values.end()) / double(values.size());
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return none;
  std::ranges::sort(values);
  std::size_t const n = values.size();
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

std::vector<double> ranks(std::span<double const> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> rank(values.size());
  for (std::size_t begin = 0, end; begin < order.size(); begin = end) {
    for (end = begin + 1; end < order.size() && values[order[end]] == values[order[begin]];) ++end;
    // The ranks of this group are begin + 1 to end.
    for (std::size_t k = begin; k < end; ++k) rank[order[k]] = 0.5 * double(begin + 1 + end);
  }
  return rank;
}

double spearman(std::span<double const> a, std::span<double const> b) {
  auto const x = ranks(a), y = ranks(b);
  double const middle = 0.5 * double(x.size() + 1);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
    xy += (x[i] - middle) * (y[i] - middle);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : none;
}

std::size_t sign_hits(std::span<double const> a, std::span<double const> b) {
  std::size_t hits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) hits += (a[i] < 0) == (b[i] < 0);
  return hits;
}

ErrorStatistics error_statistics(std::span<double const> ours, std::span<double const> reference) {
  ErrorStatistics s;
  s.count = ours.size();
  s.rank_correlation = spearman(ours, reference);
  if (ours.empty()) {
    s.bias = s.mae = s.rmse = s.median_absolute = s.largest = none;
    return s;
  }
  std::vector<double> errors, sizes, squares;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    double const e = ours[i] - reference[i];
    errors.push_back(e), sizes.push_back(std::fabs(e)), squares.push_back(e * e);
  }
  s.bias = mean(errors);
  s.mae = mean(sizes);
  s.rmse = std::sqrt(mean(squares));
  s.median_absolute = median(sizes);
  auto const largest = std::ranges::max_element(sizes);
  s.largest = *largest;
  s.largest_at = std::size_t(largest - sizes.begin());
  return s;
}

}  // namespace ionscape
