#include "band_run.hpp"

#include <algorithm>
#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>

namespace ionscape::detail {

namespace {

Kokkos::DefaultHostExecutionSpace host() { return {}; }

BandStart const& validated(BandStart const& start) {
  std::size_t const ions = start.hop->size();
  if (start.path.size() < 3)
    fail_input({}, "neb: a path of ", start.path.size(), " images, expected 3 or more");
  for (auto const& image : start.path) {
    if (image.size() != ions)
      fail_input({}, "neb: an image of ", image.size(), " ions, expected ", ions);
    for (Vec3 r : image)
      if (!std::isfinite(r.x + r.y + r.z))
        fail_input({}, "neb: the path has numbers that are not finite");
  }
  return start;
}

void write(std::span<Vec3 const> vectors, double* numbers) {
  for (Vec3 v : vectors) *numbers++ = v.x, *numbers++ = v.y, *numbers++ = v.z;
}

}  // namespace

BandRun::BandRun(BandStart const& start, CrystalBandOptions const& options)
    : start_(&validated(start)),
      options_(&options),
      free_(start.hop->initial),
      chains_(host(), 1, int(start.path.size()), int(3 * start.hop->size()), 1,
              int(start.path.size()) - 2),
      force_(host(), chains_, options),
      optimizer_(Preconditioner(start.hessian, start.hop->initial), chains_.dof,
                 options.max_step_length) {
  host().fence("ionscape::barriers::BandRun: views are filled");
  if (options.optimizer == Optimizer::fire) fire_instead();
  begin_at_start();
}

/// A drift, and what is fixed, is no part of the way.
void BandRun::begin_at_start() {
  for (int i = 0; i < images(); ++i) {
    auto const& from = start_->path.front();
    auto const& to = start_->path[std::size_t(i)];
    std::vector<Vec3> way;
    for (std::size_t k = 0; k < to.size(); ++k) way.push_back(to[k] - from[k]);
    free_.project(way);
    for (std::size_t k = 0; k < to.size(); ++k) way[k] += from[k];
    write(way, row(chains_.coordinates, i));
  }
}

void BandRun::place(int image, std::span<Vec3> positions) const {
  double const* x = row(chains_.coordinates, image);
  for (Vec3& r : positions) r = {x[0], x[1], x[2]}, x += 3;
}

CrystalPath BandRun::path() const {
  CrystalPath path(std::size_t(images()), std::vector<Vec3>(frame().size()));
  for (int i = 0; i < images(); ++i) place(i, path[std::size_t(i)]);
  return path;
}

void BandRun::put(int image, FoundImage const& found) {
  chains_.energy(image) = found.energy;
  std::vector<Vec3> forces = found.forces;
  free_.project(forces);
  write(forces, row(chains_.force, image));
}

void BandRun::take_ends(FoundImage const& first, FoundImage const& last) {
  put(0, first);
  put(images() - 1, last);
  double const *a = row(chains_.coordinates, 0), *b = row(chains_.coordinates, images() - 1);
  double farthest = 0;
  for (int k = 0; k < chains_.dof; k += 3)
    farthest = std::max(farthest, relax::distance(3, a + k, b + k));
  if (!first.broken.empty() || !last.broken.empty())
    end(BandStatus::not_finite,
        first.broken.empty() ? "the last end: " + last.broken : "the first end: " + first.broken);
  else if (farthest < options_->distinct_ends)
    end(BandStatus::endpoints_coincide, "both ends are the same structure: no ion is more than " +
                                            decimals(farthest, 3) +
                                            " Å from where it is at the other end");
}

void BandRun::take(std::span<FoundImage const> found) {
  for (int i = 0; i < moving(); ++i) {
    put(i + 1, found[std::size_t(i)]);
    if (found[std::size_t(i)].broken.empty()) continue;
    if (!by_fire_ && steps_ > 0) return fire_instead();
    return end(BandStatus::not_finite,
               "image " + std::to_string(i + 1) + ": " + found[std::size_t(i)].broken);
  }
  bool law_changed = false;
  double const largest = force_(chains_, 0, law_changed);
  chains_.largest_force(0) = largest;
  if (largest < options_->force_tolerance) return end(BandStatus::converged, "");
  if (steps_of_method_ >= options_->max_steps) {
    if (!by_fire_) return fire_instead();
    return end(BandStatus::step_limit, "the steps were not enough");
  }
  move(law_changed);
}

void BandRun::move(bool law_changed) {
  Eigen::Index const n = Eigen::Index(moving()) * chains_.dof;
  double* const x = row(chains_.coordinates, 1);
  double* const driving = row(chains_.driving, 1);
  if (by_fire_) {
    if (law_changed) fire_state_ = {}, std::ranges::fill(velocity_, 0.0);
    relax::Fire{options_->max_step_length, 3}.step(int(n), driving, fire_state_, velocity_.data(),
                                                   x);
  } else {
    if (law_changed) optimizer_.forget();
    Eigen::Map<Eigen::VectorXd>(x, n) +=
        optimizer_.step(Eigen::Map<Eigen::VectorXd const>(driving, n));
  }
  ++steps_, ++steps_of_method_;
}

void BandRun::fire_instead() {
  by_fire_ = true;
  steps_of_method_ = 0;
  velocity_.assign(std::size_t(moving()) * std::size_t(chains_.dof), 0.0);
  force_.restart(0);
  begin_at_start();
}

void BandRun::end(BandStatus status, std::string reason) {
  status_ = status;
  reason_ = std::move(reason);
}

CrystalBand BandRun::result() const {
  CrystalBand result;
  result.reason = reason_;
  BandResult& band = result.band;
  band.status = status_;
  band.steps = steps_;
  band.evaluations = 2 + long(moving()) * (steps_ + 1);
  band.max_force = chains_.largest_force(0);
  band.n_images = images();
  band.dof = chains_.dof;
  std::size_t const n = std::size_t(images()) * std::size_t(chains_.dof);
  band.coordinates.assign(chains_.coordinates.data(), chains_.coordinates.data() + n);
  band.energy.assign(chains_.energy.data(), chains_.energy.data() + images());
  analyse(band, {chains_.force.data(), n}, 3);
  return result;
}

}  // namespace ionscape::detail
