// The vector width that this build's kernels use. Private: programs that include our public headers
// may be compiled for another instruction set than the library.
#pragma once

#include <cstring>

#include <ionscape/potentials/device/lanes.hpp>

namespace ionscape::detail {

#if defined(KOKKOS_ENABLE_CUDA) || defined(KOKKOS_ENABLE_HIP) || defined(KOKKOS_ENABLE_SYCL)
inline constexpr int native_width = 1;
using Lanes = double;
#else
#if defined(__AVX512F__)
inline constexpr int native_width = 8;
#elif defined(__AVX__)
inline constexpr int native_width = 4;
#else
inline constexpr int native_width = 2;
#endif
using Lanes = Pack<native_width>;
#endif

/// Reads `native_width` consecutive doubles starting at `from` (no alignment needed).
KOKKOS_INLINE_FUNCTION Lanes load(double const* from) {
  Lanes x;
  std::memcpy(&x, from, sizeof(x));
  return x;
}

/// The reverse.
KOKKOS_INLINE_FUNCTION void store(double* to, Lanes x) { std::memcpy(to, &x, sizeof(x)); }

/// The numbers 0, 1, 2, ... one for each lane.
KOKKOS_INLINE_FUNCTION Lanes lane_numbers() {
  Lanes x(0.0);
  if constexpr (native_width > 1)
    for (int i = 0; i < native_width; ++i) add_to_lane(x, i, i);
  return x;
}

/// n rounded up to whole vectors.
KOKKOS_INLINE_FUNCTION int whole_vectors(int n) {
  return (n + native_width - 1) / native_width * native_width;
}

}  // namespace ionscape::detail
