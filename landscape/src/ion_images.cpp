#include "ion_images.hpp"

namespace ionscape::detail {

namespace {

/// Å; small against the reach, and some ions in each.
constexpr double box_edge = 2.5;

}  // namespace

IonImages::IonImages(Cell const& home, std::span<Vec3 const> positions, double reach)
    : home_(home) {
  Vec3 const distances = home.face_distances();
  double const along[3] = {distances.x, distances.y, distances.z};
  double range[3];
  for (int d = 0; d < 3; ++d) {
    face_distance_[d] = along[d];
    range[d] = reach / along[d] + 1e-9;
    boxes_per_cell_[d] = std::max(1, int(along[d] / box_edge));
    first_[d] = box_of(-range[d], d);
    boxes_[d] = box_of(1 + range[d], d) - first_[d] + 1;
  }
  std::vector<Vec3> found;
  std::vector<std::size_t> box;
  for (Vec3 const position : positions) {
    Vec3 const at = home.to_fractional(position);
    Vec3 const f = at - Vec3{std::floor(at.x), std::floor(at.y), std::floor(at.z)};
    int low[3], high[3];
    double const base[3] = {f.x, f.y, f.z};
    for (int d = 0; d < 3; ++d) {
      low[d] = int(std::ceil(-range[d] - base[d]));
      high[d] = int(std::floor(1 + range[d] - base[d]));
    }
    for (int i = low[0]; i <= high[0]; ++i)
      for (int j = low[1]; j <= high[1]; ++j)
        for (int k = low[2]; k <= high[2]; ++k) {
          double const image[3] = {f.x + i, f.y + j, f.z + k};
          found.push_back(home.to_cartesian({image[0], image[1], image[2]}));
          box.push_back(box_of(image));
        }
  }
  begin_.assign(std::size_t(boxes_[0]) * boxes_[1] * boxes_[2] + 1, 0);
  for (std::size_t b : box) ++begin_[b + 1];
  for (std::size_t b = 1; b < begin_.size(); ++b) begin_[b] += begin_[b - 1];
  std::vector<int> next(begin_.begin(), begin_.end() - 1);
  images_.resize(found.size());
  for (std::size_t n = 0; n < found.size(); ++n) images_[next[box[n]]++] = found[n];
}

std::size_t IonImages::box_of(double const (&fractional)[3]) const {
  int box[3];
  for (int d = 0; d < 3; ++d)
    box[d] = std::clamp(box_of(fractional[d], d) - first_[d], 0, boxes_[d] - 1);
  return (std::size_t(box[0]) * boxes_[1] + box[1]) * boxes_[2] + box[2];
}

}  // namespace ionscape::detail
