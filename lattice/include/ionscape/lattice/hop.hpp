// A hop: a chain of face-sharing sites, unwrapped, and the band along it; neb interpolates between
// its waypoints.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/lattice/site.hpp>

namespace ionscape {

enum class HopKind { oct_tet, tet_oct_tet, oct_tet_oct };

/// The kinds of the sites along the hop, from start to end.
std::vector<SiteKind> site_kinds(HopKind kind);

/// n sites and the n - 1 windows between them. Positions and vertices are continuous along the
/// chain (unwrapped).
struct Hop {
  HopKind kind = HopKind::oct_tet;
  std::vector<Site> sites;
  std::vector<Window> windows;
};

/// Positions in Å from the first site to the last; with `through_windows` site, window, site, ...
/// (2n - 1 of them), else the n sites alone.
std::vector<Vec3> waypoints(Hop const& hop, bool through_windows = true);

/// One image for each position: the host, and last the mobile ion. Positions are taken as they are,
/// not wrapped. Throws InputError if there are fewer than 2 positions, or if only one of host and
/// mobile ion has known charges.
Band make_band(Crystal const& host, std::string const& mobile_species,
               std::span<Vec3 const> positions, std::optional<double> mobile_charge = {});

}  // namespace ionscape
