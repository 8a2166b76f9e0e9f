// Starting paths on the host. Coordinates are continuous along a path: never wrapped back into the
// cell.
#pragma once

#include <span>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Many paths of one shape, in the order in which their results come back.
struct PathSet {
  int n_images = 0, dof = 0;
  std::vector<double> coordinates;  // (n_bands, n_images, dof), Å
  std::vector<int> surface;         // (n_bands), the model's surface that a band lives on

  int n_bands() const { return static_cast<int>(surface.size()); }

  /// Adds one path, (n_images, dof) numbers in Å. Throws InputError on another number of numbers.
  void add(std::vector<double> const& path, int surface_index);
};

/// Throws InputError if the set cannot be computed: too few images per path, lists of the wrong
/// length, a coordinate that is not finite.
void validate(PathSet const& paths, int fewest_images);

/// n_images points, (n_images, dof) in Å, equally spaced in arc length along the straight lines
/// through two or more waypoints (dof numbers each). Throws InputError on fewer waypoints or
/// images, on different dof, on zero length.
std::vector<double> linear_path(std::vector<std::vector<double>> const& waypoints, int n_images);

/// Straight path, (n_images, 3 n_ions) in Å, from `start` to the nearest periodic image of `end`,
/// ion by ion; of equally near ones to `end` as it is stated (core's displacement).
std::vector<double> minimum_image_path(Cell const& cell, std::vector<Vec3> const& start,
                                       std::vector<Vec3> const& end, int n_images);

/// The ion of a host that a path of straight lines comes nearest to.
struct ClosestIon {
  std::size_t ion = 0;  // index into the host
  double distance = 0;  // Å
  Vec3 place;           // Å, of the path, where it is nearest
};

/// Through two or more waypoints (Å); periodic images of the ions count. Exact for distances below
/// half a lattice vector. The host must have an ion.
ClosestIon closest_ion(Crystal const& host, std::span<Vec3 const> waypoints);

/// How far (Å) the ion at an end of a path through these waypoints (side 0: the first, 1: the last)
/// may move and still be in its site: to the next waypoint, a window; half as far where it is a
/// site. There must be two of them.
double reach_of_end(std::span<Vec3 const> waypoints, int side);

/// The coordinates of a band of structures as one path, (n_images, 3 n_ions) in Å. Throws
/// InputError if the structures differ in their number of ions.
std::vector<double> path_of(Band const& band);

}  // namespace ionscape
