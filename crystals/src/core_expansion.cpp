#include <ionscape/crystals/core_expansion.hpp>

#include <cmath>

#include <Eigen/Cholesky>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/ion_hessian.hpp>

namespace ionscape {

namespace {

/// (3 N, 3): the force on each particle per field.
MatrixX3 point_charges(Particles const& particles) {
  auto const& q = particles.crystal.charges;
  MatrixX3 all(3 * Eigen::Index(q.size()), 3);
  for (std::size_t i = 0; i < q.size(); ++i)
    all.middleRows<3>(3 * Eigen::Index(i)) = q[i] * Eigen::Matrix3d::Identity();
  return all;
}

}  // namespace

CoreExpansion eliminate_shells(Expansion const& e, Particles const& particles) {
  Eigen::Index const cores = 3 * particles.ions, shells = e.gradient.size() - cores;
  MatrixX3 const charges = point_charges(particles);
  CoreExpansion out{
      e.gradient.head(cores),    e.strain_gradient, e.hessian.topLeftCorner(cores, cores),
      e.coupling.topRows(cores), e.strain_hessian,  charges.topRows(cores),
      Eigen::Matrix3d::Zero()};
  if (shells > 0) {
    Eigen::LLT<Eigen::MatrixXd> const stiff(e.hessian.bottomRightCorner(shells, shells));
    if (stiff.info() != Eigen::Success)
      fail_input({},
                 "the shells are not at a minimum of the energy: this potential cannot "
                 "polarise this structure");
    Eigen::MatrixXd const to_shells = e.hessian.bottomLeftCorner(shells, cores);
    // Answers of the shells to a displacement of each core, to strain, to a field, and to what
    // force is left on them.
    Eigen::MatrixXd const by_cores = stiff.solve(to_shells);
    MatrixX6 const by_strain = stiff.solve(e.coupling.bottomRows(shells));
    MatrixX3 const by_field = stiff.solve(charges.bottomRows(shells));
    out.hessian -= to_shells.transpose() * by_cores;
    out.coupling -= to_shells.transpose() * by_strain;
    out.strain_hessian -= e.coupling.bottomRows(shells).transpose() * by_strain;
    out.gradient -= by_cores.transpose() * e.gradient.tail(shells);
    out.strain_gradient -= by_strain.transpose() * e.gradient.tail(shells);
    out.charges -= to_shells.transpose() * by_field;
    out.shell_response = charges.bottomRows(shells).transpose() * by_field;
  }
  double const scale = std::sqrt(particles.coulomb_scale);  // the particles' charges have it
  out.charges /= scale, out.shell_response /= scale * scale;
  return out;
}

InternalResponse::InternalResponse(Eigen::MatrixXd const& hessian) {
  Directions directions = directions_of(hessian, {});
  stiffness_ = std::move(directions.curvature);
  directions_ = std::move(directions.direction);
}

double InternalResponse::least() const {
  return stiffness_.size() == 0 ? 0 : 1e-8 * stiffness_.cwiseAbs().maxCoeff();
}

Eigen::MatrixXd InternalResponse::solve(Eigen::MatrixXd const& forces) const {
  Eigen::MatrixXd along = directions_.transpose() * forces;
  for (Eigen::Index k = 0; k < along.rows(); ++k)
    along.row(k) *= std::fabs(stiffness_[k]) > least() ? 1 / stiffness_[k] : 0;
  return directions_ * along;
}

int InternalResponse::negative() const { return int((stiffness_.array() < -least()).count()); }
int InternalResponse::soft() const { return int((stiffness_.array().abs() <= least()).count()); }

}  // namespace ionscape
