// ionscape sites STRUCTURE: interstitial sites of an anion framework.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include <ionscape/compounds/charges.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>

#include "arguments.hpp"
#include "output.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

Vec3 fractional_in_cell(Cell const& cell, Vec3 r) {
  auto const wrap = [](double f) {
    f -= std::floor(f);
    return f > 1 - 5e-7 ? 0.0 : f;
  };
  Vec3 const f = cell.to_fractional(r);
  return {wrap(f.x), wrap(f.y), wrap(f.z)};
}

struct SiteRow {
  Site const* site;
  Vec3 fractional;
  double csm, volume;
  std::vector<std::size_t> windows;                    // indices into the graph's faces
  std::set<std::pair<std::size_t, Shift>> neighbours;  // face-sharing sites
  std::vector<std::size_t> occupants;                  // ions of the mobile species
};

}  // namespace

int sites_command(int argc, char const* const* argv) {
  Arguments arguments("sites",
                      "Finds the tetrahedral (tet), octahedral (oct) and other interstitial sites "
                      "between the anions of a\n"
                      "structure, from geometry alone, and the triangular windows through which an "
                      "ion passes between them.\n"
                      "STRUCTURE: POSCAR/CONTCAR, .vasp, .cif, .extxyz, .xyz.",
                      {"STRUCTURE [--anions O,S] [--mobile Li] [--json]"},
                      "ionscape sites examples/structures/Li2S.vasp");
  arguments.positional("structure");
  arguments.option("anions", "LIST",
                   "species that form the framework (default: O S Se Te F Cl Br I N, as present)");
  arguments.option("mobile", "LIST", "species whose sites are named (default: Li)");
  arguments.flag("json", "print JSON in place of the tables");
  if (!arguments.parse(argc, argv)) return good;

  auto const file = arguments.required_path("structure", "structure file");
  Crystal const crystal = read_crystal(file);
  auto const anions = choose_anions(crystal.species, arguments.list("anions"), {file});
  auto mobile = arguments.list("mobile");
  for (std::string const& species : mobile)
    if (std::ranges::count(crystal.species, species) == 0)
      fail_input({file}, "--mobile ", species, ": no such ion here");
  if (mobile.empty()) mobile = {"Li"};
  SiteGraph const graph = find_sites(crystal, anions);

  std::vector<SiteRow> rows;
  for (Site const& site : graph.sites)
    rows.push_back({&site,
                    fractional_in_cell(crystal.cell, site.position),
                    symmetry_measure(crystal, site),
                    volume(crystal, site),
                    {},
                    {},
                    {}});
  std::vector<Bottleneck> bottlenecks;
  for (std::size_t f = 0; f < graph.faces.size(); ++f) {
    SharedFace const& face = graph.faces[f];
    bottlenecks.push_back(bottleneck(crystal, face.window));
    rows[face.i].windows.push_back(f);
    rows[face.i].neighbours.emplace(face.j, face.shift);
    rows[face.j].windows.push_back(f);
    rows[face.j].neighbours.emplace(face.i, Shift{} - face.shift);
  }
  std::map<std::string, int> count;  // of mobile ions, by where they stand
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    if (std::find(mobile.begin(), mobile.end(), crystal.species[ion]) == mobile.end()) continue;
    NearestSite const nearest = nearest_site(graph, crystal.cell, crystal.positions[ion]);
    if (nearest.distance < occupied_within) {
      ++count[crystal.species[ion] + " in " + name_of(graph.sites[nearest.site].kind) + " sites"];
      rows[nearest.site].occupants.push_back(ion);
    } else {
      ++count[crystal.species[ion] + " further than " + shortest(occupied_within) +
              " Å from every site"];
    }
  }

  auto const label = [&](std::size_t ion) {
    return crystal.species[ion] + std::to_string(ion + 1);
  };
  if (arguments.has("json")) {
    Json json = provenance();
    json["structure"] = file.string();
    json["anions"] = anions;
    json["sites"] = Json::array();
    for (SiteRow const& row : rows) {
      Json site;
      site["kind"] = name_of(row.site->kind);
      site["fractional"] = to_json(row.fractional);
      site["position_A"] = to_json(row.site->position);
      site["csm"] = row.csm;
      site["volume_A3"] = row.volume;
      site["vertices"] = row.site->vertices.size();
      site["shared_faces"] = row.neighbours.size();
      site["occupied_by"] = Json::array();
      for (std::size_t ion : row.occupants) site["occupied_by"].push_back(label(ion));
      json["sites"].push_back(site);
    }
    json["windows"] = Json::array();
    for (std::size_t f = 0; f < graph.faces.size(); ++f) {
      SharedFace const& face = graph.faces[f];
      Json window;
      window["sites"] = {face.i, face.j};
      window["shift"] = {face.shift.a, face.shift.b, face.shift.c};
      window["position_A"] = to_json(face.window.position);
      window["area_A2"] = bottlenecks[f].area;
      window["radius_A"] = bottlenecks[f].radius;
      json["windows"].push_back(window);
    }
    write_json(std::cout, json);
    return good;
  }

  std::cout << file.string() << ": " << rows.size() << " sites between the anions "
            << joined(anions)
            << (arguments.has("anions") ? ""
                                        : " (chosen from the known anions; --anions names others)")
            << "\n\n";
  TextTable table({"site", "kind", "fractional", "", "", "CSM", "volume/Å^3", "faces",
                   "window area/Å^2", "radius/Å", "ion"});
  for (std::size_t s = 0; s < rows.size(); ++s) {
    SiteRow const& row = rows[s];
    std::vector<double> areas, radii;
    for (std::size_t f : row.windows)
      areas.push_back(bottlenecks[f].area), radii.push_back(bottlenecks[f].radius);
    std::string ions;
    for (std::size_t ion : row.occupants) ions += (ions.empty() ? "" : " ") + label(ion);
    table.row({std::to_string(s + 1), name_of(row.site->kind), fixed(row.fractional.x, 4),
               fixed(row.fractional.y, 4), fixed(row.fractional.z, 4), fixed(row.csm, 3),
               fixed(row.volume, 3), std::to_string(row.neighbours.size()), range(areas, 3),
               range(radii, 3), ions});
  }
  table.print(std::cout);

  std::map<std::string, std::vector<std::size_t>> windows_of;
  for (std::size_t f = 0; f < graph.faces.size(); ++f) {
    std::string a = name_of(rows[graph.faces[f].i].site->kind),
                b = name_of(rows[graph.faces[f].j].site->kind);
    windows_of[a < b ? a + "-" + b : b + "-" + a].push_back(f);
  }
  std::cout << "\nwindows: triangles of three anion centres, and the circle through them\n";
  TextTable windows({"between", "number", "area/Å^2", "radius/Å"});
  for (auto const& [kinds, faces] : windows_of) {
    std::vector<double> areas, radii;
    for (std::size_t f : faces)
      areas.push_back(bottlenecks[f].area), radii.push_back(bottlenecks[f].radius);
    windows.row({kinds, std::to_string(faces.size()), range(areas, 3), range(radii, 3)});
  }
  windows.print(std::cout);

  if (!count.empty()) std::cout << '\n';
  for (auto const& [what, n] : count) std::cout << n << ' ' << what << '\n';
  return good;
}

}  // namespace ionscape::app
