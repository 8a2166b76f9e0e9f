// SIMD on a CPU and threads on a GPU from one kernel source.
//
// A kernel is written for a value type T that holds `width` neighbouring array elements. On a CPU T
// is a Pack of the machine's vector width, built on the GCC/Clang vector extension: the compiler
// emits vector instructions for plain operators, nothing depends on -ffast-math, and the order of
// every sum is fixed. In a GPU build T is double and neighbouring threads hold neighbouring
// elements. The width is chosen where the kernels are compiled (src/native.hpp).
//
// exp and erfc are our own because a Pack needs them branch free: about 1 ulp (exp) and 3 ulp
// (erfc; at worst 7, near x = 0; 9 without FMA), see tests/potentials.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <Kokkos_Core.hpp>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define IONSCAPE_HAVE_SHUFFLEVECTOR
#endif
#endif

namespace ionscape::detail {

#if defined(__GNUC__) && !defined(__CUDACC__)
/// Vector types by width; spelled out because GCC mishandles a vector_size that depends on a
/// template parameter.
template <int W>
struct VectorTypes;
template <>
struct VectorTypes<8> {
  typedef double Values __attribute__((vector_size(64)));
  typedef std::int64_t Bits __attribute__((vector_size(64)));
};
template <>
struct VectorTypes<4> {
  typedef double Values __attribute__((vector_size(32)));
  typedef std::int64_t Bits __attribute__((vector_size(32)));
};
template <>
struct VectorTypes<2> {
  typedef double Values __attribute__((vector_size(16)));
  typedef std::int64_t Bits __attribute__((vector_size(16)));
};

/// W doubles side by side.
template <int W>
struct Pack {
  using Values = typename VectorTypes<W>::Values;
  using Bits = typename VectorTypes<W>::Bits;
  Values v;

  Pack() = default;
  Pack(double s) : v(s - Values{}) {}  // x - 0 is x, which compilers know; x + 0 is not
  Pack(Values values) : v(values) {}

