// The rule of a nudged elastic band, for the loop over chains in relax. The chain's points are the
// band's images.
#pragma once

#include <ionscape/neb/forces.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/neb/tangent.hpp>
#include <ionscape/relax/chains.hpp>

namespace ionscape::neb {

/// Improved tangent and climbing image. Climbing starts once the largest force is below the
/// threshold, and then goes over to whichever image is the highest; only an image above both ends
/// climbs.
template <class MemorySpace>
struct BandForce {
  using Chains = relax::Chains<MemorySpace>;

  int dof_per_ion;
  double spring, softest;                         // eV/Å^2
  double climb_threshold;                         // eV/Å; 0 = no climbing
  bool kink_springs;                              // let the springs pull across sharp turns
  typename Chains::Matrix tangent;                // (rows, dof)
  typename Chains::template Vector<int> climber;  // (chains), the climbing image; 0 = none

  template <class Exec>
  BandForce(Exec const& exec, Chains const& bands, NebOptions const& o)
      : dof_per_ion(o.dof_per_ion),
        spring(o.spring),
        softest(o.softest_spring > 0 ? o.softest_spring : o.spring),
        climb_threshold(o.climb ? o.climb_threshold : 0),
        kink_springs(o.kink_springs),
        tangent(Kokkos::view_alloc(exec, "ionscape::neb::tangent"), bands.rows(), bands.dof),
        climber(Kokkos::view_alloc(exec, "ionscape::neb::climber"), bands.n_chains) {}

  /// Assigns bands.driving; returns its largest norm on one ion of an interior image.
  KOKKOS_FUNCTION double operator()(Chains const& bands, int band, bool& law_changed) const {
    int const begin = band * bands.n_points, last = bands.n_points - 1, dof = bands.dof;
    double const* energy = bands.energy.data() + begin;
    int top = 0;
    for (int i = 1; i <= last; ++i)
      if (energy[i] > energy[top]) top = i;
    if (top == last) top = 0;

    int const before = climber(band);
    int now = before == 0 ? 0 : top;
    for (int i = 1; i < last; ++i) {
      double const* x = bands.row(bands.coordinates, begin + i);
      double* along = bands.row(tangent, begin + i);
      unit_tangent(dof, x - dof, x, x + dof,
                   tangent_weights(energy[i - 1], energy[i], energy[i + 1]), along);
      if (i == now) {
        climb(bands, begin + i);
        continue;
      }
      double* driving = bands.row(bands.driving, begin + i);
      nudged_force(
          dof, bands.row(bands.force, begin + i), along,
          spring_force(spring_before(energy, i, top, last), relax::distance(dof, x - dof, x),
                       spring_before(energy, i + 1, top, last), relax::distance(dof, x, x + dof)),
          driving);
      if (kink_springs) add_kink_force(dof, x - dof, x, x + dof, along, spring, driving);
    }
    double const* driving = bands.row(bands.driving, begin + 1);
    double largest = relax::largest_ion_norm((last - 1) * dof, dof_per_ion, driving);
    if (now == 0 && top != 0 && largest < climb_threshold) {
      now = top;
      climb(bands, begin + top);
      largest = relax::largest_ion_norm((last - 1) * dof, dof_per_ion, driving);
    }
    climber(band) = now;
    law_changed = now != before;
    return largest;
  }

  /// Of the spring between images i - 1 and i.
  KOKKOS_FUNCTION double spring_before(double const* energy, int i, int top, int last) const {
    if (softest == spring) return spring;
    return weighted_spring(spring, softest, Kokkos::fmax(energy[i - 1], energy[i]), energy[top],
                           Kokkos::fmax(energy[0], energy[last]));
  }

  /// The band starts again: no image climbs.
  KOKKOS_FUNCTION void restart(int band) const { climber(band) = 0; }

  KOKKOS_FUNCTION void climb(Chains const& bands, int row) const {
    climbing_force(bands.dof, bands.row(bands.force, row), bands.row(tangent, row),
                   bands.row(bands.driving, row));
  }
};

}  // namespace ionscape::neb
