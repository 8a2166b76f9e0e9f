// The kernels of a MeshSum but for its splines: the order of ions, and the sums over wave vectors.
#pragma once

#include "ewald/mesh_state.hpp"

namespace ionscape::detail::mesh {

/// from[0], from[0], from[1], from[1], ...: one factor for a real and an imaginary part.
KOKKOS_INLINE_FUNCTION Lanes load_twice(double const* from) {
  if constexpr (native_width == 1) {
    return Lanes(*from);
  } else {
    double twice[native_width];
    for (int i = 0; i < native_width; ++i) twice[i] = from[i / 2];
    return load(twice);
  }
}

/// Calls of one evaluation, in this order.
template <class MemorySpace>
struct Kernels {
  using Sum = MeshSum<MemorySpace>;
  using Exec = typename MemorySpace::execution_space;
  typename Sum::State s;
  typename Sum::Positions positions;
  Kokkos::View<double const*, MemorySpace> charges;
  Kokkos::View<double*, MemorySpace> sums;

  struct Clear {};
  struct Place {};
  struct Scan {};
  struct Scatter {};
  struct Sort {};
  struct Tabulate {};
  struct Reduce {};
  struct ForwardPlane {};
  struct Multiply {};
  struct BackwardPlane {};
  struct Fill {};
  struct Finish {};
  using Team = typename Kokkos::TeamPolicy<Exec>::member_type;

  // --- order of ions -----------------------------------------------------------------------------

  KOKKOS_INLINE_FUNCTION void operator()(Clear, int key) const { s.start(key) = 0; }

  KOKKOS_INLINE_FUNCTION static double into_mesh(double u, int n) {
    double const inside = u - n * Kokkos::floor(u / n);
    return inside >= 0 && inside < n ? inside : 0;  // NaN and what is very far away, too
  }

  KOKKOS_INLINE_FUNCTION void operator()(Place, int i) const {
    Vec3 const r{positions(i, 0), positions(i, 1), positions(i, 2)};
    double const x = into_mesh(dot(s.to_mesh.a, r), s.shape.x),
                 y = into_mesh(dot(s.to_mesh.b, r), s.shape.y),
                 z = into_mesh(dot(s.to_mesh.c, r), s.shape.z);
    s.u(3 * i) = x;
    s.u(3 * i + 1) = y;
    s.u(3 * i + 2) = z;
    int const key = (int(x) / bundle_x * s.bundles_y + int(y) / bundle_y) * s.shape.z + int(z);
    s.key(i) = key;
    s.slot(i) = Kokkos::atomic_fetch_add(&s.start(key), 1);
  }

  KOKKOS_INLINE_FUNCTION void operator()(Scan, int key, int& sum, bool final) const {
    int const count = s.start(key);
    if (final) s.start(key) = sum;
    sum += count;
  }

  KOKKOS_INLINE_FUNCTION void operator()(Scatter, int i) const {
    s.order_of(s.start(s.key(i)) + s.slot(i)) = i;
  }

  /// The slots depend on who came first: here the ions of a key come into the order of their
  /// numbers (Shell sort).
  KOKKOS_INLINE_FUNCTION void operator()(Sort, int key) const {
    int const begin = s.start(key), end = s.start(key + 1);
    int gap = 1;
    while (gap < end - begin) gap = 2 * gap + 1;
    for (; gap > 0; gap /= 2)
      for (int i = begin + gap; i < end; ++i) {
        int const ion = s.order_of(i);
        int j = i;
        for (; j - gap >= begin && s.order_of(j - gap) > ion; j -= gap)
          s.order_of(j) = s.order_of(j - gap);
        s.order_of(j) = ion;
      }
    for (int i = begin; i < end; ++i) {
      int const ion = s.order_of(i);
      for (int d = 0; d < 3; ++d) s.sorted(4 * i + d) = s.u(3 * ion + d);
      s.sorted(4 * i + 3) = charges(ion);
    }
  }

  // --- wave vectors ------------------------------------------------------------------------------

  KOKKOS_INLINE_FUNCTION static int signed_number(int k, int n) { return 2 * k > n ? k - n : k; }

  /// G^2 = a + b kx + c kx^2 for given ky, kz.
  struct Square {
    double a, b, c;
    KOKKOS_INLINE_FUNCTION double operator()(double kx) const { return a + kx * (b + kx * c); }
  };
  KOKKOS_INLINE_FUNCTION Square square(int ky, int kz) const {
    Vec3 const g = double(ky) * s.reciprocal.b + double(kz) * s.reciprocal.c, x = s.reciprocal.a;
    return {dot(g, g), 2 * dot(g, x), dot(x, x)};
  }

