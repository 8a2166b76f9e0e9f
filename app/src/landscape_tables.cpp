#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>

#include "landscape_report.hpp"

namespace ionscape::app {

namespace {

constexpr std::size_t most_rows = 12;  // of sites or hops of one structure

std::string level_text(NetworkPercolation const& level) {
  return level.found() ? fixed(level.barrier(), 4) : "-";
}

void print_states(CrystalLandscape const& found) {
  if (!found.states) return;
  std::cout << "oxidation states: " << found.states->source << "; global instability index "
            << fixed(found.states->instability, 3) << '\n';
}

void print_sites(CrystalLandscape const& found) {
  SiteNetwork const& network = found.network;
  double lowest = INFINITY;
  for (CriticalPoint const& site : network.sites) lowest = std::min(lowest, site.energy);
  TextTable table({"site", "in cell", "energy/eV", "a", "b", "c"});
  for (std::size_t c = 0; c < std::min(most_rows, found.orbits.sites.size()); ++c) {
    CriticalPoint const& site = network.sites[found.orbits.sites.first[c]];
    Vec3 const f = network.cell.to_fractional(site.place);
    table.row({std::to_string(c + 1), std::to_string(found.orbits.sites.count[c]),
               fixed(site.energy - lowest, 4), fixed(f.x, 4), fixed(f.y, 4), fixed(f.z, 4)});
  }
  table.print(std::cout);
  if (found.orbits.sites.size() > most_rows)
    std::cout << "and " << found.orbits.sites.size() - most_rows << " more kinds of sites\n";
}

void print_hops(CrystalLandscape const& found) {
  SiteNetwork const& network = found.network;
  TextTable table({"hop", "between sites", "in cell", "forward/eV", "reverse/eV"});
  for (std::size_t c = 0; c < std::min(most_rows, found.orbits.hops.size()); ++c) {
    Hop const& hop = network.hops[found.orbits.hops.first[c]];
    double const top = network.saddles[hop.saddle].energy;
    table.row({std::to_string(c + 1),
               std::to_string(found.orbits.sites.class_of[hop.from] + 1) + " and " +
                   std::to_string(found.orbits.sites.class_of[hop.to] + 1),
               std::to_string(found.orbits.hops.count[c]),
               fixed(top - network.sites[hop.from].energy, 4),
               fixed(top - network.sites[hop.to].energy, 4)});
  }
  table.print(std::cout);
  if (found.orbits.hops.size() > most_rows)
    std::cout << "and " << found.orbits.hops.size() - most_rows << " more kinds of hops\n";
}

void print_percolation(SiteNetwork const& network) {
  TextTable table({"dimensions", "barrier/eV", "on the grid/eV"});
  for (std::size_t d = 0; d < 3; ++d) {
    PercolationLevel const& grid = network.grid_percolation[d];
    table.row({std::to_string(d + 1), level_text(network.percolation[d]),
               grid.found() ? fixed(grid.barrier(), 4) : "-"});
  }
  table.print(std::cout);
}

void print_diffusion(CrystalLandscape const& found) {
  if (found.diffusion.empty()) return;
  std::cout << "\ndiffusion of independent ions\n";
  TextTable table({"T/K", "mean/(cm^2/s)", "along its axes", "", "", "activation/eV"});
  for (NetworkDiffusion const& d : found.diffusion)
    table.row({shortest(d.temperature), scientific(d.mean), scientific(d.principal[0]),
               scientific(d.principal[1]), scientific(d.principal[2]), fixed(d.activation, 4)});
  table.print(std::cout);
}

void print_one(LandscapeRun const& run) {
  CrystalLandscape const& found = *run.results[0];
  std::cout << run.structure(0).name << ": " << run.mobiles[0] << " in a fixed host, space group "
            << found.symmetry.international << '\n'
            << "energies: " << (run.set ? run.set->name : "bond valence, softBV constants") << '\n';
  print_states(found);
  MorseRelation const& morse = found.network.morse;
  std::cout << found.network.sites.size() << " sites, " << found.network.saddles.size()
            << " saddles; Morse relation " << morse.sum << " = " << morse.euler
            << (morse.holds() ? " holds" : " does not hold")
            << (found.network.complete ? "" : ": points may have been missed") << "\n\n";
  print_percolation(found.network);
  std::cout << '\n';
  print_sites(found);
  std::cout << '\n';
  print_hops(found);
  print_diffusion(found);
}

}  // namespace

void print_landscapes(LandscapeRun const& run) {
  if (run.size() == 1 && run.computed(0)) {
    print_one(run);
  } else {
    TextTable table({"structure", "mobile", "status", "sites", "1D/eV", "2D/eV", "3D/eV"});
    for (std::size_t k = 0; k < run.size(); ++k) {
      if (!run.computed(k)) {
        table.row({run.structure(k).name, run.mobiles[k], "refused", "-", "-", "-", "-"});
        continue;
      }
      auto const& levels = run.results[k]->network.percolation;
      table.row({run.structure(k).name, run.mobiles[k], status_of(run, k),
                 std::to_string(run.results[k]->network.sites.size()), level_text(levels[0]),
                 level_text(levels[1]), level_text(levels[2])});
    }
    table.print(std::cout);
  }
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (!run.computed(k)) {
      std::cout << "refused: " << run.structure(k).error << '\n';
      continue;
    }
    for (std::string const& warning : run.results[k]->warnings)
      std::cout << "warning: " << run.structure(k).name << ": " << warning << '\n';
  }
}

}  // namespace ionscape::app
