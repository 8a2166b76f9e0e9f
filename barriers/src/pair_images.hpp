// The images of a pair of ions that are near each other.
#pragma once

#include <algorithm>
#include <cmath>

#include <ionscape/core/cell.hpp>

namespace ionscape::detail {

/// Of one cell, however skewed.
class PairImages {
 public:
  explicit PairImages(Cell const& cell)
      : cell_(reduced(cell).cell), faces_(cell_.face_distances()) {
    Cell const k = cell_.reciprocal();
    inverse_ = {0.5 / pi * k.a, 0.5 / pi * k.b, 0.5 / pi * k.c};
  }

  /// Calls visit(shift) with all lattice vectors for which |difference + shift| is at most `reach`,
  /// and with some for which it is more; all in Å.
  template <class Visit>
  void visit(Vec3 difference, double reach, Visit const& visit) const {
    Vec3 const f{dot(inverse_.a, difference), dot(inverse_.b, difference),
                 dot(inverse_.c, difference)};
    double const rounding = 1e-9;
    Vec3 const r{reach / faces_.x + rounding, reach / faces_.y + rounding,
                 reach / faces_.z + rounding};
    for (double i = std::ceil(-r.x - f.x); i <= r.x - f.x; ++i)
      for (double j = std::ceil(-r.y - f.y); j <= r.y - f.y; ++j)
        for (double k = std::ceil(-r.z - f.z); k <= r.z - f.z; ++k)
          visit(cell_.to_cartesian({i, j, k}));
  }

  /// How far an ion is from its nearest image, Å.
  double to_own() const { return std::min({norm(cell_.a), norm(cell_.b), norm(cell_.c)}); }

 private:
  Cell cell_;
  Vec3 faces_;
  Cell inverse_;  // rows: times a point they are its fractional coordinates
};

}  // namespace ionscape::detail
