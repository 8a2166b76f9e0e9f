// The real-space kernel of EnergyModel: one ion after the other sums over its neighbours.
#pragma once

#include <cstdint>
#include <type_traits>

#include <Kokkos_Core.hpp>

#include <ionscape/core/cell.hpp>
#include <ionscape/core/units.hpp>

#include "device/native.hpp"
#include "pair/pair_record.hpp"

namespace ionscape::detail {

// On a CPU a team is one thread with some ions, on a GPU a warp with one ion.
constexpr int tile_ions = native_width == 1 ? 1 : 16;
constexpr int team_size = native_width == 1 ? 32 : 1;
constexpr int vectors_at_once = native_width == 1 ? 1 : 16;

struct SystemRecord {
  int ion_begin, ion_end;
  int tile_begin, tile_end;
  double volume;
  double alpha, coulomb_cutoff_square, lattice_cutoff_square;
  Cell cell;  // reduced
};

struct Tile {
  int system, ion_begin, ion_end;
};

/// Sums of one ion over lanes.
struct Sums {
  Lanes potential = Lanes(0.0), pairs = Lanes(0.0),
        dispersion = Lanes(0.0);  // k_e sum q_j erfc/r, sum V, sum of -C/r^6's real part
  Lanes x = Lanes(0.0), y = Lanes(0.0), z = Lanes(0.0);  // force
  Lanes xx = Lanes(0.0), yy = Lanes(0.0), zz = Lanes(0.0), yz = Lanes(0.0), xz = Lanes(0.0),
        xy = Lanes(0.0);
  double approach_square = 1e300;  // min of (distance/turnover)^2
};

template <class MemorySpace>
struct RealSpace {
  using Exec = typename MemorySpace::execution_space;
  using Team = typename Kokkos::TeamPolicy<Exec>::member_type;
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  View<Tile> tiles;
  View<SystemRecord> systems;
  View<int> types;
  View<PairRecord> pairs;
  int n_types;
  View<double> images, home;
  View<int> entries, group;
  View<std::int64_t> begin;
  Vectors force;
  View<double> potential, pair_energy, dispersion_energy, approach;  // per ion
  View<double> virial;                                               // (n_tiles, 6): dE/d(strain)

  /// One group: near pairs with the Coulomb term, far ones without. Some vectors of pairs at a time
  /// go through three short loops, since one long loop body would wait for its own results: a core
  /// looks ahead by a few hundred instructions only.
  template <bool Near, bool Lattice, class Form>
  KOKKOS_FORCEINLINE_FUNCTION void add_group(Sums& all, SystemRecord const& s,
                                             PairRecord const& pair, Form const& form,
                                             double const* ion, int const* first, int const* last,
                                             int rank, int size) const {
    if (first == last) return;
    Sums sum = all;  // in registers
    Lanes const xi(ion[0]), yi(ion[1]), zi(ion[2]), qi(ion[3]);
    Lanes nearest(1e300);
    int const stride = size * native_width;
    for (int const* index = first + rank * native_width; index < last;
         index += vectors_at_once * stride) {
      int const left = int(last - index + stride - 1) / stride;
      int const count = left < vectors_at_once ? left : vectors_at_once;
      Lanes x[vectors_at_once], y[vectors_at_once], z[vectors_at_once], charge[vectors_at_once];
      Lanes squares[vectors_at_once], inverses[vectors_at_once], forces_over_r[vectors_at_once];
      for (int k = 0; k < count; ++k) {
        load_rows(images.data(), index + k * stride, x[k], y[k], z[k], charge[k]);
        x[k] -= xi, y[k] -= yi, z[k] -= zi;
        squares[k] = x[k] * x[k] + y[k] * y[k] + z[k] * z[k];
        inverses[k] = inverse_sqrt(squares[k]);
        forces_over_r[k] = Lanes(0.0);
        nearest = min(nearest, squares[k]);
      }
      if constexpr (Near)
        for (int k = 0; k < count; ++k) {
          Lanes v(0.0), f(0.0);
          CoulombReal<false>{coulomb_constant, s.alpha, 0}.add(squares[k] * inverses[k],
                                                               inverses[k], v, f);
          Lanes const q = keep_if(less(squares[k], Lanes(s.coulomb_cutoff_square)), charge[k]);
          sum.potential += q * v;
          forces_over_r[k] = qi * q * f;
        }
      if constexpr (Lattice)
        for (int k = 0; k < count; ++k) {
          Lanes v(0.0), f(0.0);
          DispersionReal{pair.dispersion, s.alpha}.add(squares[k] * inverses[k], inverses[k], v, f);
          auto const inside = less(squares[k], Lanes(s.lattice_cutoff_square));
          sum.dispersion += keep_if(inside, v);
          forces_over_r[k] += keep_if(inside, f);
        }
      for (int k = 0; k < count; ++k) {
        Lanes force_over_r = forces_over_r[k];
        if constexpr (!std::is_same_v<Form, Nothing>) {
          Lanes const square = squares[k], inverse = inverses[k], r = square * inverse;
          Lanes v(0.0), f(0.0);
          form.add(r, inverse, v, f);
          if (pair.ends) {
            auto const walled = less(square, Lanes(pair.wall_square));
            Lanes const s2 = inverse * inverse, s6 = s2 * s2 * s2,
                        s12 = Lanes(pair.wall_B) * s6 * s6;
            v = choose(walled, s12 + Lanes(pair.wall_D), v);
            f = choose(walled, Lanes(12.0) * s12 * s2, f);
            v -= Lanes(pair.shift) + (r - Lanes(pair.cutoff)) * Lanes(pair.slope);
            f += Lanes(pair.slope) * inverse;
          }
          auto const inside = less(square, Lanes(pair.cutoff_square));
          sum.pairs += keep_if(inside, v);
          force_over_r += keep_if(inside, f);
        }
        Lanes const fx = force_over_r * x[k], fy = force_over_r * y[k], fz = force_over_r * z[k];
        sum.x -= fx, sum.y -= fy, sum.z -= fz;
        sum.xx += fx * x[k], sum.yy += fy * y[k], sum.zz += fz * z[k];
        sum.yz += fy * z[k], sum.xz += fx * z[k], sum.xy += fx * y[k];
      }
    }
    double const least = horizontal_min(nearest);
    if (least < pair.turnover_square * sum.approach_square)
      sum.approach_square = least / pair.turnover_square;
    all = sum;
  }

