// One band of a whole crystal on its way.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <ionscape/barriers/crystal_band.hpp>
#include <ionscape/crystals/free_motion.hpp>
#include <ionscape/neb/detail/band_force.hpp>
#include <ionscape/relax/fire.hpp>

#include "band_optimizer.hpp"

namespace ionscape::detail {

/// What an evaluation found at one image.
struct FoundImage {
  double energy = 0;         // eV
  std::vector<Vec3> forces;  // eV/Å, on ions
  std::string broken;        // why it counts for nothing; empty: it does
};

class BandRun {
 public:
  /// Both outlive it.
  BandRun(BandStart const& start, CrystalBandOptions const& options);

  Crystal const& frame() const { return start_->hop->initial; }
  int images() const { return chains_.n_points; }
  int moving() const { return chains_.n_moving; }
  /// Where image i is (from 0, the first end), assigned.
  void place(int image, std::span<Vec3> positions) const;
  CrystalPath path() const;

  /// Both ends, once before all else.
  void take_ends(FoundImage const& first, FoundImage const& last);
  /// The moving images, in order; then the band moves or ends.
  void take(std::span<FoundImage const> found);

  bool running() const { return status_ == BandStatus::running; }
  CrystalBand result() const;

 private:
  using Chains = relax::Chains<Kokkos::HostSpace>;

  void begin_at_start();
  void put(int image, FoundImage const& found);
  void move(bool law_changed);
  void fire_instead();
  void end(BandStatus status, std::string reason);
  double* row(Chains::Matrix const& matrix, int image) const { return Chains::row(matrix, image); }

  BandStart const* start_;
  CrystalBandOptions const* options_;
  FreeMotion free_;
  Chains chains_;
  neb::BandForce<Kokkos::HostSpace> force_;
  BandOptimizer optimizer_;
  BandStatus status_ = BandStatus::running;
  std::string reason_;
  int steps_ = 0, steps_of_method_ = 0;

  bool by_fire_ = false;
  relax::Fire::State fire_state_;
  std::vector<double> velocity_;
};

}  // namespace ionscape::detail
