#include <ionscape/crystals/free_motion.hpp>

#include <algorithm>

namespace ionscape {

namespace {

bool is_fixed(std::array<bool, 3> const& fixed) { return fixed[0] || fixed[1] || fixed[2]; }

}  // namespace

FreeMotion::FreeMotion(Crystal const& crystal) {
  if (std::ranges::none_of(crystal.fixed, is_fixed)) return;
  Vec3 const vectors[3] = {crystal.cell.a, crystal.cell.b, crystal.cell.c};
  for (std::size_t i = 0; i < crystal.fixed.size(); ++i) {
    std::size_t const first = directions_.size();
    for (std::size_t k = 0; k < 3; ++k) {
      if (crystal.fixed[i][k]) continue;
      Vec3 v = vectors[k];
      for (std::size_t d = first; d < directions_.size(); ++d)
        v -= dot(directions_[d].v, v) * directions_[d].v;
      directions_.push_back({i, (1 / norm(v)) * v});
    }
    Matrix3 onto{};
    for (std::size_t d = first; d < directions_.size(); ++d) {
      double const c[3] = {directions_[d].v.x, directions_[d].v.y, directions_[d].v.z};
      for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b) onto[a][b] += c[a] * c[b];
    }
    projector_.push_back(onto);
  }
}

Vec3 FreeMotion::free_part(std::size_t ion, Vec3 v) const {
  if (!any_fixed()) return v;
  Matrix3 const& m = projector_[ion];
  return {m[0][0] * v.x + m[0][1] * v.y + m[0][2] * v.z,
          m[1][0] * v.x + m[1][1] * v.y + m[1][2] * v.z,
          m[2][0] * v.x + m[2][1] * v.y + m[2][2] * v.z};
}

void FreeMotion::project(std::span<Vec3> v) const {
  Vec3 mean{};
  if (!any_fixed()) {
    for (Vec3 u : v) mean += u;
    mean = (1 / double(v.size())) * mean;
  }
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = free_part(i, v[i] - mean);
}

}  // namespace ionscape
