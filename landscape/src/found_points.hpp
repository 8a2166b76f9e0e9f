// Critical points found so far, each once.
#pragma once

#include <vector>

#include <ionscape/landscape/critical_points.hpp>

#include "periodic_places.hpp"

namespace ionscape::detail {

class FoundPoints {
 public:
  /// `cell` is reduced.
  FoundPoints(Cell const& cell, CriticalPointOptions const& options)
      : places_(cell, std::max(options.same, line)), same_(options.same) {}

  /// False if it is known. Degenerate points near a degenerate one are taken for the same: where a
  /// curvature is zero, places are known less well.
  bool add(CriticalPoint const& point) {
    bool known = false;
    places_.visit(point.place, [&](PeriodicPlaces::Near const& near) {
      CriticalPoint const& other = points_[near.index];
      known |= near.distance <= same_ || (point.degenerate && other.degenerate);
    });
    if (known) return false;
    places_.add(point.place);
    points_.push_back(point);
    return true;
  }

  std::vector<CriticalPoint> const& points() const { return points_; }

 private:
  static constexpr double line = 0.1;  // Å
  PeriodicPlaces places_;
  double same_;
  std::vector<CriticalPoint> points_;
};

}  // namespace ionscape::detail
