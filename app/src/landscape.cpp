// ionscape landscape STRUCTURE...: sites, saddles and ways of one ion in a fixed host.
#include <algorithm>
#include <cmath>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/crystals/atomic_weights.hpp>
#include <ionscape/report/landscape_plots.hpp>

#include "arguments.hpp"
#include "kokkos_session.hpp"
#include "landscape_report.hpp"
#include "potential_option.hpp"
#include "progress.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

void declare(Arguments& arguments) {
  arguments.positionals("structure");
  arguments.option(
      "mobile", "ELEMENT",
      "the ion that moves (default: the first of Li, Na, K, Ag, Cu, Mg, Ca, Zn, Al that "
      "the structure has)");
  arguments.option("potential", "SET.toml",
                   "energies of a set with [charges] (default: bond valence, softBV's constants)");
  arguments.list_option("states", "ELEMENT=E,...",
                        "oxidation states for bond valence, as Fe=2 (default: the file's, or by "
                        "charge balance and bond-valence sums)");
  arguments.option("host-mobile", "HOW",
                   "the host's own ions of the mobile element: left-out, keep, or vacancy (all but "
                   "one; default: left-out)");
  arguments.option("elastic", "K",
                   "bond valence: counter-ions step back on a spring of K eV/Å^2 (default: they "
                   "do not move)");
  arguments.option("morse-factor", "H",
                   "bond valence: 0.5 as BVlain, or 1 as published (default: 0.5)");
  arguments.option("resolution", "A", "of the first grid in Å (default: 0.2)");
  arguments.option("emax", "EV", "energies of interest, above the lowest (default: 5)");
  arguments.list_option("temperatures", "K,...",
                        "for diffusion, in K (default: 300, 600, 900, 1200)");
  arguments.option("out", "DIR", "folder for the results (default: results/landscape)");
  arguments.flag("no-pictures", "no pictures");
  arguments.flag("no-files", "neither landscape.cube nor paths.extxyz");
  arguments.flag("quiet", "no progress bar");
  arguments.threads_option();
}

LandscapeOptions read_options(Arguments const& arguments) {
  LandscapeOptions options;
  if (auto const how = arguments.choice("host-mobile", {"left-out", "keep", "vacancy"}))
    options.host_mobile = HostMobileIons(*how);
  if (auto const k = arguments.number("elastic", above(0))) options.bond_valence.spring = *k;
  options.bond_valence.morse_factor =
      arguments.number("morse-factor", between(0.01, 10)).value_or(0.5);
  options.grid.resolution = arguments.number("resolution", between(0.02, 1)).value_or(0.2);
  options.grid.emax = arguments.number("emax", between(0.01, 100)).value_or(5);
  for (auto const& [element, text] : arguments.assignments("states", "ELEMENT=E, as Fe=2")) {
    auto const state = finite_number(text);
    if (!state || std::fabs(*state) > 8 || *state == 0)
      throw InputError("--states " + element + "=" + text +
                       ": expected an oxidation state from -8 to 8, not 0");
    options.states[element] = *state;
  }
  for (std::string const& word : arguments.list("temperatures")) {
    auto const T = finite_number(word);
    if (!T || *T <= 0 || *T > 1e5)
      throw InputError("--temperatures: found '" + word +
                       "', expected numbers above 0, up to 100000 K");
    options.temperatures.push_back(*T);
  }
  if (options.temperatures.empty()) options.temperatures = {300, 600, 900, 1200};
  return options;
}

/// A structure that cannot be computed costs its own row.
void compute(LandscapeRun& run, std::size_t k) {
  Structure& structure = run.structures.list[k];
  if (!structure.error.empty()) return;
  Crystal const& crystal = run.structures.crystals[k];
  try {
    LandscapeOptions options = run.options;
    options.set = run.set ? &*run.set : nullptr;
    options.mobile = run.mobile.value_or(likely_mobile(crystal));
    if (options.mobile.empty())
      fail_input({}, "no element that is known to move: name one with --mobile");
    run.mobiles[k] = options.mobile;
    auto const mass = atomic_weight(options.mobile);
    if (!mass) fail_input({}, "--mobile ", options.mobile, ": no such element");
    options.mass = *mass;
    run.results[k] = crystal_landscape(crystal, options);
  } catch (InputError const& error) {
    structure.error = named_error(structure, error);
  }
}

