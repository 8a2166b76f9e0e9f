// The way of steepest descent from a saddle.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <ionscape/landscape/critical_points.hpp>

#include "periodic_places.hpp"

namespace ionscape::detail {

/// All critical points known, for ways that come near them.
class Surroundings {
 public:
  /// `cell` is reduced.
  Surroundings(Cell const& cell, std::span<CriticalPoint const> points);

  struct Met {
    std::size_t point;
    LatticeShift shift;  // of the reduced cell
    Vec3 place;          // Å, of that image
  };
  /// A minimum within 0.03 Å, or another point within 0.003 Å.
  std::optional<Met> minimum_near(Vec3 place) const;
  std::optional<Met> saddle_near(Vec3 place) const;

 private:
  std::optional<Met> nearest(PeriodicPlaces const& places, std::vector<std::size_t> const& of,
                             Vec3 place) const;

  std::span<CriticalPoint const> points_;
  PeriodicPlaces minima_, saddles_;
  std::vector<std::size_t> minimum_of_, saddle_of_;  // numbers among all points
};

struct Descent {
  std::vector<Vec3> path;      // Å, continuous: from the first point after the start to the end
  std::vector<double> energy;  // eV
  /// Where it ended: at a known point (none: it got lost, or found a new minimum).
  std::optional<Surroundings::Met> end;
  std::optional<CriticalPoint> discovered;  // a minimum that was not known, not wrapped
};

/// From a critical point, which is number `start` of those known, down along +- `direction` (a unit
/// vector). By exact solutions of dr/dt = -gradient on the local quadratic surface (Page, McIver,
/// J. Chem. Phys. 88, 922 (1988)); steps are as long as that surface
/// keeps them within 0.02 Å of the way, and the last ends in the minimum itself. On a ridge that symmetry makes, it may end at another
/// saddle.
Descent descend(SiteEnergy const& model, CriticalPoint const& from, std::size_t start,
                Vec3 direction, Surroundings const& known, CriticalPointOptions const& options);

}  // namespace ionscape::detail
