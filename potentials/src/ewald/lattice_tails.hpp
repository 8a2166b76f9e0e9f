// What truncated Ewald sums leave out, and how far to sum for a promised error.
//
// Sums over sites or wave vectors beyond a radius are integrals times their mean density, and more
// where the terms decay within less than the spacing of what is summed: there a single shell can
// hold several times the mean.
#pragma once

#include <cmath>

#include <ionscape/core/units.hpp>

namespace ionscape::detail {

inline constexpr double sqrt_pi = 1.77245385090551602730;

/// Smallest x in [low, high] with tail(x) <= limit, tail falling; to 1e-3 of high.
template <class Tail>
double solve_cutoff(Tail const& tail, double limit, double low, double high) {
  double const step = 1e-3 * high;
  while (high - low > step) {
    double const middle = 0.5 * (low + high);
    (tail(middle) > limit ? low : high) = middle;
  }
  return high;
}

/// How much more than the mean a shell of sites may hold; spacing and decay in one unit.
inline double shell_factor(double spacing, double decay) { return 1 + 0.3 * spacing / decay; }

/// Sum of k_e erfc(alpha r)/r over sites beyond rc, eV/e^2; erfc(x) < exp(-x^2)/(sqrt(pi) x).
/// density in Å^-3, spacing in Å.
inline double coulomb_tail(double alpha, double rc, double density, double spacing) {
  double const b = alpha * rc;
  return coulomb_constant * density * 2 * std::sqrt(pi) / (alpha * alpha * b) * std::exp(-b * b) *
         shell_factor(spacing, 1 / (2 * alpha * b));
}

/// Sum of DispersionReal's exp(-b^2)(1 + b^2 + b^4/2)/r^6 over sites beyond rc, Å^-6.
inline double dispersion_tail(double alpha, double rc, double density, double spacing) {
  double const b2 = alpha * alpha * rc * rc, decay = rc / (2 * b2);
  return 4 * pi * density * decay * std::exp(-b2) * (1 + b2 * (1 + 0.5 * b2)) / std::pow(rc, 4) *
         shell_factor(spacing, decay);
}

/// Sum of |w(G^2)| over all G beyond gc (detail/reciprocal_kernel.hpp).
template <class Kernel>
double reciprocal_tail(Kernel const& kernel, double gc) {
  double const decay = 2 * kernel.alpha * kernel.alpha / gc;
  return kernel.volume / (2 * pi * pi) * gc * gc * decay * std::fabs(kernel.value(gc * gc)) *
         shell_factor(2 * pi / std::cbrt(kernel.volume), decay);
}

}  // namespace ionscape::detail
