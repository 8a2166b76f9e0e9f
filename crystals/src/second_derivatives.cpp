#include <ionscape/crystals/second_derivatives.hpp>

#include <ionscape/core/error.hpp>

#include "links.hpp"
#include "waves.hpp"

namespace ionscape {

struct SecondDerivatives::State {
  int size;
  detail::RealSpace near;
  detail::Waves far;
};

SecondDerivatives::SecondDerivatives(Particles const& particles, PotentialSet const& set,
                                     PairSums const& ends, double accuracy) {
  EwaldParameters const ewald =
      ewald_parameters(particles.crystal.cell, particles.crystal.size(), accuracy);
  state_ = std::make_unique<State>(State{particles.size(),
                                         detail::real_space(particles, set, ewald, ends),
                                         detail::Waves(particles, set, ewald, ends)});
}

SecondDerivatives::~SecondDerivatives() = default;
SecondDerivatives::SecondDerivatives(SecondDerivatives&&) noexcept = default;
SecondDerivatives& SecondDerivatives::operator=(SecondDerivatives&&) noexcept = default;

int SecondDerivatives::size() const { return state_->size; }

Expansion SecondDerivatives::expansion() const {
  int const n = 3 * size();
  Expansion e{Eigen::VectorXd::Zero(n), Vector6::Zero(), Eigen::MatrixXd::Zero(n, n),
              MatrixX6::Zero(n, 6), Matrix6::Zero()};
  state_->near.add_to(e);
  state_->far.add_to(e);
  return e;
}

Eigen::MatrixXcd SecondDerivatives::at(Vec3 q) const {
  Eigen::MatrixXcd dynamical = Eigen::MatrixXcd::Zero(3 * size(), 3 * size());
  state_->near.add_to(dynamical, q);
  state_->far.add_to(dynamical, q);
  return dynamical;
}

Eigen::MatrixXd SecondDerivatives::field_term(Vec3 direction) const {
  if (!(norm(direction) > 0)) fail_input({}, "a direction of length 0, expected a longer one");
  return state_->far.field_term(direction);
}

}  // namespace ionscape
