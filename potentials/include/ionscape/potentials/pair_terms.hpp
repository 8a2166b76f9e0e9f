// Short-range pair terms and the real-space Coulomb kernels, as device functors.
//
// Each functor is a plain value with
//     template <class T> void add(T r, T inverse_r, T& energy, T& force_over_r) const
// which ADDS V(r) in eV to `energy` and -V'(r)/r in eV/Å^2 to `force_over_r`: with the pair vector r_ij = r_j - r_i the
// force on ion i is -force_over_r * r_ij. T is double, or a Pack of doubles (detail/lanes.hpp).
//
// A new form is one more functor here, one more line in PairForm (potential_set.hpp), nothing else.
#pragma once

#include <ionscape/core/units.hpp>
#include <ionscape/potentials/detail/lanes.hpp>

namespace ionscape {

/// V(r) = A exp(-r/rho), Born and Mayer, Z. Phys. 75, 1 (1932). A in eV, inverse_rho in Å^-1.
struct BornMayer {
  double A = 0;
  double inverse_rho = 0;

  template <class T>
  KOKKOS_INLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    using detail::exp;
    T const v = T(A) * exp(-(r * T(inverse_rho)));
    energy += v;
    force_over_r += v * T(inverse_rho) * inverse_r;
  }
};

/// V(r) = A exp(-r/rho) - C/r^6, Buckingham, Proc. R. Soc. A 168, 264 (1938). C in eV Å^6. C = 0 is Born-Mayer.
struct Buckingham {
  BornMayer repulsion;
  double C = 0;

  template <class T>
  KOKKOS_INLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    repulsion.add(r, inverse_r, energy, force_over_r);
    T const s = inverse_r * inverse_r;
    T const v = T(C) * s * s * s;
    energy -= v;
    force_over_r -= T(6.0) * v * s;
  }
};

/// The real-space part of -C/r^6 summed over a lattice: V(r) = -C exp(-b^2) (1 + b^2 + b^4/2) / r^6 with b = alpha r.
/// Williams, Acta Cryst. A 27, 452 (1971); Essmann et al., J. Chem. Phys. 103, 8577 (1995), eq. 5.2.
struct DispersionReal {
  double C = 0;
  double alpha = 0;

  template <class T>
  KOKKOS_INLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    using detail::exp;
    T const s = inverse_r * inverse_r;
    T const b2 = T(alpha * alpha) * r * r;
    T const v = T(C) * exp(-b2) * s * s * s;
    T const tail = T(1.0) + b2 * (T(1.0) + T(0.5) * b2);
    energy -= v * tail;
    // -d/dr of -C e^{-b^2}(1 + b^2 + b^4/2)/r^6, divided by r: -C e^{-b^2} (6 + 6 b^2 + 3 b^4 + b^6)/r^8
    force_over_r -= v * s * (T(6.0) * tail + b2 * b2 * b2);
  }
};

/// The real-space part of the Ewald sum for a point charge and a Gaussian charge of width sigma (point: sigma = 0):
///   V(r) = q [erfc(alpha r) - erfc(beta r)] / r,   beta = 1/(sqrt(2) sigma),   beta = infinity for a point charge.
/// `q` is the product of both charges times the Coulomb constant, eV Å. With beta = alpha nothing is left in real space.
template <bool Gaussian>
struct CoulombReal {
  double q = 0;
  double alpha = 0;
  double beta = 0;  // used if Gaussian

  template <class T>
  KOKKOS_INLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    constexpr double two_over_sqrt_pi = 1.12837916709551257390;
    T gauss;
    T const screened = detail::erfc_positive(r * T(alpha), gauss);
    T value = screened;
    T slope = T(two_over_sqrt_pi * alpha) * gauss;
    if constexpr (Gaussian) {
      T gauss_beta;
      value -= detail::erfc_positive(r * T(beta), gauss_beta);
      slope -= T(two_over_sqrt_pi * beta) * gauss_beta;
    }
    value = value * T(q) * inverse_r;
    energy += value;
    force_over_r += (value * inverse_r + T(q) * slope * inverse_r) * inverse_r;
  }
};

/// The radius in Å below which A exp(-r/rho) - C/r^6 no longer repels (its inner maximum): an ion closer than this
/// falls into the unphysical well. 0 if C <= 0 (the term repels everywhere); +infinity if it repels nowhere.
double turnover_radius(Buckingham const& term);

}  // namespace ionscape
