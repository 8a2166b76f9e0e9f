#include "saddle_search.hpp"

#include <cmath>

namespace ionscape::detail {

namespace {

constexpr int most_steps = 60;
constexpr double longest_step = 0.1;     // Å, of any ion: within the reach of a quadratic
constexpr double softest = 0.05;         // eV/Å^2: softer directions take no longer steps
constexpr double hessian_serves = 0.02;  // Å: from further off a new one is wanted

/// The direction that lies most along v.
Eigen::Index most_along(Directions const& directions, Eigen::VectorXd const& v) {
  Eigen::Index at = 0;
  (directions.direction.transpose() * v).cwiseAbs().maxCoeff(&at);
  return at;
}

Eigen::VectorXd step_to_saddle(Directions const& directions, Eigen::Index up,
                               Eigen::VectorXd const& gradient) {
  Eigen::VectorXd along = directions.direction.transpose() * gradient;
  for (Eigen::Index k = 0; k < along.size(); ++k)
    along[k] *= (k == up ? 1 : -1) / std::max(std::fabs(directions.curvature[k]), softest);
  Eigen::VectorXd const step = directions.direction * along;
  double const longest = largest_ion(step);
  return longest > longest_step ? Eigen::VectorXd(step * (longest_step / longest)) : step;
}

StationaryPoint failed(std::string reason, CrystalSurface::Point const& point, int steps) {
  StationaryPoint result;
  result.reason = std::move(reason);
  result.positions = point.positions, result.shells = point.shells;
  result.energy = point.energy;
  result.max_force = point.max_force();
  result.steps = steps;
  return result;
}

StationaryPoint described(CrystalSurface const& surface, CrystalSurface::Point const& point,
                          int steps) {
  StationaryPoint result = failed("", point, steps);
  if (!point.broken.empty()) return failed(point.broken, point, steps);
  IonHessian const hessian = surface.hessian(point);
  if (!hessian.shells_at_minimum)
    return failed("the shells are at rest, but in no minimum beside their cores", point, steps);
  Directions const directions = surface.directions(hessian.matrix);
  result.curvature = directions.curvature;
  result.falling = directions.falling();
  for (Eigen::Index k = 0; k < std::min<Eigen::Index>(2, directions.curvature.size()); ++k)
    result.lowest[k] = directions.direction.col(k);
  result.mass_weighted = surface.directions(hessian.matrix, surface.masses()).curvature;
  return result;
}

}  // namespace

StationaryPoint find_saddle(CrystalSurface& surface, std::span<Vec3 const> start,
                            Eigen::VectorXd const& tangent, double tolerance) {
  CrystalSurface::Point point = surface.at(start);
  Eigen::VectorXd way = tangent;
  Directions directions;
  double since_hessian = INFINITY;  // Å
  for (int steps = 0;; ++steps) {
    if (!point.broken.empty()) return failed(point.broken, point, steps);
    if (point.max_force() < tolerance) return described(surface, point, steps);
    if (steps == most_steps)
      return failed("Newton's method came to no stationary point", point, steps);
    if (since_hessian > hessian_serves) {
      IonHessian const hessian = surface.hessian(point);
      if (!hessian.shells_at_minimum)
        return failed("the shells are in no minimum beside their cores", point, steps);
      directions = surface.directions(hessian.matrix);
      since_hessian = 0;
    }
    Eigen::Index const up = most_along(directions, way);
    way = directions.direction.col(up);
    Eigen::VectorXd const step = step_to_saddle(directions, up, point.gradient);
    double const length = largest_ion(step);
    since_hessian += length;
    point = surface.at(displaced(point.positions, step, length));
  }
}

StationaryPoint stationary_point_at(CrystalSurface& surface, std::span<Vec3 const> positions) {
  return described(surface, surface.at(positions), 0);
}

}  // namespace ionscape::detail
