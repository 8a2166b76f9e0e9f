#include "preconditioner.hpp"

#include <ionscape/crystals/ion_hessian.hpp>

namespace ionscape::detail {

namespace {

/// eV/Å^2: on the way from site to site an ion's own directions become soft and turn over.
constexpr double softest = 1;

}  // namespace

Preconditioner::Preconditioner(Eigen::MatrixXd const& hessian, Crystal const& crystal) {
  Eigen::Index const n = 3 * Eigen::Index(crystal.size());
  Directions const d =
      directions_of(hessian.size() > 0 ? hessian : Eigen::MatrixXd::Zero(n, n), crystal);
  Eigen::VectorXd const inverse = d.curvature.cwiseAbs().cwiseMax(softest).cwiseInverse();
  inverse_ = d.direction * inverse.asDiagonal() * d.direction.transpose();
}

}  // namespace ionscape::detail