  /// What a sum over kx leaves: of e, v, v kx and v kx^2.
  struct Column {
    double e = 0, v = 0, vx = 0, vxx = 0;
  };
  /// Adds a column, as the energy and the tensor of v k_a k_b (xx, yy, zz, yz, xz, xy).
  KOKKOS_INLINE_FUNCTION static void add_column(Column const& c, double ky, double kz, double* to) {
    double const both = kz > 0 ? 2 : 1;  // and -G
    double const terms[7] = {c.e,           c.vxx,     ky * ky * c.v, kz * kz * c.v,
                             ky * kz * c.v, kz * c.vx, ky * c.vx};
    for (int d = 0; d < 7; ++d) to[d] += both * terms[d];
  }

  /// From the sums in wave numbers to {e, -delta_ab e - 2 sum v G_a G_b}.
  KOKKOS_INLINE_FUNCTION void to_cartesian(double const* k, double* to) const {
    Vec3 const a = s.reciprocal.a, b = s.reciprocal.b, c = s.reciprocal.c;
    Vec3 const x = k[1] * a + k[6] * b + k[5] * c, y = k[6] * a + k[2] * b + k[4] * c,
               z = k[5] * a + k[4] * b + k[3] * c;
    to[0] = k[0];
    to[1] = -k[0] - 2 * (a.x * x.x + b.x * y.x + c.x * z.x);
    to[2] = -k[0] - 2 * (a.y * x.y + b.y * y.y + c.y * z.y);
    to[3] = -k[0] - 2 * (a.z * x.z + b.z * y.z + c.z * z.z);
    to[4] = -2 * (a.y * x.z + b.y * y.z + c.y * z.z);
    to[5] = -2 * (a.x * x.z + b.x * y.z + c.x * z.z);
    to[6] = -2 * (a.x * x.y + b.x * y.y + c.x * z.y);
  }

  /// The tables of one (ky, block), and its part of an ion's interaction with itself.
  KOKKOS_INLINE_FUNCTION void operator()(Tabulate, int item) const {
    MeshShape const n = s.shape;
    int const iy = item / s.blocks, ky = signed_number(iy, n.y);
    double const *const ax = &s.axis(0), *const ay = ax + 3 * n.x, *const az = ay + 3 * n.y;
    double out[harmonics][7] = {};
    for (int l = 0; l < line_block; ++l) {
      int const kz = item % s.blocks * line_block + l;
      Square const g2 = square(ky, kz);
      Column column[harmonics];
      for (int ix = 0; ix < n.x; ++ix) {
        int const kx = signed_number(ix, n.x);
        // The mesh cannot tell n/2 from -n/2.
        bool const kept =
            kz < s.kz_count && 2 * kx != n.x && 2 * ky != n.y && (kx != 0 || ky != 0 || kz != 0);
        double const w = kept ? s.kernel.value(g2(kx)) : 0,
                     dw = kept ? s.kernel.derivative(g2(kx)) : 0;
        double const b = kept ? ax[ix] * ay[iy] * az[kz] : 0;
        long const at = (long(item) * n.x + ix) * line_block + l;
        s.influence(at) = b * w;
        if (s.slope.extent(0) > 0) s.slope(at) = b * dw;
        if (!kept) continue;
        double const x[2] = {ax[n.x + ix], ax[2 * n.x + ix]},
                     y[2] = {ay[n.y + iy], ay[2 * n.y + iy]},
                     z[2] = {az[n.z + kz], az[2 * n.z + kz]};
        double const factor[harmonics] = {b * x[0] * y[0] * z[0] - 1, 2 * b * x[1] * y[0] * z[0],
                                          2 * b * x[0] * y[1] * z[0], 2 * b * x[0] * y[0] * z[1]};
        for (int m = 0; m < harmonics; ++m) {
          column[m].e += factor[m] * w;
          column[m].v += factor[m] * dw;
          column[m].vx += factor[m] * dw * kx;
          column[m].vxx += factor[m] * dw * kx * kx;
        }
      }
      for (int m = 0; m < harmonics; ++m) add_column(column[m], ky, kz, out[m]);
    }
    for (int m = 0; m < harmonics; ++m)
      for (int d = 0; d < 7; ++d) s.partial(7 * (long(item) * harmonics + m) + d) = out[m][d];
  }

