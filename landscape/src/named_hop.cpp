#include <ionscape/landscape/named_hop.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <ionscape/landscape/percolation.hpp>

namespace ionscape {

namespace {

/// From a point of the grid down to where no neighbour is lower.
std::size_t downhill(EnergyGrid const& grid, std::size_t point) {
  for (;;) {
    std::array<int, 3> const at = grid.steps(point);
    std::size_t lowest = point;
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j)
        for (int k = -1; k <= 1; ++k) {
          auto const wrapped = [&](int axis, int step) {
            int const n = grid.n[std::size_t(axis)];
            return (at[std::size_t(axis)] + step + n) % n;
          };
          std::size_t const other = grid.point({wrapped(0, i), wrapped(1, j), wrapped(2, k)});
          if (grid.energy[other] < grid.energy[lowest]) lowest = other;
        }
    if (lowest == point) return point;
    point = lowest;
  }
}

/// The energy where Newton's method, damped, comes to rest from a place near a minimum; that of the
/// place where it does not.
double minimum_near(SiteEnergy const& model, Vec3 place, double reach) {
  LocalEnergy here = model.local(place);
  double const start = here.energy;
  Vec3 const origin = place;
  double length = 0.25 * reach;
  for (int step = 0; step < 200 && norm(here.gradient) > 1e-6 && length > 1e-7; ++step) {
    Vec3 const trial = place - (length / norm(here.gradient)) * here.gradient;
    LocalEnergy const there = model.local(trial);
    if (there.energy < here.energy) {
      place = trial, here = there;
      length *= 1.3;
    } else {
      length *= 0.4;
    }
    if (norm(place - origin) > 2 * reach) return start;
  }
  return here.energy;
}

}  // namespace

NamedHop named_hop(SiteEnergy const& model, Vec3 from, Vec3 to, EnergyGridOptions const& options) {
  EnergyGrid const grid = energy_grid(model, options);
  NamedHop hop;
  auto const site = [&](Vec3 place) {
    std::size_t const bottom = downhill(grid, grid.nearest(place).point);
    return minimum_near(model, grid.place(bottom), grid.longest_step());
  };
  hop.first = site(from);
  hop.last = site(to);
  hop.saddle = grid_minimax(grid, from, to);
  if (!std::isfinite(hop.saddle))
    hop.reason = "no way is open below " + std::to_string(options.emax) + " eV";
  return hop;
}

}  // namespace ionscape
