#include "pair_stiffness.hpp"

#include <cmath>

namespace ionscape::detail {

namespace {

constexpr double two_over_sqrt_pi = 1.12837916709551257390;

/// A number with its derivative by r: all that the functors of pair_terms.hpp ask of a number.
struct Dual {
  double value = 0, derivative = 0;

  Dual() = default;
  Dual(double number) : value(number) {}
  Dual(double number, double by_r) : value(number), derivative(by_r) {}

  friend Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.derivative + b.derivative}; }
  friend Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.derivative - b.derivative}; }
  friend Dual operator-(Dual a) { return {-a.value, -a.derivative}; }
  friend Dual operator*(Dual a, Dual b) {
    return {a.value * b.value, a.derivative * b.value + a.value * b.derivative};
  }
  Dual& operator+=(Dual b) { return *this = *this + b; }
  Dual& operator-=(Dual b) { return *this = *this - b; }
  friend Dual exp(Dual a) {
    double const e = std::exp(a.value);
    return {e, a.derivative * e};
  }
};

template <class Term>
Stiffness stiffness_of(Term const& term, double r) {
  Dual energy, force_over_r;
  term.add(Dual{r, 1}, Dual{1 / r, -1 / (r * r)}, energy, force_over_r);
  // (V'' - V'/r)/r^2 is the derivative of V'/r, divided by r.
  return {-force_over_r.value, -force_over_r.derivative / r};
}

/// A cubic spline; see Tabulated in pair_terms.hpp.
Stiffness stiffness_of(PairTable const& table, double r) {
  int const intervals = int(table.coefficients->size() / 4);
  double const place = (r - table.first) / table.step;
  if (!(place <= intervals + 1e-9)) return {};
  int const k = place <= 0 ? 0 : place < intervals ? int(place) : intervals - 1;
  double const x = place - k, *c = table.coefficients->data() + 4 * k;
  double const slope = (c[1] + x * (2 * c[2] + 3 * x * c[3])) / (table.step * r);
  double const second = (2 * c[2] + 6 * x * c[3]) / (table.step * table.step);
  return {slope, (second - slope) / (r * r)};
}

Stiffness stiffness_of(std::monostate, double) { return {}; }

}  // namespace

Stiffness pair_stiffness(PairFunction const& function, PairEnd const& end, double r) {
  if (r > function.cutoff) return {};
  Stiffness v;
  if (r < function.wall) {
    double const slope = -12 * end.wall_B / std::pow(r, 14);
    v = {slope, -14 * slope / (r * r)};
  } else {
    v = std::visit([r](auto const& term) { return stiffness_of(term, r); }, function.form);
  }
  v += {-end.slope / r, end.slope / (r * r * r)};
  return v;
}

Stiffness screened_coulomb_stiffness(double alpha, double r) {
  double const r2 = r * r, gauss = two_over_sqrt_pi * alpha * std::exp(-alpha * alpha * r2);
  double const first = (std::erfc(alpha * r) / r + gauss) / r2;
  return {-first, (3 * first + 2 * alpha * alpha * gauss) / r2};
}

Stiffness excluded_coulomb_stiffness(double alpha, double x2) {
  double const a2 = alpha * alpha, t2 = a2 * x2;
  if (t2 < 1) {
    // f(t^2) = erf(t)/t = 2/sqrt(pi) sum over n of (-1)^n t^2n/(n! (2n + 1)): V = -alpha f, and
    // V'/r = -2 alpha^3 f', (V'' - V'/r)/r^2 = -4 alpha^5 f''; to 1e-16 here.
    double first = 0, second = 0, power = 1, factor = 1;  // t^2n, (-1)^n/n!
    for (int n = 0; n < 20; ++n) {
      double const next = -factor / (n + 1), after = -next / (n + 2);
      first += next * (n + 1) / (2 * n + 3) * power;
      second += after * (n + 1) * (n + 2) / (2 * n + 5) * power;
      power *= t2, factor = next;
    }
    double const scale = -alpha * a2 * two_over_sqrt_pi;
    return {2 * scale * first, 4 * scale * a2 * second};
  }
  // -erf = erfc - 1.
  double const x = std::sqrt(x2);
  Stiffness v = screened_coulomb_stiffness(alpha, x);
  v += {1 / (x * x2), -3 / (x * x2 * x2)};
  return v;
}

Stiffness dispersion_stiffness(double C, double alpha, double r) {
  return stiffness_of(DispersionReal{C, alpha}, r);
}

}  // namespace ionscape::detail
