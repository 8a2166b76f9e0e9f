// The interstitial sites of a structure with what can be measured of each, and the ions in them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>

namespace ionscape {

/// What is measured of one site.
struct SiteRow {
  Vec3 fractional;                                     // in [0, 1)
  double csm = 0, volume = 0;                          // CSM; Å^3 of its polyhedron
  std::vector<std::size_t> windows;                    // indices into the graph's faces
  std::set<std::pair<std::size_t, Shift>> neighbours;  // face-sharing sites
  std::vector<std::size_t> occupants;                  // ions of the mobile species
};

struct SiteTable {
  SiteGraph graph;
  std::vector<SiteRow> rows;            // one a site of the graph
  std::vector<Bottleneck> bottlenecks;  // one a face of the graph
  std::map<std::string, int> stands;    // number of mobile ions by where they stand, in words

  char const* kind(std::size_t site) const { return name_of(graph.sites[site].kind); }
};

/// Sites between the ions of `anions`, and the ions of `mobile` in them. Throws InputError where
/// find_sites does.
SiteTable site_table(Crystal const& crystal, std::vector<std::string> const& anions,
                     std::vector<std::string> const& mobile);

}  // namespace ionscape
