// The reciprocal parts of the lattice sums, Coulomb and -C/r^6, and what depends on the volume alone:
// derivatives by positions and strain, and dynamical matrices.
//
// E = 1/2 sum over G of w(G^2) sum over i, j of c_ij cos(G.(r_i - r_j)), c_ij = q_i q_j or C_ij;
// w is that of reciprocal_kernel.hpp. Displacements (in the unstrained cell) move the phases alone,
// strain changes w alone.
#pragma once

#include <vector>

#include <ionscape/crystals/second_derivatives.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>

namespace ionscape::detail {

class Waves {
 public:
  Waves(Particles const& particles, PotentialSet const& set, EwaldParameters const& ewald,
        PairSums const& ends);

  void add_to(Expansion& expansion) const;
  void add_to(Eigen::MatrixXcd& dynamical, Vec3 q) const;
  /// See SecondDerivatives::field_term.
  Eigen::MatrixXd field_term(Vec3 direction) const;

 private:
  /// One of the two sums.
  struct Sum {
    ReciprocalKernel kernel;
    Eigen::MatrixXd strength;  // c_ij of the particles, (N, N)
    /// (3 N, 3): the part of the diagonal blocks that neither q nor the field changes: minus the sum
    /// over j of c_ij times the curvature that j's images make at i.
    Eigen::MatrixXd own;
  };

  std::vector<Vec3> waves_near(Vec3 q) const;
  void add(Expansion& expansion, Sum const& sum) const;
  /// The sum over waves k = q + G of w(k^2) k_a k_b exp(i G.(r_i - r_j)), lower triangle.
  Eigen::MatrixXcd curvatures(ReciprocalKernel const& kernel, Vec3 q) const;
  /// The same at q = 0, full.
  Eigen::MatrixXd curvatures(ReciprocalKernel const& kernel) const;

  Cell reciprocal_;
  double volume_, cutoff_;
  std::vector<Vec3> positions_;
  Eigen::VectorXd charges_;
  std::vector<Sum> sums_;
  std::vector<Vec3> half_;     // of the waves at q = 0: one of G and -G
  double inverse_volume_ = 0;  // eV: the energy that goes as 1/volume
};

}  // namespace ionscape::detail
