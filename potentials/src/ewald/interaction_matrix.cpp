// The matrix is made tile by tile, a tile being the pairs of two panels of neighbouring ions.
//
// Reciprocal space: sum over half of all G of w cos(G.(r_i - r_j)) is a product of two matrices
// with the rows sqrt(w) {cos G.r, sin G.r}, so alpha is chosen for many wave vectors and few
// images. Real space: images within the cutoff of wrapped differences, collected in buffers. A tile
// is written to its two places in the matrix.
#include <ionscape/potentials/ewald/interaction_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>

#include "device/device_memory.hpp"
#include "device/host_threads.hpp"
#include "device/neighbour_buffer.hpp"
#include "ewald/lattice_tails.hpp"

namespace ionscape {

namespace {

using detail::choose;
using detail::for_each_lane;
using detail::Lanes;
using detail::less;
using detail::load;
using detail::native_width;
using detail::Neighbours;
using detail::on_all_threads;
using detail::ReciprocalKernel;
using detail::store;

constexpr int vectors = native_width == 1 ? 16 : 4;  // of a panel
constexpr int panel = vectors * native_width;
constexpr int tile_rows = native_width == 8 ? 4 : 2;  // that the registers hold at once

struct Splitting {
  double alpha = 0, real_cutoff = 0, reciprocal_cutoff = 0;
};

Splitting choose_splitting(double volume, double accuracy) {
  double const edge = std::cbrt(volume);
  constexpr double image_cost = 100;  // in wave vectors, measured
  Splitting best;
  double least = std::numeric_limits<double>::infinity();
  for (double alpha = 1 / edge; alpha < 12 / edge; alpha *= 1.03) {
    // Elements of g are half of potentials.
    double const rc = detail::solve_cutoff(
        [&](double r) { return 0.5 * detail::coulomb_tail(alpha, r, 1 / volume, edge); },
        accuracy / 2, 0.5 / alpha, 9 / alpha);
    ReciprocalKernel const kernel{ReciprocalKernel::coulomb, alpha, volume, coulomb_constant};
    double const gc =
        detail::solve_cutoff([&](double g) { return 0.5 * detail::reciprocal_tail(kernel, g); },
                             accuracy / 2, alpha, 18 * alpha);
    double const cost =
        image_cost * 4 * pi / 3 / volume * rc * rc * rc + volume / (12 * pi * pi) * gc * gc * gc;
    if (cost < least) least = cost, best = {alpha, rc, gc};
  }
  return best;
}

struct Wave {
  int h, k, l;
  double amplitude;  // sqrt(w)
};

std::vector<Wave> half_sphere(Cell const& cell, ReciprocalKernel const& kernel, double gc) {
  Cell const reciprocal = cell.reciprocal();
  auto const highest = [&](Vec3 edge) { return int(gc * norm(edge) / (2 * pi)); };
  int const H = highest(cell.a), K = highest(cell.b), L = highest(cell.c);
  std::vector<Wave> waves;
  for (int h = 0; h <= H; ++h)
    for (int k = h == 0 ? 0 : -K; k <= K; ++k)
      for (int l = h == 0 && k == 0 ? 1 : -L; l <= L; ++l) {
        Vec3 const g = reciprocal.to_cartesian({double(h), double(k), double(l)});
        if (double const square = dot(g, g); square <= gc * gc)
          waves.push_back({h, k, l, std::sqrt(kernel.value(square))});
      }
  return waves;
}

struct Builder {
  Cell cell;
  Splitting sum;
  std::vector<Wave> waves;
  std::vector<double> f[3];  // fractional coordinates in whole panels
  std::vector<double> rows;  // (panels, waves, 2, panel)
  std::vector<Vec3>
      shifts;  // lattice vectors that can bring a wrapped difference within the cutoff

  /// sqrt(w) cos and sin of G.r for the ions of one panel.
  void fill_rows(int p) {
    int H = 0, K = 0, L = 0;
    for (Wave const& w : waves)
      H = std::max(H, w.h), K = std::max(K, std::abs(w.k)), L = std::max(L, std::abs(w.l));
    for (int v = 0; v < vectors; ++v) {
      std::size_t const ions = std::size_t(p * panel + v * native_width);
      auto const table = [&](int direction, int first, int last) {
        std::vector<Lanes> t;
        for (int n = first; n <= last; ++n) {
          Lanes sine, cosine;
          detail::sincos_2pi(Lanes(double(n)) * load(&f[direction][ions]), sine, cosine);
          t.push_back(cosine), t.push_back(sine);
        }
        return t;
      };
      auto const x = table(0, 0, H), y = table(1, -K, K), z = table(2, -L, L);
      double* out =
          &rows[std::size_t(p) * waves.size() * 2 * panel + std::size_t(v * native_width)];
      for (Wave const& w : waves) {
        Lanes const *a = &x[std::size_t(2 * w.h)], *b = &y[std::size_t(2 * (w.k + K))],
                    *c = &z[std::size_t(2 * (w.l + L))];
        Lanes const re = a[0] * b[0] - a[1] * b[1], im = a[0] * b[1] + a[1] * b[0];
        store(out, Lanes(w.amplitude) * (re * c[0] - im * c[1]));
        store(out + panel, Lanes(w.amplitude) * (re * c[1] + im * c[0]));
        out += 2 * panel;
      }
    }
  }

