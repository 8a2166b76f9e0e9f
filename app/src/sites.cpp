// ionscape sites STRUCTURE...: interstitial sites of an anion framework.
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/lattice/anions.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>

#include "arguments.hpp"
#include "output.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

struct SiteRow {
  Vec3 fractional;
  double csm, volume;
  std::vector<std::size_t> windows;                    // indices into the graph's faces
  std::set<std::pair<std::size_t, Shift>> neighbours;  // face-sharing sites
  std::vector<std::size_t> occupants;                  // ions of the mobile species
};

/// All that is said of one structure.
struct SiteReport {
  std::filesystem::path file;
  Crystal crystal;
  std::vector<std::string> anions;
  SiteGraph graph;
  std::vector<SiteRow> rows;            // one a site
  std::vector<Bottleneck> bottlenecks;  // one a face
  std::map<std::string, int> stands;    // number of mobile ions, by where they stand

  char const* kind(std::size_t site) const { return name_of(graph.sites[site].kind); }
  std::string label(std::size_t ion) const {
    return crystal.species[ion] + std::to_string(ion + 1);
  }
};

Vec3 fractional_in_cell(Cell const& cell, Vec3 r) {
  auto const wrap = [](double f) {
    f -= std::floor(f);
    return f > 1 - 5e-7 ? 0.0 : f;
  };
  Vec3 const f = cell.to_fractional(r);
  return {wrap(f.x), wrap(f.y), wrap(f.z)};
}

// --- computing -----------------------------------------------------------------------------------

SiteGraph sites_of_file(Crystal const& crystal, std::vector<std::string> const& anions,
                        std::filesystem::path const& file) {
  try {
    return find_sites(crystal, anions);
  } catch (InputError const& error) {
    fail_input({file}, error.what());
  }
}

void measure_sites(SiteReport& report) {
  auto& [file, crystal, anions, graph, rows, bottlenecks, stands] = report;
  for (Site const& site : graph.sites)
    rows.push_back({fractional_in_cell(crystal.cell, site.position),
                    symmetry_measure(crystal, site),
                    volume(crystal, site),
                    {},
                    {},
                    {}});
  for (std::size_t f = 0; f < graph.faces.size(); ++f) {
    SharedFace const& face = graph.faces[f];
    bottlenecks.push_back(bottleneck(crystal, face.window));
    rows[face.i].windows.push_back(f);
    rows[face.i].neighbours.emplace(face.j, face.shift);
    rows[face.j].windows.push_back(f);
    rows[face.j].neighbours.emplace(face.i, Shift{} - face.shift);
  }
}

void place_mobile_ions(SiteReport& report, std::vector<std::string> const& mobile) {
  Crystal const& crystal = report.crystal;
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    std::string const& species = crystal.species[ion];
    if (std::ranges::count(mobile, species) == 0) continue;
    NearestSite const nearest = nearest_site(report.graph, crystal.cell, crystal.positions[ion]);
    if (nearest.distance < occupied_within) {
      ++report.stands[species + " in " + report.kind(nearest.site) + " sites"];
      report.rows[nearest.site].occupants.push_back(ion);
    } else {
      ++report
            .stands[species + " further than " + shortest(occupied_within) + " Å from every site"];
    }
  }
}

SiteReport report_of(std::filesystem::path const& file, Arguments const& arguments) {
  SiteReport report;
  report.file = file;
  report.crystal = read_crystal(file);
  auto const& species = report.crystal.species;
  report.anions = choose_anions(species, arguments.list("anions"), {file});
  auto mobile = arguments.list("mobile");
  for (std::string const& ion : mobile)
    if (std::ranges::count(species, ion) == 0)
      fail_input({file}, "--mobile ", ion, ": no such ion here");
  if (mobile.empty()) mobile = {"Li"};
  report.graph = sites_of_file(report.crystal, report.anions, file);
  measure_sites(report);
  place_mobile_ions(report, mobile);
  return report;
}

// --- saying --------------------------------------------------------------------------------------

void add_to(Json& json, SiteReport const& report) {
  json["structure"] = report.file.string();
  json["anions"] = report.anions;
  json["sites"] = Json::array();
  for (std::size_t s = 0; s < report.rows.size(); ++s) {
    SiteRow const& row = report.rows[s];
    Site const& found = report.graph.sites[s];
    Json site;
    site["kind"] = report.kind(s);
    site["fractional"] = to_json(row.fractional);
    site["position_A"] = to_json(found.position);
    site["csm"] = row.csm;
    site["volume_A3"] = row.volume;
    site["vertices"] = found.vertices.size();
    site["shared_faces"] = row.neighbours.size();
    site["occupied_by"] = Json::array();
    for (std::size_t ion : row.occupants) site["occupied_by"].push_back(report.label(ion));
    json["sites"].push_back(site);
  }
  json["windows"] = Json::array();
  for (std::size_t f = 0; f < report.graph.faces.size(); ++f) {
    SharedFace const& face = report.graph.faces[f];
    Json window;
    window["sites"] = {face.i, face.j};
    window["shift"] = {face.shift.a, face.shift.b, face.shift.c};
    window["position_A"] = to_json(face.window.position);
    window["area_A2"] = report.bottlenecks[f].area;
    window["radius_A"] = report.bottlenecks[f].radius;
    json["windows"].push_back(window);
  }
}