  /// Sums `stride`-spaced groups of seven numbers, beginning with group `first`; the order is
  /// fixed.
  KOKKOS_INLINE_FUNCTION void reduce(Team const& team, long first, long stride, long count,
                                     double* sum) const {
    for (int d = 0; d < 7; ++d) sum[d] = 0;
    for (long i = team.team_rank(); i < count; i += team.team_size())
      for (int d = 0; d < 7; ++d) sum[d] += s.partial(7 * (first + i * stride) + d);
    if (team.team_size() > 1)
      for (int d = 0; d < 7; ++d) team.team_reduce(Kokkos::Sum<double>(sum[d]));
  }

  KOKKOS_INLINE_FUNCTION void operator()(Reduce, Team const& team) const {
    double sum[7];
    int const m = team.league_rank();
    reduce(team, m, harmonics, long(s.shape.y) * s.blocks, sum);
    if (team.team_rank() == 0) to_cartesian(sum, &s.self(7 * m));
  }

#if !defined(KOKKOS_ENABLE_CUDA)
  KOKKOS_INLINE_FUNCTION double* scratch(Team const& team) const {
    return static_cast<double*>(
        team.team_scratch(1).get_shmem_aligned(scratch_doubles() * sizeof(double), 64));
  }

  KOKKOS_INLINE_FUNCTION void back_to_mesh(double const* lines, int n, double* mesh,
                                           long stride) const {
    for (int i = 0; i < n; ++i)
      for (int l = 0; l < 2 * line_block; ++l) mesh[i * stride + l] = lines[2 * line_block * i + l];
  }

  /// The transforms along z and y.
  KOKKOS_INLINE_FUNCTION void operator()(ForwardPlane, Team const& team) const {
    double* const lines = scratch(team);
    double* const plane = &s.mesh(s.shape.row(team.league_rank(), 0));
    for (int y = 0; y < s.shape.y; ++y) {
      double* const row = plane + s.shape.row(0, y);
      s.transform.row(Transform::forward, row, lines);
      for (int z = 0; z < 2 * s.kz_count; ++z) row[z] = lines[z];
    }
    for (int b = 0; b < s.blocks; ++b) {
      double* const first = plane + 2 * line_block * b;
      s.transform.y_lines(Transform::forward, first, lines);
      back_to_mesh(lines, s.shape.y, first, s.shape.stride);
    }
  }

  /// The way back, and the halo.
  KOKKOS_INLINE_FUNCTION void operator()(BackwardPlane, Team const& team) const {
    double* const lines = scratch(team);
    double* const plane = &s.mesh(s.shape.row(team.league_rank(), 0));
    for (int b = 0; b < s.blocks; ++b) {
      double* const first = plane + 2 * line_block * b;
      s.transform.y_lines(Transform::backward, first, lines);
      back_to_mesh(lines, s.shape.y, first, s.shape.stride);
    }
    for (int y = 0; y < s.shape.y; ++y) {
      double* const row = plane + s.shape.row(0, y);
      for (int z = 0; z < 2 * s.kz_count; ++z) lines[z] = row[z];
      for (int z = 2 * s.kz_count; z < s.shape.z + 2; ++z) lines[z] = 0;
      s.transform.row(Transform::backward, lines, row);
      for (int z = 0; z < whole_vectors(s.order); ++z) row[s.shape.z + z] = row[z % s.shape.z];
    }
  }
#endif

