// From vectors of candidates, most of them too far away, to full vectors of neighbours.
#pragma once

#include <bit>

#include "device/native.hpp"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace ionscape::detail {

constexpr double far_away = 1e9;  // Å; where list entries lie that are none

/// Bit by bit: which lanes are at most `limit`.
template <class T>
unsigned lanes_within(T x, double limit) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 64)
    return _mm512_cmp_pd_mask(__m512d(x.v), _mm512_set1_pd(limit), _CMP_LE_OQ);
#endif
  unsigned bits = 0;
  for_each_lane(x, [&](double value, int lane) { bits |= unsigned(value <= limit) << lane; });
  return bits;
}

/// Squared distances of neighbours with a number each, collected until there are enough for whole
/// vectors.
struct Neighbours {
  static constexpr int size = 512;
  double square[size + native_width], value[size + native_width];
  int n = 0;

  bool full() const { return n > size - native_width; }

  /// Appends the lanes with s <= limit.
  template <class T>
  void append(T s, T v, double limit) {
    unsigned const within = lanes_within(s, limit);
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 64) {
      _mm512_storeu_pd(square + n, _mm512_maskz_compress_pd(__mmask8(within), __m512d(s.v)));
      _mm512_storeu_pd(value + n, _mm512_maskz_compress_pd(__mmask8(within), __m512d(v.v)));
      n += std::popcount(within);
      return;
    }
#endif
    double values[native_width];
    store(values, v);
    for_each_lane(s, [&](double distance, int lane) {
      square[n] = distance;
      value[n] = values[lane];
      n += int(within >> lane & 1);
    });
  }

  /// Fills the last vector with neighbours that are far away, their numbers 0.
  void pad() {
    for (int i = n; i < whole_vectors(n); ++i) square[i] = far_away * far_away, value[i] = 0;
  }
};

}  // namespace ionscape::detail
