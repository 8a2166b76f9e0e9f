// How close ions may come to each other on their way.
#pragma once

#include <algorithm>
#include <vector>

#include <ionscape/barriers/crystal_hop.hpp>

namespace ionscape::detail {

/// Half of what the one with the nearer neighbour keeps from it at the ends, and at least 0.5 Å. That
/// the two have been far from each other at the ends does not count: a long hop may pass anybody.
class LeastDistances {
 public:
  explicit LeastDistances(CrystalHop const& hop);

  /// Of two ions, Å.
  double operator()(std::size_t i, std::size_t j) const {
    return std::max(0.5, 0.5 * std::min(nearest_[i], nearest_[j]));
  }

 private:
  std::vector<double> nearest_;  // Å, to the nearest neighbour in the closer end
};

}  // namespace ionscape::detail
