#include <ionscape/landscape/site_network.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <ionscape/core/error.hpp>

#include "descent.hpp"
#include "network_notes.hpp"
#include "threads.hpp"

namespace ionscape {

namespace {

Vec3 shifted(Cell const& cell, Vec3 r, LatticeShift s) {
  return r + cell.to_cartesian({double(s[0]), double(s[1]), double(s[2])});
}

/// One way down from a saddle of cell 0, to the site.
struct Branch {
  std::size_t site;
  LatticeShift shift;  // of the model's cell
  std::vector<Vec3> path;
  std::vector<double> energy;
  double share = 1;
};

/// All ways down from all saddles.
class Descents {
 public:
  Descents(SiteEnergy const& model, EnergyGrid const& grid, CriticalPoints const& critical,
           CriticalPointOptions const& options)
      : model_(model),
        grid_(grid),
        options_(options),
        points_(critical.points),
        known_(grid.cell, points_),
        n_sites_(critical.first[1]) {
    std::size_t const begin = critical.first[1], n = critical.first[2] - begin;
    std::vector<detail::Descent> ways(2 * n);
    detail::on_threads("ionscape::landscape::descend", 2 * n,
                       [&](std::size_t i) { ways[i] = descend(begin + i / 2, i % 2 == 0); });
    for (std::size_t i = 0; i < ways.size(); ++i)
      done_.emplace(std::pair(begin + i / 2, i % 2 == 0), std::move(ways[i]));
  }

  /// Numbers are those of CriticalPoints::points. Empty if the way got lost.
  std::vector<Branch> branches(std::size_t saddle, bool positive) {
    auto const key = std::pair(saddle, positive);
    if (!done_.contains(key)) done_.emplace(key, descend(saddle, positive));
    detail::Descent const& way = done_.at(key);
    if (way.discovered) return {to_new_site(way)};
    if (!way.end) return {};
    LatticeShift const shift = grid_.of_model(way.end->shift);
    if (way.end->point < n_sites_) {
      Branch out{way.end->point, shift, way.path, way.energy, 1};
      out.path.push_back(way.end->place);
      out.energy.push_back(points_[way.end->point].energy);
      return {out};
    }
    // Along a ridge to another saddle, from where half goes either way.
    std::vector<Branch> out;
    for (bool const side : {true, false})
      for (Branch const& onwards : branches(way.end->point, side)) {
        Branch whole{onwards.site, onwards.shift + shift, way.path, way.energy,
                     0.5 * onwards.share};
        whole.path.push_back(way.end->place);
        whole.energy.push_back(points_[way.end->point].energy);
        for (Vec3 r : onwards.path) whole.path.push_back(shifted(model_.cell(), r, shift));
        whole.energy.insert(whole.energy.end(), onwards.energy.begin(), onwards.energy.end());
        out.push_back(std::move(whole));
      }
    return out;
  }

  /// Sites that only descents have found; they follow those that were known.
  std::vector<CriticalPoint> const& discovered() const { return discovered_; }

 private:
  detail::Descent descend(std::size_t saddle, bool positive) const {
    Vec3 const softest = points_[saddle].direction[0];
    return detail::descend(model_, points_[saddle], saddle, positive ? softest : -softest, known_,
                           options_);
  }

  Branch to_new_site(detail::Descent const& way) {
    CriticalPoint site = *way.discovered;
    Branch out{0, {}, way.path, way.energy, 1};
    out.path.push_back(site.place);
    out.energy.push_back(site.energy);
    Cell const& cell = model_.cell();
    for (std::size_t i = 0; i <= discovered_.size(); ++i) {
      if (i == discovered_.size()) {
        Vec3 const f = cell.to_fractional(site.place);
        site.place = cell.to_cartesian(
            {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)});
        discovered_.push_back(site);
      }
      Vec3 const f = cell.to_fractional(out.path.back() - discovered_[i].place),
                 s{std::round(f.x), std::round(f.y), std::round(f.z)};
      if (norm(cell.to_cartesian(f - s)) > 0.01) continue;
      out.site = n_sites_ + i;
      out.shift = {int(s.x), int(s.y), int(s.z)};
      break;
    }
    return out;
  }

