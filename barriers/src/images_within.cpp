#include "images_within.hpp"

#include <cmath>

#include "pair_images.hpp"

namespace ionscape {

std::vector<Vec3> images_within(Cell const& shortest, Vec3 difference, double length) {
  std::vector<Vec3> images;
  detail::PairImages(shortest).visit(difference, length, [&](Vec3 shift) {
    if (norm(difference + shift) <= length) images.push_back(difference + shift);
  });
  return images;
}

bool comes_before(Vec3 u, Vec3 v) {
  for (double const gain : {u.x - v.x, u.y - v.y, u.z - v.z})
    if (std::fabs(gain) > equally_near_within) return gain > 0;
  return false;
}

}  // namespace ionscape
