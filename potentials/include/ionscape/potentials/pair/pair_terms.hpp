// Short-range pair terms and the real-space Coulomb kernels, as device functors.
//
// Each functor is a plain value with
//     template <class T> void add(T r, T inverse_r, T& energy, T& force_over_r) const
// which ADDS V(r) in eV to `energy` and -V'(r)/r in eV/Å^2 to `force_over_r`: with the pair vector
// r_ij = r_j - r_i the force on ion i is -force_over_r * r_ij. T is double, or a Pack of doubles
// (detail/lanes.hpp).
//
// How terms are cut off, and which of them a potential set may name: pair_form.hpp.
#pragma once

#include <span>

#include <ionscape/core/units.hpp>
#include <ionscape/potentials/device/lanes.hpp>

namespace ionscape {

/// V(r) = A exp(-r/rho), Born and Mayer, Z. Phys. 75, 1 (1932). A in eV, inverse_rho in Å^-1.
struct BornMayer {
  double A = 0;
  double inverse_rho = 0;

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    using detail::exp;
    T const v = T(A) * exp(-(r * T(inverse_rho)));
    energy += v;
    force_over_r += v * T(inverse_rho) * inverse_r;
  }
  friend bool operator==(BornMayer const&, BornMayer const&) = default;
};

/// V(r) = A exp(-r/rho) - C/r^6, Buckingham, Proc. R. Soc. A 168, 264 (1938). C in eV Å^6. C = 0 is
/// Born-Mayer.
struct Buckingham {
  BornMayer repulsion;
  double C = 0;

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    repulsion.add(r, inverse_r, energy, force_over_r);
    T const s = inverse_r * inverse_r;
    T const v = T(C) * s * s * s;
    energy -= v;
    force_over_r -= T(6.0) * v * s;
  }
  friend bool operator==(Buckingham const&, Buckingham const&) = default;
};

/// V(r) = A exp((sigma - r)/rho) - C/r^6 - D/r^8, the Born-Mayer-Huggins form of Fumi and Tosi, J.
/// Phys. Chem. Solids 25, 31 (1964). Held with exp(sigma/rho) in the prefactor of the repulsion; C
/// in eV Å^6, D in eV Å^8, both >= 0. (LAMMPS' `born` has + D/r^8.)
struct BornMayerHuggins {
  BornMayer repulsion;
  double C = 0, D = 0;

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    repulsion.add(r, inverse_r, energy, force_over_r);
    T const s = inverse_r * inverse_r, s3 = s * s * s;
    T const dipoles = T(C) * s3, quadrupoles = T(D) * s3 * s;
    energy -= dipoles + quadrupoles;
    force_over_r -= (T(6.0) * dipoles + T(8.0) * quadrupoles) * s;
  }
  friend bool operator==(BornMayerHuggins const&, BornMayerHuggins const&) = default;
};

/// V(r) = D [(1 - exp(-a (r - r0)))^2 - 1] + C/r^12: Morse, Phys. Rev. 34, 57 (1929), depth D in eV,
/// a in Å^-1, minimum at r0 in Å; with C >= 0 in eV Å^12 the form of Pedone et al., J. Phys. Chem. B
/// 110, 11780 (2006), where the Coulomb attraction of ions at short distance needs a wall.
struct Morse {
  double D = 0, a = 0, r0 = 0;
  double C = 0;

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    using detail::exp;
    T const x = exp(T(a) * (T(r0) - r));
    energy += T(D) * x * (x - T(2.0));
    force_over_r += T(2.0 * D * a) * x * (x - T(1.0)) * inverse_r;
    T const s = inverse_r * inverse_r, s3 = s * s * s, repulsion = T(C) * s3 * s3;
    energy += repulsion;
    force_over_r += T(12.0) * repulsion * s;
  }
  friend bool operator==(Morse const&, Morse const&) = default;
};

