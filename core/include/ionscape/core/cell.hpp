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

/// A lattice described by short vectors.
struct ReducedCell {
  Cell cell;
  /// Rows: vector i of `cell` is the sum over j of transformation[i][j] times vector j of the given
  /// cell; the determinant is 1. n times vector i so becomes n * transformation[i] of the given.
  std::array<std::array<int, 3>, 3> transformation;
};

/// The same lattice with its shortest vectors, |a| <= |b| <= |c| (Minkowski reduction), and the
/// given handedness. However skewed the cell was, the faces of this one lie far apart: its volume
/// is at least |a| |b| |c| / sqrt(2). A cell whose vectors are the shortest to 1e-6 of their square
/// is returned as it is, in its own order. Throws InputError if the cell is singular, or so skewed
/// that the transformation has numbers above 2^31.
ReducedCell reduced(Cell const& cell);

/// Shortest periodic image of a difference vector, in any cell however skewed; the difference
/// itself if none is shorter. For distances: a path follows displacement(). Host code: kernels
/// never use minimum image, they sum over images. Throws InputError as reduced() does.
Vec3 minimum_image(Cell const& cell, Vec3 difference);

/// Images whose lengths differ by less are equally near, Å: what files lose in print.
inline constexpr double equally_near_within = 1e-3;

/// How an ion gets from one place to an image of another.
struct Displacement {
  Vec3 vector;           // Å
  int equally_near = 1;  // images as near as the nearest: more than 1 make the way ambiguous
  bool stated = true;    // whether it is the stated difference itself
};

/// The way that an ion takes whose positions differ by `stated` (Å), modulo lattice vectors: the
/// stated difference where it is as short as the nearest image (to `equally_near_within`), else the
/// nearest image; of several, the one that goes farthest in the stated direction, whatever cell the
/// lattice is given by. A hop of half a cell so goes the way that its files say.
Displacement displacement(Cell const& cell, Vec3 stated);

}  // namespace ionscape
