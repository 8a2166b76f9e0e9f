// Springs and angles on the device. Every particle sums its own share of its terms, in a fixed
// order: no atomics.
#pragma once

#include <Kokkos_Core.hpp>

#include <ionscape/potentials/pair/bonded_values.hpp>

#include "ions/real_space.hpp"

namespace ionscape::detail {

struct AngleRecord {
  int particle[3];  // centre, outer, outer
  Vec3 legs[2];     // as listed, fractional in the system's reduced cell
  double k, theta0;
};

/// The spring of a core or a shell.
struct SpringRecord {
  int partner = -1;  // none
  double k2 = 0, k4 = 0;
};

/// Adds to forces, potentials and virials, assigns bonded_energy.
template <class MemorySpace>
struct Bonded {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  View<Tile> tiles;
  View<SystemRecord> systems;
  View<SpringRecord> springs;  // (n_particles)
  View<AngleRecord> angles;
  View<int> angle_begin;    // (n_particles + 1), into angle_entries
  View<int> angle_entries;  // 3 * angle + place of the particle in it
  View<double> charges;     // (n_particles), or none
  Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace> positions;
  Vectors force;
  View<double> potential, bonded_energy;  // (n_particles)
  View<double> virial;                    // (n_tiles, 6): dE/d(strain)

  /// Sums of one particle.
  struct Share {
    Vec3 force;
    double energy = 0, potential = 0;
    double virial[6] = {0, 0, 0, 0, 0, 0};

    KOKKOS_INLINE_FUNCTION void add_virial(double s, Vec3 slope, Vec3 r) {
      virial[0] += s * slope.x * r.x, virial[1] += s * slope.y * r.y;
      virial[2] += s * slope.z * r.z, virial[3] += s * 0.5 * (slope.y * r.z + slope.z * r.y);
      virial[4] += s * 0.5 * (slope.x * r.z + slope.z * r.x);
      virial[5] += s * 0.5 * (slope.x * r.y + slope.y * r.x);
    }
  };

  KOKKOS_INLINE_FUNCTION Vec3 place(int i) const {
    return {positions(i, 0), positions(i, 1), positions(i, 2)};
  }

  KOKKOS_INLINE_FUNCTION void add_spring(Share& share, SystemRecord const& s, int i) const {
    SpringRecord const spring = springs(i);
    if (spring.partner < 0) return;
    Vec3 const x = leg_vector(s.cell, {}, place(i), place(spring.partner));
    double const x2 = dot(x, x);
    RadialValue const v = spring_value(spring.k2, spring.k4, x2);
    double slope = v.slope_over_x;
    if (charges.extent(0) > 0) {
      RadialValue const out = excluded_coulomb(s.alpha, x2);
      double const q = coulomb_constant * charges(spring.partner);
      share.potential += q * out.energy;
      slope += q * charges(i) * out.slope_over_x;
    }
    share.energy += 0.5 * v.energy;
    share.force += slope * x;
    share.add_virial(0.5, slope * x, x);
  }

  KOKKOS_INLINE_FUNCTION void add_angle(Share& share, SystemRecord const& s, int entry) const {
    AngleRecord const& angle = angles(entry / 3);
    Vec3 const centre = place(angle.particle[0]);
    Vec3 const a = leg_vector(s.cell, angle.legs[0], centre, place(angle.particle[1])),
               b = leg_vector(s.cell, angle.legs[1], centre, place(angle.particle[2]));
    AngleValue const v = angle_value(angle.k, angle.theta0, a, b);
    int const role = entry % 3;
    share.energy += v.energy / 3;
    share.force += role == 0 ? v.slope_a + v.slope_b : role == 1 ? -v.slope_a : -v.slope_b;
    share.add_virial(1.0 / 3, v.slope_a, a);
    share.add_virial(1.0 / 3, v.slope_b, b);
  }

  KOKKOS_INLINE_FUNCTION void operator()(int t) const {
    Tile const tile = tiles(t);
    SystemRecord const& s = systems(tile.system);
    for (int i = tile.ion_begin; i < tile.ion_end; ++i) {
      Share share;
      add_spring(share, s, i);
      for (int k = angle_begin(i); k < angle_begin(i + 1); ++k)
        add_angle(share, s, angle_entries(k));
      force(i, 0) += share.force.x, force(i, 1) += share.force.y, force(i, 2) += share.force.z;
      potential(i) += share.potential;
      bonded_energy(i) = share.energy;
      for (int d = 0; d < 6; ++d) virial(6 * t + d) += share.virial[d];
    }
  }
};

}  // namespace ionscape::detail
