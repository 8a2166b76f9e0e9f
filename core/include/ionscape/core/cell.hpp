// Periodic cell as a plain value that host code and device kernels share.
//
// Convention: rows a, b, c are the lattice vectors; a Cartesian point is r = f_a a + f_b b + f_c c.
// Pair vectors point from ion i to ion j in image n:  r_ij(n) = r_j + n_a a + n_b b + n_c c - r_i.
// Reciprocal rows carry the factor 2 pi: a_i . b_j = 2 pi delta_ij.
#pragma once

#include <array>
#include <cmath>

#include <ionscape/core/units.hpp>

// Kokkos-free spelling of "callable on host and device", so that this room needs no Kokkos.
#if defined(__CUDACC__) || defined(__HIPCC__)
#define IONSCAPE_FUNCTION __host__ __device__ inline
#else
#define IONSCAPE_FUNCTION inline
#endif

namespace ionscape {

struct Vec3 {
  double x = 0, y = 0, z = 0;

  friend IONSCAPE_FUNCTION Vec3 operator+(Vec3 u, Vec3 v) {
    return {u.x + v.x, u.y + v.y, u.z + v.z};
  }
  friend IONSCAPE_FUNCTION Vec3 operator-(Vec3 u, Vec3 v) {
    return {u.x - v.x, u.y - v.y, u.z - v.z};
  }
  friend IONSCAPE_FUNCTION Vec3 operator*(double s, Vec3 v) { return {s * v.x, s * v.y, s * v.z}; }
  friend IONSCAPE_FUNCTION Vec3 operator-(Vec3 v) { return {-v.x, -v.y, -v.z}; }
  IONSCAPE_FUNCTION Vec3& operator+=(Vec3 v) {
    x += v.x, y += v.y, z += v.z;
    return *this;
  }
  IONSCAPE_FUNCTION Vec3& operator-=(Vec3 v) {
    x -= v.x, y -= v.y, z -= v.z;
    return *this;
  }
  friend IONSCAPE_FUNCTION bool operator==(Vec3 u, Vec3 v) {
    return u.x == v.x && u.y == v.y && u.z == v.z;
  }
};

IONSCAPE_FUNCTION double dot(Vec3 u, Vec3 v) { return u.x * v.x + u.y * v.y + u.z * v.z; }
IONSCAPE_FUNCTION Vec3 cross(Vec3 u, Vec3 v) {
  return {u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x};
}
IONSCAPE_FUNCTION double norm(Vec3 v) { return std::sqrt(dot(v, v)); }

/// Lattice vectors a, b, c in Å.
struct Cell {
  Vec3 a, b, c;

  /// Signed volume a . (b x c) in Å^3; negative for a left-handed cell.
  IONSCAPE_FUNCTION double signed_volume() const { return dot(a, cross(b, c)); }
  IONSCAPE_FUNCTION double volume() const { return std::fabs(signed_volume()); }

  /// Rows of the reciprocal cell in Å^-1, 2 pi included.
  IONSCAPE_FUNCTION Cell reciprocal() const {
    double const s = 2 * pi / signed_volume();
    return {s * cross(b, c), s * cross(c, a), s * cross(a, b)};
  }

  /// Distances in Å between opposite faces: the radius of the largest sphere inside is half the
  /// smallest.
  IONSCAPE_FUNCTION Vec3 face_distances() const {
    double const v = volume();
    return {v / norm(cross(b, c)), v / norm(cross(c, a)), v / norm(cross(a, b))};
  }

  IONSCAPE_FUNCTION Vec3 to_cartesian(Vec3 f) const { return f.x * a + f.y * b + f.z * c; }

  /// Fractional coordinates of a Cartesian point; not wrapped.
  IONSCAPE_FUNCTION Vec3 to_fractional(Vec3 r) const {
    double const s = 1 / signed_volume();
    return {s * dot(r, cross(b, c)), s * dot(r, cross(c, a)), s * dot(r, cross(a, b))};
  }
};

/// Shortest periodic image of a difference vector, in any cell however skewed: searches the
/// neighbouring images of the wrapped vector (host code; kernels never use minimum image, they sum
/// over images).
Vec3 minimum_image(Cell const& cell, Vec3 difference);

}  // namespace ionscape
