// Between ions and mesh: spreading of charges, gathering of potentials and gradients.
#pragma once

#include <type_traits>

#include "ewald/mesh_state.hpp"

namespace ionscape::detail::mesh {

/// The rows of a tile.
struct Tile {
  int x, y, x_count, y_count;
};

template <class State>
KOKKOS_INLINE_FUNCTION Tile tile_of(State const& s, int number) {
  int const x = number / s.tiles_y * tile_x, y = number % s.tiles_y * tile_y;
  return {x, y, Kokkos::min(int(tile_x), s.shape.x - x), Kokkos::min(int(tile_y), s.shape.y - y)};
}

/// The polynomials of bspline.hpp, `width` points side by side.
template <int P>
struct Spline {
  static constexpr int width = whole_vectors(P), vectors = width / native_width;
  static_assert(P <= width);

  /// Values at the points v ... of a vector, for the fraction w in [0, 1).
  KOKKOS_INLINE_FUNCTION static Lanes value(double const* coefficients, double w, int v) {
    double const* c = coefficients + v;
    Lanes const t(w - 0.5);
    Lanes x = load(c);
    for (int k = 1; k < P; ++k) x = x * t + load(c + k * width);
    return x;
  }
  /// Their derivatives.
  KOKKOS_INLINE_FUNCTION static Lanes slope(double const* coefficients, double w, int v) {
    double const* c = coefficients + P * width + v;
    Lanes const t(w - 0.5);
    Lanes x = load(c);
    for (int k = 1; k < P - 1; ++k) x = x * t + load(c + k * width);
    return x;
  }
};

template <class MemorySpace, int P>
struct Spread {
  using Exec = typename MemorySpace::execution_space;
  using Team = typename Kokkos::TeamPolicy<Exec>::member_type;
  using S = Spline<P>;
  typename MeshSum<MemorySpace>::State s;

  static constexpr std::size_t scratch = 3 * S::width * sizeof(double);

  KOKKOS_INLINE_FUNCTION void operator()(Team const& team) const {
    Tile const tile = tile_of(s, team.league_rank());
    MeshShape const n = s.shape;
    int const rank = team.team_rank(), z_rank = rank % z_threads, row_rank = rank / z_threads;
    constexpr int row_threads = team_threads / z_threads;
    for (int r = row_rank; r < tile.x_count * tile.y_count; r += row_threads) {
      double* const row = &s.mesh(n.row(tile.x + r / tile.y_count, tile.y + r % tile.y_count));
      for (int z = z_rank; z < n.stride; z += z_threads) row[z] = 0;
    }
    double* const weights =
        static_cast<double*>(team.team_scratch(0).get_shmem_aligned(std::size_t(scratch), 64));
    team.team_barrier();

    // First spline points lie up to P - 1 rows before the tile, or at the other end of the mesh.
    int const low_x = tile.x + 1 - P, low_y = tile.y + 1 - P;
    for (int wrap_x = low_x < 0 ? n.x : 0; wrap_x >= 0; wrap_x -= n.x) {
      int const x_begin = Kokkos::max(low_x + wrap_x, 0) / bundle_x;
      int const x_end = wrap_x > 0 ? s.bundles_x : (tile.x + tile.x_count - 1) / bundle_x + 1;
      for (int wrap_y = low_y < 0 ? n.y : 0; wrap_y >= 0; wrap_y -= n.y) {
        int const y_begin = Kokkos::max(low_y + wrap_y, 0) / bundle_y;
        int const y_end = wrap_y > 0 ? s.bundles_y : (tile.y + tile.y_count - 1) / bundle_y + 1;
        for (int bx = x_begin; bx < x_end; ++bx)
          for (int by = y_begin; by < y_end; ++by) {
            int const key = (bx * s.bundles_y + by) * n.z, end = s.start(key + n.z);
            for (int i = s.start(key); i < end; ++i)
              add(team, tile, tile.x + wrap_x, tile.y + wrap_y, &s.sorted(4 * i), weights);
          }
      }
    }
    team.team_barrier();
    for (int r = row_rank; r < tile.x_count * tile.y_count; r += row_threads) {
      double* const row = &s.mesh(n.row(tile.x + r / tile.y_count, tile.y + r % tile.y_count));
      for (int z = z_rank; z < P - 1; z += z_threads) row[z] += row[n.z + z];
    }
  }

