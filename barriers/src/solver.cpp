#include "solver.hpp"

#include <algorithm>
#include <array>

#include <ionscape/barriers/overlaps.hpp>
#include <ionscape/barriers/start_path.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>

#include "certify_part.hpp"
#include "crystal_surface.hpp"

namespace ionscape::detail {

namespace {

constexpr int most_bends = 4;      // of one part
constexpr double shallow = 0.005;  // eV: an image lower than its neighbours by less is no minimum
constexpr double distinct = 0.1;   // Å
constexpr std::size_t most_ions_for_hessian = 250;

/// Interior images that lie lower than what is on both sides of them.
std::vector<std::size_t> lowest_images(BandResult const& band) {
  std::vector<std::size_t> found;
  auto const& e = band.energy;
  for (std::size_t i = 1; i + 1 < e.size(); ++i) {
    if (!(e[i] < e[i - 1] && e[i] < e[i + 1])) continue;
    double const left = *std::max_element(e.begin(), e.begin() + std::ptrdiff_t(i));
    double const right = *std::max_element(e.begin() + std::ptrdiff_t(i) + 1, e.end());
    if (std::min(left, right) - e[i] > shallow) found.push_back(i);
  }
  return found;
}

/// A path whose ends have moved: each image goes with them by its share.
CrystalPath between_ends(CrystalPath path, CrystalHop const& hop) {
  auto const ways = [](std::vector<Vec3> const& from, std::vector<Vec3> const& to) {
    std::vector<Vec3> way(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) way[k] = to[k] - from[k];
    return way;
  };
  auto const first = ways(path.front(), hop.initial.positions),
             last = ways(path.back(), hop.final_.positions);
  for (std::size_t i = 0; i < path.size(); ++i) {
    double const share = double(i) / double(path.size() - 1);
    for (std::size_t k = 0; k < first.size(); ++k)
      path[i][k] += (1 - share) * first[k] + share * last[k];
  }
  path.front() = hop.initial.positions;
  path.back() = hop.final_.positions;
  return path;
}

}  // namespace

Solver::Solver(std::span<HopTaskOfCrystal const> tasks, PotentialSet const& set,
               HopOptions const& options, HopProgress const& progress)
    : set_(set), options_(options), progress_(progress) {
  // One accuracy for all: differences of energies are to be exact.
  double& force_error = options_.band.energy.force_error;
  force_error = std::min(force_error, 0.01 * options.saddle_tolerance);
  for (HopTaskOfCrystal const& task : tasks) {
    hops_.emplace_back();
    hops_.back().result.hop = task.hop;
    hops_.back().result.warnings = task.hop.warnings;
  }
  if (options.band.relax_endpoints) relax_ends();
  for (Hop& hop : hops_) compare_angles(hop.result);
  open(tasks);
}

/// Angles are those of the first end in all images: at the last, others may be meant.
void Solver::compare_angles(SolvedHop& hop) const {
  if (set_.angles.empty() || hop.status != BandStatus::running) return;
  auto const listed = [&](Crystal const& crystal) {
    std::vector<std::array<int, 3>> angles;
    for (Angle const& angle : particles_of(crystal, set_).angles)
      angles.push_back({angle.centre, angle.outer[0], angle.outer[1]});
    std::ranges::sort(angles);
    return angles;
  };
  if (listed(hop.hop.initial) != listed(hop.hop.final_))
    hop.warnings.push_back({"angles_differ",
                            "by its distances the last end has other angle terms than the first, "
                            "whose angles are kept "
                            "along the path: its energy is not that of the relaxed structure"});
}

void Solver::relax_ends() {
  std::vector<Crystal> crystals;
  for (Hop const& hop : hops_) {
    crystals.push_back(hop.result.hop.initial);
    crystals.push_back(hop.result.hop.final_);
  }
  CrystalRelaxOptions how;
  how.force_tolerance = options_.end_tolerance;
  how.energy = options_.band.energy;
  std::vector<RelaxedCrystal> relaxed = relax_crystals(crystals, set_, how);
  for (std::size_t k = 0; k < hops_.size(); ++k) {
    SolvedHop& hop = hops_[k].result;
    hop.ends = {std::move(relaxed[2 * k]), std::move(relaxed[2 * k + 1])};
    for (std::size_t side : {0, 1}) {
      RelaxedCrystal const& end = hop.ends[side];
      std::vector<Vec3>& positions = (side == 0 ? hop.hop.initial : hop.hop.final_).positions;
      hop.end_moved[side] = largest_move(hop.hop.initial, positions, end.crystal.positions);
      positions = end.crystal.positions;
      if (end.converged()) continue;
      hop.status = BandStatus::endpoint_not_converged;
      hop.reason = std::string("the ") + (side == 0 ? "first" : "last") + " end " +
                   to_string(end.status) + ": " + end.reason;
    }
  }
}

void Solver::open(std::span<HopTaskOfCrystal const> tasks) {
  for (std::size_t k = 0; k < hops_.size(); ++k) {
    SolvedHop& solved = hops_[k].result;
    if (solved.status != BandStatus::running) continue;
    Work work;
    work.part.hop = solved.hop;
    work.path =
        tasks[k].path.empty() ? start_of(solved.hop) : between_ends(tasks[k].path, solved.hop);
    try {
      refuse_overlaps(solved.hop, work.path);
    } catch (InputError const& error) {
      solved.status = BandStatus::not_finite;
      solved.reason = error.what();
      continue;
    }
    hops_[k].works.push_back(std::move(work));
  }
}

CrystalPath Solver::start_of(CrystalHop const& hop) const {
  return idpp_start(hop, options_.band.images);
}

/// For bands of crystals whose Hessian costs less than the steps it saves.
Eigen::MatrixXd Solver::hessian_at_first(CrystalHop const& hop) const {
  if (hop.size() > most_ions_for_hessian) return {};
  CrystalSurface surface(hop.initial, set_, options_.band.energy, options_.band.shells);
  CrystalSurface::Point const first = surface.at(hop.initial.positions);
  return first.broken.empty() ? surface.hessian(first).matrix : Eigen::MatrixXd();
}

std::vector<SolvedHop> Solver::run() {
  auto const any_open = [&] {
    return std::ranges::any_of(hops_, [](Hop const& hop) {
      return std::ranges::any_of(hop.works, [](Work const& work) { return !work.done; });
    });
  };
  while (any_open()) {
    solve_bands();
    for (Hop& hop : hops_) follow_up(hop);
    if (progress_.finished)
      progress_.finished(std::size_t(std::ranges::count_if(hops_, [](Hop const& hop) {
        return std::ranges::all_of(hop.works, [](Work const& work) { return work.done; });
      })));
  }
  std::vector<SolvedHop> results;
  for (Hop& hop : hops_) {
    finish(hop);
    results.push_back(std::move(hop.result));
  }
  return results;
}

void Solver::solve_bands() {
  std::vector<BandStart> starts;
  std::vector<Work*> works;
  std::vector<std::size_t> hop_of;
  for (std::size_t k = 0; k < hops_.size(); ++k)
    for (Work& work : hops_[k].works)
      if (!work.done) {
        starts.push_back({&work.part.hop, work.path, hessian_at_first(work.part.hop)});
        works.push_back(&work);
        hop_of.push_back(k);
      }
  BandProgress progress;
  if (progress_.keep)
    progress.keep = [&](std::size_t band, CrystalPath const& path) {
      if (hops_[hop_of[band]].works.size() == 1) progress_.keep(hop_of[band], path);
    };
  if (progress.keep)
    for (std::size_t k = 0; k < works.size(); ++k) progress.keep(k, works[k]->path);
  std::vector<CrystalBand> bands = relax_crystal_bands(starts, set_, options_.band, progress);
  for (std::size_t k = 0; k < works.size(); ++k) {
    if (progress.keep && bands[k].converged()) progress.keep(k, path_of(bands[k].band));
    works[k]->part.band = std::move(bands[k]);
  }
}

/// What the bands of a hop that were just solved need: nothing more, another round, or parts.
void Solver::follow_up(Hop& hop) {
  for (std::size_t at = hop.works.size(); at-- > 0;) {
    if (hop.works[at].done) continue;
    HopPart const& part = hop.works[at].part;
    if (part.band.converged()) {
      if (split_at_minima(hop, at)) continue;
      bool const has_saddle = part.band.band.saddle_kind == SaddleKind::interior;
      if (options_.certify && has_saddle && prove(hop, at)) continue;
    }
    hop.works[at].done = true;
  }
}

/// Whether images lie in minima of their own, at which the part was split.
bool Solver::split_at_minima(Hop& hop, std::size_t at) {
  HopPart const& part = hop.works[at].part;
  std::vector<std::size_t> const images = lowest_images(part.band.band);
  if (images.empty() || int(hop.works.size() + images.size()) > options_.most_parts) return false;
  CrystalPath const path = path_of(part.band.band);
  std::vector<Crystal> crystals;
  for (std::size_t i : images) {
    crystals.push_back(part.hop.initial);
    crystals.back().positions = path[i];
  }
  CrystalRelaxOptions how;
  how.force_tolerance = options_.end_tolerance;
  how.max_step_length = 0.1;
  how.energy = options_.band.energy;
  std::vector<std::vector<Vec3>> minima{part.hop.initial.positions};
  for (RelaxedCrystal const& relaxed : relax_crystals(crystals, set_, how)) {
    std::vector<Vec3> const& place = relaxed.crystal.positions;
    auto const far = [&](std::vector<Vec3> const& from) {
      return largest_move(part.hop.initial, from, place) > distinct;
    };
    if (relaxed.converged() && far(minima.back()) && far(part.hop.final_.positions))
      minima.push_back(place);
  }
  minima.erase(minima.begin());
  if (minima.empty()) return false;
  split(hop, at, minima);
  return true;
}

/// The saddle and its certificate. Whether the part is not done yet: its band is to leave a false
/// saddle, or the ways down lead elsewhere and it was split there.
bool Solver::prove(Hop& hop, std::size_t at) {
  Work& work = hop.works[at];
  HopPart& part = work.part;
  StationaryPoint saddle = saddle_of(part, set_, options_);
  if (saddle.found() && saddle.falling > 1 && int(part.left.size()) < most_bends) {
    part.left.push_back({saddle.energy - part.first_energy(), saddle.falling});
    work.path = bent_path(part, saddle);
    return true;
  }
  part.certificate = certificate_of(part, std::move(saddle), set_, options_);
  std::vector<std::vector<Vec3>> minima;
  for (WayDown const& way : part.certificate->down)
    if (way.to == WayDown::To::elsewhere) minima.push_back(way.positions);
  if (minima.empty() || int(hop.works.size() + minima.size()) > options_.most_parts) return false;
  split(hop, at, minima);
  return true;
}

void Solver::split(Hop& hop, std::size_t at, std::vector<std::vector<Vec3>> const& minima) {
  CrystalHop const whole = hop.works[at].part.hop;
  std::vector<std::vector<Vec3>> places = minima;
  places.insert(places.begin(), whole.initial.positions);
  places.push_back(whole.final_.positions);
  std::vector<Work> parts;
  for (std::size_t k = 0; k + 1 < places.size(); ++k) {
    Work work;
    work.part.hop = whole;
    work.part.hop.warnings.clear();
    work.part.hop.initial.positions = places[k];
    work.part.hop.final_.positions = places[k + 1];
    work.path = start_of(work.part.hop);
    parts.push_back(std::move(work));
  }
  auto const place = hop.works.erase(hop.works.begin() + std::ptrdiff_t(at));
  hop.works.insert(place, std::make_move_iterator(parts.begin()),
                   std::make_move_iterator(parts.end()));
}

void Solver::finish(Hop& hop) const {
  SolvedHop& result = hop.result;
  for (Work& work : hop.works) result.parts.push_back(std::move(work.part));
  if (result.status != BandStatus::running) return;
  result.status = BandStatus::converged;
  for (std::size_t k = 0; k < result.parts.size(); ++k) {
    CrystalBand const& band = result.parts[k].band;
    if (band.converged()) continue;
    result.status = band.band.status;
    result.reason =
        (result.parts.size() > 1 ? "part " + std::to_string(k + 1) + ": " : "") + band.reason;
    return;
  }
}

}  // namespace ionscape::detail
