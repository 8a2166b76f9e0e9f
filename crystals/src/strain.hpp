// Strains as six numbers: Voigt order xx, yy, zz, yz, xz, xy, engineering shears.
//
// The Lagrangian strain of the numbers e is the symmetric matrix eta = sum over I of e_I A_I: A_I has
// a 1 on the diagonal, or 1/2 twice beside it. Squares of lengths go as d.(1 + 2 eta) d, those of
// reciprocal vectors as G.(1 + 2 eta)^-1 G, the volume as sqrt(det(1 + 2 eta)).
#pragma once

#include <Eigen/Core>

#include <ionscape/core/cell.hpp>

namespace ionscape::detail {

using Columns6 = Eigen::Matrix<double, 3, 6>;

inline constexpr int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

inline Eigen::Vector3d eigen(Vec3 v) { return {v.x, v.y, v.z}; }

/// Column I: A_I v.
inline Columns6 strained(Eigen::Vector3d const& v) {
  Columns6 columns;
  columns << v[0], 0, 0, 0, v[2] / 2, v[1] / 2,  //
      0, v[1], 0, v[2] / 2, 0, v[0] / 2,         //
      0, 0, v[2], v[1] / 2, v[0] / 2, 0;
  return columns;
}

/// d ln(volume)/de.
inline Eigen::Matrix<double, 6, 1> volume_slope() {
  Eigen::Matrix<double, 6, 1> trace;
  trace << 1, 1, 1, 0, 0, 0;
  return trace;
}

/// d^2(1/volume)/de^2 times the volume.
inline Eigen::Matrix<double, 6, 6> inverse_volume_curvature() {
  Eigen::Matrix<double, 6, 1> twice;
  twice << 2, 2, 2, 1, 1, 1;  // 2 tr(A_I A_I)
  Eigen::Matrix<double, 6, 6> all = volume_slope() * volume_slope().transpose();
  all.diagonal() += twice;
  return all;
}

}  // namespace ionscape::detail
