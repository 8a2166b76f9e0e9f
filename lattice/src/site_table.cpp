#include <ionscape/lattice/site_table.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>

namespace ionscape {

namespace {

Vec3 fractional_in_cell(Cell const& cell, Vec3 r) {
  auto const wrap = [](double f) {
    f -= std::floor(f);
    return f > 1 - 5e-7 ? 0.0 : f;
  };
  Vec3 const f = cell.to_fractional(r);
  return {wrap(f.x), wrap(f.y), wrap(f.z)};
}

void measure_sites(SiteTable& table, Crystal const& crystal) {
  for (Site const& site : table.graph.sites)
    table.rows.push_back({fractional_in_cell(crystal.cell, site.position),
                          symmetry_measure(crystal, site),
                          volume(crystal, site),
                          {},
                          {},
                          {}});
  for (std::size_t f = 0; f < table.graph.faces.size(); ++f) {
    SharedFace const& face = table.graph.faces[f];
    table.bottlenecks.push_back(bottleneck(crystal, face.window));
    SiteRow &i = table.rows[face.i], &j = table.rows[face.j];
    i.windows.push_back(f);
    i.neighbours.emplace(face.j, face.shift);
    j.windows.push_back(f);
    j.neighbours.emplace(face.i, Shift{} - face.shift);
  }
}

void place_mobile_ions(SiteTable& table, Crystal const& crystal,
                       std::vector<std::string> const& mobile) {
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    std::string const& species = crystal.species[ion];
    if (std::ranges::count(mobile, species) == 0) continue;
    NearestSite const nearest = nearest_site(table.graph, crystal.cell, crystal.positions[ion]);
    if (nearest.distance < occupied_within) {
      ++table.stands[species + " in " + table.kind(nearest.site) + " sites"];
      table.rows[nearest.site].occupants.push_back(ion);
    } else {
      ++table.stands[species + " further than " + shortest(occupied_within) + " Å from every site"];
    }
  }
}

}  // namespace

SiteTable site_table(Crystal const& crystal, std::vector<std::string> const& anions,
                     std::vector<std::string> const& mobile) {
  SiteTable table;
  table.graph = find_sites(crystal, anions);
  measure_sites(table, crystal);
  place_mobile_ions(table, crystal, mobile);
  return table;
}

}  // namespace ionscape
