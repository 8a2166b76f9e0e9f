#include <algorithm>
#include <cmath>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/core/io/write_cube.hpp>

#include "landscape_report.hpp"

namespace ionscape::app {

namespace {

Json percolation_json(SiteNetwork const& network) {
  Json json;
  for (NetworkPercolation const& level : network.percolation)
    json["percolation_" + std::to_string(level.dimension) + "d_eV"] =
        level.found() ? level.barrier() : std::nan("");
  return json;
}

Json point_json(CriticalPoint const& p, double zero) {
  return {{"fractional", Json::array()},
          {"energy_eV", p.energy - zero},
          {"curvatures_eV_per_A2", p.curvature}};
}

Json points_json(Cell const& cell, std::vector<CriticalPoint> const& points, Orbits const& orbits,
                 double zero) {
  Json list = Json::array();
  for (std::size_t c = 0; c < orbits.size(); ++c) {
    CriticalPoint const& p = points[orbits.first[c]];
    Json json = point_json(p, zero);
    json["fractional"] = to_json(cell.to_fractional(p.place));
    json["multiplicity"] = orbits.count[c];
    list.push_back(json);
  }
  return list;
}

Json hops_json(CrystalLandscape const& found, double zero) {
  SiteNetwork const& network = found.network;
  Json list = Json::array();
  for (std::size_t c = 0; c < found.orbits.hops.size(); ++c) {
    Hop const& hop = network.hops[found.orbits.hops.first[c]];
    double const top = network.saddles[hop.saddle].energy;
    list.push_back({{"from_site", found.orbits.sites.class_of[hop.from] + 1},
                    {"to_site", found.orbits.sites.class_of[hop.to] + 1},
                    {"saddle", found.orbits.saddles.class_of[hop.saddle] + 1},
                    {"saddle_energy_eV", top - zero},
                    {"forward_barrier_eV", top - network.sites[hop.from].energy},
                    {"reverse_barrier_eV", top - network.sites[hop.to].energy},
                    {"multiplicity", found.orbits.hops.count[c]}});
  }
  return list;
}

Json diffusion_json(CrystalLandscape const& found) {
  Json list = Json::array();
  for (NetworkDiffusion const& d : found.diffusion)
    list.push_back({{"temperature_K", d.temperature},
                    {"mean_cm2_per_s", d.mean},
                    {"principal_cm2_per_s", d.principal},
                    {"activation_eV", d.activation}});
  return list;
}

double zero_of(SiteNetwork const& network) {
  double lowest = INFINITY;
  for (CriticalPoint const& site : network.sites) lowest = std::min(lowest, site.energy);
  return network.sites.empty() ? 0 : lowest;
}

Json summary(LandscapeRun const& run, std::size_t k) {
  Json json;
  json["structure"] = run.structure(k).name;
  json["mobile"] = run.mobiles[k];
  json["status"] = status_of(run, k);
  if (!run.computed(k)) {
    for (int d = 1; d <= 3; ++d) json["percolation_" + std::to_string(d) + "d_eV"] = std::nan("");
    json["sites"] = json["distinct_sites"] = json["saddles"] = json["distinct_saddles"] = 0;
    json["reason"] = run.structure(k).error;
    return json;
  }
  CrystalLandscape const& found = *run.results[k];
  json.update(percolation_json(found.network));
  json["sites"] = found.network.sites.size();
  json["distinct_sites"] = found.orbits.sites.size();
  json["saddles"] = found.network.saddles.size();
  json["distinct_saddles"] = found.orbits.saddles.size();
  json["reason"] = "";
  return json;
}

Json structure_json(LandscapeRun const& run, std::size_t k) {
  Json json = summary(run, k);
  if (!run.computed(k)) return json;
  CrystalLandscape const& found = *run.results[k];
  double const zero = zero_of(found.network);
  json["lowest_energy_eV"] = zero;
  json["space_group_of_host"] = found.symmetry.international;
  if (found.states) {
    json["oxidation_states_from"] = found.states->source;
    json["global_instability"] = found.states->instability;
    json["oxidation_states"] = Json::object();
    Crystal const& crystal = run.structures.crystals[k];
    for (std::size_t i = 0; i < crystal.size(); ++i)
      json["oxidation_states"][crystal.species[i]] = found.states->states[i];
  }
  Json levels = Json::array();
  for (NetworkPercolation const& level : found.network.percolation) {
    if (!level.found()) continue;
    levels.push_back({{"dimension", level.dimension},
                      {"barrier_eV", level.barrier()},
                      {"windings", level.windings},
                      {"bottleneck_saddle", found.orbits.saddles.class_of[level.bottleneck] + 1}});
  }
  json["percolation"] = levels;
  json["site_list"] =
      points_json(found.network.cell, found.network.sites, found.orbits.sites, zero);
  json["saddle_list"] =
      points_json(found.network.cell, found.network.saddles, found.orbits.saddles, zero);
  json["hops"] = hops_json(found, zero);
  json["diffusion"] = diffusion_json(found);
  json["morse_relation"] = {{"euler", found.network.morse.euler},
                            {"sum", found.network.morse.sum},
                            {"holds", found.network.morse.holds()}};
  json["warnings"] = found.warnings;
  return json;
}

// --- files of one structure ----------------------------------------------------------------------

/// eV above the lowest point; closed points have the highest energy that was asked for.
void write_energies(std::filesystem::path const& file, CrystalLandscape const& found,
                    Crystal const& crystal) {
  EnergyGrid const& grid = found.grid;
  std::vector<double> values;
  for (double energy : grid.energy)
    values.push_back(std::min(energy, grid.closed_above) - grid.lowest);
  write_cube(file, "energy of the mobile ion in eV above the lowest point of the grid", crystal,
             grid.cell, grid.n, values);
}

/// One frame for each hop that symmetry tells apart: the host, and the mobile ion at each point of the
/// way.
void write_paths(std::filesystem::path const& file, CrystalLandscape const& found,
                 std::string const& mobile, Crystal const& crystal) {
  std::vector<Crystal> frames;
  std::vector<Calculated> calculated;
  for (std::size_t first : found.orbits.hops.first) {
    Hop const& hop = found.network.hops[first];
    Crystal frame{crystal.cell, {}, {}, {}, ""};
    for (std::size_t i = 0; i < crystal.size(); ++i)
      if (crystal.species[i] != mobile)
        frame.species.push_back(crystal.species[i]),
            frame.positions.push_back(crystal.positions[i]);
    constexpr std::size_t most = 25;
    std::size_t const stride = (hop.path.size() + most - 1) / most;
    for (std::size_t p = 0; p < hop.path.size(); p += std::max<std::size_t>(1, stride))
      frame.species.push_back(mobile), frame.positions.push_back(hop.path[p]);
    frame.comment = "hop from site " + std::to_string(found.orbits.sites.class_of[hop.from] + 1) +
                    " to site " + std::to_string(found.orbits.sites.class_of[hop.to] + 1);
    calculated.push_back({found.network.saddles[hop.saddle].energy, {}, {}});
    frames.push_back(std::move(frame));
  }
  if (!frames.empty()) write_extxyz(file, frames, calculated);
}

}  // namespace

std::string status_of(LandscapeRun const& run, std::size_t k) {
  if (!run.computed(k)) return "refused";
  return run.results[k]->network.complete ? "complete" : "incomplete";
}

void write_landscapes(LandscapeRun const& run) {
  AtomicFile csv(run.folder / "landscape.csv"), json(run.folder / "landscape.json");
  for (std::size_t k = 0; k < run.size(); ++k) {
    Json const row = summary(run, k);
    if (k == 0) {
      for (auto const& [name, value] : row.items()) csv.stream() << name << ',';
      csv.stream() << "warnings\n";
    }
    for (auto const& [name, value] : row.items())
      csv.stream() << (value.is_number_float() ? csv_field(value.get<double>())
                       : value.is_string()     ? csv_field(value.get<std::string>())
                                               : value.dump())
                   << ',';
    std::string words;
    if (run.computed(k)) words = joined(run.results[k]->warnings);
    csv.stream() << csv_field(words) << '\n';
  }
  Json all = provenance();
  all["energies"] = run.set ? to_json(*run.set) : Json("bond valence, softBV constants");
  all["structures"] = Json::array();
  for (std::size_t k = 0; k < run.size(); ++k) all["structures"].push_back(structure_json(run, k));
  write_json(json.stream(), all);
  csv.commit();
  json.commit();
}

void write_landscape_files(LandscapeRun const& run, std::size_t k, std::string const& stem) {
  CrystalLandscape const& found = *run.results[k];
  Crystal const& crystal = run.structures.crystals[k];
  write_energies(run.folder / (stem + "landscape.cube"), found, crystal);
  write_paths(run.folder / (stem + "paths.extxyz"), found, run.mobiles[k], crystal);
}

}  // namespace ionscape::app
