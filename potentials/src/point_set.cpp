#include <ionscape/potentials/point_set.hpp>

#include <cmath>

#include <ionscape/core/error.hpp>

namespace ionscape {

void PointSet::add(std::vector<double> const& point, int surface_index) {
  if (point.size() != std::size_t(dof))
    fail_input({}, "point of ", point.size(), " coordinates, expected ", dof);
  coordinates.insert(coordinates.end(), point.begin(), point.end());
  surface.push_back(surface_index);
}

void validate(PointSet const& points) {
  if (points.dof < 1) fail_input({}, "points of ", points.dof, " coordinates, expected at least 1");
  if (points.coordinates.size() != std::size_t(points.size()) * points.dof)
    fail_input({}, points.coordinates.size(), " coordinates for ", points.size(), " points of ",
               points.dof);
  for (std::size_t k = 0; k < points.coordinates.size(); ++k)
    if (!std::isfinite(points.coordinates[k]))
      fail_input({}, "point ", k / points.dof + 1, ": a coordinate is not finite");
}

}  // namespace ionscape
