// Bands of whole crystals, or of one ion in a held host, timed: one row of JSON. bench/peers/neb.py
// sets it beside LAMMPS.
#include <algorithm>
#include <chrono>
#include <cxxopts.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include <Kokkos_Core.hpp>

#include <ionscape/barriers/match_ends.hpp>
#include <ionscape/barriers/solve_hops.hpp>
#include <ionscape/barriers/start_path.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/neb/hop_task.hpp>
#include <ionscape/neb/relax_bands.hpp>

namespace {

using namespace ionscape;
using Clock = std::chrono::steady_clock;
using Exec = Kokkos::DefaultExecutionSpace;

struct Work {
  PotentialSet set;
  CrystalHop hop;
  int images, copies, repeat;
  double force_tolerance;
};

/// The path with its images moved by up to `by` Å along each coordinate; in a held host only the ion
/// that hops.
CrystalPath shaken(CrystalPath path, double by, unsigned seed, bool frozen) {
  std::mt19937 random(seed);
  auto const shift = [&] { return by * (2.0 * (random() >> 8) / double(1 << 24) - 1); };
  for (std::size_t i = 1; i + 1 < path.size(); ++i)
    for (std::size_t k = 0; k < path[i].size(); ++k)
      if (!frozen || norm(path.back()[k] - path.front()[k]) > 0.1)
        path[i][k] += Vec3{shift(), shift(), shift()};
  return path;
}

/// Straight bands, moved off their lines.
std::vector<HopTaskOfCrystal> tasks_of(Work const& work, double shake, bool frozen) {
  std::vector<HopTaskOfCrystal> tasks;
  for (int k = 0; k < work.copies; ++k)
    tasks.push_back(
        {work.hop, shaken(linear_start(work.hop, work.images), shake, unsigned(k + 1), frozen)});
  return tasks;
}

/// DIR/band-K.extxyz: where bands begin.
void write_starts(std::filesystem::path const& folder, std::vector<HopTaskOfCrystal> const& tasks) {
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    std::vector<Crystal> images;
    for (auto const& positions : tasks[k].path) {
      images.push_back(tasks[k].hop.initial);
      images.back().positions = positions;
    }
    write_extxyz(folder / ("band-" + std::to_string(k) + ".extxyz"), images);
  }
}

/// Bands and the seconds of the best run.
template <class Run>
std::pair<std::vector<BandResult>, double> timed(Run const& run, int repeat) {
  std::vector<BandResult> bands;
  double best = 1e300;
  for (int k = 0; k < repeat; ++k) {
    auto const begin = Clock::now();
    bands = run();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return {bands, best};
}

/// All ions move; with all that this takes (the Hessian of the first end), but no proof.
std::vector<BandResult> bands_of_crystals(Work const& work,
                                          std::vector<HopTaskOfCrystal> const& tasks) {
  HopOptions options;
  options.certify = false;
  options.band.images = work.images;
  options.band.force_tolerance = options.saddle_tolerance = work.force_tolerance;
  std::vector<BandResult> bands;
  for (SolvedHop& hop : solve_hops(tasks, work.set, options))
    for (HopPart& part : hop.parts) bands.push_back(std::move(part.band.band));
  return bands;
}

/// One ion moves; with the tables of its host.
std::vector<BandResult> bands_in_host(Work const& work,
                                      std::vector<HopTaskOfCrystal> const& tasks) {
  HopEnds const ends{work.hop.initial, work.hop.final_, {}, {}, {}, {}, {}};
  HopTask const task = hop_between(ends, work.set).task;
  FrozenHost<Exec::memory_space> const model(std::span(&task.model.framework, 1),
                                             std::span(&task.model.surface, 1),
                                             {0.01 * work.force_tolerance});
  PathSet paths{work.images, 3, {}, {}};
  for (HopTaskOfCrystal const& each : tasks) {
    std::vector<double> path;
    for (auto const& image : each.path) {
      Vec3 const r = image[task.mobile_index];
      path.insert(path.end(), {r.x, r.y, r.z});
    }
    paths.add(path, 0);
  }
  NebOptions options;
  options.force_tolerance = work.force_tolerance;
  return relax_bands(Exec(), model, paths, options);
}

nlohmann::json run(cxxopts::ParseResult const& options) {
  Work work;
  work.set = read_potential_set(options["potential"].as<std::string>());
  Crystal const initial = read_crystal(options["initial"].as<std::string>());
  Crystal const final_ = read_crystal(options["final"].as<std::string>());
  work.hop = match_ends(initial, final_);
  for (Crystal* end : {&work.hop.initial, &work.hop.final_}) assign_charges(*end, work.set);
  work.images = options["images"].as<int>();
  work.copies = options["copies"].as<int>();
  work.repeat = options["repeat"].as<int>();
  work.force_tolerance = options["force-tolerance"].as<double>();
  bool const frozen = options.count("frozen") > 0;
  auto tasks = tasks_of(work, options["shake"].as<double>(), frozen);
  if (options.count("write")) write_starts(options["write"].as<std::string>(), tasks);
  if (options.count("idpp"))
    for (HopTaskOfCrystal& task : tasks) task.path.clear();
  auto const [bands, seconds] =
      frozen ? timed([&] { return bands_in_host(work, tasks); }, work.repeat)
             : timed([&] { return bands_of_crystals(work, tasks); }, work.repeat);
  nlohmann::json json{{"ions", work.hop.size()},
                      {"images", work.images},
                      {"copies", work.copies},
                      {"seconds", seconds},
                      {"threads", Exec().concurrency()}};
  long steps = 0, evaluations = 0, converged = 0;
  double force = 0;
  for (BandResult const& band : bands) {
    steps += band.steps, evaluations += band.evaluations;
    converged += band.status == BandStatus::converged;
    force = std::max(force, band.max_force);
  }
  json["converged"] = converged;
  json["steps"] = steps, json["evaluations"] = evaluations;
  json["largest_force_eV_per_A"] = force;
  json["barrier_eV"] = bands.front().forward_barrier;
  return json;
}

}  // namespace

int main(int argc, char* argv[]) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  cxxopts::Options options("bench_barriers", "Relaxes bands and says how long it took");
  options.add_options()("initial", "file", cxxopts::value<std::string>())(
      "final", "file", cxxopts::value<std::string>())("potential", "file",
                                                      cxxopts::value<std::string>())(
      "images", "ends included", cxxopts::value<int>()->default_value("7"))(
      "copies", "in one batch", cxxopts::value<int>()->default_value("1"))(
      "shake", "Å, of the images of straight paths", cxxopts::value<double>()->default_value("0"))(
      "idpp", "all ions: start as solve_hops does, not straight")(
      "frozen", "the ion that hops moves alone")("force-tolerance", "eV/Å",
                                                 cxxopts::value<double>()->default_value("0.01"))(
      "write", "a folder for the starts, band-K.extxyz", cxxopts::value<std::string>())(
      "repeat", "times, the best counts", cxxopts::value<int>()->default_value("1"));
  try {
    std::cout << run(options.parse(argc, argv)).dump() << '\n';
  } catch (std::exception const& error) {
    std::cerr << "bench_barriers: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
