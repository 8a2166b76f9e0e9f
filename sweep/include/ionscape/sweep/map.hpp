// The result of a sweep: one row a point, in the order of the plan, with everything that is known
// about it.
#pragma once

#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/notes.hpp>
#include <ionscape/core/table.hpp>
#include <ionscape/neb/result.hpp>
#include <ionscape/sweep/plan.hpp>

namespace ionscape {

/// A barrier that counts as low, in eV: the limit of the published shares (claim iv) and panels.
inline constexpr double low_barrier = 0.4;

/// Insertion energies are interaction energies of the Li with the host, the host without Li as zero
/// (frozen_host.hpp).
struct MapRow {
  SweepPoint point;
  double csm_tet = 0, csm_oct = 0;  // continuous symmetry measures around the undistorted centres
  double tet_volume_A3 = 0, oct_volume_A3 = 0;  // of the sites' polyhedra
  double bottleneck_area_A2 = 0, bottleneck_radius_A = 0;
  double shortest_anion_distance_A = 0;
  double E_tet_eV = 0, E_oct_eV = 0, E_face_eV = 0;
  double dE_tet_eV = 0, dE_oct_eV = 0;  // E(distortion) - E(1), same volume and charge
  double E_tet_minus_E_oct_eV = 0;
  double Ea_three_point_eV = 0;  // max - min of E_oct, E_face, E_tet: the E_a of the published maps
  double Ea_neb_eV =
      0;  // highest point of the relaxed band above its lower end; ends held at the centres
  /// Error bars of the two: model error of the potential ([fitted.error_eV]) and, with an ensemble
  /// (ensemble.hpp), the spread of its members, added as squares. NaN where the potential says
  /// nothing of its errors, and far outside the range that it was fitted in.
  double Ea_three_point_error_eV = std::numeric_limits<double>::quiet_NaN();
  double Ea_neb_error_eV = std::numeric_limits<double>::quiet_NaN();
  double depth_below_ends_eV =
      0;  // lower end - lowest image: how far the free Li has slid below both centres
  double barrier_oct_tet_eV = 0, barrier_tet_oct_eV = 0;  // from either end to the saddle
  double saddle_progress =
      0;  // 0 at Oct, 1 at Tet: share of the path's length at the highest point
  double max_force_eV_per_A = 0;  // of the relaxed band
  int steps = 0;
  BandStatus status = BandStatus::running;
  Notes notes;  // oct_not_minimum ... extrapolated: notes.hpp says what they mean
};

/// The columns of map.csv.
std::span<Column<MapRow> const> map_columns();

/// Where the time went, in seconds, and how much was computed.
struct SweepTimings {
  double geometry = 0, tables = 0, sites = 0, neb = 0, certificates = 0, verification = 0;
  long evaluations = 0;  // energies and forces of one Li
};

struct SweepResult {
  std::vector<MapRow> rows;
  double measured_accuracy =
      0;  // eV: largest difference from the reference engine over a sample of points
  int verified_points = 0;  // size of that sample
  SweepTimings timings;
  std::vector<std::string> remarks = {};  // for a user: checkpoints that were damaged
};

/// Writes DIR/map.csv and DIR/map.json, each whole or not at all; DIR is made if needed.
void write_map(std::filesystem::path const& directory, SweepPlan const& plan,
               SweepResult const& result);

/// Reads the rows of DIR/map.csv (or of a CSV file). Throws InputError with file and line.
std::vector<MapRow> read_map(std::filesystem::path const& path);

}  // namespace ionscape
