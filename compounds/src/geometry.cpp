// The geometry of a compound: its framework, its sites and what stands in them, and its hops, of
// which those that symmetry makes equal are one.
#include <algorithm>
#include <cmath>
#include <set>

#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/anions.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape/lattice/symmetry.hpp>

#include "mean.hpp"

namespace ionscape {

namespace {

std::string label_of(Crystal const& crystal, std::size_t ion) {
  return crystal.species[ion] + std::to_string(ion + 1);
}

/// What is known of each site of the graph, in its order.
struct SiteFacts {
  std::vector<Vec3> fractional;
  std::vector<double> csm, volume;
  std::vector<bool> has_mobile;
  std::vector<std::string> blocked_by;

  /// The site that a periodic image of it stands for.
  std::size_t index_of(Cell const& cell, Vec3 position) const {
    Vec3 const f = cell.to_fractional(position);
    double best = INFINITY;
    std::size_t at = 0;
    for (std::size_t s = 0; s < fractional.size(); ++s) {
      Vec3 d = f - fractional[s];
      d = {d.x - std::round(d.x), d.y - std::round(d.y), d.z - std::round(d.z)};
      if (double const distance = dot(d, d); distance < best) best = distance, at = s;
    }
    return at;
  }
};

CompoundHop describe(Crystal const& crystal, Hop const& hop, SiteFacts const& facts) {
  CompoundHop out;
  out.hop = hop;
  out.count = 1;
  Mean csm_tet, csm_oct, volume_tet, volume_oct;
  for (std::size_t k = 0; k < hop.sites.size(); ++k) {
    bool const is_tet = hop.sites[k].kind == SiteKind::tet,
               is_end = k == 0 || k + 1 == hop.sites.size();
    std::size_t const s = facts.index_of(crystal.cell, hop.sites[k].position);
    (is_tet ? csm_tet : csm_oct).add(facts.csm[s]);
    (is_tet ? volume_tet : volume_oct).add(facts.volume[s]);
    if (facts.has_mobile[s]) (is_end ? out.mobile_ends += 1 : int(out.mobile_between = true));
    if (!facts.blocked_by[s].empty())
      out.blocked_by += (out.blocked_by.empty() ? "" : " ") + facts.blocked_by[s];
  }
  out.csm_tet = csm_tet.value(), out.csm_oct = csm_oct.value();
  out.tet_volume_A3 = volume_tet.value(), out.oct_volume_A3 = volume_oct.value();
  out.bottleneck_area_A2 = out.bottleneck_radius_A = INFINITY;
  for (Window const& window : hop.windows) {
    Bottleneck const neck = bottleneck(crystal, window);
    out.bottleneck_area_A2 = std::min(out.bottleneck_area_A2, neck.area);
    out.bottleneck_radius_A = std::min(out.bottleneck_radius_A, neck.radius);
  }
  auto const points = waypoints(hop);
  for (std::size_t k = 1; k < points.size(); ++k) out.length_A += norm(points[k] - points[k - 1]);
  out.span_A = norm(points.back() - points.front());
  out.csm_tet_range[0] = out.csm_tet_range[1] = out.csm_tet;
  out.csm_oct_range[0] = out.csm_oct_range[1] = out.csm_oct;
  return out;
}

/// Same kind, same sites taken, and the same descriptors within a part: 0.02 is 2 %, for CSMs 5 % or
/// 0.02.
bool alike(CompoundHop const& a, CompoundHop const& b, double part) {
  auto const near = [](double x, double y, double relative, double absolute = 0) {
    return std::fabs(x - y) <= std::max(absolute, relative * std::max(std::fabs(x), std::fabs(y)));
  };
  return a.hop.kind == b.hop.kind && a.mobile_ends == b.mobile_ends &&
         a.mobile_between == b.mobile_between && a.blocked_by.empty() == b.blocked_by.empty() &&
         near(a.csm_tet, b.csm_tet, 2.5 * part, part) &&
         near(a.csm_oct, b.csm_oct, 2.5 * part, part) &&
         near(a.tet_volume_A3, b.tet_volume_A3, part) &&
         near(a.oct_volume_A3, b.oct_volume_A3, part) &&
         near(a.bottleneck_area_A2, b.bottleneck_area_A2, part) &&
         near(a.length_A, b.length_A, part) && near(a.span_A, b.span_A, part);
}

/// One hop stands for both.
void absorb(CompoundHop& hop, CompoundHop const& other) {
  hop.count += other.count;
  auto const widen = [](double(&range)[2], double const(&by)[2]) {
    range[0] = std::min(range[0], by[0]), range[1] = std::max(range[1], by[1]);
  };
  widen(hop.csm_tet_range, other.csm_tet_range);
  widen(hop.csm_oct_range, other.csm_oct_range);
}

/// One of each class of hops that the symmetry makes equal, in the order of the first ones.
std::vector<CompoundHop> classes_by_symmetry(std::vector<CompoundHop> const& hops,
                                             Symmetry const& symmetry) {
  std::vector<std::vector<Vec3>> paths;
  for (CompoundHop const& hop : hops) paths.push_back(waypoints(hop.hop));
  Orbits const orbits = orbits_of_paths(symmetry, paths);
  std::vector<CompoundHop> classes;
  for (std::size_t i = 0; i < hops.size(); ++i)
    if (std::size_t const c = orbits.class_of[i]; c == classes.size())
      classes.push_back(hops[i]);
    else
      absorb(classes[c], hops[i]);
  return classes;
}

/// One of each group of hops that look alike.
std::vector<CompoundHop> groups_by_likeness(std::vector<CompoundHop> const& hops, double part) {
  std::vector<CompoundHop> groups;
  for (CompoundHop const& hop : hops) {
    auto const same = std::ranges::find_if(
        groups, [&](CompoundHop const& group) { return alike(group, hop, part); });
    if (same == groups.end())
      groups.push_back(hop);
    else
      absorb(*same, hop);
  }
  return groups;
}

/// The framework and its volume, and whether the models' domain is left.
void judge_framework(CompoundGeometry& out, Crystal const& crystal) {
  out.framework = match_framework(crystal, {out.anion});
  out.volume_A3 = out.framework.volume_per_anion;
  out.in_domain = out.framework.kind == FrameworkKind::fcc;
  if (!out.in_domain)
    out.remarks.push_back(
        std::string("the anions form no fcc lattice (") + name_of(out.framework.kind) +
        "): outside the domain of the C-V and C-V-D models, whose error is not known here");
}

SiteGraph sites_of(CompoundGeometry& out, Crystal const& crystal) {
  SiteGraph graph = find_sites(crystal, {out.anion});
  if (graph.sites.empty()) fail_input({}, "no sites between the ", out.anion, " ions");
  if (graph.has_empty_space()) {
    out.in_domain = false;
    out.remarks.push_back(
        "a sphere of radius " + decimals(graph.largest_sphere_A, 1) + " Å fits between the " +
        out.anion + " ions (median " + decimals(graph.median_sphere_A, 1) +
        " Å): V counts this empty space, as in a slab, and says little of the framework");
  }
  return graph;
}

SiteFacts empty_sites(Crystal const& crystal, SiteGraph const& graph) {
  SiteFacts facts;
  for (Site const& site : graph.sites) {
    facts.fractional.push_back(crystal.cell.to_fractional(site.position));
    facts.csm.push_back(symmetry_measure(crystal, site));
    facts.volume.push_back(volume(crystal, site));
  }
  facts.has_mobile.assign(graph.sites.size(), false);
  facts.blocked_by.assign(graph.sites.size(), "");
  return facts;
}

/// Each ion that is no anion of the framework goes to the site nearest to it.
void place_ions(CompoundGeometry& out, SiteFacts& facts, Crystal const& crystal,
                SiteGraph const& graph, std::string const& mobile) {
  std::set<std::string> other_anions;
  std::vector<double> off_site;  // Å, of mobile ions
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    std::string const& species = crystal.species[ion];
    if (species == out.anion) {
      out.anions.push_back(ion);
      continue;
    }
    NearestSite const nearest = nearest_site(graph, crystal.cell, crystal.positions[ion]);
    ++out.taken[species + " in " + name_of(graph.sites[nearest.site].kind)];
    if (species != mobile) {
      std::string& words = facts.blocked_by[nearest.site];
      words += (words.empty() ? "" : " ") + label_of(crystal, ion);
      if (is_known_anion(species)) other_anions.insert(species);
      continue;
    }
    facts.has_mobile[nearest.site] = true;
    out.mobile.push_back(ion);
    if (nearest.distance > occupied_within) off_site.push_back(nearest.distance);
  }
  for (std::string const& species : other_anions)
    out.remarks.push_back(
        species +
        " is taken for a cation, which only blocks hops: V and the framework are those of " +
        out.anion + " alone");
  if (!off_site.empty())
    out.remarks.push_back(std::to_string(off_site.size()) + " " + mobile + " stand up to " +
                          decimals(std::ranges::max(off_site), 2) +
                          " Å from the nearest site's centre: the models put them there");
  if (out.mobile.empty())
    out.remarks.push_back("no " + mobile +
                          " in the structure: hops between empty sites, of a framework at rest");
}

/// Of these kinds, each in the cell once: those that begin or end at a mobile ion, or all if there
/// is none.
std::vector<CompoundHop> hops_in_cell(CompoundGeometry const& out, SiteFacts const& facts,
                                      Crystal const& crystal, SiteGraph const& graph,
                                      std::span<HopKind const> kinds) {
  std::vector<CompoundHop> hops;
  for (HopKind kind : kinds)
    for (Hop const& hop : find_hops(graph, crystal.cell, kind)) {
      CompoundHop described = describe(crystal, hop, facts);
      if (out.mobile.empty() || described.mobile_ends > 0) hops.push_back(std::move(described));
    }
  return hops;
}

/// One hop of each kind by symmetry, or of those that look alike where these are too many.
void tell_apart(CompoundGeometry& out, Crystal const& crystal,
                std::vector<CompoundHop> const& hops) {
  Symmetry const symmetry = find_symmetry(crystal, symmetry_tolerance_A);
  out.space_group = symmetry.international;
  out.space_group_number = symmetry.number;
  out.hops = classes_by_symmetry(hops, symmetry);
  out.different_hops = int(out.hops.size());
  if (out.different_hops <= most_different_hops) return;
  std::vector<CompoundHop> groups;
  double part = 0.01;
  do {
    part *= 2;
    groups = groups_by_likeness(out.hops, part);
  } while (int(groups.size()) > most_different_hops && part < 0.5);
  out.hops = std::move(groups);
  out.remarks.push_back(
      "the crystal's symmetry, " + out.space_group + " within " + shortest(symmetry_tolerance_A) +
      " Å, leaves " + std::to_string(out.different_hops) + " different hops: those alike within " +
      shortest(100 * part) + " % are shown as one, " + std::to_string(out.hops.size()) + " in all");
}

}  // namespace

CompoundGeometry analyse_compound(Crystal const& crystal, std::string const& anion,
                                  std::string const& mobile, std::span<HopKind const> kinds) {
  CompoundGeometry out;
  out.anion = anion;
  judge_framework(out, crystal);
  SiteGraph const graph = sites_of(out, crystal);
  SiteFacts facts = empty_sites(crystal, graph);
  place_ions(out, facts, crystal, graph, mobile);
  auto const hops = hops_in_cell(out, facts, crystal, graph, kinds);
  tell_apart(out, crystal, hops);
  std::ranges::stable_sort(out.hops, {}, [](CompoundHop const& hop) {
    return std::pair(!hop.blocked_by.empty(),
                     -hop.mobile_ends);  // what the mobile ions can do comes first
  });
  if (hops.empty())
    out.remarks.push_back(out.mobile.empty()
                              ? "no chain of Tet and Oct sites: no hop to predict"
                              : "no hop of the asked kinds begins or ends at a " + mobile);
  return out;
}

}  // namespace ionscape
