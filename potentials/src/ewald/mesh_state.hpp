// What a MeshSum holds, and how the work on its mesh is divided.
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
#pragma once

#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>

#include "device/fft.hpp"
#include "device/native.hpp"

namespace ionscape {

namespace detail::mesh {

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

inline MeshShape shape_of(MeshParameters const& mesh) {
  auto const [x, y, z] = mesh.size;
  // Room for the halo and for whole blocks of lines. Odd numbers of cache lines from row to row and
  // from plane to plane: an ion's rows then lie in different sets of the caches.
  int const room = std::max(z + whole_vectors(mesh.order),
                            2 * line_block * (((z + 1) / 2 + line_block - 1) / line_block));
  return {x, y, z, 8 * ((room + 7) / 8 | 1), y | 1};
}

}  // namespace detail::mesh

template <class MemorySpace>
struct MeshSum<MemorySpace>::State {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;

  Cell reciprocal, to_mesh;  // to_mesh: rows n_d b_d / 2 pi, so that u_d = to_mesh_d . r
  detail::ReciprocalKernel kernel;
  detail::MeshShape shape;
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

}  // namespace ionscape
