// Second derivatives of the energy of all particles of a crystal, cores and shells alike, by their
// positions and by strain: analytic, every term.
//
// The energy is taken as a function E(s, eta) of displacements s of the particles in the unstrained
// cell (Å) and of the Lagrangian strain eta: positions are F (r + s), F^T F = 1 + 2 eta. Rotations
// are no part of it. Strains are six numbers: Voigt order xx, yy, zz, yz, xz, xy, shears counted
// twice (engineering). At eta = 0 dE/d(eta) is the volume times the stress of reference.hpp.
//
// Formulas: Ewald sums, Born and Huang, Dynamical Theory of Crystal Lattices (1954), sections 30 and
// 31. As in the forces, the jump of a plainly truncated pair term at its cutoff does not count.
#pragma once

#include <memory>

#include <Eigen/Core>

#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/ions/particles.hpp>

namespace ionscape {

using Vector6 = Eigen::Matrix<double, 6, 1>;
using Matrix6 = Eigen::Matrix<double, 6, 6>;
using MatrixX3 = Eigen::Matrix<double, Eigen::Dynamic, 3>;
using MatrixX6 = Eigen::Matrix<double, Eigen::Dynamic, 6>;

/// E to second order for displacements that all cells have in common; component a of particle i
/// stands at 3 i + a. Macroscopic fields are absent (tin-foil).
struct Expansion {
  Eigen::VectorXd gradient;  // dE/ds, eV/Å
  Vector6 strain_gradient;   // dE/d(eta), eV
  Eigen::MatrixXd hessian;   // eV/Å^2
  MatrixX6 coupling;         // d^2E/(ds d(eta)), eV/Å
  Matrix6 strain_hessian;    // d^2E/d(eta)^2, eV
};

class SecondDerivatives {
 public:
  /// Of the particles where they are. `accuracy`: what both Ewald sums leave out, relative. Throws
  /// InputError for a straight angle that has no second derivative.
  SecondDerivatives(Particles const& particles, PotentialSet const& set, PairSums const& ends,
                    double accuracy = 1e-15);
  ~SecondDerivatives();
  SecondDerivatives(SecondDerivatives&&) noexcept;
  SecondDerivatives& operator=(SecondDerivatives&&) noexcept;

  /// Particles.
  int size() const;

  Expansion expansion() const;

  /// The dynamical matrix without masses at the wave vector q (Å^-1, Cartesian), (3 N, 3 N),
  /// Hermitian:
  ///     D_ij(q) = sum over R of Phi(i in cell 0, j in cell R) exp(i q.(r_j + R - r_i)).
  /// At q = 0 the macroscopic field is left out; at any other q, however small, it is in. Can be
  /// called by many threads at once.
  Eigen::MatrixXcd at(Vec3 q) const;

  /// What the macroscopic field adds to at({}) as q tends to 0 along `direction` (any length):
  /// 4 pi k_e/V q_i q_j (n.)(n.); Born and Huang, section 31.
  Eigen::MatrixXd field_term(Vec3 direction) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ionscape
