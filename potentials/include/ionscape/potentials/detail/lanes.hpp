// SIMD on a CPU and threads on a GPU from one kernel source.
//
// A kernel is written for a value type T that holds `width` neighbouring array elements. On a CPU T is a Pack of the
// machine's vector width, built on the GCC/Clang vector extension: the compiler emits vector instructions for plain
// operators, nothing depends on -ffast-math, and the order of every sum is fixed. In a GPU build T is double and
// neighbouring threads hold neighbouring elements. The width is chosen where the kernels are compiled (src/native.hpp).
//
// exp and erfc are our own because a Pack needs them branch free: about 1 ulp (exp) and 4 ulp (erfc for x of order 1; 6 without FMA), see
// tests/potentials.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include <Kokkos_Core.hpp>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace ionscape::detail {

#if defined(__GNUC__) && !defined(__CUDACC__)
/// Vector types by width; spelled out because GCC mishandles a vector_size that depends on a template parameter.
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

/// 1/sqrt(x), to 2 ulp. With AVX-512 from the 14-bit estimate and two Newton steps, a tenth of the time of vsqrt and vdiv.
template <int W>
inline Pack<W> inverse_sqrt(Pack<W> x) {
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

template <int W>
inline Pack<W> max(Pack<W> a, Pack<W> b) {
  return Pack<W>(a.v > b.v ? a.v : b.v);
}

template <int W>
inline double horizontal_sum(Pack<W> x) {
  double sum = 0;
  for (int i = 0; i < W; ++i) sum += x.v[i];
  return sum;
}

/// exp(x) for |x| < 708; below -708 the result is about 3e-308 instead of smaller. Cody-Waite reduction to
/// |r| <= ln(2)/2 and the Taylor polynomial of degree 13, whose remainder there is 4e-18.
template <int W>
inline Pack<W> exp(Pack<W> x) {
  using P = Pack<W>;
  x = max(x, P(-708.0));
  P const shifter = 0x1.8p52;  // adding it leaves round(x / ln 2) in the low bits of the mantissa
  P const shifted = x * P(0x1.71547652b82fep+0) + shifter;
  P const n = shifted - shifter;
  P r = x - n * P(0x1.62e42fefa3800p-1);
  r = r - n * P(0x1.ef35793c76730p-45);
  P p = 1.0 / 6227020800.0;
  p = p * r + P(1.0 / 479001600.0);
  p = p * r + P(1.0 / 39916800.0);
  p = p * r + P(1.0 / 3628800.0);
  p = p * r + P(1.0 / 362880.0);
  p = p * r + P(1.0 / 40320.0);
  p = p * r + P(1.0 / 5040.0);
  p = p * r + P(1.0 / 720.0);
  p = p * r + P(1.0 / 120.0);
  p = p * r + P(1.0 / 24.0);
  p = p * r + P(1.0 / 6.0);
  p = p * r + P(0.5);
  p = p * r + P(1.0);
  p = p * r + P(1.0);
  typename P::Bits const exponent = (typename P::Bits)(shifted.v) << 52;
  return P((typename P::Values)((typename P::Bits)(p.v) + exponent));
}
#endif

KOKKOS_INLINE_FUNCTION double inverse_sqrt(double x) { return 1 / Kokkos::sqrt(x); }
KOKKOS_INLINE_FUNCTION double exp(double x) { return Kokkos::exp(x); }
KOKKOS_INLINE_FUNCTION double horizontal_sum(double x) { return x; }

/// erfc(x) for x >= 0 and, as a by-product, exp(-x^2).
/// erfc(x) = exp(-x^2) g(t) / (1 + 2 x) with t = (x - 3)/(x + 3) in [-1, 1): the mapping of Schonfelder, Math. Comp. 32,
/// 1232 (1978); g is its Chebyshev interpolant of degree 24 (relative error 8e-18), in powers of t.
template <class T>
KOKKOS_INLINE_FUNCTION T erfc_positive(T x, T& exp_minus_square) {
  constexpr double g[25] = {
      0x1.40c522d7e4987p+0,  -0x1.15c084bb9e8f2p-3,  -0x1.85a15c58aa5e6p-5,  0x1.098366a5b466cp-3,
      -0x1.e88b803a49228p-4, 0x1.17ca2877f2530p-4,   -0x1.8574c40bd18a4p-6,  0x1.4b884e41eef27p-9,
      0x1.ef1bdd4ca4e79p-10, -0x1.98db50d735ca3p-11, -0x1.b91279ab28b6ap-14, 0x1.065a3411cec5dp-13,
      0x1.4c278142e2c7ep-18, -0x1.513b4834fb6a2p-16, -0x1.88ba0b8d4a638p-21, 0x1.d20f427e15e8ep-19,
      0x1.7f2702a66e95ep-22, -0x1.4b0fb060cfaf4p-21, -0x1.3015d47e4d9a1p-23, 0x1.b58754df309ecp-24,
      0x1.672094d251ba8p-25, -0x1.c9e435541214dp-27, -0x1.24128f37af366p-27, 0x1.0fbd862f624fbp-30,
      0x1.e7519ae0cb88fp-31};
  T const one_plus_2x = T(1.0) + x + x;
  T const inverse = T(1.0) / ((x + T(3.0)) * one_plus_2x);  // one division for both quotients
  T const t = (x - T(3.0)) * inverse * one_plus_2x;
  T p = g[24];
  for (int k = 23; k >= 0; --k) p = p * t + T(g[k]);
  exp_minus_square = exp(-(x * x));
  return exp_minus_square * p * ((x + T(3.0)) * inverse);
}

}  // namespace ionscape::detail
