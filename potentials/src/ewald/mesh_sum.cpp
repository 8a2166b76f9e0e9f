// Kernels of MeshSum.
//
// Ions are brought into the order of (bundle, z) of their first spline point, a bundle being 4 x 8
// mesh rows along z: one ion after the other finds most of its mesh points in the first-level
// cache. Spreading and gathering go tile by tile: a tile is a few bundles, small enough for the
// second-level cache. The tile's owner adds everything that falls into it, from ions of this and
// the neighbouring tiles, always in the same order: no atomics, and the same bits on any number of
// threads. A spline value at all its p points is one polynomial for each point, so that Horner's
// rule works on vectors along z, y or x alike. Rows have a halo of p points behind their end,
// folded back after spreading and filled before gathering.
//
// An ion at u = n * fractional, k = floor(u), has the weights M_p(u - k + p - 1 - j) at the points
// k + j: the common cardinal B-splines, shifted by p - 1 points, of which nothing remains in
// products of spreading and gathering.
#include <ionscape/potentials/ewald/mesh_sum.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "device/fft.hpp"
#include "device/native.hpp"
#include "ewald/bspline.hpp"

namespace ionscape {

namespace {

using detail::Lanes;
using detail::line_block;
using detail::load;
using detail::MeshShape;
using detail::native_width;
using detail::ReciprocalKernel;
using detail::store;

constexpr int bundle_x = 4, bundle_y = 8;  // rows of a bundle
constexpr int tile_x = 8, tile_y = 16;     // rows of a tile, whole bundles
constexpr bool gpu = native_width == 1;
constexpr int team_threads = gpu ? 128 : 1;
constexpr int z_threads = gpu ? 16 : 1;  // threads of a team that share a row's points
constexpr int harmonics =
    4;  // of an ion's interaction with itself: the constant, and one for each axis

KOKKOS_INLINE_FUNCTION constexpr int whole_vectors(int n) {
  return (n + native_width - 1) / native_width * native_width;
}

MeshShape shape_of(MeshParameters const& mesh) {
  auto const [x, y, z] = mesh.size;
  // Room for the halo and for whole blocks of lines. Odd numbers of cache lines from row to row and
  // from plane to plane: an ion's rows then lie in different sets of the caches.
  int const room = std::max(z + whole_vectors(mesh.order),
                            2 * line_block * (((z + 1) / 2 + line_block - 1) / line_block));
  return {x, y, z, 8 * ((room + 7) / 8 | 1), y | 1};
}

void check(MeshParameters const& mesh) {
  if (mesh.order < 4 || mesh.order > 14 || mesh.order % 2 != 0)
    fail_input({}, "B-splines of order ", mesh.order, ", expected 4, 6, ... 14");
  for (int n : mesh.size)
    if (n < mesh.order || n > 8192)
      fail_input({}, "a mesh of ", n,
                 " points along one axis, expected at least the splines' order ", mesh.order,
                 " and at most 8192");
  if (double(mesh.size[0]) * mesh.size[1] * mesh.size[2] > 4e9)
    fail_input({}, "a mesh of more than 4e9 points");
}

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

}  // namespace

template <class MemorySpace>
struct MeshSum<MemorySpace>::State {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;

  Cell reciprocal, to_mesh;  // to_mesh: rows n_d b_d / 2 pi, so that u_d = to_mesh_d . r
  ReciprocalKernel kernel;
  MeshShape shape;
  int order = 0, kz_count = 0,
      blocks = 0;  // wave numbers 0 <= kz < kz_count in blocks of line_block
  int tiles_x = 0, tiles_y = 0, bundles_x = 0, bundles_y = 0;
  detail::Transform transform;