std::string stem(LandscapeRun const& run, std::size_t k) {
  return run.size() == 1
             ? ""
             : run.structure(k).file.stem().string() + "-" + std::to_string(k + 1) + "-";
}

void draw(LandscapeRun const& run, std::size_t k) {
  SiteNetwork const& network = run.results[k]->network;
  std::string const title = run.mobiles[k] + " in " + run.structure(k).file.stem().string();
  for (auto const& pictures :
       {plot_percolating_ways(run.folder, stem(run, k) + "ways", title, network),
        plot_disconnectivity(run.folder, stem(run, k) + "disconnectivity", title, network)})
    for (auto const& picture : pictures) std::cout << "picture: " << picture.string() << '\n';
}

int exit_code(LandscapeRun const& run) {
  std::size_t refused = 0, incomplete = 0;
  for (std::size_t k = 0; k < run.size(); ++k) {
    refused += !run.computed(k);
    incomplete += run.computed(k) && !run.results[k]->network.complete;
  }
  std::cout.flush();
  if (refused > 0) print_failed(refused, run.size());
  return refused > 0 ? not_converged : good;
}

}  // namespace

int landscape_command(int argc, char const* const* argv) {
  Arguments arguments(
      "landscape",
      "Where an ion sits in a crystal, how it travels, in how many dimensions, over which "
      "barriers, "
      "and how fast:\n"
      "all sites and saddles of its energy in a host that stays fixed, refined by Newton's method "
      "and counted by\n"
      "Morse's relation. Writes landscape.csv, landscape.json, landscape.cube, paths.extxyz and "
      "pictures.\n" +
          std::string(structure_help),
      {"STRUCTURE... [--mobile Li] [--potential SET.toml] [--elastic 2.5] [OPTION...]"},
      "ionscape landscape examples/structures/LiFePO4.cif --out results/LiFePO4-landscape");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;

  LandscapeRun run;
  auto const threads = arguments.threads();
  run.options = read_options(arguments);
  run.mobile = arguments.text("mobile");
  run.folder = arguments.path("out").value_or("results/landscape");
  if (arguments.has("potential")) {
    arguments.refuse({"states", "elastic", "morse-factor"}, "--potential");
    run.set = read_set_with_charges(arguments);
  }
  run.structures = read_structures(arguments.required_paths("structure", "structure file"));
  run.mobiles.resize(run.size());
  run.results.resize(run.size());
  Paths inputs = run.structures.files();
  if (run.set) inputs.push_back(run.set->file);
  ResultsFolder const folder(run.folder, inputs, {"landscape.csv", "landscape.json"});

  KokkosSession const kokkos(threads);
  {
    ProgressBar bar(run.size(), arguments.has("quiet") || run.size() == 1, "structures");
    for (std::size_t k = 0; k < run.size(); ++k) {
      compute(run, k);
      bar.update(k + 1);
    }
  }
  require_any(run.structures.list);
  write_landscapes(run);
  bool const one = run.size() == 1;
  for (std::size_t k = 0; k < run.size(); ++k)
    if (run.computed(k) && one && !arguments.has("no-files"))
      write_landscape_files(run, k, stem(run, k));
  print_landscapes(run);
  std::cout << "\nwritten: landscape.csv, landscape.json"
            << (one && !arguments.has("no-files") ? ", landscape.cube, paths.extxyz" : "") << " in "
            << run.folder.string() << '\n';
  if (one && !arguments.has("no-pictures")) draw_if_possible([&] { draw(run, 0); });
  return exit_code(run);
}

}  // namespace ionscape::app
