#include "shell_descent.hpp"

#include <algorithm>

#include "stiffness.hpp"

namespace ionscape::detail {

namespace {

constexpr double longest_step = 0.3;  // Å

Descent descent_of(Particles const& particles, PotentialSet const& set,
                   ShellOptions const& options) {
  std::vector<double> stiffness;
  for (double k : estimated_stiffness(particles, set).shells)
    stiffness.insert(stiffness.end(), 3, k);
  DescentOptions how;
  how.tolerance = options.tolerance;
  how.max_steps = options.max_steps;
  how.max_step_length = longest_step;
  return {std::vector<double>(stiffness.size(), 0.0), stiffness, how};
}

}  // namespace

ShellDescent::ShellDescent(Particles const& particles, PotentialSet const& set,
                           ShellOptions const& options)
    : particles_(&particles), descent_(descent_of(particles, set, options)) {}

void ShellDescent::restart() {
  descent_.restart(std::vector<double>(descent_.point().begin(), descent_.point().end()));
}

ShellRest ShellDescent::rest() const {
  ShellRest rest{descent_.status(), 0, -1, 0};
  std::span<double const> const x = descent_.point(), g = descent_.gradient();
  for (std::size_t k = 0; k < particles_->springs.size(); ++k) {
    auto const length = [&](std::span<double const> v) {
      return norm(Vec3{v[3 * k], v[3 * k + 1], v[3 * k + 2]});
    };
    rest.force = std::max(rest.force, length(g));
    if (double const far = length(x); !(far <= rest.farthest) || rest.farthest_ion < 0)
      rest.farthest = far, rest.farthest_ion = particles_->springs[k].core;
  }
  return rest;
}

}  // namespace ionscape::detail