  View<double> mesh;
  View<double> influence,
      // (ky, block, kx, line_block): w and w' times the splines' factors; slope only where w' takes
      // long
      slope;
  View<double> axis;    // for each axis and wave number: |b|^2, then A_0 and A_1, see axis_tables()
  View<double> spline;  // coefficients, see bspline.hpp
  View<double> self;    // (harmonics, 7)
  View<double> partial;    // (ky, block, 7), for the tables (ky, block, harmonics, 7)
  View<double> tile_sums;  // (tiles, harmonics)
  View<int> key, slot,
      order_of;     // (bundle, z) of an ion, its number within these; ions in their order
  View<int> start;  // first place of each key, and the end
  View<double> u,
      // (ions, 3) mesh coordinates in [0, n); (ions, 4) the same and the charge, in the order of
      // keys
      sorted;
};

namespace {

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
      s.transform.row(detail::Transform::forward, row, lines);
      for (int z = 0; z < 2 * s.kz_count; ++z) row[z] = lines[z];
    }
    for (int b = 0; b < s.blocks; ++b) {
      double* const first = plane + 2 * line_block * b;
      s.transform.y_lines(detail::Transform::forward, first, lines);
      back_to_mesh(lines, s.shape.y, first, s.shape.stride);
    }
  }

  /// The way back, and the halo.
  KOKKOS_INLINE_FUNCTION void operator()(BackwardPlane, Team const& team) const {
    double* const lines = scratch(team);
    double* const plane = &s.mesh(s.shape.row(team.league_rank(), 0));
    for (int b = 0; b < s.blocks; ++b) {
      double* const first = plane + 2 * line_block * b;
      s.transform.y_lines(detail::Transform::backward, first, lines);
      back_to_mesh(lines, s.shape.y, first, s.shape.stride);
    }
    for (int y = 0; y < s.shape.y; ++y) {
      double* const row = plane + s.shape.row(0, y);
      for (int z = 0; z < 2 * s.kz_count; ++z) lines[z] = row[z];
      for (int z = 2 * s.kz_count; z < s.shape.z + 2; ++z) lines[z] = 0;
      s.transform.row(detail::Transform::backward, lines, row);
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
    double phi = detail::horizontal_sum(phi_lanes);
    double g[3] = {detail::horizontal_sum(x_lanes), detail::horizontal_sum(y_lanes),
                   detail::horizontal_sum(z_lanes)};

    // The ion's own image: phi = q (K_0 + sum over axes of K_d cos 2 pi u_d); the gradient is half
    // of its derivative, the other half being that of the spreading.
    phi -= q * s.self(0);
    amount[0] += q * q;
    for (int first = 0; first < 3; first += native_width) {
      Lanes u(0.0), sine, cosine;
      for (int d = first; d < 3 && d < first + native_width; ++d)
        detail::add_to_lane(u, d - first, fraction[d]);
      detail::sincos_2pi(u, sine, cosine);
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

/// For each axis and wave number: |b|^2 = 1 / (sum over j of M_p(j) exp(2 pi i k j/n))^2 of Essmann
/// et al., eq. 4.4, and A_0 = sum s_m^2, A_1 = sum s_m s_(m+1) over the aliases of k. An ion that
/// is spread and gathered sees itself as the sum over G of w |b|^2 A A A, with three A_0 for the
/// mean over its place u in a mesh cell, and one A_1 for the part that goes with 2 cos 2 pi u_d.
std::vector<double> axis_tables(std::array<int, 3> const& size, int order) {
  std::vector<double> const knots = detail::spline_at_integers(order);
  std::vector<double> all;
  for (int n : size) {
    std::vector<double> out(3 * std::size_t(n));
    for (int k = 0; k < n; ++k) {
      double euler = knots[std::size_t(order / 2)];
      for (int j = 1; j < order / 2; ++j)
        euler += 2 * knots[std::size_t(order / 2 + j)] * std::cos(2 * pi * (long(j) * k % n) / n);
      detail::SplineAliases const a(order, double(2 * k > n ? k - n : k) / n);
      out[std::size_t(k)] = 1 / (euler * euler);
      out[std::size_t(n + k)] = a.product(0);
      out[std::size_t(2 * n + k)] = a.product(1);
    }
    all.insert(all.end(), out.begin(), out.end());
  }
  return all;
}

template <class T, class MemorySpace>
Kokkos::View<T*, MemorySpace> allocate(char const* label, long n) {
  Kokkos::View<T*, MemorySpace> const view(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label)), std::size_t(n));
#if defined(__linux__)
  // An ion's rows lie on tens of pages: large ones, where the system offers them, spare address
  // translations. Only a hint.
  if constexpr (!gpu) {
    constexpr std::uintptr_t page = 2 << 20;
    auto const begin = (reinterpret_cast<std::uintptr_t>(view.data()) + page - 1) / page * page;
    auto const end = reinterpret_cast<std::uintptr_t>(view.data() + n) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  }
#endif
  return view;
}

}  // namespace

