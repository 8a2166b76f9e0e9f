// What one thread of this machine can do at most: fused multiply-adds on full vectors in registers.
#pragma once

#include <algorithm>
#include <chrono>

namespace ionscape::bench {

/// GFlop/s of double precision, two operations for each multiply-add; the best of some tries of a
/// millisecond. 0 where the compiler has no vector extension.
inline double peak_gflops() {
#if defined(__GNUC__) && !defined(__CUDACC__)
#if defined(__AVX512F__)
  constexpr int width = 8;
#elif defined(__AVX__)
  constexpr int width = 4;
#else
  constexpr int width = 2;
#endif
  typedef double Vector __attribute__((vector_size(width * 8)));
  constexpr int chains = 10, rounds = 50'000;  // enough chains to hide the latency of two units
  double best = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    Vector x[chains];
    for (int k = 0; k < chains; ++k) x[k] = Vector{} + 1.0 + k;
    Vector const factor = Vector{} + 0.999999, summand = Vector{} + 1e-7;
    auto const start = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) {
#pragma GCC unroll 10
      for (int k = 0; k < chains; ++k) x[k] = x[k] * factor + summand;
    }
    double const seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (int k = 1; k < chains; ++k) x[0] += x[k];
    double volatile keep = x[0][0];
    (void)keep;
    best = std::max(best, 2.0 * width * chains * rounds / seconds * 1e-9);
  }
  return best;
#else
  return 0;
#endif
}

}  // namespace ionscape::bench
