// Newton's method to a saddle, with the exact Hessian.
#pragma once

#include <ionscape/barriers/stationary_point.hpp>

#include "crystal_surface.hpp"

namespace ionscape::detail {

/// From where a band stands still to the stationary point beside it: uphill along one direction, which
/// is at first the one most along `tangent` (3 ions), downhill along all others (Cerjan, Miller, J.
/// Chem. Phys. 75, 2800 (1981); Simons et al., J. Phys. Chem. 87, 2745 (1983)), until no force is
/// above `tolerance` (eV/Å). What curves down there may be more than one direction: see `falling`.
StationaryPoint find_saddle(CrystalSurface& surface, std::span<Vec3 const> start,
                            Eigen::VectorXd const& tangent, double tolerance);

/// What the crystal is at these positions, which are not moved.
StationaryPoint stationary_point_at(CrystalSurface& surface, std::span<Vec3 const> positions);

}  // namespace ionscape::detail
