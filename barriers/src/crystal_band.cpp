#include <ionscape/barriers/crystal_band.hpp>

#include <algorithm>
#include <chrono>
#include <memory>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>

#include "band_run.hpp"
#include "image_batch.hpp"

namespace ionscape {

namespace {

using Clock = std::chrono::steady_clock;
using detail::BandRun;
using detail::FoundImage;
using detail::ImageBatch;

constexpr std::chrono::seconds between_records(5);

CrystalBandOptions completed(CrystalBandOptions options, std::span<Crystal const> frames,
                             PotentialSet const& set) {
  validate(options);
  options.dof_per_ion = 3;
  EnergyOptions& energy = options.energy;
  energy.force_error = std::min(energy.force_error, 0.01 * options.force_tolerance);
  if (energy.skin <= 0) energy.skin = 0.4;
  if (energy.memory_limit <= 0) energy.memory_limit = 0.9 * available_memory();
  if (!energy.pairs) energy.pairs = pair_sums(set, frames, energy.force_error);
  return options;
}

void take_ends(std::span<BandRun* const> runs, PotentialSet const& set,
               CrystalBandOptions const& options) {
  std::vector<ImageBatch::Place> places;
  for (BandRun const* run : runs) {
    places.push_back({run, 0});
    places.push_back({run, run->images() - 1});
  }
  std::vector<FoundImage> const found =
      ImageBatch(places, set, options.energy, options.shells).evaluate();
  for (std::size_t k = 0; k < runs.size(); ++k) runs[k]->take_ends(found[2 * k], found[2 * k + 1]);
}

/// Until half of them have ended: the rest is better off alone.
void advance(std::span<BandRun* const> runs, PotentialSet const& set,
             CrystalBandOptions const& options, std::function<void()> const& stepped) {
  std::vector<ImageBatch::Place> places;
  for (BandRun const* run : runs)
    for (int i = 1; i + 1 < run->images(); ++i) places.push_back({run, i});
  ImageBatch batch(places, set, options.energy, options.shells);
  auto const running = [&] {
    return std::size_t(
        std::ranges::count_if(runs, [](BandRun const* run) { return run->running(); }));
  };
  while (2 * running() > runs.size()) {
    std::vector<FoundImage> const found = batch.evaluate();
    std::size_t at = 0;
    for (BandRun* run : runs) {
      auto const n = std::size_t(run->moving());
      if (run->running()) run->take(std::span(found).subspan(at, n));
      at += n;
    }
    stepped();
  }
}

}  // namespace

std::vector<CrystalBand> relax_crystal_bands(std::span<BandStart const> starts,
                                             PotentialSet const& set,
                                             CrystalBandOptions const& asked,
                                             BandProgress const& progress) {
  if (starts.empty()) return {};
  std::vector<Crystal> frames;
  for (BandStart const& start : starts) frames.push_back(start.hop->initial);
  CrystalBandOptions const options = completed(asked, frames, set);
  std::vector<std::unique_ptr<BandRun>> runs;
  std::vector<BandRun*> left;
  for (BandStart const& start : starts) {
    runs.push_back(std::make_unique<BandRun>(start, options));
    left.push_back(runs.back().get());
  }
  auto const drop_ended = [&] {
    std::erase_if(left, [](BandRun const* run) { return !run->running(); });
  };
  Clock::time_point kept = Clock::now();
  auto const tell = [&] {
    if (progress.finished)
      progress.finished(std::size_t(
          std::ranges::count_if(runs, [](auto const& run) { return !run->running(); })));
    if (!progress.keep || Clock::now() - kept < between_records) return;
    for (std::size_t k = 0; k < runs.size(); ++k)
      if (runs[k]->running()) progress.keep(k, runs[k]->path());
    kept = Clock::now();
  };
  take_ends(left, set, options);
  for (drop_ended(); !left.empty(); drop_ended()) advance(left, set, options, [&] { tell(); });
  std::vector<CrystalBand> results;
  for (auto const& run : runs) results.push_back(run->result());
  return results;
}

CrystalPath path_of(BandResult const& band) {
  CrystalPath path;
  for (int i = 0; i < band.n_images; ++i) {
    auto const x = band.image(i);
    path.emplace_back();
    for (std::size_t k = 0; k < x.size(); k += 3) path.back().push_back({x[k], x[k + 1], x[k + 2]});
  }
  return path;
}

}  // namespace ionscape
