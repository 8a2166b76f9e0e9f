// Which images belong into an ion's list, looked for a vector at a time.
#pragma once

#include <bit>

#include <ionscape/potentials/ions/neighbour_list.hpp>

#include "device/native.hpp"

#if defined(__AVX512F__) && defined(__AVX512VL__) && !defined(__CUDACC__)
#define IONSCAPE_COMPRESS_LANES
#include <immintrin.h>
#endif

namespace ionscape::detail {

/// Bit by bit: which lanes are below `limit`.
template <class T>
KOKKOS_FORCEINLINE_FUNCTION unsigned lanes_below(T x, double limit) {
#if defined(IONSCAPE_COMPRESS_LANES)
  if constexpr (sizeof(T) == 64)
    return _mm512_cmp_pd_mask(__m512d(x.v), _mm512_set1_pd(limit), _CMP_LT_OQ);
#endif
  return bits_of(x, less(x, T(limit)));
}

/// Writes first + k for each bit k that is set; returns what is behind the last.
KOKKOS_FORCEINLINE_FUNCTION int* write_lanes(unsigned bits, int first, int* to) {
#if defined(IONSCAPE_COMPRESS_LANES)
  if constexpr (native_width == 8) {
    int const count = std::popcount(bits);
    __m256i const all =
        _mm256_add_epi32(_mm256_set1_epi32(first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_mask_storeu_epi32(to, __mmask8((1u << count) - 1),
                             _mm256_maskz_compress_epi32(__mmask8(bits), all));
    return to + count;
  }
#endif
  for (int k = 0; bits != 0; ++k, bits >>= 1)
    if ((bits & 1) != 0) *to++ = first + k;
  return to;
}

/// The images near an ion. Those of one type lie behind each other along c.
template <class MemorySpace>
struct Candidates {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  View<typename NeighbourList<MemorySpace>::System> system;
  View<int> system_of, bin_of, image_start, image_ion, rows;
  View<double> home, x, y, z;
  View<int> partners;

  /// Calls take(first image, near, far) for vectors of images of one type, the system's `slot`-th:
  /// bit k of `near` and `far` stands for the k-th image from the first, which belongs into that
  /// shell of ion i's list. Without branches that depend on single images.
  template <class Take>
  KOKKOS_FORCEINLINE_FUNCTION void for_each(int i, int slot, double far_square,
                                            Take const& take) const {
    auto const& s = system(system_of(i));
    Lanes const xi(home(4 * i)), yi(home(4 * i + 1)), zi(home(4 * i + 2));
    double const *const xs = x.data(), *const ys = y.data(), *const zs = z.data();
    double const near_square = s.near_square, partners_square = s.partners_square;
    double const close = partners_square > 1e-16 ? partners_square : 1e-16;
    for_each_row(i, s, slot, far_square > near_square, [&](int first, int last) {
      for (int g = first; g < last; g += native_width) {
        Lanes const dx = load(xs + g) - xi, dy = load(ys + g) - yi, dz = load(zs + g) - zi;
        Lanes const square = dx * dx + dy * dy + dz * dz;
        unsigned all = last - g < native_width ? (1u << (last - g)) - 1 : ~0u;
        if (unsigned const few = all & lanes_below(square, close))
          all &= ~not_listed(i, g, few, square, partners_square);
        unsigned const near = all & lanes_below(square, near_square);
        take(g, near, all & ~near & lanes_below(square, far_square));
      }
    });
  }

 private:
  /// Calls visit(first, last) for the runs of a type's images that may be near enough.
  template <class System, class Visit>
  KOKKOS_FORCEINLINE_FUNCTION void for_each_row(int i, System const& s, int slot, bool far,
                                                Visit const& visit) const {
    int const bin = (bin_of(i) - s.home_begin) % s.home_bins;
    int const bz = bin % s.bins[2], by = bin / s.bins[2] % s.bins[1],
              bx = bin / s.bins[2] / s.bins[1];
    int const ny = s.bins[1] + 2 * s.margin[1], nz = s.bins[2] + 2 * s.margin[2];
    int const from = s.image_begin + slot * s.image_bins + (bx * ny + by) * nz + bz;
    for (int row = far ? s.row_begin : s.near_row_begin; row < (far ? s.near_row_begin : s.row_end);
         ++row) {
      int const first = from + rows(2 * row);
      visit(image_start(first), image_start(first + rows(2 * row + 1)));
    }
  }

  /// Of images that are close: the ion itself (another one at its place stays, and makes the energy
  /// infinite), and its partner.
  KOKKOS_INLINE_FUNCTION unsigned not_listed(int i, int g, unsigned close, Lanes square,
                                             double partners_square) const {
    double squares[native_width];
    store(squares, square);
    unsigned found = 0;
    for (int lane = 0; lane < native_width; ++lane) {
      if ((close >> lane & 1) == 0) continue;
      int const ion = image_ion(g + lane);
      if ((squares[lane] < 1e-16 && ion == i) ||
          (squares[lane] < partners_square && ion == partners(i)))
        found |= 1u << lane;
    }
    return found;
  }
};

}  // namespace ionscape::detail