  KOKKOS_INLINE_FUNCTION void add(Team const& team, Tile const& tile, int tile_begin_x,
                                  int tile_begin_y, double const* ion, double* weights) const {
    int const kx = int(ion[0]), ky = int(ion[1]), kz = int(ion[2]), dx = kx - tile_begin_x,
              dy = ky - tile_begin_y;
    int const i0 = Kokkos::max(0, -dx), i1 = Kokkos::min(P, tile.x_count - dx);
    int const j0 = Kokkos::max(0, -dy), j1 = Kokkos::min(P, tile.y_count - dy);
    if (i0 >= i1 || j0 >= j1) return;
    double const fraction[3] = {ion[0] - kx, ion[1] - ky, ion[2] - kz}, q = ion[3];
    double const* const coefficients = s.spline.data();
    for (int k = team.team_rank() * native_width; k < 3 * S::width;
         k += team_threads * native_width)
      store(weights + k, S::value(coefficients, fraction[k / S::width], k % S::width));
    team.team_barrier();
    constexpr int row_threads = team_threads / z_threads;
    int const rank = team.team_rank(), row_rank = rank / z_threads;
    double const *const wx = weights, *const wy = weights + S::width,
                        *const wz = weights + 2 * S::width;
    double* const corner = &s.mesh(s.shape.row(tile.x + dx + i0, tile.y + dy + j0) + kz);
    if constexpr (gpu) {
      int const z = rank % z_threads;
      for (int i = i0; i < i1; ++i)
        for (int j = j0 + row_rank; j < j1; j += row_threads)
          if (z < P) corner[s.shape.row(i - i0, j - j0) + z] += q * wx[i] * wy[j] * wz[z];
    } else {
      Lanes tz[S::vectors];
      for (int v = 0; v < S::vectors; ++v) tz[v] = Lanes(q) * load(wz + v * native_width);
      for (int i = i0; i < i1; ++i) {
        double* row = corner + s.shape.row(i - i0, 0);
        Lanes txz[S::vectors];
        for (int v = 0; v < S::vectors; ++v) txz[v] = Lanes(wx[i]) * tz[v];
        for (int j = j0; j < j1; ++j, row += s.shape.stride) {
          Lanes const ty(wy[j]);
          for (int v = 0; v < S::vectors; ++v) {
            double* const to = row + v * native_width;
            store(to, load(to) + ty * txz[v]);
          }
        }
      }
    }
    team.team_barrier();
  }
};

template <class MemorySpace, int P>
struct Gather {
  using Exec = typename MemorySpace::execution_space;
  using Team = typename Kokkos::TeamPolicy<Exec>::member_type;
  using S = Spline<P>;
  typename MeshSum<MemorySpace>::State s;
  Kokkos::View<double*, MemorySpace> potential;
  typename MeshSum<MemorySpace>::Vectors gradient;

  KOKKOS_INLINE_FUNCTION void operator()(Team const& team) const {
    Tile const tile = tile_of(s, team.league_rank());
    double amount[harmonics] = {};
    for (int bx = tile.x / bundle_x; bx * bundle_x < tile.x + tile.x_count; ++bx)
      for (int by = tile.y / bundle_y; by * bundle_y < tile.y + tile.y_count; ++by) {
        int const key = (bx * s.bundles_y + by) * s.shape.z, end = s.start(key + s.shape.z);
        for (int i = s.start(key) + team.team_rank(); i < end; i += team_threads) read(i, amount);
      }
    if (team_threads > 1)
      for (double& a : amount) team.team_reduce(Kokkos::Sum<double>(a));
    if (team.team_rank() == 0)
      for (int m = 0; m < harmonics; ++m)
        s.tile_sums(harmonics * team.league_rank() + m) = amount[m];
  }

