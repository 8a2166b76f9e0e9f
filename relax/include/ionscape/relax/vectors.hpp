// Sums over the numbers of one chain, in a fixed order: it gets the same bits alone, in a batch and
// on any thread.
#pragma once

#include <Kokkos_Core.hpp>

namespace ionscape::relax {

KOKKOS_INLINE_FUNCTION double dot(int n, double const* u, double const* v) {
  double sum = 0;
  for (int k = 0; k < n; ++k) sum += u[k] * v[k];
  return sum;
}

KOKKOS_INLINE_FUNCTION double distance(int n, double const* u, double const* v) {
  double sum = 0;
  for (int k = 0; k < n; ++k) sum += (u[k] - v[k]) * (u[k] - v[k]);
  return Kokkos::sqrt(sum);
}

/// Largest norm of any ion's part of v (n numbers, n a multiple of dof_per_ion); NaN if a number is
/// NaN.
KOKKOS_INLINE_FUNCTION double largest_ion_norm(int n, int dof_per_ion, double const* v) {
  double largest = 0;
  for (int k = 0; k < n; k += dof_per_ion) {
    double const square = dot(dof_per_ion, v + k, v + k);
    if (!(square <= largest)) largest = square;
    if (Kokkos::isnan(largest)) break;
  }
  return Kokkos::sqrt(largest);
}

}  // namespace ionscape::relax
