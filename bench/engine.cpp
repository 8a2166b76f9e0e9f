// How long do energy, forces and stress of one structure take, and how large is the error of the
// forces?
//
//   bench_engine --structure FILE --potential SET.toml --force-error E [--relative] [--method
//     auto|direct|mesh]
//                [--pair-cutoff R] [--repeat N] [--copies N] [--forces OUT.txt] [--json]
//
// "evaluation" is one energy + forces + stress + site potentials of ions that have moved by less
// than the skin (lists are reused, images and all sums are made anew), as a step of molecular
// dynamics or of a relaxation is; "with new lists" is one of ions that have moved farther; "cold"
// includes the model's tables and the lists. --copies puts N copies into one batch.
// scripts/bench-peers compares with other programs.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <limits>

#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/version.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>

#include "peak.hpp"

using namespace ionscape;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

using Model = EnergyModel<Kokkos::DefaultExecutionSpace::memory_space>;

/// The fastest of some evaluations between two places that are farther apart than the skin allows.
double seconds_with_new_lists(Model& model, int repeat) {
  Kokkos::DefaultExecutionSpace const exec;
  auto const there = model.initial_positions();
  Model::Vectors const shifted("shifted", there.extent(0), 3);
  Kokkos::parallel_for(
      "bench::shift", Kokkos::RangePolicy<>(exec, 0, there.extent(0)), KOKKOS_LAMBDA(int i) {
        for (int d = 0; d < 3; ++d) shifted(i, d) = there(i, d) + 0.15;
      });
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeat; ++i) {
    auto const begin = std::chrono::steady_clock::now();
    model.evaluate(exec, i % 2 == 0 ? shifted : there);
    best = std::min(best, seconds_since(begin));
  }
  model.evaluate(exec, there);
  return best;
}

int run(int argc, char** argv) {
  cxxopts::Options options("bench_engine", "Time and settings of one evaluation of a structure");
  options.add_options()("structure", "structure file", cxxopts::value<std::string>())(
      "potential", "potential set with [charges]", cxxopts::value<std::string>())(
      "force-error", "asked rms force error, eV/Å",
      cxxopts::value<double>()->default_value("1e-6"))(
      "relative", "the error is a fraction of the force scale (tune_ewald.hpp)")(
      "method", "auto, direct or mesh", cxxopts::value<std::string>()->default_value("auto"))(
      "pair-cutoff", "plain cutoff of the pair terms, Å", cxxopts::value<double>())(
      "repeat", "evaluations to time", cxxopts::value<int>()->default_value("10"))(
      "copies", "systems in the batch", cxxopts::value<int>()->default_value("1"))(
      "forces", "file for the forces of the first copy, eV/Å", cxxopts::value<std::string>())(
      "json", "print JSON")("help", "this text");
  auto const arguments = options.parse(argc, argv);
  if (arguments.count("help") || !arguments.count("structure") || !arguments.count("potential")) {
    std::cout << options.help();
    return arguments.count("help") ? 0 : 1;
  }
  Crystal crystal = read_crystal(arguments["structure"].as<std::string>());
  PotentialSet const set = read_potential_set(arguments["potential"].as<std::string>());
  assign_charges(crystal, set);
  double const scale = force_scale(crystal);
  EnergyOptions energy;
  energy.force_error =
      arguments["force-error"].as<double>() * (arguments.count("relative") ? scale : 1);
  energy.skin = 0.3;
  std::string const method = arguments["method"].as<std::string>();
  if (method == "direct")
    energy.method = EwaldMethod::direct;
  else if (method == "mesh")
    energy.method = EwaldMethod::mesh;
  else if (method != "auto")
    fail_input({}, "unknown method '", method, "'");
  if (arguments.count("pair-cutoff"))
    energy.pairs = PairSums{arguments["pair-cutoff"].as<double>()};
  std::vector<Crystal> const batch(std::size_t(arguments["copies"].as<int>()), crystal);

  Kokkos::DefaultExecutionSpace const exec;
  auto const start = std::chrono::steady_clock::now();
  Model model(batch, set, energy);
  double const tables = seconds_since(start);
  model.evaluate(exec, model.initial_positions());
  double const cold = seconds_since(start);
  std::vector<double> times;
  for (int i = 0; i < arguments["repeat"].as<int>(); ++i) {
    auto const begin = std::chrono::steady_clock::now();
    model.evaluate(exec, model.initial_positions());
    times.push_back(seconds_since(begin));
  }
  std::sort(times.begin(), times.end());
  double const best = times.empty() ? cold : times.front();
  double const with_lists = seconds_with_new_lists(model, arguments["repeat"].as<int>());

  EnergyResult const result = model.results().front();
  EwaldSettings const& ewald = model.ewald(0);
  auto const work = model.work();
  if (arguments.count("forces")) {
    std::ofstream out(arguments["forces"].as<std::string>());
    out << std::setprecision(17);
    for (Vec3 f : result.forces) out << f.x << ' ' << f.y << ' ' << f.z << '\n';
  }
  nlohmann::ordered_json json{
      {"ions", crystal.size()},
      {"copies", batch.size()},
      {"seconds_per_evaluation", best},
      {"median", times.empty() ? cold : times[times.size() / 2]},
      {"seconds_with_new_lists", with_lists},
      {"cold_seconds", cold},
      {"table_seconds", tables},
      {"method", ewald.method == EwaldMethod::mesh ? "mesh" : "direct"},
      {"alpha", ewald.sum.alpha},
      {"real_cutoff", ewald.sum.real_cutoff},
      {"reciprocal_cutoff", ewald.sum.reciprocal_cutoff},
      {"mesh", ewald.mesh.size},
      {"order", ewald.mesh.order},
      {"pair_cutoff", model.pairs().cutoff},
      {"asked_force_error", energy.force_error},
      {"estimated_force_error", ewald.estimated_force_error},
      {"force_scale", scale},
      {"energy", result.energy()},
      {"pairs", work.pairs},
      {"wave_vector_ions", work.wave_vector_ions},
      {"memory_bytes", model.memory()},
      {"threads", exec.concurrency()},
      {"peak_gflops_per_thread", bench::peak_gflops()},
      {"kokkos",
       std::string(Kokkos::DefaultExecutionSpace::name()) + " " + std::to_string(KOKKOS_VERSION)},
      {"compiler", compiler()},
      {"commit", commit()},
  };
  if (arguments.count("json"))
    std::cout << json.dump(1) << '\n';
  else
    for (auto const& [key, value] : json.items())
      std::cout << std::left << std::setw(24) << key << value << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  try {
    return run(argc, argv);
  } catch (std::exception const& error) {
    std::cerr << "bench_engine: " << error.what() << '\n';
    return 1;
  }
}
