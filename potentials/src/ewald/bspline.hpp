// Cardinal B-splines M_p (Schoenberg), M_p(x) > 0 for 0 < x < p: polynomials between the integers,
// and aliases in Fourier space.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace ionscape::detail {

/// The weights of p mesh points as polynomials in t = w - 1/2, w the fraction of the ion's
/// coordinate: weight j is M_p(w + p - 1 - j). Returns (2 p - 1, width): coefficients of t^(p-1)
/// ... t^0 of the weights j = 0 ... p - 1, then of t^(p-2) ... t^0 of their derivatives by w;
/// columns from p to width are zero.
inline std::vector<double> spline_coefficients(int p, int width) {
  // piece[n][k]: coefficient of t^k in M(n + w). M_k(x) = [x M_(k-1)(x) + (k - x) M_(k-1)(x - 1)] /
  // (k - 1), from M_1 = 1.
  std::vector<std::vector<long double>> piece{{1}};
  for (int k = 2; k <= p; ++k) {
    std::vector<std::vector<long double>> next(std::size_t(k),
                                               std::vector<long double>(std::size_t(k), 0));
    for (int n = 0; n < k; ++n)
      for (int power = 0; power < k - 1; ++power) {
        auto const i = std::size_t(power);
        auto& to = next[std::size_t(n)];
        if (n < k - 1) {
          long double const c = piece[std::size_t(n)][i] / (k - 1);
          to[i] += (n + 0.5L) * c, to[i + 1] += c;
        }
        if (n > 0) {
          long double const c = piece[std::size_t(n - 1)][i] / (k - 1);
          to[i] += (k - n - 0.5L) * c, to[i + 1] -= c;
        }
      }
    piece = std::move(next);
  }
  std::vector<double> out(std::size_t(2 * p - 1) * std::size_t(width), 0.0);
  for (int j = 0; j < p; ++j)
    for (int power = 0; power < p; ++power) {
      long double const c = piece[std::size_t(p - 1 - j)][std::size_t(power)];
      out[std::size_t((p - 1 - power) * width + j)] = double(c);
      if (power > 0) out[std::size_t((p + p - 1 - power) * width + j)] = double(power * c);
    }
  return out;
}

/// M_p(0) ... M_p(p).
inline std::vector<double> spline_at_integers(int p) {
  std::vector<double> const c = spline_coefficients(p, p);
  std::vector<double> out(std::size_t(p + 1), 0.0);
  for (int j = 0; j < p; ++j) {
    double value = 0;
    for (int k = 0; k < p; ++k) value = value * -0.5 + c[std::size_t(k * p + j)];
    out[std::size_t(p - 1 - j)] = value;
  }
  return out;
}

/// s_m = sinc(pi (x + m))^p for m = -reach ... reach: the Fourier transform of the centred spline
/// at the wave number x of the mesh (in units of its size, |x| <= 1/2) and all wave numbers that
/// the mesh takes for the same.
struct SplineAliases {
  static constexpr int reach = 8;
  double s[2 * reach + 1];

  SplineAliases(int p, double x) {
    double const sine = std::sin(std::numbers::pi * x);
    for (int m = -reach; m <= reach; ++m) {
      double const argument = std::numbers::pi * (x + m);
      // p is even: the sign of the sine does not matter.
      double const sinc = m == 0 && std::fabs(x) < 1e-9 ? 1 : sine / argument, square = sinc * sinc;
      double power = 1;
      for (int k = 0; k < p / 2; ++k) power *= square;
      s[m + reach] = power;
    }
  }
  double operator[](int m) const { return s[m + reach]; }
  double sum() const {
    double total = 0;
    for (double value : s) total += value;
    return total;
  }
  /// sum over m of s_m s_(m + shift).
  double product(int shift) const {
    double total = 0;
    for (int m = -reach; m + shift <= reach; ++m) total += (*this)[m] * (*this)[m + shift];
    return total;
  }
};

}  // namespace ionscape::detail
