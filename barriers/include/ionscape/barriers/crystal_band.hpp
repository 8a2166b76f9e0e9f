// Nudged elastic bands of whole crystals: all ions move, shells follow at once; many bands, of any
// crystals, in one batch.
//
// The forces on a band are those of the room neb (improved tangent, climbing image). What moves it is
// a global L-BFGS whose first guess of the curvature is the Hessian of the crystal at the first end:
// ions that only make room then take Newton's step, and what is left to learn is the way of the ions
// that hop. Where L-BFGS fails, FIRE goes on.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <ionscape/barriers/crystal_hop.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/neb/result.hpp>

namespace ionscape {

/// The number of images is that of the paths, ends are held.
struct CrystalBandOptions : NebOptions {
  /// How energies are computed. Their force error is no larger than a hundredth of force_tolerance; a
  /// skin of 0 Å means 0.4 Å, so that neighbour lists live through many steps.
  EnergyOptions energy;
  ShellOptions shells;
};

/// One band on its way: where it starts and what is known of its crystal.
struct BandStart {
  CrystalHop const* hop = nullptr;
  CrystalPath path;
  /// (3 ions, 3 ions), eV/Å^2, of the first end (ion_hessian.hpp); empty: only diagonal, estimated.
  Eigen::MatrixXd hessian;
};

struct CrystalBand {
  BandResult band;     // dof = 3 ions
  std::string reason;  // a sentence where it did not converge

  bool converged() const { return band.status == BandStatus::converged; }
};

/// What a caller hears while bands are relaxed; either may be empty.
struct BandProgress {
  std::function<void(std::size_t finished)> finished;              // after each step
  std::function<void(std::size_t band, CrystalPath const&)> keep;  // where a band is, now and then
};

/// Relaxes all bands; results in order. The
/// crystals have charges; angles are those of the first end in all images. In another batch a band's
/// result differs by rounding (relax_crystals.hpp says why). Kokkos must be running. Throws
/// InputError for options out of range, paths of other ions or of fewer than three images, and as
/// EnergyModel does.
std::vector<CrystalBand> relax_crystal_bands(std::span<BandStart const> starts,
                                             PotentialSet const& set,
                                             CrystalBandOptions const& options = {},
                                             BandProgress const& progress = {});

/// Images of a result as positions.
CrystalPath path_of(BandResult const& band);

}  // namespace ionscape
