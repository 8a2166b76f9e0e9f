// Dielectric constants, refractive index and Born effective charges of an insulator of point charges.
//
// Macroscopic fields are those of a tin-foil sum: eps = 1 + 4 pi k_e/V Z^T H^+ Z with Z the force on
// each ion per field (Cochran and Cowley, J. Phys. Chem. Solids 23, 447 (1962)).
#pragma once

#include <vector>

#include <ionscape/crystals/core_expansion.hpp>

namespace ionscape {

struct Dielectric {
  Eigen::Matrix3d high_frequency;  // eps_inf: only the shells follow the field; 1 without shells
  Eigen::Matrix3d zero_frequency;  // eps_0: all ions follow, at fixed cell
  /// Square roots of the eigenvalues of eps_inf, ascending: along its principal axes.
  Eigen::Vector3d refractive_index;
  /// Born effective charges in e, of each ion: element (a, b) is V dP_a/du_b. Their sum is the net
  /// charge of the cell.
  std::vector<Eigen::Matrix3d> born_charges;
};

/// In a charged cell eps_0 is that of the internal displacements: the motion of the crystal as a whole
/// is left out. `coulomb_scale`: of the particles (k_set/k_e).
Dielectric dielectric(CoreExpansion const& cores, InternalResponse const& response, double volume,
                      double coulomb_scale = 1);

}  // namespace ionscape
