#include "follow.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace ionscape::detail {

Modes modes_of(LocalEnergy const& local) {
  Eigen::Matrix3d H;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) H(i, j) = local.hessian[i][j];
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> const solver(H);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

namespace {

CriticalPoint point_at(Vec3 place, LocalEnergy const& local, Modes const& modes, double flat) {
  CriticalPoint out{place, local.energy, norm(local.gradient), {}, {}, 0, false};
  for (int k = 0; k < 3; ++k) {
    out.curvature[k] = modes.curvature[k];
    out.direction[k] = vec3(modes.direction.col(k));
    out.index += modes.curvature[k] < 0;
    out.degenerate |= !(std::fabs(modes.curvature[k]) >= flat);
  }
  return out;
}

bool finite(LocalEnergy const& local) { return std::isfinite(local.energy + norm(local.gradient)); }

}  // namespace

std::optional<CriticalPoint> follow(SiteEnergy const& model, Vec3 place, int index,
                                    CriticalPointOptions const& options) {
  constexpr int most_steps = 100;
  constexpr double first_trust = 0.1, longest = 0.3;  // Å
  LocalEnergy here = model.local(place);
  double trust = first_trust;
  for (int n = 0; n < most_steps && finite(here); ++n) {
    Modes const modes = modes_of(here);
    Eigen::Vector3d const g = modes.direction.transpose() * eigen(here.gradient);
    if (g.norm() <= options.gradient) return point_at(place, here, modes, options.flat);
    Eigen::Vector3d step;
    for (int k = 0; k < 3; ++k)
      step[k] = (k < index ? g[k] : -g[k]) / std::max(std::fabs(modes.curvature[k]), 1e-6);
    double const length = std::min(trust, step.norm());
    step *= length / step.norm();
    Vec3 const next = place + vec3(modes.direction * step);
    LocalEnergy const there = model.local(next);
    if (!finite(there)) {
      trust = 0.25 * length;
      continue;
    }
    // How far the gradient is from where the Hessian said it would be.
    Eigen::Vector3d const foreseen = g + modes.curvature.cwiseProduct(step);
    double const error = (modes.direction.transpose() * eigen(there.gradient) - foreseen).norm() /
                         std::max(g.norm(), norm(there.gradient));
    if (error > 0.6) trust = 0.4 * length;
    if (error < 0.25) trust = std::min(longest, std::max(trust, 1.6 * length));
    place = next;
    here = there;
  }
  return {};
}

}  // namespace ionscape::detail