int fft_size(int at_least) {
  for (int n = std::max(2, at_least + at_least % 2);; n += 2) {
    int rest = n;
    for (int factor : {2, 3, 5, 7})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return n;
  }
}

double mesh_memory(MeshParameters const& mesh, std::size_t ions) {
  MeshShape const n = shape_of(mesh);
  double const columns = double(n.y) * ((n.z / 2 + line_block) / line_block);
  double const bundles =
      double((n.x + bundle_x - 1) / bundle_x) * ((n.y + bundle_y - 1) / bundle_y);
  return 8 * (double(n.size()) + 2 * columns * n.x * line_block + 7 * harmonics * columns) +
         4 * bundles * n.z + double(ions) * (7 * 8 + 3 * 4);
}

template <class MemorySpace>
MeshSum<MemorySpace>::MeshSum(Cell const& cell, detail::ReciprocalKernel const& kernel,
                              MeshParameters const& mesh, std::size_t ions) {
  check(mesh);
  MeshShape const n = shape_of(mesh);
  state_ = std::make_unique<State>();
  State& s = *state_;
  s.transform = detail::Transform(n);
  s.reciprocal = cell.reciprocal();
  s.to_mesh = {n.x / (2 * pi) * s.reciprocal.a, n.y / (2 * pi) * s.reciprocal.b,
               n.z / (2 * pi) * s.reciprocal.c};
  s.kernel = kernel;
  s.shape = n;
  s.order = mesh.order;
  s.kz_count = (n.z + 1) / 2;
  s.blocks = (s.kz_count + line_block - 1) / line_block;
  s.tiles_x = (n.x + tile_x - 1) / tile_x;
  s.tiles_y = (n.y + tile_y - 1) / tile_y;
  s.bundles_x = (n.x + bundle_x - 1) / bundle_x;
  s.bundles_y = (n.y + bundle_y - 1) / bundle_y;
  long const items = long(n.y) * s.blocks, table = items * n.x * line_block;
  s.mesh = allocate<double, MemorySpace>("ionscape::mesh::mesh", n.size());
  s.influence = allocate<double, MemorySpace>("ionscape::mesh::influence", table);
  // The Coulomb sum's w' is cheaper computed from w than read.
  bool const tabulate_slope = kernel.kind != ReciprocalKernel::coulomb;
  s.slope = allocate<double, MemorySpace>("ionscape::mesh::slope", tabulate_slope ? table : 0);
  s.axis = detail::upload<MemorySpace>("ionscape::mesh::axis", axis_tables(mesh.size, mesh.order));
  s.spline = detail::upload<MemorySpace>(
      "ionscape::mesh::spline", detail::spline_coefficients(mesh.order, whole_vectors(mesh.order)));
  s.self = allocate<double, MemorySpace>("ionscape::mesh::self", 7 * harmonics);
  s.partial = allocate<double, MemorySpace>("ionscape::mesh::partial", 7 * harmonics * items);
  s.tile_sums =
      allocate<double, MemorySpace>("ionscape::mesh::tile_sums", harmonics * s.tiles_x * s.tiles_y);
  s.key = allocate<int, MemorySpace>("ionscape::mesh::key", long(ions));
  s.slot = allocate<int, MemorySpace>("ionscape::mesh::slot", long(ions));
  s.order_of = allocate<int, MemorySpace>("ionscape::mesh::order_of", long(ions));
  s.start = allocate<int, MemorySpace>("ionscape::mesh::start",
                                       long(s.bundles_x) * s.bundles_y * n.z + 1);
  s.u = allocate<double, MemorySpace>("ionscape::mesh::u", 3 * long(ions));
  s.sorted = allocate<double, MemorySpace>("ionscape::mesh::sorted", 4 * long(ions));

  using K = Kernels<MemorySpace>;
  using Exec = typename K::Exec;
  Exec const exec;
  K const kernels{s, {}, {}, {}};
  using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
  Kokkos::parallel_for("ionscape::mesh::tabulate",
                       Kokkos::RangePolicy<Exec, typename K::Tabulate, Dynamic>(exec, 0, items),
                       kernels);
  Kokkos::parallel_for("ionscape::mesh::self",
                       Kokkos::TeamPolicy<Exec, typename K::Reduce>(exec, harmonics, team_threads),
                       kernels);
  exec.fence("ionscape::mesh");
}

