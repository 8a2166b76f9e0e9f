// Places in a periodic cell, asked for what lies near.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include <ionscape/core/cell.hpp>
#include <ionscape/landscape/winding_sets.hpp>

namespace ionscape::detail {

class PeriodicPlaces {
 public:
  /// `cell` is reduced; nothing is looked for further than `reach` (Å), which is less than half the
  /// distance of any two faces.
  PeriodicPlaces(Cell const& cell, double reach) : cell_(cell), reach_(reach) {
    Vec3 const faces = cell.face_distances();
    auto const boxes = [&](double face) { return std::clamp(int(face / reach), 1, 50); };
    n_ = {boxes(faces.x), boxes(faces.y), boxes(faces.z)};
    boxes_.resize(std::size_t(n_[0]) * std::size_t(n_[1]) * std::size_t(n_[2]));
  }

  std::size_t size() const { return fractional_.size(); }

  /// Places (Å) are numbered in the order in which they come.
  void add(Vec3 place) {
    Vec3 const f = cell_.to_fractional(place);
    boxes_[box(box_of(f))].push_back(size());
    fractional_.push_back(f);
  }

  struct Near {
    std::size_t index;
    LatticeShift shift;  // of `cell`: this image of the place is near
    Vec3 away;           // Å, from what was asked for to that image
    double distance;     // Å
  };

  /// Calls visit(Near) for each place within reach, in one fixed order.
  template <class Visit>
  void visit(Vec3 place, Visit const& visit) const {
    Vec3 const f = cell_.to_fractional(place);
    auto const at = box_of(f);
    auto const first = [&](int k) { return n_[std::size_t(k)] < 3 ? 0 : at[std::size_t(k)] - 1; };
    auto const count = [&](int k) { return std::min(n_[std::size_t(k)], 3); };
    for (int i = first(0); i < first(0) + count(0); ++i)
      for (int j = first(1); j < first(1) + count(1); ++j)
        for (int k = first(2); k < first(2) + count(2); ++k)
          for (std::size_t const index : boxes_[box({i, j, k})]) {
            Vec3 const d = fractional_[index] - f,
                       s{-std::round(d.x), -std::round(d.y), -std::round(d.z)};
            Vec3 const away = cell_.to_cartesian(d + s);
            if (double const distance = norm(away); distance <= reach_)
              visit(Near{index, {int(s.x), int(s.y), int(s.z)}, away, distance});
          }
  }

  std::optional<Near> nearest(Vec3 place) const {
    std::optional<Near> best;
    visit(place, [&](Near const& near) {
      if (!best || near.distance < best->distance) best = near;
    });
    return best;
  }

 private:
  std::array<int, 3> box_of(Vec3 f) const {
    auto const at = [](double x, int n) { return std::min(int((x - std::floor(x)) * n), n - 1); };
    return {at(f.x, n_[0]), at(f.y, n_[1]), at(f.z, n_[2])};
  }
  std::size_t box(std::array<int, 3> at) const {
    std::size_t out = 0;
    for (std::size_t k = 0; k < 3; ++k)
      out = out * std::size_t(n_[k]) + std::size_t((at[k] % n_[k] + n_[k]) % n_[k]);
    return out;
  }

  Cell cell_;
  double reach_;
  std::array<int, 3> n_;
  std::vector<Vec3> fractional_;
  std::vector<std::vector<std::size_t>> boxes_;
};

}  // namespace ionscape::detail
