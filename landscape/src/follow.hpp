// Newton's way to a critical point.
#pragma once

#include <optional>

#include <Eigen/Core>

#include <ionscape/landscape/critical_points.hpp>

namespace ionscape::detail {

/// Eigenvalues ascending, eigenvectors as columns.
struct Modes {
  Eigen::Vector3d curvature;
  Eigen::Matrix3d direction;
};
Modes modes_of(LocalEnergy const& local);

inline Eigen::Vector3d eigen(Vec3 v) { return {v.x, v.y, v.z}; }
inline Vec3 vec3(Eigen::Vector3d const& v) { return {v[0], v[1], v[2]}; }

/// The critical point to which steps up along the `index` softest modes and down along the others
/// lead; its own index may be another in the end. The place is not wrapped. None where they lead to no
/// point within 100 steps, or to infinite energies.
std::optional<CriticalPoint> follow(SiteEnergy const& model, Vec3 start, int index,
                                    CriticalPointOptions const& options);

}  // namespace ionscape::detail
