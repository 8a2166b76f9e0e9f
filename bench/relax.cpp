// Crystals relaxed, timed: one row of JSON for what a run of relax_crystals() took. bench/peers sets
// it beside LAMMPS.
#include <chrono>
#include <cmath>
#include <cxxopts.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include <Kokkos_Core.hpp>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/crystals/relax_crystals.hpp>

namespace {

using namespace ionscape;
using Clock = std::chrono::steady_clock;

/// n cells along each axis.
Crystal repeated(Crystal const& unit, std::array<int, 3> n) {
  Crystal crystal{
      {double(n[0]) * unit.cell.a, double(n[1]) * unit.cell.b, double(n[2]) * unit.cell.c},
      {},
      {},
      {},
      unit.comment};
  for (int i = 0; i < n[0]; ++i)
    for (int j = 0; j < n[1]; ++j)
      for (int k = 0; k < n[2]; ++k)
        for (std::size_t ion = 0; ion < unit.size(); ++ion) {
          crystal.species.push_back(unit.species[ion]);
          crystal.positions.push_back(unit.positions[ion] + double(i) * unit.cell.a +
                                      double(j) * unit.cell.b + double(k) * unit.cell.c);
        }
  return crystal;
}

/// Moves every coordinate by up to `by` Å.
Crystal shaken(Crystal crystal, double by, unsigned seed) {
  std::mt19937 random(seed);
  auto const shift = [&] { return by * (2.0 * (random() >> 8) / double(1 << 24) - 1); };
  for (Vec3& r : crystal.positions) r += Vec3{shift(), shift(), shift()};
  return crystal;
}

std::array<int, 3> cells(std::vector<int> const& n) {
  if (n.size() != 3) throw InputError("--cells wants three numbers");
  return {n[0], n[1], n[2]};
}

nlohmann::json run(cxxopts::ParseResult const& options) {
  PotentialSet const set = read_potential_set(options["potential"].as<std::string>());
  Crystal unit = read_crystal(options["structure"].as<std::string>());
  Crystal start = repeated(unit, cells(options["cells"].as<std::vector<int>>()));
  assign_charges(start, set);
  std::vector<Crystal> crystals;
  for (int k = 0; k < options["copies"].as<int>(); ++k)
    crystals.push_back(shaken(start, options["shake"].as<double>(), unsigned(k + 1)));
  if (options.count("write")) write_extxyz(options["write"].as<std::string>(), crystals);
  CrystalRelaxOptions relax;
  relax.cell = options.count("full") ? CellFreedom::full : CellFreedom::none;
  relax.force_tolerance = options["force-tolerance"].as<double>();
  if (options.count("skin")) relax.energy.skin = options["skin"].as<double>();
  double best = 1e300;
  std::vector<RelaxedCrystal> results;
  for (int k = 0; k < options["repeat"].as<int>(); ++k) {
    auto const begin = Clock::now();
    results = relax_crystals(crystals, set, relax);
    best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  nlohmann::json json{{"ions", start.size()},
                      {"copies", crystals.size()},
                      {"seconds", best},
                      {"threads", Kokkos::DefaultExecutionSpace().concurrency()}};
  long steps = 0, evaluations = 0, converged = 0;
  double force = 0;
  for (RelaxedCrystal const& result : results) {
    steps += result.steps, evaluations += result.evaluations, converged += result.converged();
    force = std::max(force, result.max_force);
  }
  json["converged"] = converged;
  json["steps"] = steps, json["evaluations"] = evaluations;
  json["largest_force_eV_per_A"] = force;
  json["energy_eV"] = results.front().energy;
  json["volume_A3"] = results.front().crystal.cell.volume();
  return json;
}

}  // namespace

int main(int argc, char* argv[]) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  cxxopts::Options options("bench_relax",
                           "Relaxes shaken copies of a crystal and says how long it took");
  options.add_options()("structure", "file", cxxopts::value<std::string>())(
      "potential", "file", cxxopts::value<std::string>())(
      "cells", "along a, b, c", cxxopts::value<std::vector<int>>()->default_value("1,1,1"))(
      "copies", "in one batch", cxxopts::value<int>()->default_value("1"))(
      "shake", "Å", cxxopts::value<double>()->default_value("0.05"))("full", "relax the cell, too")(
      "force-tolerance", "eV/Å", cxxopts::value<double>()->default_value("1e-4"))(
      "write", "a file for the starts, .extxyz", cxxopts::value<std::string>())(
      "skin", "Å, of the neighbour lists", cxxopts::value<double>())(
      "repeat", "times, the best counts", cxxopts::value<int>()->default_value("1"));
  try {
    std::cout << run(options.parse(argc, argv)).dump() << '\n';
  } catch (std::exception const& error) {
    std::cerr << "bench_relax: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
