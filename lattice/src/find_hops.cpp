// Hops of one kind between neighbouring sites.
#include <ionscape/lattice/sites.hpp>

#include <vector>

#include "voids.hpp"

namespace ionscape {

std::vector<Hop> find_hops(SiteGraph const& graph, Cell const& cell, HopKind kind) {
  // A step out of a site, seen from that site's home position.
  struct Step {
    std::size_t to;
    Shift shift;
    Window window;
  };
  auto const window_at = [&](Window window, Shift shift) {
    for (Vertex& v : window.vertices) v.shift = v.shift + shift;
    window.position += translation(cell, shift);
    return window;
  };
  auto const site_at = [&](std::size_t index, Shift shift) {
    Site site = graph.sites[index];
    site.position += translation(cell, shift);
    site.vertices = moved(site.vertices, shift);
    return site;
  };
  std::vector<std::vector<Step>> steps(graph.sites.size());
  for (auto const& [i, j, shift, window] : graph.faces) {
    Shift const back = Shift{} - shift;
    steps[i].push_back({j, shift, window});
    steps[j].push_back({i, back, window_at(window, back)});
  }

  auto const kinds = site_kinds(kind);
  std::vector<Hop> hops;
  for (std::size_t s = 0; s < graph.sites.size(); ++s) {
    if (graph.sites[s].kind != kinds[kinds.size() == 2 ? 0 : 1]) continue;
    std::vector<Step> ends;
    for (Step const& step : steps[s])
      if (graph.sites[step.to].kind == kinds.back()) ends.push_back(step);
    for (std::size_t e = 0; e < ends.size(); ++e) {
      if (kinds.size() == 2) {
        hops.push_back(
            {kind, {site_at(s, {}), site_at(ends[e].to, ends[e].shift)}, {ends[e].window}});
        continue;
      }
      // From one end over the home site s to the other, moved so that the start is in its home
      // cell.
      for (std::size_t f = e + 1; f < ends.size(); ++f) {
        Shift const home = Shift{} - ends[e].shift;
        hops.push_back(
            {kind,
             {site_at(ends[e].to, {}), site_at(s, home), site_at(ends[f].to, home + ends[f].shift)},
             {window_at(ends[e].window, home), window_at(ends[f].window, home)}});
      }
    }
  }
  return hops;
}

}  // namespace ionscape