  /// tile (panel, panel) += products of the rows of two panels.
  void add_reciprocal(double* tile, int pi_, int pj) const {
    int const n = int(2 * waves.size());
    constexpr int chunk = 64;  // of both panels, in the nearest cache
    double const *a = &rows[std::size_t(pi_) * n * panel], *b = &rows[std::size_t(pj) * n * panel];
    for (int begin = 0; begin < n; begin += chunk) {
      int const end = std::min(n, begin + chunk);
      for (int i = 0; i < panel; i += tile_rows) {
        Lanes part[tile_rows][vectors];
        for (int r = 0; r < tile_rows; ++r)
          for (int v = 0; v < vectors; ++v)
            part[r][v] = load(tile + (i + r) * panel + v * native_width);
        for (int g = begin; g < end; ++g) {
          Lanes right[vectors];
          for (int v = 0; v < vectors; ++v)
            right[v] = load(b + std::size_t(g) * panel + v * native_width);
          for (int r = 0; r < tile_rows; ++r) {
            Lanes const left(a[std::size_t(g) * panel + i + r]);
            for (int v = 0; v < vectors; ++v) part[r][v] += left * right[v];
          }
        }
        for (int r = 0; r < tile_rows; ++r)
          for (int v = 0; v < vectors; ++v)
            store(tile + (i + r) * panel + v * native_width, part[r][v]);
      }
    }
  }