  KOKKOS_INLINE_FUNCTION void read(int place, double* amount) const {
    double const* const ion = &s.sorted(4 * place);
    double const q = ion[3];
    MeshShape const n = s.shape;
    int const kx = int(ion[0]), ky = int(ion[1]), kz = int(ion[2]);
    double const fraction[3] = {ion[0] - kx, ion[1] - ky, ion[2] - kz};
    double const* const coefficients = s.spline.data();
    double w[2][S::width], dw[2][S::width];  // along x and y
    Lanes tz[S::vectors], dtz[S::vectors];
    for (int v = 0; v < S::vectors; ++v) {
      int const at = v * native_width;
      for (int d = 0; d < 2; ++d) {
        store(w[d] + at, S::value(coefficients, fraction[d], at));
        store(dw[d] + at, S::slope(coefficients, fraction[d], at));
      }
      tz[v] = S::value(coefficients, fraction[2], at);
      dtz[v] = S::slope(coefficients, fraction[2], at);
    }
    // Sums over x and y: of wx wy f, wx' wy f, wx wy' f
    Lanes f[S::vectors], fx[S::vectors], fy[S::vectors];
    for (int v = 0; v < S::vectors; ++v) f[v] = fx[v] = fy[v] = Lanes(0.0);
    bool const inside = ky + P <= n.y;
    for (int i = 0; i < P; ++i) {
      double const* const plane = &s.mesh(n.row(kx + i < n.x ? kx + i : kx + i - n.x, 0) + kz);
      Lanes a[S::vectors], b[S::vectors];
      for (int v = 0; v < S::vectors; ++v) a[v] = b[v] = Lanes(0.0);
      auto const add_row = [&](double const* row, int j) {
        for (int v = 0; v < S::vectors; ++v) {
          Lanes const m = load(row + v * native_width);
          a[v] += Lanes(w[1][j]) * m;
          b[v] += Lanes(dw[1][j]) * m;
        }
      };
      if (inside)
        for (int j = 0; j < P; ++j) add_row(plane + n.row(0, ky + j), j);
      else
        for (int j = 0; j < P; ++j)
          add_row(plane + n.row(0, ky + j < n.y ? ky + j : ky + j - n.y), j);
      for (int v = 0; v < S::vectors; ++v) {
        f[v] += Lanes(w[0][i]) * a[v];
        fx[v] += Lanes(dw[0][i]) * a[v];
        fy[v] += Lanes(w[0][i]) * b[v];
      }
    }
    Lanes phi_lanes(0.0), x_lanes(0.0), y_lanes(0.0), z_lanes(0.0);
    for (int v = 0; v < S::vectors; ++v) {
      phi_lanes += f[v] * tz[v];
      x_lanes += fx[v] * tz[v];
      y_lanes += fy[v] * tz[v];
      z_lanes += f[v] * dtz[v];
    }
    double phi = horizontal_sum(phi_lanes);
    double g[3] = {horizontal_sum(x_lanes), horizontal_sum(y_lanes), horizontal_sum(z_lanes)};

    // The ion's own image: phi = q (K_0 + sum over axes of K_d cos 2 pi u_d); the gradient is half
    // of its derivative, the other half being that of the spreading.
    phi -= q * s.self(0);
    amount[0] += q * q;
    for (int first = 0; first < 3; first += native_width) {
      Lanes u(0.0), sine, cosine;
      for (int d = first; d < 3 && d < first + native_width; ++d)
        add_to_lane(u, d - first, fraction[d]);
      sincos_2pi(u, sine, cosine);
      double sines[native_width], cosines[native_width];
      store(sines, sine);
      store(cosines, cosine);
      for (int d = first; d < 3 && d < first + native_width; ++d) {
        double const k = s.self(7 * (1 + d));
        phi -= q * k * cosines[d - first];
        g[d] += q * k * pi * sines[d - first];
        amount[1 + d] += q * q * cosines[d - first];
      }
    }
    int const to = s.order_of(place);
    Vec3 const r = g[0] * s.to_mesh.a + g[1] * s.to_mesh.b + g[2] * s.to_mesh.c;
    potential(to) += phi;
    gradient(to, 0) += r.x;
    gradient(to, 1) += r.y;
    gradient(to, 2) += r.z;
  }
};

/// Calls f(std::integral_constant<int, order>()).
template <class F>
void with_order(int order, F const& f) {
  switch (order) {
    case 4:
      return f(std::integral_constant<int, 4>());
    case 6:
      return f(std::integral_constant<int, 6>());
    case 8:
      return f(std::integral_constant<int, 8>());
    case 10:
      return f(std::integral_constant<int, 10>());
    case 12:
      return f(std::integral_constant<int, 12>());
    default:
      return f(std::integral_constant<int, 14>());
  }
}

}  // namespace ionscape::detail::mesh
