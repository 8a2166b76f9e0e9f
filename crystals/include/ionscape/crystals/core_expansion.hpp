// The energy of the cores alone, to second order, where the shells follow them, a field and strain at
// once; and answers of the crystal to forces.
#pragma once

#include <ionscape/crystals/second_derivatives.hpp>

namespace ionscape {

/// Components as in Expansion, of n ions.
struct CoreExpansion {
  Eigen::VectorXd gradient;  // (3 n), eV/Å
  Vector6 strain_gradient;   // eV
  Eigen::MatrixXd hessian;   // (3 n, 3 n), eV/Å^2
  MatrixX6 coupling;         // (3 n, 6), eV/Å
  Matrix6 strain_hessian;    // eV
  /// (3 n, 3), e: the force on an ion per field; element (3 i + a, b) is also the polarisation along
  /// b, times the volume, per displacement of ion i along a (Born effective charges).
  MatrixX3 charges;
  Eigen::Matrix3d shell_response;  // dipole per field with cores at rest, e^2 Å^2/eV
};

/// Eliminates the shells: with A the Hessian of the shells, M - B A^-1 B^T for each block. The shells
/// should be at rest (relax_shells); what force is left on them changes the gradient to first order.
/// Throws InputError where the shells' Hessian is not positive: they are not at a minimum.
CoreExpansion eliminate_shells(Expansion const& expansion, Particles const& particles);

/// The cores' displacements in answer to forces, translations of the whole crystal left out:
/// eigenvectors of the Hessian.
class InternalResponse {
 public:
  /// Sum rules hold to rounding: translations are taken out exactly.
  explicit InternalResponse(Eigen::MatrixXd const& hessian);

  /// H^+ b for each column of b (3 n, k): translations and soft directions have no part in it.
  Eigen::MatrixXd solve(Eigen::MatrixXd const& forces) const;

  /// eV/Å^2, ascending, without translations: 3 n - 3.
  Eigen::VectorXd const& stiffness() const { return stiffness_; }
  int negative() const;  // directions in which the energy falls
  int soft() const;      // with no stiffness to speak of: less than 1e-8 of the largest

 private:
  double least() const;
  Eigen::VectorXd stiffness_;
  Eigen::MatrixXd directions_;
};

}  // namespace ionscape
