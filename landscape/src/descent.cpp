#include "descent.hpp"

#include <algorithm>
#include <cmath>

#include "follow.hpp"

namespace ionscape::detail {

namespace {

constexpr double minimum_within = 0.03, saddle_within = 0.003;  // Å

/// How far dr/dt = -g - lambda r has come from r = 0 at time t.
double solution(double g, double lambda, double t) {
  double const x = lambda * t;
  return -g * t * (std::fabs(x) < 1e-8 ? 1 : -std::expm1(-x) / x);
}

/// Along the eigenvectors: the point of the way down that lies `length` away; the minimum of the
/// quadratic surface if that is nearer.
Eigen::Vector3d step_down(Eigen::Vector3d const& g, Eigen::Vector3d const& curvature,
                          double length) {
  Eigen::Vector3d const newton = -g.cwiseQuotient(curvature);
  if (curvature[0] > 0 && newton.norm() <= length) return newton;
  auto const at = [&](double t) {
    return Eigen::Vector3d(solution(g[0], curvature[0], t), solution(g[1], curvature[1], t),
                           solution(g[2], curvature[2], t));
  };
  double low = 0, high = length / g.norm();
  for (int n = 0; n < 200 && !(at(high).norm() >= length); ++n) low = high, high *= 2;
  for (int n = 0; n < 50; ++n) {
    double const middle = 0.5 * (low + high);
    (at(middle).norm() < length ? low : high) = middle;
  }
  return at(low);
}

}  // namespace

Surroundings::Surroundings(Cell const& cell, std::span<CriticalPoint const> points)
    : points_(points), minima_(cell, minimum_within), saddles_(cell, saddle_within) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool const minimum = points[i].index == 0;
    (minimum ? minima_ : saddles_).add(points[i].place);
    (minimum ? minimum_of_ : saddle_of_).push_back(i);
  }
}

std::optional<Surroundings::Met> Surroundings::nearest(PeriodicPlaces const& places,
                                                       std::vector<std::size_t> const& of,
                                                       Vec3 place) const {
  auto const near = places.nearest(place);
  if (!near) return {};
  return Met{of[near->index], near->shift, place + near->away};
}

std::optional<Surroundings::Met> Surroundings::minimum_near(Vec3 place) const {
  return nearest(minima_, minimum_of_, place);
}
std::optional<Surroundings::Met> Surroundings::saddle_near(Vec3 place) const {
  return nearest(saddles_, saddle_of_, place);
}

Descent descend(SiteEnergy const& model, CriticalPoint const& from, std::size_t start,
                Vec3 direction, Surroundings const& known, CriticalPointOptions const& options) {
  constexpr int most_steps = 3000;
  constexpr double off = 0.01, shortest = 1e-3, longest = 0.2, near = 0.1;  // Å
  Descent out;
  Vec3 place = from.place + off * direction;
  LocalEnergy here = model.local(place);
  double length = 0.05;
  for (int n = 0; n < most_steps && std::isfinite(here.energy); ++n) {
    out.path.push_back(place);
    out.energy.push_back(here.energy);
    Modes const modes = modes_of(here);
    Eigen::Vector3d const g = modes.direction.transpose() * eigen(here.gradient);
    if (auto met = known.saddle_near(place); met && met->point != start) {
      out.end = met;
      return out;
    }
    Eigen::Vector3d const newton = -g.cwiseQuotient(modes.curvature);
    if (modes.curvature[0] > 0 && newton.norm() < near) {
      if (auto met = known.minimum_near(place + vec3(modes.direction * newton))) {
        out.end = met;
        return out;
      }
      auto const minimum = follow(model, place, 0, options);
      if (minimum && minimum->index == 0 && norm(minimum->place - place) < 2 * near) {
        if (!(out.end = known.minimum_near(minimum->place))) out.discovered = minimum;
        return out;
      }
    }
    for (;;) {
      Eigen::Vector3d const step = step_down(g, modes.curvature, length);
      Vec3 const next = place + vec3(modes.direction * step);
      LocalEnergy const there = model.local(next);
      Eigen::Vector3d const foreseen = g + modes.curvature.cwiseProduct(step),
                            found = modes.direction.transpose() * eigen(there.gradient);
      // How far off the way this is, in Å: gradients that are wrong by as much lead back to it where
      // the surface is stiff.
      double error = 0;
      for (int k = 0; k < 3; ++k)
        error += std::pow(
            (found[k] - foreseen[k]) / std::max(std::fabs(modes.curvature[k]), 10 * g.norm()), 2);
      error = std::sqrt(error);
      bool const good = error < 0.02 && there.energy <= here.energy;
      if (good || length <= shortest) {
        if (error < 0.007) length = std::min(longest, 1.5 * length);
        place = next;
        here = there;
        break;
      }
      length = std::max(shortest, 0.5 * length);
    }
  }
  return out;
}

}  // namespace ionscape::detail
