// The two functions that are summed in reciprocal space, and what stands at G = 0.
//
// A sum over a lattice of "charges" s_j has the reciprocal part
//     E = 1/2 sum over G != 0 of  w(G^2) |S(G)|^2,   S(G) = sum_j s_j exp(i G.r_j),
//     phi_i = sum over G != 0 of  w(G^2) Re[conj(S(G)) exp(i G.r_i)],   E = 1/2 sum s_i phi_i,
//     dE/d(strain)_ab = -delta_ab E - sum over G != 0 of  w'(G^2) G_a G_b |S(G)|^2
// with phi_i the potential at r_i and w' = dw/d(G^2).
// w contains 1/V. G = 0 is left to the caller: mean() is what it adds to phi for a total of one
// unit of s.
#pragma once

#include <Kokkos_Core.hpp>

#include <ionscape/core/units.hpp>

namespace ionscape::detail {

/// exp(-G^2/4 alpha^2): the Ewald sum of k_e/r (Ewald 1921), or of -1/r^6 (Essmann et al., J. Chem.
/// Phys. 103, 8577 (1995), eq. 5.3) times `strength`.
struct ReciprocalKernel {
  enum Kind { coulomb, dispersion };
  Kind kind = coulomb;
  double alpha = 1;   // Å^-1
  double volume = 1;  // Å^3
  double strength =
      1;  // coulomb: k_e; dispersion: eV Å^6 per product of two "charges", positive = attraction

  static constexpr double sqrt_pi = 1.77245385090551602730;

  KOKKOS_INLINE_FUNCTION double value(double g2) const {
    double const b2 = g2 / (4 * alpha * alpha);
    double const gauss = Kokkos::exp(-b2);
    if (kind == coulomb) return 4 * pi * strength / volume * gauss / g2;
    double const b = Kokkos::sqrt(b2);
    return -strength * sqrt_pi * pi * alpha * alpha * alpha / (3 * volume) *
           ((1 - 2 * b2) * gauss + 2 * sqrt_pi * b2 * b * Kokkos::erfc(b));
  }

  /// dw/d(G^2).
  KOKKOS_INLINE_FUNCTION double derivative(double g2) const {
    double const b2 = g2 / (4 * alpha * alpha);
    double const gauss = Kokkos::exp(-b2);
    if (kind == coulomb)
      return -4 * pi * strength / volume * gauss / g2 * (1 / g2 + 1 / (4 * alpha * alpha));
    // d/db [(1 - 2 b^2) e^{-b^2} + 2 sqrt(pi) b^3 erfc b] = -6 b e^{-b^2} + 6 sqrt(pi) b^2 erfc b;
    // db/d(G^2) = b / (2 G^2)
    double const b = Kokkos::sqrt(b2);
    return -strength * sqrt_pi * pi * alpha * alpha * alpha / (3 * volume) *
           (-6 * gauss + 6 * sqrt_pi * b * Kokkos::erfc(b)) / (8 * alpha * alpha);
  }

  /// The term at G = 0 of the potential, per unit of total "charge": the neutralising background of
  /// the screened Coulomb sum, and the mean of the smooth part of 1/r^6.
  KOKKOS_INLINE_FUNCTION double mean() const {
    if (kind == coulomb) return -pi * strength / (volume * alpha * alpha);
    return -strength * sqrt_pi * pi * alpha * alpha * alpha / (3 * volume);
  }

  /// The potential of an ion's own smooth charge at its place, per unit, to be taken out.
  KOKKOS_INLINE_FUNCTION double self() const {
    if (kind == coulomb) return 2 * strength * alpha / sqrt_pi;
    double const a3 = alpha * alpha * alpha;
    return -strength * a3 * a3 / 6;
  }
};

}  // namespace ionscape::detail