  /// One (ky, block): transform along x, energy and virial, multiplication, transform back.
  KOKKOS_INLINE_FUNCTION void operator()(Multiply, Team const& team) const {
    MeshShape const n = s.shape;
    int const item = team.league_rank(), iy = item / s.blocks, ky = signed_number(iy, n.y);
    double* const mesh = &s.mesh(n.row(0, iy) + item % s.blocks * 2 * line_block);
#if defined(KOKKOS_ENABLE_CUDA)
    double* const values = mesh;
    long const stride = n.row(1, 0);
#else
    double* const values = scratch(team);
    constexpr long stride = 2 * line_block;
    s.transform.x_lines(mesh, values);
#endif
    // Real and imaginary parts alike, since both are multiplied by w and their squares added: on a
    // GPU each thread has one of the parts of a block, on a CPU they go in vectors.
    constexpr int parts = 2 * line_block, part_threads = gpu ? parts : 1,
                  vectors = parts / part_threads / native_width;
    int const first = team.team_rank() % part_threads, kz0 = item % s.blocks * line_block;
    bool const tabulated = s.slope.extent(0) > 0;
    double const* const influence = &s.influence(long(item) * n.x * line_block);
    double const* const slope = tabulated ? &s.slope(long(item) * n.x * line_block) : influence;
    Lanes const gauss(1 / (4 * s.kernel.alpha * s.kernel.alpha));
    Lanes a[vectors], b[vectors], c[vectors];  // of Square
    Lanes e[vectors], v[vectors], vx[vectors], vxx[vectors];
    for (int p = 0; p < vectors; ++p) {
      a[p] = b[p] = c[p] = e[p] = v[p] = vx[p] = vxx[p] = Lanes(0.0);
      for (int lane = 0; lane < native_width; ++lane) {
        int const kz = kz0 + (first + p * native_width + lane) / 2;
        Square const g2 = square(ky, kz);
        // 1/G^2 stays finite at G = 0, where the influence is zero.
        detail::add_to_lane(a[p], lane, ky == 0 && kz == 0 ? 1e-300 : g2.a);
        detail::add_to_lane(b[p], lane, g2.b);
        detail::add_to_lane(c[p], lane, g2.c);
      }
    }
    for (int ix = team.team_rank() / part_threads; ix < n.x; ix += team_threads / part_threads) {
      Lanes const kx(signed_number(ix, n.x));
      for (int p = 0; p < vectors; ++p) {
        int const part = first + p * native_width, at = ix * line_block + part / 2;
        double* const value = values + ix * stride + part;
        Lanes const x = load(value), w = load_twice(influence + at), wx = w * x;
        // See ReciprocalKernel::derivative.
        Lanes const dw = tabulated ? load_twice(slope + at)
                                   : -(w * (Lanes(1.0) / (a[p] + kx * (b[p] + kx * c[p])) + gauss));
        Lanes const virial = dw * x * x, virial_x = virial * kx;
        e[p] += wx * x;
        v[p] += virial;
        vx[p] += virial_x;
        vxx[p] += virial_x * kx;
        store(value, wx);
      }
    }
    double out[7] = {};
    for (int p = 0; p < vectors; ++p) {
      double lanes[4][native_width];
      store(lanes[0], e[p]);
      store(lanes[1], v[p]);
      store(lanes[2], vx[p]);
      store(lanes[3], vxx[p]);
      for (int lane = 0; lane < native_width; ++lane)
        add_column({lanes[0][lane], lanes[1][lane], lanes[2][lane], lanes[3][lane]}, ky,
                   kz0 + (first + p * native_width + lane) / 2, out);
    }
    if (team_threads > 1)
      for (double& x : out) team.team_reduce(Kokkos::Sum<double>(x));
    if (team.team_rank() == 0)
      for (int d = 0; d < 7; ++d) s.partial(7 * item + d) = out[d];
#if !defined(KOKKOS_ENABLE_CUDA)
    double* const back = values + 2 * line_block * n.x;
    s.transform.x_lines_back(values, back);
    back_to_mesh(back, n.x, mesh, n.row(1, 0));
#endif
  }

  KOKKOS_INLINE_FUNCTION void operator()(Fill, int row) const {
    double* const to = &s.mesh(s.shape.row(row / s.shape.y, row % s.shape.y));
    for (int z = 0; z < whole_vectors(s.order); ++z) to[s.shape.z + z] = to[z % s.shape.z];
  }

  KOKKOS_INLINE_FUNCTION void operator()(Finish, Team const& team) const {
    double sum[7], total[7];
    reduce(team, 0, 1, long(s.shape.y) * s.blocks, sum);
    to_cartesian(sum, total);
    double amount[harmonics] = {};
    int const tiles = s.tiles_x * s.tiles_y;
    for (int i = team.team_rank(); i < tiles; i += team.team_size())
      for (int m = 0; m < harmonics; ++m) amount[m] += s.tile_sums(harmonics * i + m);
    if (team.team_size() > 1)
      for (double& x : amount) team.team_reduce(Kokkos::Sum<double>(x));
    if (team.team_rank() == 0)
      for (int d = 0; d < 7; ++d) {
        double self = 0;
        for (int m = 0; m < harmonics; ++m) self += amount[m] * s.self(7 * m + d);
        sums(d) = 0.5 * (total[d] - self);
      }
  }

  KOKKOS_INLINE_FUNCTION long scratch_doubles() const {
    return 4L * line_block * Kokkos::max(Kokkos::max(s.shape.x, s.shape.y), s.shape.z);
  }
};

}  // namespace ionscape::detail::mesh
