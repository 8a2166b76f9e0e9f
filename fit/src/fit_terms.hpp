// The terms that a fitted form can be composed of: to add one, write its struct here and name it in
// FitTerms.
//
// The energy of the mobile ion at a point is the sum over the terms of strength * (sum of the
// term's shapes):
//   Term::strength(p, q, a)         what depends on the anion charge q (e, < 0) and the lattice
//                                   constant a (Å)
//   Shape::of(p, shells, a, q)      a lattice sum; `shells` are the anions around the point in
//                                   units of a
// with p the term's parameters. T is double, or Ceres's Jet, which carries the derivatives along. A
// shape says what it varies with besides p and is summed once for each value of that. What is the
// same for all points of one cell and charge (the mean potential) is left out.
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <tuple>
#include <vector>

#include <ceres/jet.h>

#include <ionscape/core/units.hpp>
#include <ionscape/potentials/device/lanes.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// The anions around one point of a framework with a = 1 (the cubic lattice constant), nearest
/// first.
struct Shells {
  std::vector<double> distance, count;
  double potential = 0;   // of unit point charges with background, complete sum
  double dispersion = 0;  // sum of 1/d^6, complete
};

namespace fit_terms {

using std::exp;

inline double value_of(double x) { return x; }
template <class J, int n>
J value_of(ceres::Jet<J, n> const& x) {
  return x.a;
}

/// f(x) from its value and derivative. Sums over shells are taken in double, value and derivative
/// together, and lifted once: a tenth of the time of a sum over Jets.
struct Slope {
  double value = 0, derivative = 0;
};
inline double lift(double, Slope f) { return f.value; }
template <int n>
ceres::Jet<double, n> lift(ceres::Jet<double, n> const& x, Slope f) {
  return {f.value, x.v * f.derivative};
}

/// What a shape depends on, besides the parameters and the point.
enum class Varies { never, with_charge, with_volume };

/// Sum of erfc(d/(sqrt(2) width))/d: what smearing takes from the potential of point charges, but
/// for its mean over the cell, which does not matter here.
template <class T>
T smeared(T const& width, Shells const& shells) {
  double const w = value_of(width), inverse = 1 / (std::sqrt(2.0) * w);
  Slope sum;
  for (std::size_t k = 0; k < shells.distance.size(); ++k) {
    double const x = shells.distance[k] * inverse;
    if (x > 5) break;  // erfc < 2e-12
    double gaussian;
    sum.value += detail::erfc_positive(x, gaussian) * shells.count[k] / shells.distance[k];
    sum.derivative += gaussian * shells.count[k];
  }
  sum.derivative *= 2 * std::numbers::inv_sqrtpi * inverse / w;
  return lift(width, sum);
}

/// k_e Q [erf(d/(sqrt(2) sigma)) - erf(d/(sqrt(2) lambda))]/d as potential_set.hpp has it; the
/// second part is left out for screening_length = 0.
struct GaussianCharge {
  static constexpr char const* keyword = "charge";
  static constexpr std::array names{"z",
                                    "z0",
                                    "z2",
                                    "gaussian_width",
                                    "gaussian_growth",
                                    "screening_length",
                                    "screening_exponent"};

  template <class T>
  static T strength(T const* p, double q, double a) {
    double const d = std::fabs(q) - 1;
    return (p[0] * q - p[1] - p[2] * (d * d)) * (coulomb_constant / a);
  }
  struct Anion {
    static constexpr Varies varies = Varies::with_charge;
    template <class T>
    static T of(T const* p, Shells const& shells, double, double q) {
      if (!(value_of(p[3]) > 0)) return T(shells.potential);
      return shells.potential - smeared(T(p[3] * exp(p[4] * (std::fabs(q) - 1))), shells);
    }
  };
  struct Cloud {
    static constexpr Varies varies = Varies::with_volume;
    template <class T>
    static T of(T const* p, Shells const& shells, double a, double) {
      if (!(value_of(p[5]) > 0)) return T(0.0);
      return smeared(T(p[5] / a * exp(p[6] * std::log(a / screening_reference))), shells) -
             shells.potential;
    }
  };
  using Shapes = std::tuple<Anion, Cloud>;
};

/// A exp(growth (|q| - 1)) exp(-(d - at)/rho). With `at` near the contact distance, A and rho
/// hardly depend on each other; potential sets hold the A of at = 0.
struct Repulsion {
  static constexpr char const* keyword = "repulsion";
  static constexpr std::array names{"A", "rho", "growth", "at"};

  template <class T>
  static T strength(T const* p, double q, double) {
    return p[0] * exp(p[2] * (std::fabs(q) - 1) + p[3] / p[1]);
  }
  struct Exponential {
    static constexpr Varies varies = Varies::with_volume;
    template <class T>
    static T of(T const* p, Shells const& shells, double a, double) {
      double const inverse = a / value_of(p[1]);
      Slope sum;
      for (std::size_t k = 0; k < shells.distance.size(); ++k) {
        double const x = shells.distance[k] * inverse;
        if (x > 32) break;  // exp(-32) = 1e-14
        double const term = shells.count[k] * std::exp(-x);
        sum.value += term;
        sum.derivative += term * x;
      }
      sum.derivative /= value_of(p[1]);
      return lift(p[1], sum);
    }
  };
  using Shapes = std::tuple<Exponential>;
};

/// -C/d^6.
struct Dispersion {
  static constexpr char const* keyword = "dispersion";
  static constexpr std::array names{"C"};

  template <class T>
  static T strength(T const* p, double, double a) {
    return p[0] * (-1 / std::pow(a, 6));
  }
  struct InverseSixth {
    static constexpr Varies varies = Varies::never;
    template <class T>
    static T of(T const*, Shells const& shells, double, double) {
      return T(shells.dispersion);
    }
  };
  using Shapes = std::tuple<InverseSixth>;
};

}  // namespace fit_terms

using FitTerms = std::tuple<fit_terms::GaussianCharge, fit_terms::Repulsion, fit_terms::Dispersion>;

/// Calls f with the term of this keyword; false if there is none.
template <class F>
bool with_fit_term(std::string const& keyword, F&& f) {
  bool found = false;
  std::apply(
      [&](auto... term) { ((keyword == term.keyword ? (f(term), found = true) : false), ...); },
      FitTerms{});
  return found;
}

}  // namespace ionscape
