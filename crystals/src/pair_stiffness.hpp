// Second derivatives of everything that acts along the line between two particles.
//
// With the pair vector d, r = |d| and V(r) the energy has the gradient V'/r d and the Hessian
//     V'/r 1 + (V'' - V'/r)/r^2 d d^T
// with respect to d. Both factors are finite at r = 0 for a spring and for an excluded Coulomb term.
#pragma once

#include <ionscape/potentials/pair/pair_form.hpp>

namespace ionscape::detail {

/// V'/r in eV/Å^2 and (V'' - V'/r)/r^2 in eV/Å^4.
struct Stiffness {
  double slope = 0, curve = 0;

  Stiffness& operator+=(Stiffness other) {
    slope += other.slope, curve += other.curve;
    return *this;
  }
};
inline Stiffness operator*(double s, Stiffness v) { return {s * v.slope, s * v.curve}; }

/// Of a pair term as it ends, r > 0 in Å; zero beyond the cutoff. Exact: the forms' functors are run
/// on dual numbers. A jump at the cutoff is no part of it, nor is it of the forces.
Stiffness pair_stiffness(PairFunction const& function, PairEnd const& end, double r);

/// Of erfc(alpha r)/r, in Å^-3 and Å^-5.
Stiffness screened_coulomb_stiffness(double alpha, double r);

/// Of -erf(alpha x)/x, x2 = x^2 from 0 on: what a core and its own shell do not see of each other
/// (excluded_coulomb of bonded_values.hpp).
Stiffness excluded_coulomb_stiffness(double alpha, double x2);

/// Of k2 x^2/2 + k4 x^4/24.
inline Stiffness spring_stiffness(double k2, double k4, double x2) {
  return {k2 + k4 * x2 / 6, k4 / 3};
}

/// Of the real-space part of -C/r^6 summed over the lattice (DispersionReal of pair_terms.hpp).
Stiffness dispersion_stiffness(double C, double alpha, double r);

}  // namespace ionscape::detail
