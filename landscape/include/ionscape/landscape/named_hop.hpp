// The barrier of one hop that somebody names by its ends.
#pragma once

#include <string>

#include <ionscape/landscape/energy_grid.hpp>
#include <ionscape/landscape/site_energy.hpp>

namespace ionscape {

struct NamedHop {
  double first = 0, last = 0;  // eV, of the sites at the two ends
  double saddle = 0;           // eV, the highest point of the lowest way
  std::string reason;          // why there is none; empty: there is one

  bool found() const { return reason.empty(); }
  double forward() const { return saddle - first; }                                  // eV
  double above_lower_end() const { return saddle - (first < last ? first : last); }  // eV
};

/// From the site at `from` to that at `to` (Å; this image of it) over the lowest way: the minimax of the
/// grid, a little more than that of the surface. Sites are the minima to which the energy falls from the
/// places given. Throws InputError as energy_grid does.
NamedHop named_hop(SiteEnergy const& model, Vec3 from, Vec3 to, EnergyGridOptions const& options);

}  // namespace ionscape
