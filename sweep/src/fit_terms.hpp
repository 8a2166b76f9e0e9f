// The terms that a fitted form can be composed of: to add one, write its struct here and name it in FitTerms.
//
// The energy of the mobile ion at a point is the sum over the terms of strength * shape:
//   strength(p, q, a)         what depends on the anion charge q (e, < 0) and the lattice constant a (Å)
//   shape(p, shells, a, q)    the lattice sum; `shells` are the anions around the point in units of a
// with p the term's parameters. T is double, or Ceres's Jet, which carries the derivatives along. A term whose shape does
// not change with a has scale_free = true: it is then summed once for each charge, others once for each volume.
// Terms that are the same for all points of one cell and charge (the mean potential) are left out.
#pragma once

#include <array>
#include <cmath>
#include <tuple>
#include <vector>

#include <ceres/jet.h>

#include <ionscape/core/units.hpp>

namespace ionscape {

/// The anions around one point of a framework with a = 1 (the cubic lattice constant), nearest first.
struct Shells {
  std::vector<double> distance, count;
  double potential = 0;   // of unit point charges with background, complete sum
  double dispersion = 0;  // sum of 1/d^6, complete
};

namespace fit_terms {

using std::erfc;
using std::exp;

inline double value_of(double x) { return x; }
template <class J, int n>
J value_of(ceres::Jet<J, n> const& x) {
  return x.a;
}

/// k_e (z q - z0) [erf(d/(sqrt(2) sigma)) - erf(d/(sqrt(2) lambda))]/d with sigma = gaussian_width a exp(gaussian_growth (|q| -
/// 1)) and lambda = screening_width a; the second part is left out for screening_width = 0.
struct GaussianCharge {
  static constexpr char const* keyword = "charge";
  static constexpr std::array names{"z", "z0", "gaussian_width", "gaussian_growth", "screening_width"};
  static constexpr bool scale_free = true;

  template <class T>
  static T strength(T const* p, double q, double a) {
    return (p[0] * q - p[1]) * (coulomb_constant / a);
  }
  /// What smearing takes from the potential of point charges; the mean of it over the cell does not matter here.
  template <class T>
  static T smeared(T const& width, Shells const& shells) {
    T sum(0.0);
    if (!(value_of(width) > 0)) return sum;
    T const inverse = 1.0 / (std::sqrt(2.0) * width);
    for (std::size_t k = 0; k < shells.distance.size(); ++k) {
      T const x = shells.distance[k] * inverse;
      if (value_of(x) > 6.2) break;  // erfc < 2e-18
      sum += erfc(x) * (shells.count[k] / shells.distance[k]);
    }
    return sum;
  }
  template <class T>
  static T shape(T const* p, Shells const& shells, double, double q) {
    T const charge = smeared(T(p[2] * exp(p[3] * (std::fabs(q) - 1))), shells);
    if (!(value_of(p[4]) > 0)) return shells.potential - charge;
    return smeared(p[4], shells) - charge;
  }
};

/// A exp(growth (|q| - 1)) exp(-d/rho).
struct Repulsion {
  static constexpr char const* keyword = "repulsion";
  static constexpr std::array names{"A", "rho", "growth"};
  static constexpr bool scale_free = false;

  template <class T>
  static T strength(T const* p, double q, double) {
    return p[0] * exp(p[2] * (std::fabs(q) - 1));
  }
  template <class T>
  static T shape(T const* p, Shells const& shells, double a, double) {
    T const inverse = a / p[1];
    T sum(0.0);
    for (std::size_t k = 0; k < shells.distance.size(); ++k) {
      T const x = shells.distance[k] * inverse;
      if (value_of(x) > 45) break;  // exp(-45) = 3e-20
      sum += exp(-x) * shells.count[k];
    }
    return sum;
  }
};

/// -C/d^6.
struct Dispersion {
  static constexpr char const* keyword = "dispersion";
  static constexpr std::array names{"C"};
  static constexpr bool scale_free = true;

  template <class T>
  static T strength(T const* p, double, double a) {
    return p[0] * (-1 / std::pow(a, 6));
  }
  template <class T>
  static T shape(T const*, Shells const& shells, double, double) {
    return T(shells.dispersion);
  }
};

}  // namespace fit_terms

using FitTerms = std::tuple<fit_terms::GaussianCharge, fit_terms::Repulsion, fit_terms::Dispersion>;

/// Calls f with the term of this keyword; false if there is none.
template <class F>
bool with_fit_term(std::string const& keyword, F&& f) {
  bool found = false;
  std::apply([&](auto... term) { ((keyword == term.keyword ? (f(term), found = true) : false), ...); }, FitTerms{});
  return found;
}

}  // namespace ionscape
