// Rows dealt out to folds: what the LASSO and the forest share.
#pragma once

#include <random>
#include <vector>

#include <ionscape/fit/regression.hpp>

namespace ionscape {

/// Fisher and Yates; std::shuffle differs between libraries.
template <class T>
void shuffle(std::vector<T>& list, std::mt19937_64& random) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random() % i]);
}

/// The number of folds, default_folds() for 0. Throws InputError if there cannot be so many.
int checked_folds(RegressionData const& data, int folds);

}  // namespace ionscape