/// V(r) = 4 epsilon [(sigma/r)^12 - (sigma/r)^6], Lennard-Jones; epsilon in eV, sigma in Å. Held as
/// A/r^12 - C/r^6.
struct LennardJones {
  double A = 0, C = 0;  // eV Å^12, eV Å^6

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T, T inverse_r, T& energy, T& force_over_r) const {
    T const s = inverse_r * inverse_r, s3 = s * s * s;
    T const repulsion = T(A) * s3 * s3, attraction = T(C) * s3;
    energy += repulsion - attraction;
    force_over_r += (T(12.0) * repulsion - T(6.0) * attraction) * s;
  }
  friend bool operator==(LennardJones const&, LennardJones const&) = default;
};

/// A cubic spline on equidistant radii: with x = (r - first)/step - k in the interval k, V = c0 + x
/// (c1 + x (c2 + x c3)), c = coefficients[4 k ...]. Below `first` the first cubic goes on, beyond
/// the end V = 0.
struct Tabulated {
  double const* coefficients = nullptr;  // in the memory space of the kernel
  double first = 0, inverse_step = 1;
  int intervals = 0;

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    detail::for_each_lane(r, [&](double distance, int lane) {
      double const place = (distance - first) * inverse_step;
      if (!(place <= intervals + 1e-9))
        return;  // the last radius belongs to the table, whatever it is rounded to
      int const k = place <= 0 ? 0 : place < intervals ? int(place) : intervals - 1;
      double const x = place - k, *c = coefficients + 4 * k;
      detail::add_to_lane(energy, lane, c[0] + x * (c[1] + x * (c[2] + x * c[3])));
      detail::add_to_lane(force_over_r, lane,
                          -(c[1] + x * (2 * c[2] + 3 * x * c[3])) * inverse_step / distance);
    });
    (void)inverse_r;
  }
};

/// The real-space part of -C/r^6 summed over a lattice: V(r) = -C exp(-b^2) (1 + b^2 + b^4/2) / r^6
/// with b = alpha r. Williams, Acta Cryst. A 27, 452 (1971); Essmann et al., J. Chem. Phys. 103,
/// 8577 (1995), eq. 5.2.
struct DispersionReal {
  double C = 0;
  double alpha = 0;

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
    using detail::exp;
    T const s = inverse_r * inverse_r;
    T const b2 = T(alpha * alpha) * r * r;
    T const v = T(C) * exp(-b2) * s * s * s;
    T const tail = T(1.0) + b2 * (T(1.0) + T(0.5) * b2);
    energy -= v * tail;
    // -d/dr of -C e^{-b^2}(1 + b^2 + b^4/2)/r^6, divided by r: -C e^{-b^2} (6 + 6 b^2 + 3 b^4 +
    // b^6)/r^8
    force_over_r -= v * s * (T(6.0) * tail + b2 * b2 * b2);
  }
};

/// The real-space part of the Ewald sum for a point charge and a Gaussian charge of width sigma
/// (point: sigma = 0):
///   V(r) = q [erfc(alpha r) - erfc(beta r)] / r,   beta = 1/(sqrt(2) sigma),   beta = infinity
///     for a point charge.
/// `q` is the product of both charges times the Coulomb constant, eV Å. With beta = alpha nothing
/// is left in real space.
template <bool Gaussian>
struct CoulombReal {
  double q = 0;
  double alpha = 0;
  double beta = 0;  // used if Gaussian

  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION void add(T r, T inverse_r, T& energy, T& force_over_r) const {
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

/// The radius in Å below which sum of A exp(-r/rho) - C/r^6 - D/r^8 no longer repels (its outermost
/// maximum): an ion closer than this falls into the unphysical well. 0 if C <= 0 and D = 0 (the
/// terms repel everywhere); +infinity if they repel nowhere. Terms of very different range can leave
/// a second wall further in: what lies behind the outer one counts as the well. Found by steps of
/// 1 % and bisection. Every A >= 0, D >= 0, and C >= 0 if D > 0.
double turnover_radius(std::span<BornMayer const> repulsion, double C, double D = 0);
inline double turnover_radius(Buckingham const& term) {
  return turnover_radius(std::span(&term.repulsion, 1), term.C);
}

}  // namespace ionscape
