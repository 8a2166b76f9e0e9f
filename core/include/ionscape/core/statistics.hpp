// How well two lists of numbers agree: errors, ranks, signs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ionscape {

/// Of errors e_i = ours_i - reference_i, in the unit of the values. NaN where there is nothing to
/// count.
struct ErrorStatistics {
  std::size_t count = 0;
  double bias = 0;  // mean of e
  double mae = 0;   // mean of |e|
  double rmse = 0;
  double median_absolute = 0;
  double largest = 0;           // max |e|
  std::size_t largest_at = 0;   // its index
  double rank_correlation = 0;  // Spearman, ours against the reference
};

/// Both lists have the same length. Values that are not finite spoil the result: leave them out
/// before.
ErrorStatistics error_statistics(std::span<double const> ours, std::span<double const> reference);

/// Middle value, or mean of the two in the middle; NaN for an empty list.
double median(std::vector<double> values);

/// 1 for the smallest; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<double const> values);

/// Spearman's: the linear correlation of the ranks. NaN for fewer than two values, or where one
/// list is constant.
double spearman(std::span<double const> a, std::span<double const> b);

/// Number of pairs with the same sign (zero counts as positive): hits of the Tet/Oct preference
/// where the values are E_tet - E_oct.
std::size_t sign_hits(std::span<double const> a, std::span<double const> b);

}  // namespace ionscape
