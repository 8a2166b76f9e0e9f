#include "band_optimizer.hpp"

#include <vector>

#include "crystal_surface.hpp"

namespace ionscape::detail {

namespace {

constexpr std::size_t memory = 10;

}  // namespace

void BandOptimizer::forget() {
  pairs_.clear();
  last_step_.resize(0);
}

Eigen::VectorXd BandOptimizer::preconditioned(Eigen::VectorXd const& force) const {
  Eigen::VectorXd step(force.size());
  for (Eigen::Index begin = 0; begin < force.size(); begin += dof_)
    step.segment(begin, dof_) = preconditioner_(force.segment(begin, dof_));
  return step;
}

/// Along a step of negative curvature nothing of what was learned can be right.
void BandOptimizer::learn(Eigen::VectorXd const& force) {
  if (last_step_.size() == 0) return;
  Pair pair{last_step_, last_force_ - force, 0};
  pair.curvature = pair.step.dot(pair.change);
  if (!(pair.curvature > 1e-3 * pair.step.squaredNorm())) return pairs_.clear();
  if (pairs_.size() == memory) pairs_.pop_front();
  pairs_.push_back(std::move(pair));
}

/// The two-loop recursion of Nocedal, Math. Comp. 35, 773 (1980).
Eigen::VectorXd BandOptimizer::step(Eigen::VectorXd const& force) {
  learn(force);
  Eigen::VectorXd d = force;
  std::vector<double> weight(pairs_.size());
  for (std::size_t p = pairs_.size(); p-- > 0;) {
    weight[p] = pairs_[p].step.dot(d) / pairs_[p].curvature;
    d -= weight[p] * pairs_[p].change;
  }
  double scale = 1;
  if (!pairs_.empty()) {
    Pair const& newest = pairs_.back();
    scale = newest.curvature / newest.change.dot(preconditioned(newest.change));
  }
  d = scale * preconditioned(d);
  for (std::size_t p = 0; p < pairs_.size(); ++p)
    d += (weight[p] - pairs_[p].change.dot(d) / pairs_[p].curvature) * pairs_[p].step;
  double const longest = largest_ion(d);
  if (longest > max_step_length_) d *= max_step_length_ / longest;
  last_step_ = d;
  last_force_ = force;
  return d;
}

}  // namespace ionscape::detail
