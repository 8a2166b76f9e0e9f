#include "images_within.hpp"

#include <cmath>

namespace ionscape {

std::vector<Vec3> images_within(Cell const& shortest, Vec3 difference, double length) {
  Vec3 const f = shortest.to_fractional(difference), faces = shortest.face_distances();
  double const at[] = {f.x, f.y, f.z}, face[] = {faces.x, faces.y, faces.z};
  int first[3], last[3];
  for (int k = 0; k < 3; ++k) {
    first[k] = int(std::ceil(-at[k] - length / face[k] - 1e-9));
    last[k] = int(std::floor(-at[k] + length / face[k] + 1e-9));
  }
  std::vector<Vec3> images;
  for (int a = first[0]; a <= last[0]; ++a)
    for (int b = first[1]; b <= last[1]; ++b)
      for (int c = first[2]; c <= last[2]; ++c) {
        Vec3 const r = difference + shortest.to_cartesian({double(a), double(b), double(c)});
        if (norm(r) <= length) images.push_back(r);
      }
  return images;
}

bool comes_before(Vec3 u, Vec3 v) {
  for (double const gain : {u.x - v.x, u.y - v.y, u.z - v.z})
    if (std::fabs(gain) > equally_near_within) return gain > 0;
  return false;
}

}  // namespace ionscape
