// The Fourier transforms of a periodic mesh: FFTW on CPUs, cuFFT on CUDA devices.
//
// A mesh of x * y * z real points has rows of `stride` doubles, the first z of them points.
// Transformed in place, a row holds z/2 + 1 complex numbers: F(k) = sum over m of f(m) exp(-2 pi i
// k.m/n) forward, the sum with +i backward, both without a factor.
//
// On CPUs only the pieces are offered: all rows of a plane, and blocks of neighbouring lines along
// y or x. The mesh sum runs them in its own Kokkos loops, which has three merits over FFTW's
// threads: the bits do not depend on the number of threads, a plane stays in the cache for both of
// its axes, and the multiplication happens between the two transforms along x.
#pragma once

#include <memory>

#include <Kokkos_Core.hpp>

namespace ionscape::detail {

struct MeshShape {
  int x = 0, y = 0, z = 0;
  int stride = 0;      // doubles from one row to the next, even
  int plane_rows = 0;  // rows from one plane to the next, at least y

  KOKKOS_INLINE_FUNCTION long row(int ix, int iy) const {
    return (long(ix) * plane_rows + iy) * stride;
  }
  KOKKOS_INLINE_FUNCTION long size() const { return row(x, 0); }
};

/// Lines that are transformed at once: 8 neighbouring complex numbers fill two cache lines.
inline constexpr int line_block = 8;

#if defined(KOKKOS_ENABLE_CUDA)

class Transform {
 public:
  Transform() = default;
  explicit Transform(MeshShape const& shape);
  /// In place, on the instance's stream.
  void forward(Kokkos::Cuda const& exec, double* mesh) const;
  void backward(Kokkos::Cuda const& exec, double* mesh) const;

 private:
  struct Plans;
  std::shared_ptr<Plans> plans_;
};

#else

/// All members may be called by many threads at once. Arrays start at multiples of 64 bytes, and so
/// do the mesh's rows. Not in place: FFTW's plans for that are up to twice as slow, more than a
/// copy within the cache costs.
class Transform {
 public:
  enum Direction { forward, backward };
  Transform() = default;
  explicit Transform(MeshShape const& shape);

  /// One row, real to complex (forward), or complex to real, which overwrites `from`.
  void row(Direction direction, double* from, double* to) const;
  /// `line_block` lines along y or x from the mesh into the packed array `to`, which is (y or x,
  /// line_block, {re, im}).
  void y_lines(Direction direction, double* mesh, double* to) const;
  void x_lines(double* mesh, double* to) const;  // forward
  /// The way back along x, both arrays packed.
  void x_lines_back(double* from, double* to) const;

 private:
  struct Plans;
  std::shared_ptr<Plans> plans_;
};

#endif

}  // namespace ionscape::detail
