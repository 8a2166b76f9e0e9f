// Computes a sweep: geometry and hosts, site energies, bands, certificates, in batches on the
// device.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include <ionscape/sweep/map.hpp>

namespace ionscape {

struct RunOptions {
  /// Called on the host, at most once a step, with the number of finished points (of
  /// plan.points.size()).
  std::function<void(std::size_t finished)> progress;
  /// Points that are computed together; the result of a point does not depend on it beyond the
  /// asked accuracy.
  std::size_t batch = 4096;
  /// After each batch its rows are kept in this folder, and a sweep of the same plan continues from
  /// there. They stay until the caller, once the result is written, calls remove_checkpoint.
  std::optional<std::filesystem::path> checkpoint;
  /// Hosts of different volume and charge share tables in reduced lengths (false: for the bench
  /// only).
  bool share_frameworks = true;
};

/// Rows come back in the order of plan.points. Kokkos must be running.
SweepResult run_sweep(SweepPlan const& plan, RunOptions const& options = {});

/// Energies (eV) of the Li, relative to Oct, at equally spaced images of the straight path from Oct
/// through the centre of the undistorted face to Tet, ends included; one list of `images` for each
/// of plan.points. No band is relaxed: these are the images of a published path on an undistorted
/// cell. Kokkos must be running.
std::vector<std::vector<double>> straight_path_energies(SweepPlan const& plan, int images);

/// Removes what run_sweep has kept in options.checkpoint for this plan, and the folder if nothing
/// else is in it.
void remove_checkpoint(SweepPlan const& plan, RunOptions const& options);

}  // namespace ionscape
