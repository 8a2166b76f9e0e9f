// Springs, angles, and what a core and its own shell must not see of each other: energies and
// derivatives, for the reference, the kernels and Hessians alike. Formulas: bonded_terms.hpp.
#pragma once

#include <cmath>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// V(x) and V'(x)/x, which is finite at x = 0.
struct RadialValue {
  double energy = 0, slope_over_x = 0;
};

/// x2 = |shell - core|^2 in Å^2; eV and eV/Å^2.
IONSCAPE_FUNCTION RadialValue spring_value(double k2, double k4, double x2) {
  return {x2 * (k2 / 2 + k4 * x2 / 24), k2 + k4 * x2 / 6};
}

/// -erf(alpha x)/x in Å^-1: takes the interaction of a core with its own shell out of a lattice sum
/// whose real-space part leaves the pair out. Its limit at x = 0 is -2 alpha/sqrt(pi).
IONSCAPE_FUNCTION RadialValue excluded_coulomb(double alpha, double x2) {
  constexpr double two_over_sqrt_pi = 1.12837916709551257390;
  double const t2 = alpha * alpha * x2;
  if (t2 < 0.25) {
    // erf(t)/t = 2/sqrt(pi) sum over n of (-1)^n t^2n/(n! (2n + 1)), to 1e-15 here.
    double value = 0, slope = 0, power = 1, factor = 1;  // t^2n, (-1)^n/n!
    for (int n = 0; n < 11; ++n) {
      double const next = -factor / (n + 1);
      value += factor / (2 * n + 1) * power;
      slope += next * 2 * (n + 1) / (2 * n + 3) * power;
      power *= t2;
      factor = next;
    }
    return {-alpha * two_over_sqrt_pi * value, -alpha * alpha * alpha * two_over_sqrt_pi * slope};
  }
  double const t = std::sqrt(t2), ratio = std::erf(t) / t;
  return {-alpha * ratio, -alpha * alpha * alpha * (two_over_sqrt_pi * std::exp(-t2) - ratio) / t2};
}

/// E in eV of k (theta - theta0)^2/2 and dE/d(leg) in eV/Å, for the legs a and b (Å) from the
/// centre. Straight legs have no direction to bend to: their derivative is zero, unless theta0 is
/// 180 degrees, where it is zero by itself.
struct AngleValue {
  double energy = 0;
  Vec3 slope_a, slope_b;
};
IONSCAPE_FUNCTION AngleValue angle_value(double k, double theta0, Vec3 a, Vec3 b) {
  double const a2 = dot(a, a), b2 = dot(b, b), along = dot(a, b), across = norm(cross(a, b));
  double const theta = std::atan2(across, along), off = theta - theta0;
  AngleValue value{0.5 * k * off * off, {}, {}};
  if (!(across > 1e-12 * (std::fabs(along) + 1e-300))) return value;
  // d theta = -(d cos theta)/sin theta; cos and sin have |a| |b| below them.
  double const s = -k * off / across;
  value.slope_a = s * (b - (along / a2) * a);
  value.slope_b = s * (a - (along / b2) * b);
  return value;
}

}  // namespace ionscape