  KOKKOS_INLINE_FUNCTION void operator()(Team const& team) const {
    Tile const tile = tiles(team.league_rank());
    SystemRecord const s = systems(tile.system);
    int const rank = team.team_rank(), size = team.team_size();
    double virial_sum[6] = {0, 0, 0, 0, 0, 0};
    for (int i = tile.ion_begin; i < tile.ion_end; ++i) {
      Sums sum;
      double const* const ion = &home(4 * i);
      int const* const list = &entries(begin(i));
      int const* const starts = &group(i * (2 * n_types + 1));
      for (int t = 0; t < n_types; ++t) {
        PairRecord const& pair = pairs(types(i) * n_types + t);
        int const *near = list + starts[2 * t], *far = list + starts[2 * t + 1],
                  *end = list + starts[2 * t + 2];
        if (near == end) continue;
        pair.form.visit([&](auto const& form) {
          if (pair.dispersion != 0)
            add_group<true, true>(sum, s, pair, form, ion, near, far, rank, size);
          else
            add_group<true, false>(sum, s, pair, form, ion, near, far, rank, size);
          add_group<false, false>(sum, s, pair, form, ion, far, end, rank, size);
        });
      }
      double values[12] = {
          horizontal_sum(sum.potential), horizontal_sum(sum.pairs), horizontal_sum(sum.dispersion),
          horizontal_sum(sum.x),         horizontal_sum(sum.y),     horizontal_sum(sum.z),
          horizontal_sum(sum.xx),        horizontal_sum(sum.yy),    horizontal_sum(sum.zz),
          horizontal_sum(sum.yz),        horizontal_sum(sum.xz),    horizontal_sum(sum.xy)};
      double nearest = sum.approach_square;
      if (size > 1) {
        for (double& value : values) team.team_reduce(Kokkos::Sum<double>(value));
        team.team_reduce(Kokkos::Min<double>(nearest));
      }
      if (rank == 0) {
        potential(i) = values[0];
        pair_energy(i) = 0.5 * values[1];
        dispersion_energy(i) = 0.5 * values[2];
        for (int d = 0; d < 3; ++d) force(i, d) = values[3 + d];
        approach(i) = Kokkos::sqrt(nearest);
      }
      // r dV/dr is the strain derivative: minus force_over_r r r, half of each pair.
      for (int d = 0; d < 6; ++d) virial_sum[d] -= 0.5 * values[6 + d];
    }
    if (rank == 0)
      for (int d = 0; d < 6; ++d) virial(6 * team.league_rank() + d) = virial_sum[d];
  }
};

}  // namespace ionscape::detail
