// The images of ions that places of a periodic cell have within reach.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <ionscape/core/cell.hpp>

namespace ionscape::detail {

/// Sorted into boxes, so that the near ones are found without a look at all. They are found in an
/// order that depends on the cell, the ions and the boxes alone.
class IonImages {
 public:
  /// Serves places in `home` (short vectors, see reduced() in core/cell.hpp) up to `reach` Å.
  IonImages(Cell const& home, std::span<Vec3 const> positions, double reach);

  std::size_t size() const { return images_.size(); }

  /// Calls visit(image, square of its distance) for the images (Å) of all boxes that have a part
  /// within `radius` Å of `centre`, a point in the home cell: for all images as near, and more.
  template <class Visit>
  void visit(Vec3 centre, double radius, Visit const& visit) const {
    Vec3 const f = home_.to_fractional(centre);
    double const fractional[3] = {f.x, f.y, f.z};
    int low[3], high[3];
    for (int d = 0; d < 3; ++d) {
      double const range = radius / face_distance_[d] + 1e-9;
      low[d] = std::max(box_of(fractional[d] - range, d) - first_[d], 0);
      high[d] = std::min(box_of(fractional[d] + range, d) - first_[d], boxes_[d] - 1);
    }
    for (int i = low[0]; i <= high[0]; ++i)
      for (int j = low[1]; j <= high[1]; ++j) {
        if (low[2] > high[2]) continue;
        std::size_t const row = (std::size_t(i) * boxes_[1] + j) * boxes_[2];
        for (int n = begin_[row + low[2]]; n < begin_[row + high[2] + 1]; ++n) {
          Vec3 const apart = images_[n] - centre;
          visit(images_[n], dot(apart, apart));
        }
      }
  }

 private:
  int box_of(double fractional, int axis) const {
    return int(std::floor(fractional * boxes_per_cell_[axis]));
  }
  /// Box numbers of a point at these fractional coordinates, in one row.
  std::size_t box_of(double const (&fractional)[3]) const;

  Cell home_;
  double face_distance_[3];
  int boxes_per_cell_[3], first_[3], boxes_[3];
  std::vector<Vec3> images_;
  std::vector<int> begin_;  // first image of each box
};

/// The image of a place that lies in `home`: the same for a place wherever else it is asked for.
inline Vec3 wrapped(Cell const& home, Vec3 place) {
  Vec3 f = home.to_fractional(place);
  f = f - Vec3{std::floor(f.x), std::floor(f.y), std::floor(f.z)};
  return home.to_cartesian(f);
}

}  // namespace ionscape::detail
