// The forces that drive a band. HJ00: Henkelman, Jónsson, J. Chem. Phys. 113, 9978 (2000). HUJ00:
// Henkelman, Uberuaga, Jónsson, J. Chem. Phys. 113, 9901 (2000). `force` is the true force -dE/dx
// and `tangent` the unit tangent, each dof numbers; forces in eV/Å.
#pragma once

#include <ionscape/core/units.hpp>
#include <ionscape/relax/vectors.hpp>

namespace ionscape::neb {

using relax::dot;

/// Spring force along the tangent, HJ00 eq. 12: positive pulls towards the next image. Distances in
/// Å, springs in eV/Å^2.
KOKKOS_INLINE_FUNCTION double spring_force(double previous_spring, double to_previous,
                                           double next_spring, double to_next) {
  return previous_spring == next_spring ? next_spring * (to_next - to_previous)
                                        : next_spring * to_next - previous_spring * to_previous;
}

/// HUJ00, section IV: the stiffest at the top of the path, the softest where neither of its images lies
/// higher than both ends (`reference`, the energy of the higher one); images so gather at the saddle.
/// `energy`: of the higher of the spring's two images. Energies in eV.
KOKKOS_INLINE_FUNCTION double weighted_spring(double stiffest, double softest, double energy,
                                              double top, double reference) {
  if (!(energy > reference)) return softest;
  return stiffest - (stiffest - softest) * (top - energy) / (top - reference);
}

/// Assigns the spring along the tangent plus the true force across it, HJ00 eqs 3 and 12.
KOKKOS_INLINE_FUNCTION void nudged_force(int dof, double const* force, double const* tangent,
                                         double spring_along, double* nudged) {
  double const along = spring_along - dot(dof, force, tangent);
  for (int k = 0; k < dof; ++k) nudged[k] = force[k] + along * tangent[k];
}

/// Assigns the climbing image's force: the true force with its part along the tangent inverted, no
/// spring. HUJ00 eq. 5.
KOKKOS_INLINE_FUNCTION void climbing_force(int dof, double const* force, double const* tangent,
                                           double* climbing) {
  double const along = -2 * dot(dof, force, tangent);
  for (int k = 0; k < dof; ++k) climbing[k] = force[k] + along * tangent[k];
}

/// How much of the springs' force across the tangent to let through at a kink: 0 on a straight
/// path, 1 where it turns by 90 degrees or more. Jónsson, Mills, Jacobsen, in Classical and Quantum
/// Dynamics in Condensed Phase Simulations (World Scientific, 1998), p. 385: f(phi) = (1 + cos(pi
/// cos phi)) / 2, about (pi phi^2)^2 / 16 at small angles, so that smooth paths hardly feel it.
/// `cosine` is that of the angle between the two bonds.
KOKKOS_INLINE_FUNCTION double kink_switch(double cosine) {
  return cosine > 0 ? 0.5 * (1 + Kokkos::cos(pi * cosine)) : 1;
}

/// Adds the switched part of the springs' force across the tangent at `current`.
KOKKOS_INLINE_FUNCTION void add_kink_force(int dof, double const* previous, double const* current,
                                           double const* next, double const* tangent, double spring,
                                           double* nudged) {
  double product = 0, forward = 0, backward = 0, along = 0;
  for (int k = 0; k < dof; ++k) {
    double const ahead = next[k] - current[k], behind = current[k] - previous[k];
    product += ahead * behind;
    forward += ahead * ahead;
    backward += behind * behind;
    along += (ahead - behind) * tangent[k];
  }
  double const lengths = Kokkos::sqrt(forward * backward);
  double const scale = lengths > 0 ? spring * kink_switch(product / lengths) : 0;
  for (int k = 0; k < dof; ++k)
    nudged[k] += scale * (next[k] - 2 * current[k] + previous[k] - along * tangent[k]);
}

}  // namespace ionscape::neb
