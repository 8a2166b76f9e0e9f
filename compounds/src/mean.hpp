// A mean that may be of nothing.
#pragma once

#include <cmath>

namespace ionscape {

/// NaN for nothing.
struct Mean {
  double sum = 0;
  int n = 0;
  void add(double x) { sum += x, ++n; }
  double value() const { return n > 0 ? sum / n : std::nan(""); }
};

}  // namespace ionscape