  SiteEnergy const& model_;
  EnergyGrid const& grid_;
  CriticalPointOptions const& options_;
  std::vector<CriticalPoint> const& points_;
  detail::Surroundings known_;
  std::size_t n_sites_;
  std::map<std::pair<std::size_t, bool>, detail::Descent> done_;
  std::vector<CriticalPoint> discovered_;
};

/// Up one branch, reversed, and down the other.
Hop hop_between(Cell const& cell, std::size_t saddle, CriticalPoint const& top, Branch const& up,
                Branch const& down) {
  Hop hop{saddle, up.site, down.site, down.shift - up.shift, {}, {}, 0, up.share * down.share};
  LatticeShift const home = -up.shift;
  for (std::size_t i = up.path.size(); i-- > 0;) {
    hop.path.push_back(shifted(cell, up.path[i], home));
    hop.energy.push_back(up.energy[i]);
  }
  hop.top = hop.path.size();
  hop.path.push_back(shifted(cell, top.place, home));
  hop.energy.push_back(top.energy);
  for (std::size_t i = 0; i < down.path.size(); ++i) {
    hop.path.push_back(shifted(cell, down.path[i], home));
    hop.energy.push_back(down.energy[i]);
  }
  return hop;
}

void percolate(SiteNetwork& network) {
  WindingSets sets(network.sites.size());
  std::vector<double> lowest;
  for (CriticalPoint const& site : network.sites) lowest.push_back(site.energy);
  for (int d = 0; d < 3; ++d) network.percolation[std::size_t(d)].dimension = d + 1;
  for (Hop const& hop : network.hops) {  // saddles ascend
    double const bottom =
        std::min(lowest[sets.find(hop.from).first], lowest[sets.find(hop.to).first]);
    auto const joined = sets.join(hop.from, hop.to, hop.shift);
    lowest[joined.first] = bottom;
    for (int d = joined.rank_before; d < joined.rank; ++d) {
      NetworkPercolation& level = network.percolation[std::size_t(d)];
      if (level.found()) continue;
      level.energy = network.saddles[hop.saddle].energy;
      level.lowest = bottom;
      level.bottleneck = hop.saddle;
      level.windings = sets.windings(joined.first).basis();
      for (LatticeShift const& winding : level.windings)
        level.loops.push_back(*network.way(hop.from, hop.from, winding));
    }
  }
}

}  // namespace

SiteNetwork site_network(SiteEnergy const& model, EnergyGrid const& grid,
                         CriticalPointOptions const& options) {
  CriticalPoints const critical = critical_points(model, grid, options);
  auto const copy = [](auto span) { return std::vector(span.begin(), span.end()); };
  SiteNetwork out;
  out.cell = model.cell();
  out.sites = copy(critical.minima());
  out.saddles = copy(critical.saddles());
  out.morse = critical.morse;
  out.grid_percolation = flood(grid).percolation;
  Descents descents(model, grid, critical, options);
  std::size_t lost = 0;
  for (std::size_t s = 0; s < out.saddles.size(); ++s) {
    auto const one = descents.branches(critical.first[1] + s, true),
               other = descents.branches(critical.first[1] + s, false);
    lost += one.empty() + other.empty();
    for (Branch const& up : one)
      for (Branch const& down : other)
        out.hops.push_back(hop_between(out.cell, s, out.saddles[s], up, down));
  }
  for (CriticalPoint const& site : descents.discovered()) out.sites.push_back(site);
  percolate(out);
  detail::judge(out, critical, grid, descents.discovered().size(), lost);
  return out;
}

NetworkOrbits network_orbits(SiteNetwork const& network, Symmetry const& symmetry) {
  auto const places = [](std::vector<CriticalPoint> const& points) {
    std::vector<Vec3> out;
    for (CriticalPoint const& p : points) out.push_back(p.place);
    return out;
  };
  std::vector<std::vector<Vec3>> paths;
  for (Hop const& hop : network.hops)
    paths.push_back({hop.path.front(), hop.path[hop.top], hop.path.back()});
  return {orbits_of_points(symmetry, places(network.sites)),
          orbits_of_points(symmetry, places(network.saddles)), orbits_of_paths(symmetry, paths)};
}

}  // namespace ionscape