/// Two fields of a table: the windows' areas and radii.
std::array<std::string, 2> ranges(SiteReport const& report, std::vector<std::size_t> const& faces) {
  std::vector<double> areas, radii;
  for (std::size_t f : faces) {
    areas.push_back(report.bottlenecks[f].area);
    radii.push_back(report.bottlenecks[f].radius);
  }
  return {range(areas, 3), range(radii, 3)};
}

void print_sites(SiteReport const& report) {
  TextTable table({"site", "kind", "fractional", "", "", "CSM", "volume/Å^3", "faces",
                   "window area/Å^2", "radius/Å", "ion"});
  for (std::size_t s = 0; s < report.rows.size(); ++s) {
    SiteRow const& row = report.rows[s];
    auto const [area, radius] = ranges(report, row.windows);
    std::string ions;
    for (std::size_t ion : row.occupants) ions += (ions.empty() ? "" : " ") + report.label(ion);
    table.row({std::to_string(s + 1), report.kind(s), fixed(row.fractional.x, 4),
               fixed(row.fractional.y, 4), fixed(row.fractional.z, 4), fixed(row.csm, 3),
               fixed(row.volume, 3), std::to_string(row.neighbours.size()), area, radius, ions});
  }
  table.print(std::cout);
}

void print_windows(SiteReport const& report) {
  std::map<std::string, std::vector<std::size_t>> windows_of;
  for (std::size_t f = 0; f < report.graph.faces.size(); ++f) {
    SharedFace const& face = report.graph.faces[f];
    std::string const a = report.kind(face.i), b = report.kind(face.j);
    windows_of[a < b ? a + "-" + b : b + "-" + a].push_back(f);
  }
  std::cout << "\nwindows: triangles of three anion centres, and the circle through them\n";
  TextTable windows({"between", "number", "area/Å^2", "radius/Å"});
  for (auto const& [kinds, faces] : windows_of) {
    auto const [area, radius] = ranges(report, faces);
    windows.row({kinds, std::to_string(faces.size()), area, radius});
  }
  windows.print(std::cout);
}

void print(SiteReport const& report, bool anions_were_asked) {
  std::cout << report.file.string() << ": " << report.rows.size() << " sites between the anions "
            << joined(report.anions)
            << (anions_were_asked ? "" : " (chosen from the known anions; --anions names others)")
            << "\n\n";
  print_sites(report);
  print_windows(report);
  if (!report.stands.empty()) std::cout << '\n';
  for (auto const& [where, n] : report.stands) std::cout << n << ' ' << where << '\n';
}

int one_structure(std::filesystem::path const& file, Arguments const& arguments) {
  SiteReport const report = report_of(file, arguments);
  if (!arguments.has("json")) return print(report, arguments.has("anions")), good;
  Json json = provenance();
  add_to(json, report);
  write_json(std::cout, json);
  return good;
}

/// A bad structure is reported in its place, and the others are done.
int many_structures(std::vector<std::filesystem::path> const& files, Arguments const& arguments) {
  Json json = provenance();
  json["structures"] = Json::array();
  std::size_t failed = 0;
  for (auto const& file : files) {
    Json entry;
    std::optional<std::string> problem;
    if (&file != &files.front() && !arguments.has("json")) std::cout << '\n';
    try {
      SiteReport const report = report_of(file, arguments);
      if (arguments.has("json"))
        add_to(entry, report);
      else
        print(report, arguments.has("anions"));
    } catch (InputError const& error) {
      problem = error.what();
    }
    if (problem) {
      ++failed;
      entry = {{"structure", file.string()}, {"error", *problem}};
      if (!arguments.has("json")) std::cout << file.string() << ": error: " << *problem << '\n';
    }
    json["structures"].push_back(entry);
  }
  if (arguments.has("json")) write_json(std::cout, json);
  if (failed == 0) return good;
  std::cout.flush();
  std::cerr << "ionscape: " << failed << " of " << files.size()
            << " structures could not be used; the reasons stand in their places\n";
  return failed == files.size() ? bad_input : not_converged;
}

}  // namespace

int sites_command(int argc, char const* const* argv) {
  Arguments arguments("sites",
                      "Finds the tetrahedral (tet), octahedral (oct), trigonal-prismatic (prism) "
                      "and other interstitial\n"
                      "sites between the anions of structures, from geometry alone, and the "
                      "triangular windows through\n"
                      "which an ion passes between them.\n"
                      "STRUCTURE: POSCAR/CONTCAR, .vasp, .cif, .extxyz, .xyz.",
                      {"STRUCTURE... [--anions O,S] [--mobile Li] [--json]"},
                      "ionscape sites examples/structures/Li2S.vasp");
  arguments.option("anions", "LIST",
                   "species that form the framework (default: O S Se Te F Cl Br I N, as present)");
  arguments.option("mobile", "LIST", "species whose sites are named (default: Li)");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.positionals("structure");
  if (!arguments.parse(argc, argv)) return good;

  auto const files = arguments.required_paths("structure", "structure file");
  return files.size() == 1 ? one_structure(files[0], arguments) : many_structures(files, arguments);
}

}  // namespace ionscape::app
