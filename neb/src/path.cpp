#include <ionscape/neb/path.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/relax/vectors.hpp>

namespace ionscape {

void PathSet::add(std::vector<double> const& path, int surface_index) {
  if (path.size() != std::size_t(n_images) * dof)
    fail_input({}, "path of ", path.size(), " numbers, expected ", n_images, " images of ", dof,
               " coordinates");
  coordinates.insert(coordinates.end(), path.begin(), path.end());
  surface.push_back(surface_index);
}

void validate(PathSet const& paths, int fewest_images) {
  if (paths.n_images < fewest_images)
    fail_input({}, "path of ", paths.n_images, " images, expected at least ", fewest_images);
  if (paths.dof < 1)
    fail_input({}, "path with ", paths.dof, " coordinates per image, expected at least 1");
  std::size_t const per_band = std::size_t(paths.n_images) * paths.dof;
  if (paths.coordinates.size() != per_band * paths.n_bands())
    fail_input({}, paths.coordinates.size(), " coordinates for ", paths.n_bands(), " paths of ",
               per_band);
  for (std::size_t k = 0; k < paths.coordinates.size(); ++k)
    if (!std::isfinite(paths.coordinates[k]))
      fail_input({}, "path ", k / per_band + 1, ", image ", k % per_band / paths.dof + 1,
                 ": a coordinate is not finite");
}

std::vector<double> linear_path(std::vector<std::vector<double>> const& waypoints, int n_images) {
  if (waypoints.size() < 2)
    fail_input({}, "path through ", waypoints.size(), " points, expected at least 2");
  if (n_images < 2) fail_input({}, "path of ", n_images, " images, expected at least 2");
  int const dof = static_cast<int>(waypoints.front().size());
  std::vector<double> arc = {0};  // path length at each waypoint
  for (std::size_t w = 1; w < waypoints.size(); ++w) {
    if (waypoints[w].size() != waypoints[0].size())
      fail_input({}, "path: point ", w + 1, " has ", waypoints[w].size(), " coordinates, expected ",
                 dof);
    arc.push_back(arc.back() + relax::distance(dof, waypoints[w - 1].data(), waypoints[w].data()));
  }
  if (!(arc.back() > 0) || !std::isfinite(arc.back()))
    fail_input({}, "path of length ", arc.back(), " Å, expected a positive number");

  std::vector<double> path;
  for (int i = 0; i < n_images; ++i) {
    double const s = arc.back() * i / (n_images - 1);
    auto const upper = std::upper_bound(arc.begin() + 1, arc.end() - 1, s);
    auto const w = static_cast<std::size_t>(upper - arc.begin());
    double const t = (s - arc[w - 1]) / (arc[w] - arc[w - 1]);
    for (int k = 0; k < dof; ++k)
      path.push_back(i == n_images - 1 ? waypoints.back()[k]
                                       : (1 - t) * waypoints[w - 1][k] + t * waypoints[w][k]);
  }
  return path;
}

std::vector<double> minimum_image_path(Cell const& cell, std::vector<Vec3> const& start,
                                       std::vector<Vec3> const& end, int n_images) {
  if (start.size() != end.size())
    fail_input({}, "path from ", start.size(), " ions to ", end.size(),
               ", expected the same number");
  std::vector<std::vector<double>> ends(2);
  for (std::size_t ion = 0; ion < start.size(); ++ion) {
    Vec3 const near = start[ion] + displacement(cell, end[ion] - start[ion]).vector;
    ends[0].insert(ends[0].end(), {start[ion].x, start[ion].y, start[ion].z});
    ends[1].insert(ends[1].end(), {near.x, near.y, near.z});
  }
  return linear_path(ends, n_images);
}

ClosestIon closest_ion(Crystal const& host, std::span<Vec3 const> waypoints) {
  Cell const cell = reduced(host.cell).cell;
  constexpr double stride = 0.25;  // Å: short beside the distances between an ion and its images
  ClosestIon best{0, std::numeric_limits<double>::infinity(), {}};
  for (std::size_t w = 1; w < waypoints.size(); ++w) {
    Vec3 const from = waypoints[w - 1], along = waypoints[w] - from;
    int const strides = std::max(1, int(std::min(1e6, std::ceil(norm(along) / stride))));
    for (std::size_t ion = 0; ion < host.size(); ++ion)
      for (int i = 0; i < strides; ++i) {
        // The image nearest to a stride's start, and its distance from the stride as a line.
        Vec3 const start = from + (double(i) / strides) * along, step = (1.0 / strides) * along;
        Vec3 const away = minimum_image(cell, host.positions[ion] - start);
        double const square = dot(step, step);
        double const t = square > 0 ? std::clamp(dot(away, step) / square, 0.0, 1.0) : 0;
        if (double const d = norm(away - t * step); d < best.distance)
          best = {ion, d, start + t * step};
      }
  }
  return best;
}

double reach_of_end(std::span<Vec3 const> waypoints, int side) {
  std::size_t const last = waypoints.size() - 1;
  double const step =
      side == 0 ? norm(waypoints[1] - waypoints[0]) : norm(waypoints[last] - waypoints[last - 1]);
  return last == 1 ? step / 2 : step;
}

std::vector<double> path_of(Band const& band) {
  std::vector<double> path;
  for (Crystal const& image : band.images) {
    if (image.size() != band.images.front().size())
      fail_input({}, "band with images of ", band.images.front().size(), " and ", image.size(),
                 " ions");
    for (Vec3 r : image.positions) path.insert(path.end(), {r.x, r.y, r.z});
  }
  return path;
}

}  // namespace ionscape
