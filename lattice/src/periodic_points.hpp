// Points of a periodic cell in a kd-tree (nanoflann), asked for everything near a place, images
// included.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include <ionscape/lattice/site.hpp>

namespace ionscape {

class PeriodicPoints {
 public:
  /// `positions` (Å) need not be wrapped; vertices refer to them as they are given. The cell must
  /// not be singular.
  PeriodicPoints(Cell const& cell, std::span<Vec3 const> positions);
  ~PeriodicPoints();

  /// Calls visit(vertex, position) for every periodic image at most `radius` (Å) from `centre`, in
  /// no particular order. Throws InputError if more than `most_cells` would have to be looked at:
  /// beside empty space of a hundred times the other distances.
  void visit_within(Vec3 centre, double radius,
                    std::function<void(Vertex, Vec3)> const& visit) const;

 private:
  static constexpr double most_cells = 2e5;
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

/// The two images of different vertices that are nearest to each other, and their distance in Å.
struct ClosestPair {
  Vertex first, second;
  double distance;
};
ClosestPair closest_pair(Cell const& cell, std::span<Vec3 const> positions);

}  // namespace ionscape
