// The terms of a bond-valence site energy as functions of one distance: for the lanes of a kernel,
// and with their derivatives.
#pragma once

#include <cmath>
#include <type_traits>

#include <native.hpp>

namespace ionscape::detail {

/// Closer than this (Å) a distance counts as this: energies stay finite.
inline constexpr double least_distance = 1e-4;

/// r and 1/r, Å.
template <class T>
struct Distance {
  T r, inverse;
};

/// Value, first and second derivative.
struct Radial {
  double value = 0, first = 0, second = 0;
};

/// M(R) of bond_valence_energy.hpp, over h D0.
struct MorseTerm {
  double minimum = 0, steepness = 0;  // Rmin in Å, alpha in Å^-1
  /// 2 h D0 alpha^2 / k of an elastic counter-ion; 0: it does not move.
  double softness = 0;

  double elastic_within() const { return softness > 0 ? minimum : 0; }  // Å
  /// Å: far() serves from here on, where exp(alpha (Rmin - R)) is below 1/10.
  double far_beyond() const { return minimum + 2.31 / steepness; }

  template <class T>
  T operator()(Distance<T> d) const {
    T const y = exp(T(steepness) * (T(minimum) - d.r));
    return y * (y - T(2.0));
  }
  template <class T>
  T elastic(Distance<T> d) const;
  template <class T>
  T far(Distance<T> d) const;
  Radial radial(double r) const;
};

/// C(R), over k_e z z_j / sqrt(n n_j).
struct ScreenedTerm {
  double inverse_width = 0;  // 1 / (f (r + r_j)), Å^-1

  double elastic_within() const { return 0; }
  double far_beyond() const { return 0; }

  template <class T>
  T operator()(Distance<T> d) const {
    T unused;
    return erfc_positive(d.r * T(inverse_width), unused) * d.inverse;
  }
  template <class T>
  T elastic(Distance<T> d) const {
    return (*this)(d);
  }
  template <class T>
  T far(Distance<T> d) const {
    return (*this)(d);
  }
  Radial radial(double r) const;
};

/// An elastic ion steps back by u until h D0 2 alpha (y^2 - y) = k u, where y = exp(t) and t = a -
/// alpha u, a = alpha (Rmin - R). With c = softness:
///   c (e^2t - e^t) + t = a
/// The left side rises and is convex from t = 0 on: Newton's steps from there pass the solution
/// once and then come down to it. In these units k u^2/2 is (a - t)^2 / c.
template <class T>
T step_back(T a, double softness) {
  T t(0.0), step(0.0);
  T active(1.0);
  for (int i = 0; i < 100; ++i) {
    T const y = exp(t), c(softness);
    step = (a - t - c * y * (y - T(1.0))) / (T(1.0) + c * y * (T(2.0) * y - T(1.0)));
    t = t + active * step;
    // Each lane stops by itself, so that it does not depend on its neighbours. The energy is
    // stationary in t: what is left of it after a step this small is nothing.
    auto const moving = less(T(1e-14), step * step);
    active = keep_if(moving, active);
    if (bits_of(active, less(T(0.5), active)) == 0) break;
  }
  return t;
}

template <class T>
T MorseTerm::elastic(Distance<T> d) const {
  T const a = T(steepness) * (T(minimum) - d.r);
  T const pressed = keep_if(less(T(0.0), a), a);
  T const t = step_back(pressed, softness);
  T const y = exp(min(a, t));
  T const back = pressed - t;
  return y * (y - T(2.0)) + back * back * T(1 / softness);
}

/// 1/sqrt(x) to 1e-12.
template <class T>
T quick_inverse_sqrt(T x) {
#if defined(__AVX512F__) && !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, Pack<8>>) {
    T const y = typename T::Values(_mm512_maskz_rsqrt14_pd(0xff, __m512d(x.v)));
    T const h = T(1.0) - x * y * y;
    return y + y * h * (T(0.5) + T(0.375) * h);
  }
#endif
  return inverse_sqrt(x);
}

