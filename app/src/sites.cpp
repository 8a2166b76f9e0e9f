// ionscape sites STRUCTURE...: interstitial sites of an anion framework.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <optional>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/anions.hpp>
#include <ionscape/lattice/site_table.hpp>

#include "arguments.hpp"
#include "output.hpp"
#include "structures.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

/// All that is said of one structure.
struct SiteReport {
  Structure where;
  Crystal crystal;
  std::vector<std::string> anions;
  SiteTable table;

  std::string label(std::size_t ion) const {
    return crystal.species[ion] + std::to_string(ion + 1);
  }
};

/// Throws InputError where the structure cannot be used.
SiteReport report_of(Structure const& where, Crystal const& crystal, Arguments const& arguments) {
  auto mobile = arguments.list("mobile");
  for (std::string const& ion : mobile)
    if (std::ranges::count(crystal.species, ion) == 0)
      fail_input({where.file}, "--mobile ", ion, ": no such ion here");
  if (mobile.empty()) mobile = {"Li"};
  auto const anions = choose_anions(crystal.species, arguments.list("anions"), {where.file});
  return {where, crystal, anions, site_table(crystal, anions, mobile)};
}

/// Reports of all structures that can be used; the others get their error.
std::vector<std::optional<SiteReport>> reports_of(Structures& structures,
                                                  Arguments const& arguments) {
  std::vector<std::optional<SiteReport>> reports(structures.list.size());
  for (std::size_t k = 0; k < reports.size(); ++k) {
    Structure& where = structures.list[k];
    if (where.error.empty()) try {
        reports[k] = report_of(where, structures.crystals[k], arguments);
      } catch (InputError const& error) {
        where.error = named_error(where, error);
      }
  }
  require_any(structures.list);
  return reports;
}

// --- saying --------------------------------------------------------------------------------------

void add_to(Json& json, SiteReport const& report) {
  json["structure"] = report.where.name;
  json["assumed_by_reader"] = report.crystal.notes;
  json["anions"] = report.anions;
  json["sites"] = Json::array();
  for (std::size_t s = 0; s < report.table.rows.size(); ++s) {
    SiteRow const& row = report.table.rows[s];
    Site const& found = report.table.graph.sites[s];
    Json site;
    site["kind"] = report.table.kind(s);
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
  for (std::size_t f = 0; f < report.table.graph.faces.size(); ++f) {
    SharedFace const& face = report.table.graph.faces[f];
    Json window;
    window["sites"] = {face.i, face.j};
    window["shift"] = {face.shift.a, face.shift.b, face.shift.c};
    window["position_A"] = to_json(face.window.position);
    window["area_A2"] = report.table.bottlenecks[f].area;
    window["radius_A"] = report.table.bottlenecks[f].radius;
    json["windows"].push_back(window);
  }
}

/// Two fields of a table: the windows' areas and radii.
std::array<std::string, 2> ranges(SiteReport const& report, std::vector<std::size_t> const& faces) {
  std::vector<double> areas, radii;
  for (std::size_t f : faces) {
    areas.push_back(report.table.bottlenecks[f].area);
    radii.push_back(report.table.bottlenecks[f].radius);
  }
  return {range(areas, 3), range(radii, 3)};
}

void print_sites(SiteReport const& report) {
  TextTable table({"site", "kind", "fractional", "", "", "CSM", "volume/Å^3", "faces",
                   "window area/Å^2", "radius/Å", "ion"});
  for (std::size_t s = 0; s < report.table.rows.size(); ++s) {
    SiteRow const& row = report.table.rows[s];
    auto const [area, radius] = ranges(report, row.windows);
    std::string ions;
    for (std::size_t ion : row.occupants) ions += (ions.empty() ? "" : " ") + report.label(ion);
    table.row({std::to_string(s + 1), report.table.kind(s), fixed(row.fractional.x, 4),
               fixed(row.fractional.y, 4), fixed(row.fractional.z, 4), fixed(row.csm, 3),
               fixed(row.volume, 3), std::to_string(row.neighbours.size()), area, radius, ions});
  }
  table.print(std::cout);
}

void print_windows(SiteReport const& report) {
  std::map<std::string, std::vector<std::size_t>> windows_of;
  for (std::size_t f = 0; f < report.table.graph.faces.size(); ++f) {
    SharedFace const& face = report.table.graph.faces[f];
    std::string const a = report.table.kind(face.i), b = report.table.kind(face.j);
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
  std::cout << report.where.name << ": " << report.table.rows.size() << " sites between the anions "
            << joined(report.anions)
            << (anions_were_asked ? "" : " (chosen from the known anions; --anions names others)")
            << "\n\n";
  print_sites(report);
  print_windows(report);
  if (!report.table.stands.empty()) std::cout << '\n';
  for (auto const& [where, n] : report.table.stands) std::cout << n << ' ' << where << '\n';
}

void print_json(Structures const& structures,
                std::vector<std::optional<SiteReport>> const& reports) {
  Json json = provenance();
  if (reports.size() == 1) {
    add_to(json, *reports[0]);
    return write_json(std::cout, json);
  }
  json["structures"] = Json::array();
  for (std::size_t k = 0; k < reports.size(); ++k) {
    Json entry;
    if (reports[k])
      add_to(entry, *reports[k]);
    else
      entry = {{"structure", structures.list[k].name}, {"error", structures.list[k].error}};
    json["structures"].push_back(entry);
  }
  write_json(std::cout, json);
}

}  // namespace

int sites_command(int argc, char const* const* argv) {
  Arguments arguments("sites",
                      "Finds the tetrahedral (tet), octahedral (oct), trigonal-prismatic (prism) "
                      "and other interstitial\n"
                      "sites between the anions of structures, from geometry alone, and the "
                      "triangular windows through\n"
                      "which an ion passes between them.\n" +
                          std::string(structure_help),
                      {"STRUCTURE... [--anions O,S] [--mobile Li] [--json]"},
                      "ionscape sites examples/structures/Li2S.vasp");
  arguments.list_option(
      "anions", "LIST",
      "species that form the framework (default: O S Se Te F Cl Br I N, as present)");
  arguments.list_option("mobile", "LIST", "species whose sites are named (default: Li)");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.positionals("structure");
  if (!arguments.parse(argc, argv)) return good;

  Structures structures = read_structures(arguments.required_paths("structure", "structure file"));
  auto const reports = reports_of(structures, arguments);
  std::size_t failed = 0;
  for (auto const& report : reports) failed += !report;
  if (arguments.has("json")) {
    print_json(structures, reports);
  } else {
    for (std::size_t k = 0; k < reports.size(); ++k) {
      if (k > 0) std::cout << '\n';
      if (reports[k])
        print(*reports[k], arguments.has("anions"));
      else
        std::cout << structures.list[k].name << "\nfailed: " << structures.list[k].error << '\n';
    }
  }
  if (failed == 0) return good;
  print_failed(failed, reports.size());
  return not_converged;
}

}  // namespace ionscape::app