  friend Pack operator+(Pack a, Pack b) { return a.v + b.v; }
  friend Pack operator-(Pack a, Pack b) { return a.v - b.v; }
  friend Pack operator*(Pack a, Pack b) { return a.v * b.v; }
  friend Pack operator/(Pack a, Pack b) { return a.v / b.v; }
  friend Pack operator-(Pack a) { return -a.v; }
  Pack& operator+=(Pack b) {
    v += b.v;
    return *this;
  }
  Pack& operator-=(Pack b) {
    v -= b.v;
    return *this;
  }
};

/// 1/sqrt(x), to 2 ulp. With AVX-512 from the 14-bit estimate and two Newton steps, a tenth of the
/// time of vsqrt and vdiv.
template <int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<W> inverse_sqrt(Pack<W> x) {
#if defined(__AVX512F__)
  if constexpr (W == 8) {
    using P = Pack<W>;
    P y = typename P::Values(_mm512_maskz_rsqrt14_pd(0xff, __m512d(x.v)));
    P const half = P(-0.5) * x;
    y = y * (P(1.5) + half * y * y);
    return y + y * (P(0.5) + half * y * y);
  }
#endif
  Pack<W> y;
  for (int i = 0; i < W; ++i) y.v[i] = 1 / std::sqrt(x.v[i]);
  return y;
}

/// 1/x, to 2 ulp, the same way.
template <int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<W> reciprocal(Pack<W> x) {
#if defined(__AVX512F__)
  if constexpr (W == 8) {
    using P = Pack<W>;
    P y = typename P::Values(_mm512_maskz_rcp14_pd(0xff, __m512d(x.v)));
    y = y + y * (P(1.0) - x * y);
    return y + y * (P(1.0) - x * y);
  }
#endif
  return Pack<W>(1.0) / x;
}

template <int W>
inline Pack<W> max(Pack<W> a, Pack<W> b) {
  return Pack<W>(a.v > b.v ? a.v : b.v);
}

/// Lane by lane: -1 (all bits) where a < b, else 0.
template <int W>
inline typename Pack<W>::Bits less(Pack<W> a, Pack<W> b) {
  return a.v < b.v;
}

/// Lane by lane: a where the mask of less() is set, else 0.
template <int W>
inline Pack<W> keep_if(typename Pack<W>::Bits mask, Pack<W> a) {
  return Pack<W>(mask ? a.v : typename Pack<W>::Values{});
}

/// Bit i of the result: lane i of the mask.
template <int W>
inline unsigned bits_of(Pack<W> const&, typename Pack<W>::Bits mask) {
#if defined(__AVX512DQ__)
  if constexpr (W == 8) return _mm512_movepi64_mask(__m512i(mask));
#endif
  unsigned bits = 0;
  for (int i = 0; i < W; ++i) bits |= unsigned(mask[i] & 1) << i;
  return bits;
}

template <int W>
inline Pack<W> choose(typename Pack<W>::Bits mask, Pack<W> a, Pack<W> b) {
  return Pack<W>(mask ? a.v : b.v);
}

template <int W>
inline Pack<W> min(Pack<W> a, Pack<W> b) {
  return Pack<W>(a.v < b.v ? a.v : b.v);
}

template <int W>
inline double horizontal_min(Pack<W> x) {
  double least = x.v[0];
  for (int i = 1; i < W; ++i) least = x.v[i] < least ? x.v[i] : least;
  return least;
}

/// Calls visit(value, lane) for each lane.
template <int W, class Visit>
inline void for_each_lane(Pack<W> x, Visit const& visit) {
  for (int i = 0; i < W; ++i) visit(x.v[i], i);
}
template <int W>
inline void add_to_lane(Pack<W>& x, int lane, double value) {
  x.v[lane] += value;
}

template <int W>
inline double horizontal_sum(Pack<W> x) {
  double sum = 0;
  for (int i = 0; i < W; ++i) sum += x.v[i];
  return sum;
}

/// Reads the rows index[0], index[1], ... of a table with four columns, one row into each lane.
/// Which row goes into which lane is left open, the same for all four columns.
template <int W>
KOKKOS_FORCEINLINE_FUNCTION void load_rows(double const* table, int const* index, Pack<W>& x,
                                           Pack<W>& y, Pack<W>& z, Pack<W>& q) {
#if defined(IONSCAPE_HAVE_SHUFFLEVECTOR)
  auto const row = [&](int lane) {
    VectorTypes<4>::Values v;
    std::memcpy(&v, table + 4 * std::size_t(index[lane]), sizeof(v));
    return v;
  };
  if constexpr (W == 8) {
    auto const rows = [&](int a, int b) {
      return __builtin_shufflevector(row(a), row(b), 0, 1, 2, 3, 4, 5, 6, 7);
    };
    auto const r0 = rows(0, 4), r1 = rows(1, 5), r2 = rows(2, 6), r3 = rows(3, 7);
    auto const xz01 = __builtin_shufflevector(r0, r1, 0, 8, 2, 10, 4, 12, 6, 14);
    auto const yq01 = __builtin_shufflevector(r0, r1, 1, 9, 3, 11, 5, 13, 7, 15);
    auto const xz23 = __builtin_shufflevector(r2, r3, 0, 8, 2, 10, 4, 12, 6, 14);
    auto const yq23 = __builtin_shufflevector(r2, r3, 1, 9, 3, 11, 5, 13, 7, 15);
    x.v = __builtin_shufflevector(xz01, xz23, 0, 1, 4, 5, 8, 9, 12, 13);
    z.v = __builtin_shufflevector(xz01, xz23, 2, 3, 6, 7, 10, 11, 14, 15);
    y.v = __builtin_shufflevector(yq01, yq23, 0, 1, 4, 5, 8, 9, 12, 13);
    q.v = __builtin_shufflevector(yq01, yq23, 2, 3, 6, 7, 10, 11, 14, 15);
    return;
  }
  if constexpr (W == 4) {
    auto const r0 = row(0), r1 = row(1), r2 = row(2), r3 = row(3);
    auto const xz01 = __builtin_shufflevector(r0, r1, 0, 4, 2, 6),
               yq01 = __builtin_shufflevector(r0, r1, 1, 5, 3, 7);
    auto const xz23 = __builtin_shufflevector(r2, r3, 0, 4, 2, 6),
               yq23 = __builtin_shufflevector(r2, r3, 1, 5, 3, 7);
    x.v = __builtin_shufflevector(xz01, xz23, 0, 1, 4, 5);
    z.v = __builtin_shufflevector(xz01, xz23, 2, 3, 6, 7);
    y.v = __builtin_shufflevector(yq01, yq23, 0, 1, 4, 5);
    q.v = __builtin_shufflevector(yq01, yq23, 2, 3, 6, 7);
    return;
  }
#endif
  Pack<W>* const columns[4] = {&x, &y, &z, &q};
  for (int lane = 0; lane < W; ++lane)
    for (int d = 0; d < 4; ++d) columns[d]->v[lane] = table[4 * std::size_t(index[lane]) + d];
}

/// exp(x) for -660 < x < 708; below, the result is about 2e-287 instead of smaller: products with
/// it stay out of the denormal numbers, which cost some hundred cycles each. Cody-Waite reduction
/// to |r| <= ln(2)/2 and the Taylor polynomial of degree 13, whose remainder there is 4e-18.
template <int W>
KOKKOS_FORCEINLINE_FUNCTION Pack<W> exp(Pack<W> x) {
  using P = Pack<W>;
  x = max(x, P(-660.0));
  P const shifter = 0x1.8p52;  // adding it leaves round(x / ln 2) in the low bits of the mantissa
  P const shifted = x * P(0x1.71547652b82fep+0) + shifter;
  P const n = shifted - shifter;
  P r = x - n * P(0x1.62e42fefa3800p-1);
  r = r - n * P(0x1.ef35793c76730p-45);
  // Even and odd powers apart: two short chains. The last two terms are added last, for the
  // accuracy of 1 ulp.
  P const r2 = r * r;
  P odd = 1.0 / 6227020800.0, even = 1.0 / 479001600.0;
  odd = odd * r2 + P(1.0 / 39916800.0), even = even * r2 + P(1.0 / 3628800.0);
  odd = odd * r2 + P(1.0 / 362880.0), even = even * r2 + P(1.0 / 40320.0);
  odd = odd * r2 + P(1.0 / 5040.0), even = even * r2 + P(1.0 / 720.0);
  odd = odd * r2 + P(1.0 / 120.0), even = even * r2 + P(1.0 / 24.0);
  odd = odd * r2 + P(1.0 / 6.0), even = even * r2 + P(0.5);
  P const p = P(1.0) + (r + r2 * (even + odd * r));
  typename P::Bits const exponent = (typename P::Bits)(shifted.v) << 52;
  return P((typename P::Values)((typename P::Bits)(p.v) + exponent));
}

/// sin and cos of 2 pi x, to 2 ulp of 1: quarter turns are taken off, then Taylor polynomials on |2
/// pi x| <= pi/4.
template <int W>
KOKKOS_FORCEINLINE_FUNCTION void sincos_2pi(Pack<W> x, Pack<W>& sine, Pack<W>& cosine) {
  using P = Pack<W>;
  using Bits = typename P::Bits;
  P const whole = (x + P(0x1.8p52)) - P(0x1.8p52);
  x = x - whole;
  P const shifted = P(4.0) * x + P(0x1.8p52);
  P const t = P(6.28318530717958647693) * (x - P(0.25) * (shifted - P(0x1.8p52)));
  P const t2 = t * t;
  P s = -1.0 / 1307674368000.0;
  s = s * t2 + P(1.0 / 6227020800.0);
  s = s * t2 - P(1.0 / 39916800.0);
  s = s * t2 + P(1.0 / 362880.0);
  s = s * t2 - P(1.0 / 5040.0);
  s = s * t2 + P(1.0 / 120.0);
  s = s * t2 - P(1.0 / 6.0);
  s = t + t * t2 * s;
  P c = 1.0 / 20922789888000.0;
  c = c * t2 - P(1.0 / 87178291200.0);
  c = c * t2 + P(1.0 / 479001600.0);
  c = c * t2 - P(1.0 / 3628800.0);
  c = c * t2 + P(1.0 / 40320.0);
  c = c * t2 - P(1.0 / 720.0);
  c = c * t2 + P(1.0 / 24.0);
  c = c * t2 - P(0.5);
  c = c * t2 + P(1.0);
  Bits const quarter = (Bits)(shifted.v);
  Bits const odd = (quarter & 1) != 0;
  P const s1 = choose(odd, c, s), c1 = choose(odd, s, c);
  sine = choose((quarter & 2) != 0, -s1, s1);
  cosine = choose(((quarter + 1) & 2) != 0, -c1, c1);
}
#endif

KOKKOS_INLINE_FUNCTION void load_rows(double const* table, int const* index, double& x, double& y,
                                      double& z, double& q) {
  double const* const row = table + 4 * std::size_t(*index);
  x = row[0], y = row[1], z = row[2], q = row[3];
}
KOKKOS_INLINE_FUNCTION void sincos_2pi(double x, double& sine, double& cosine) {
  double const t = 6.28318530717958647693 * (x - Kokkos::round(x));
  sine = Kokkos::sin(t);
  cosine = Kokkos::cos(t);
}
KOKKOS_INLINE_FUNCTION double inverse_sqrt(double x) { return 1 / Kokkos::sqrt(x); }
KOKKOS_INLINE_FUNCTION double reciprocal(double x) { return 1 / x; }
KOKKOS_INLINE_FUNCTION double exp(double x) { return Kokkos::exp(x); }
KOKKOS_INLINE_FUNCTION double horizontal_sum(double x) { return x; }
KOKKOS_INLINE_FUNCTION double horizontal_min(double x) { return x; }
KOKKOS_INLINE_FUNCTION bool less(double a, double b) { return a < b; }
KOKKOS_INLINE_FUNCTION unsigned bits_of(double, bool mask) { return mask ? 1u : 0u; }
KOKKOS_INLINE_FUNCTION double keep_if(bool mask, double a) { return mask ? a : 0.0; }
KOKKOS_INLINE_FUNCTION double choose(bool mask, double a, double b) { return mask ? a : b; }
KOKKOS_INLINE_FUNCTION double min(double a, double b) { return a < b ? a : b; }
template <class Visit>
KOKKOS_INLINE_FUNCTION void for_each_lane(double x, Visit const& visit) {
  visit(x, 0);
}
KOKKOS_INLINE_FUNCTION void add_to_lane(double& x, int, double value) { x += value; }

/// erfc(x) for x >= 0 and, as a by-product, exp(-x^2). erfc(x) = exp(-x^2) g(t) / (1 + 2 x) with t
/// = (x - 3)/(x + 3) in [-1, 1): the mapping of Schonfelder, Math. Comp. 32, 1232 (1978); g is its
/// Chebyshev interpolant of degree 24 (relative error 8e-18), in powers of t.
template <class T>
KOKKOS_FORCEINLINE_FUNCTION T erfc_positive(T x, T& exp_minus_square) {
  constexpr double g[25] = {
      0x1.40c522d7e4987p+0,  -0x1.15c084bb9e8f2p-3,  -0x1.85a15c58aa5e6p-5,  0x1.098366a5b466cp-3,
      -0x1.e88b803a49228p-4, 0x1.17ca2877f2530p-4,   -0x1.8574c40bd18a4p-6,  0x1.4b884e41eef27p-9,
      0x1.ef1bdd4ca4e79p-10, -0x1.98db50d735ca3p-11, -0x1.b91279ab28b6ap-14, 0x1.065a3411cec5dp-13,
      0x1.4c278142e2c7ep-18, -0x1.513b4834fb6a2p-16, -0x1.88ba0b8d4a638p-21, 0x1.d20f427e15e8ep-19,
      0x1.7f2702a66e95ep-22, -0x1.4b0fb060cfaf4p-21, -0x1.3015d47e4d9a1p-23, 0x1.b58754df309ecp-24,
      0x1.672094d251ba8p-25, -0x1.c9e435541214dp-27, -0x1.24128f37af366p-27, 0x1.0fbd862f624fbp-30,
      0x1.e7519ae0cb88fp-31};
  T const one_plus_2x = T(1.0) + x + x;
  T const inverse = reciprocal((x + T(3.0)) * one_plus_2x);  // one division for both quotients
  T const t = (x - T(3.0)) * inverse * one_plus_2x;
  // Four short chains in place of one long one: p = a0 + a1 t + a2 t^2 + a3 t^3, a_j in powers of
  // t^4.
  T const t2 = t * t, t4 = t2 * t2;
  T a0 = g[24], a1 = g[21], a2 = g[22], a3 = g[23];
#if defined(__GNUC__) && !defined(__CUDACC__)
#pragma GCC unroll 6
#endif
  for (int k = 20; k >= 0; k -= 4) {
    a0 = a0 * t4 + T(g[k]);
    if (k == 0) break;
    a1 = a1 * t4 + T(g[k - 3]), a2 = a2 * t4 + T(g[k - 2]), a3 = a3 * t4 + T(g[k - 1]);
  }
  T const p = a0 + t * (a1 + t * (a2 + t * a3));
  exp_minus_square = exp(-(x * x));
  return exp_minus_square * p * ((x + T(3.0)) * inverse);
}

}  // namespace ionscape::detail
