// The steps of one band: L-BFGS over all images at once upon a preconditioner; no line search, since
// a band has a force, but no energy (Sheppard, Terrell, Henkelman, J. Chem. Phys. 128, 134106 (2008)).
#pragma once

#include <deque>

#include <Eigen/Core>

#include "preconditioner.hpp"

namespace ionscape::detail {

class BandOptimizer {
 public:
  /// Of images of `dof` numbers each, in which no ion's step exceeds `max_step_length` (Å).
  BandOptimizer(Preconditioner preconditioner, Eigen::Index dof, double max_step_length)
      : preconditioner_(std::move(preconditioner)), dof_(dof), max_step_length_(max_step_length) {}

  /// The step (Å) along the forces (eV/Å) on all moving images, one behind the other.
  Eigen::VectorXd step(Eigen::VectorXd const& force);
  /// The law of the force has changed: what was learned is void.
  void forget();

 private:
  /// A step and how much force it took away.
  struct Pair {
    Eigen::VectorXd step, change;
    double curvature;
  };

  void learn(Eigen::VectorXd const& force);
  Eigen::VectorXd preconditioned(Eigen::VectorXd const& force) const;

  Preconditioner preconditioner_;
  Eigen::Index dof_;
  double max_step_length_;
  std::deque<Pair> pairs_;  // the oldest first
  Eigen::VectorXd last_step_, last_force_;
};

}  // namespace ionscape::detail
