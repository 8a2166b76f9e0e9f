// Elastic constants and what follows from them.
//
// Voigt order xx, yy, zz, yz, xz, xy; engineering shears. All in GPa.
#pragma once

#include <ionscape/crystals/core_expansion.hpp>

namespace ionscape {

/// Of a polycrystal from those of its crystal: Voigt, Reuss and Hill averages (Hill, Proc. Phys. Soc.
/// A 65, 349 (1952)).
struct AverageModulus {
  double voigt = 0, reuss = 0;
  double hill() const { return 0.5 * (voigt + reuss); }
};

struct ElasticModuli {
  AverageModulus bulk, shear;
  Eigen::Vector3d young;       // along x, y, z: 1/S_11 ...
  double compressibility = 0;  // 1/GPa, of the crystal under pressure: 1/(Reuss bulk modulus)
  /// E = 9 B G/(3 B + G) and nu = (3 B - 2 G)/(2 (3 B + G)) of the Hill averages.
  double young_hill() const;
  double poisson_hill() const;
};

/// Of a positive matrix of elastic constants. NaN where it has no inverse.
ElasticModuli elastic_moduli(Matrix6 const& constants);

/// Born stability: all must be positive. Ascending, GPa.
Vector6 elastic_eigenvalues(Matrix6 const& constants);

struct Elasticity {
  /// Second derivatives of the energy by Lagrangian strain, divided by the volume (Brugger). Relaxed:
  /// all ions follow the strain. Clamped: cores keep their fractional coordinates, shells follow.
  Matrix6 clamped, relaxed;
  Matrix6 stress_strain;  // of `relaxed`, see stress_strain_constants
  Vector6 stress;         // positive: the cell wants to shrink
};

Elasticity elasticity(CoreExpansion const& cores, InternalResponse const& response, double volume);

/// The constants that relate stress to strain in a crystal that is under stress, symmetrised:
///     B_ijkl = C_ijkl + (d_ik s_jl + d_il s_jk + d_jk s_il + d_jl s_ik - 2 d_kl s_ij)/2,
/// C by Lagrangian strain, s the stress (Wallace, Thermodynamics of Crystals (1972), eq. 3.29; Barron
/// and Klein, Proc. Phys. Soc. 85, 523 (1965)). Without stress it is C. Stability under stress is
/// decided by it.
Matrix6 stress_strain_constants(Matrix6 const& constants, Vector6 const& stress);

}  // namespace ionscape
