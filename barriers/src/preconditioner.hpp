// A first guess of how forces on the images of a band become steps.
#pragma once

#include <Eigen/Core>

#include <ionscape/core/crystal.hpp>

namespace ionscape::detail {

class Preconditioner {
 public:
  /// From the Hessian at an end (3 ions, 3 ions; eV/Å^2): |H|, but no direction is taken for softer
  /// than 1 eV/Å^2. An empty one: all directions have that stiffness.
  Preconditioner(Eigen::MatrixXd const& hessian, Crystal const& crystal);

  /// P^-1 f in Å for the forces f on one image (3 ions, eV/Å); no part along translations or what is
  /// fixed.
  Eigen::VectorXd operator()(Eigen::VectorXd const& force) const { return inverse_ * force; }

 private:
  Eigen::MatrixXd inverse_;
};

}  // namespace ionscape::detail