template <class MemorySpace>
MeshSum<MemorySpace>::~MeshSum() = default;
template <class MemorySpace>
MeshSum<MemorySpace>::MeshSum(MeshSum&&) noexcept = default;
template <class MemorySpace>
MeshSum<MemorySpace>& MeshSum<MemorySpace>::operator=(MeshSum&&) noexcept = default;

template <class MemorySpace>
template <class Exec>
void MeshSum<MemorySpace>::evaluate(Exec const& exec, Positions const& positions,
                                    Kokkos::View<double const*, MemorySpace> const& charges,
                                    Kokkos::View<double*, MemorySpace> const& potential,
                                    Vectors const& gradient,
                                    Kokkos::View<double*, MemorySpace> const& sums) const {
  using K = Kernels<MemorySpace>;
  using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
  State const& s = *state_;
  K const kernels{s, positions, charges, sums};
  int const ions = int(s.key.extent(0)), keys = s.bundles_x * s.bundles_y * s.shape.z,
            tiles = s.tiles_x * s.tiles_y;
  auto const range = [&]<class Tag>(char const* label, Tag, int count) {
    Kokkos::parallel_for(label, Kokkos::RangePolicy<Exec, Tag>(exec, 0, count), kernels);
  };
  range("ionscape::mesh::clear", typename K::Clear{}, keys + 1);
  range("ionscape::mesh::place", typename K::Place{}, ions);
  Kokkos::parallel_scan("ionscape::mesh::scan",
                        Kokkos::RangePolicy<Exec, typename K::Scan>(exec, 0, keys + 1), kernels);
  range("ionscape::mesh::scatter", typename K::Scatter{}, ions);
  range("ionscape::mesh::sort", typename K::Sort{}, keys);

  with_order(s.order, [&](auto order) {
    using Spreading = Spread<MemorySpace, order()>;
    Kokkos::parallel_for("ionscape::mesh::spread",
                         Kokkos::TeamPolicy<Exec, Dynamic>(exec, tiles, team_threads)
                             .set_scratch_size(0, Kokkos::PerTeam(int(Spreading::scratch) + 128)),
                         Spreading{s});
  });

  int const items = s.shape.y * s.blocks;
  using Multiply = Kokkos::TeamPolicy<Exec, typename K::Multiply, Dynamic>;
#if defined(KOKKOS_ENABLE_CUDA)
  s.transform.forward(exec, s.mesh.data());
  Kokkos::parallel_for("ionscape::mesh::multiply", Multiply(exec, items, team_threads), kernels);
  s.transform.backward(exec, s.mesh.data());
  range("ionscape::mesh::fill", typename K::Fill{}, s.shape.x * s.shape.y);
#else
  auto const scratch = Kokkos::PerTeam(int(kernels.scratch_doubles() * sizeof(double)) + 128);
  Kokkos::parallel_for(
      "ionscape::mesh::forward",
      Kokkos::TeamPolicy<Exec, typename K::ForwardPlane, Dynamic>(exec, s.shape.x, 1)
          .set_scratch_size(1, scratch),
      kernels);
  Kokkos::parallel_for("ionscape::mesh::multiply",
                       Multiply(exec, items, 1).set_scratch_size(1, scratch), kernels);
  Kokkos::parallel_for(
      "ionscape::mesh::backward",
      Kokkos::TeamPolicy<Exec, typename K::BackwardPlane, Dynamic>(exec, s.shape.x, 1)
          .set_scratch_size(1, scratch),
      kernels);
#endif

  with_order(s.order, [&](auto order) {
    Kokkos::parallel_for("ionscape::mesh::gather",
                         Kokkos::TeamPolicy<Exec, Dynamic>(exec, tiles, team_threads),
                         Gather<MemorySpace, order()>{s, potential, gradient});
  });
  Kokkos::parallel_for("ionscape::mesh::finish",
                       Kokkos::TeamPolicy<Exec, typename K::Finish>(exec, 1, team_threads),
                       kernels);
}

using Default = Kokkos::DefaultExecutionSpace;
template class MeshSum<Default::memory_space>;
template void MeshSum<Default::memory_space>::evaluate(
    Default const&, Positions const&, Kokkos::View<double const*, Default::memory_space> const&,
    Kokkos::View<double*, Default::memory_space> const&, Vectors const&,
    Kokkos::View<double*, Default::memory_space> const&) const;

}  // namespace ionscape