/// 2^x to 7e-12 of itself, |x| < 1000: Taylor's polynomial of degree 9 on |x - n| <= 1/2.
template <class T>
T quick_exp2(T x) {
#if defined(__GNUC__) && !defined(__CUDACC__)
  T const shifter(0x1.8p52);  // as in exp() of lanes.hpp
  T const shifted = x + shifter, f = x - (shifted - shifter);
  constexpr double c[10] = {1,
                            0.69314718055994531,
                            0.24022650695910071,
                            0.055504108664821580,
                            0.0096181291076284772,
                            0.0013333558146428443,
                            0.00015403530393381610,
                            0.000015252733804059841,
                            0.0000013215486790144309,
                            1.0178086009239699e-7};
  T const f2 = f * f;
  T const low = (T(c[0]) + T(c[1]) * f) + f2 * (T(c[2]) + T(c[3]) * f);
  T const high =
      (T(c[4]) + T(c[5]) * f) + f2 * ((T(c[6]) + T(c[7]) * f) + f2 * (T(c[8]) + T(c[9]) * f));
  T const p = low + f2 * f2 * high;
  using Bits = typename T::Bits;
  return T((typename T::Values)((Bits)(p.v) + ((Bits)(shifted.v) << 52)));
#else
  return Kokkos::exp2(x);
#endif
}

/// From far_beyond() on: what is left out is below 1e-12.
template <class T>
T MorseTerm::far(Distance<T> d) const {
  constexpr double per_ln2 = 1.4426950408889634;
  T const y = quick_exp2(T(per_ln2 * steepness * minimum) - T(per_ln2 * steepness) * d.r);
  return y * (y - T(2.0));
}

inline Radial MorseTerm::radial(double r) const {
  double const a = steepness * (minimum - r);
  bool const moves = softness > 0 && a > 0;
  double const t = moves ? step_back(a, softness) : a;
  double const y = std::exp(t);
  Radial m{y * (y - 2), -2 * steepness * y * (y - 1), 2 * steepness * steepness * y * (2 * y - 1)};
  if (moves) {
    // The first derivative is that at the ion's place (it minimises), the second that of two
    // springs in series.
    double const spring = 2 * steepness * steepness / softness;
    m.value += (a - t) * (a - t) / softness;
    m.second *= spring / (spring + m.second);
  }
  return m;
}

inline Radial ScreenedTerm::radial(double r) const {
  double const x = r * inverse_width, screened = std::erfc(x) / r;
  double const slope = 2 / std::sqrt(pi) * inverse_width * std::exp(-x * x);  // of -erfc
  return {screened, -(screened + slope) / r,
          2 * (screened + slope) / (r * r) + 2 * inverse_width * x * slope / r};
}

/// Where a term ends: untouched below `begin`, nothing beyond `end`, and between them times
///   s(t) = 1 - t^3 (10 - 15 t + 6 t^2), t = (R - begin)/(end - begin).
struct Ending {
  double begin = 0, end = 0;  // Å; equal: a jump

  template <class T>
  T operator()(T r) const {
    T s = keep_if(less(r, T(end)), T(1.0));
    if (begin < end) {
      T const t = keep_if(less(T(begin), r), (r - T(begin)) * T(1 / (end - begin)));
      s = s * (T(1.0) - t * t * t * (T(10.0) + t * (T(6.0) * t - T(15.0))));
    }
    return s;
  }

  /// f(R) s(R).
  Radial applied(Radial f, double r) const {
    if (r >= end) return {};
    if (r <= begin) return f;
    double const width = end - begin, t = (r - begin) / width;
    double const s = 1 - t * t * t * (10 + t * (6 * t - 15));
    double const s1 = -30 * t * t * (1 - t) * (1 - t) / width;
    double const s2 = -60 * t * (1 - t) * (1 - 2 * t) / (width * width);
    return {f.value * s, f.first * s + f.value * s1,
            f.second * s + 2 * f.first * s1 + f.value * s2};
  }
};

}  // namespace ionscape::detail