  /// tile += half of the screened potentials of all images but that at distance zero.
  void add_real(double* tile, int pi_, int pj) const {
    double const limit = sum.real_cutoff * sum.real_cutoff;
    Neighbours near;
    for (int i = 0; i < panel; ++i) {
      double* const row = tile + i * panel;
      auto const flush = [&] {
        near.pad();
        for (int e = 0; e < near.n; e += native_width) {
          Lanes const square = load(near.square + e), inverse = detail::inverse_sqrt(square);
          Lanes unused;
          Lanes const v = Lanes(0.5 * coulomb_constant) *
                          detail::erfc_positive(square * inverse * Lanes(sum.alpha), unused) *
                          inverse;
          for_each_lane(v,
                        [&](double value, int lane) { row[int(near.value[e + lane])] += value; });
        }
        near.n = 0;
      };
      std::size_t const at = std::size_t(pi_ * panel + i);
      double const own[3] = {f[0][at], f[1][at], f[2][at]};
      for (int v = 0; v < vectors; ++v) {
        Lanes d[3];
        for (int c = 0; c < 3; ++c) {
          Lanes const difference =
              load(&f[c][std::size_t(pj * panel + v * native_width)]) - Lanes(own[c]);
          d[c] = difference - ((difference + Lanes(0x1.8p52)) - Lanes(0x1.8p52));  // to [-1/2, 1/2]
        }
        Lanes const x = d[0] * Lanes(cell.a.x) + d[1] * Lanes(cell.b.x) + d[2] * Lanes(cell.c.x),
                    y = d[0] * Lanes(cell.a.y) + d[1] * Lanes(cell.b.y) + d[2] * Lanes(cell.c.y),
                    z = d[0] * Lanes(cell.a.z) + d[1] * Lanes(cell.b.z) + d[2] * Lanes(cell.c.z);
        Lanes const index = detail::lane_numbers() + Lanes(double(v * native_width));
        for (Vec3 shift : shifts) {
          Lanes const dx = x + Lanes(shift.x), dy = y + Lanes(shift.y), dz = z + Lanes(shift.z);
          Lanes const square = dx * dx + dy * dy + dz * dz;
          near.append(
              choose(less(square, Lanes(1e-6)), Lanes(detail::far_away * detail::far_away), square),
              index, limit);
          if (near.full()) flush();
        }
      }
      flush();
    }
  }
};

}  // namespace

SquareMatrix geometry_matrix(Cell const& given, std::span<Vec3 const> positions, double accuracy,
                             double memory_limit) {
  if (!(accuracy >= 1e-13 && accuracy <= 1e-2))
    fail_input({}, "accuracy ", accuracy, " eV/e^2, expected 1e-13 to 1e-2");
  std::size_t const n = positions.size();
  if (n == 0) fail_input({}, "an interaction matrix needs at least one position");
  // Before anything that takes as long or as much as the matrix itself.
  double const entries = double(n) * double(n);
  detail::require_memory("an interaction matrix", 8 * entries, memory_limit);
  validate({given, std::vector<std::string>(n, "X"), {positions.begin(), positions.end()}, {}, ""},
           "the lattice of the interaction matrix");

  Cell const cell = reduced(given).cell;
  double const volume = cell.volume();
  Builder builder{cell, choose_splitting(volume, accuracy), {}, {}, {}, {}};
  Splitting const& sum = builder.sum;
  ReciprocalKernel const kernel{ReciprocalKernel::coulomb, sum.alpha, volume, coulomb_constant};
  builder.waves = half_sphere(cell, kernel, sum.reciprocal_cutoff);
  int const panels = int((n + panel - 1) / panel);
  double const table = double(panels) * panel * 2 * double(builder.waves.size());
  detail::require_memory("an interaction matrix and its tables", 8 * (entries + table),
                         memory_limit);

  for (auto& f : builder.f) f.assign(std::size_t(panels * panel), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    Vec3 const f = cell.to_fractional(positions[i]);
    builder.f[0][i] = f.x - std::floor(f.x);
    builder.f[1][i] = f.y - std::floor(f.y);
    builder.f[2][i] = f.z - std::floor(f.z);
  }
  double spread = 0;
  for (int corner = 0; corner < 4; ++corner)
    spread = std::max(
        spread, norm(cell.to_cartesian({0.5, corner & 1 ? 0.5 : -0.5, corner & 2 ? 0.5 : -0.5})));
  double const reach = sum.real_cutoff + spread;
  Vec3 const faces = cell.face_distances();
  int const na = int(reach / faces.x) + 1, nb = int(reach / faces.y) + 1,
            nc = int(reach / faces.z) + 1;
  for (int a = -na; a <= na; ++a)
    for (int b = -nb; b <= nb; ++b)
      for (int c = -nc; c <= nc; ++c)
        if (Vec3 const shift = cell.to_cartesian({double(a), double(b), double(c)});
            norm(shift) <= reach)
          builder.shifts.push_back(shift);

  builder.rows.resize(std::size_t(table));
  on_all_threads("ionscape::potentials::matrix_rows", panels, [&](int p) { builder.fill_rows(p); });

  SquareMatrix g{n, std::vector<double>(n * n)};
  on_all_threads("ionscape::potentials::matrix_tiles", panels * (panels + 1) / 2, [&](int t) {
    int i = int((std::sqrt(8.0 * t + 1) - 1) / 2);  // tiles of the lower triangle, row by row
    while (i * (i + 1) / 2 > t) --i;
    while ((i + 1) * (i + 2) / 2 <= t) ++i;
    int const j = t - i * (i + 1) / 2;
    std::vector<double> tile(std::size_t(panel * panel), 0.5 * kernel.mean());
    builder.add_reciprocal(tile.data(), i, j);
    builder.add_real(tile.data(), i, j);
    for (int r = 0; r < panel; ++r)
      for (int c = 0; c < panel; ++c) {
        std::size_t const row = std::size_t(i * panel + r), column = std::size_t(j * panel + c);
        if (row >= n || column >= n || (i == j && c > r)) continue;
        double const value =
            tile[std::size_t(r * panel + c)] - (row == column ? 0.5 * kernel.self() : 0);
        g.values[row * n + column] = g.values[column * n + row] = value;
      }
  });
  return g;
}

SquareMatrix interaction_matrix(Crystal const& crystal, double accuracy, double memory_limit) {
  if (crystal.charges.size() != crystal.size())
    fail_input({}, "interaction_matrix: the crystal has no charges");
  double largest = 0;
  for (double q : crystal.charges) largest = std::max(largest, std::fabs(q));
  double const scale = std::max(1.0, largest * largest);
  SquareMatrix e = geometry_matrix(crystal.cell, crystal.positions, accuracy / scale, memory_limit);
  for (std::size_t i = 0; i < e.n; ++i)
    for (std::size_t j = 0; j < e.n; ++j)
      e.values[i * e.n + j] *= crystal.charges[i] * crystal.charges[j];
  return e;
}

}  // namespace ionscape
