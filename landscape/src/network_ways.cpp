// Ways through the network.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <ionscape/landscape/site_network.hpp>

namespace ionscape {

namespace {

using Image = std::pair<std::size_t, LatticeShift>;  // a site and its cell

/// The fewest hops over saddles up to number `highest` from site `from` of cell 0 to one of the cell
/// that is asked for. They are connected.
Way fewest_hops(SiteNetwork const& network, std::size_t from, Image target, std::size_t highest) {
  struct Link {
    std::size_t to;
    LatticeShift shift;
    HopStep step;
  };
  std::vector<std::vector<Link>> links(network.sites.size());
  for (std::size_t h = 0; h < network.hops.size(); ++h) {
    Hop const& hop = network.hops[h];
    if (hop.saddle > highest || hop.goes_nowhere()) continue;
    links[hop.from].push_back({hop.to, hop.shift, {h, true}});
    links[hop.to].push_back({hop.from, -hop.shift, {h, false}});
  }
  Image const start{from, {}};
  std::map<Image, std::pair<Image, HopStep>> came_from;
  std::vector<Image> front{start};
  while (!came_from.contains(target)) {
    std::vector<Image> next;
    for (Image const& here : front)
      for (Link const& link : links[here.first]) {
        Image const there{link.to, here.second + link.shift};
        if (came_from.emplace(there, std::pair(here, link.step)).second) next.push_back(there);
      }
    front = std::move(next);
  }
  Way way{-std::numeric_limits<double>::infinity(), 0, {}};
  for (Image at = target;;) {
    auto const& [before, step] = came_from.at(at);
    way.steps.push_back(step);
    std::size_t const saddle = network.hops[step.hop].saddle;
    if (network.saddles[saddle].energy > way.energy) {
      way.energy = network.saddles[saddle].energy;
      way.bottleneck = saddle;
    }
    at = before;
    if (at == start) break;
  }
  std::ranges::reverse(way.steps);
  return way;
}

Way no_steps(SiteNetwork const& network, std::size_t site) {
  return {network.sites[site].energy, 0, {}};
}

}  // namespace

std::optional<Way> SiteNetwork::way(std::size_t from, std::size_t to, LatticeShift shift) const {
  if (from == to && shift == LatticeShift{}) return no_steps(*this, from);
  WindingSets sets(sites.size());
  for (Hop const& hop : hops) {
    sets.join(hop.from, hop.to, hop.shift);
    if (sets.connected(from, to, shift)) return fewest_hops(*this, from, {to, shift}, hop.saddle);
  }
  return {};
}

std::optional<Way> SiteNetwork::way(std::size_t from, std::size_t to) const {
  if (from == to) return no_steps(*this, from);
  WindingSets sets(sites.size());
  for (Hop const& hop : hops) {
    sets.join(hop.from, hop.to, hop.shift);
    if (!sets.connected(from, to)) continue;
    auto const a = sets.find(from), b = sets.find(to);
    return fewest_hops(*this, from, {to, a.shift - b.shift}, hop.saddle);
  }
  return {};
}

SiteNetwork::Path SiteNetwork::path(Way const& way) const {
  Path out;
  LatticeShift at{};  // the cell of the site that was reached
  for (HopStep const& step : way.steps) {
    Hop const& hop = hops[step.hop];
    LatticeShift const home = step.forwards ? at : at - hop.shift;
    Vec3 const by = cell.to_cartesian({double(home[0]), double(home[1]), double(home[2])});
    std::size_t const n = hop.path.size();
    for (std::size_t k = out.place.empty() ? 0 : 1; k < n; ++k) {
      std::size_t const i = step.forwards ? k : n - 1 - k;
      out.place.push_back(hop.path[i] + by);
      out.energy.push_back(hop.energy[i]);
    }
    at = step.forwards ? at + hop.shift : home;
  }
  return out;
}

SiteNetwork::Nearest SiteNetwork::nearest(Vec3 place) const {
  Nearest best{0, {}, std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < sites.size(); ++i) {
    Vec3 const stated = sites[i].place - place, away = minimum_image(cell, stated);
    if (!(norm(away) < best.distance)) continue;
    Vec3 const s = cell.to_fractional(away - stated);
    best = {i, {int(std::lround(s.x)), int(std::lround(s.y)), int(std::lround(s.z))}, norm(away)};
  }
  return best;
}

}  // namespace ionscape
