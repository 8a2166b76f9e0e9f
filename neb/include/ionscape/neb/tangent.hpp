// The improved tangent: Henkelman, Jónsson, J. Chem. Phys. 113, 9978 (2000), "HJ00" below.
#pragma once

#include <ionscape/relax/vectors.hpp>

namespace ionscape::neb {

using relax::dot;

/// The tangent is forward * (R_next - R) + backward * (R - R_previous), then normalised.
struct TangentWeights {
  double forward, backward;
};

/// HJ00 eqs 8 to 11, from the energies (eV) of an image and its neighbours. Between its neighbours
/// the bond to the higher one alone; at a maximum or minimum both, weighted by energy differences.
/// On a flat stretch both equally.
KOKKOS_INLINE_FUNCTION TangentWeights tangent_weights(double previous, double current,
                                                      double next) {
  if (next > current && current > previous) return {1, 0};
  if (next < current && current < previous) return {0, 1};
  double const up = Kokkos::fabs(next - current), down = Kokkos::fabs(previous - current);
  double const larger = Kokkos::fmax(up, down), smaller = Kokkos::fmin(up, down);
  if (larger == 0) return {1, 1};
  return next > previous ? TangentWeights{larger, smaller} : TangentWeights{smaller, larger};
}

/// Assigns the unit tangent (dof numbers) at `current` towards increasing image numbers; zero where
/// the images coincide.
KOKKOS_INLINE_FUNCTION void unit_tangent(int dof, double const* previous, double const* current,
                                         double const* next, TangentWeights w, double* tangent) {
  for (int k = 0; k < dof; ++k)
    tangent[k] = w.forward * (next[k] - current[k]) + w.backward * (current[k] - previous[k]);
  double const length = Kokkos::sqrt(dot(dof, tangent, tangent));
  double const scale = length > 0 ? 1 / length : 0;
  for (int k = 0; k < dof; ++k) tangent[k] *= scale;
}

}  // namespace ionscape::neb
