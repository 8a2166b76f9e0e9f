// What a sweep computes: the list of points, the potential of each anion, and the settings; from a
// TOML file or a CSV list.
//
//     supercell = [2, 2, 2]             # conventional fcc cells; 2 x 2 x 2 = 32 anions
//     accuracy_eV = 1e-8                # of energies and, in eV/Å, of forces
//     [neb]                             # any of these; ends are held at the Oct and the Tet centre
//     images = 7
//     force_tolerance = 0.01            # eV/Å
//     spring = 5.0                      # eV/Å^2
//     climb = true
//     optimizer = "lbfgs"               # or "fire"
//     max_steps = 500
//     [[grid]]                          # one or more
//     anion = "S"
//     reference_volume_A3 = 46.81       # volume_factor counts in this
//     volume_factor = {from = 0.5, to = 1.7, step = 0.1}  # or volume_A3 = [...] alone, per anion
//     charge_e = {from = -1.7, to = -0.5, step = 0.1}  # per anion
//     distortion = [1.0, 1.04, 1.08, 1.12, 1.16, 1.2]
//     potential = "S.toml"              # beside this file; left out: the built-in set of the anion
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/toml.hpp>  // Limits
#include <ionscape/neb/options.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// What points may be: beyond, no anion is known, sums become endless, and (distortion) anions come
/// closer than 0.2 L. Grids, lists of points, single hops and predictions all obey.
inline constexpr Limits volume_limits{1, 1000};    // Å^3 per anion
inline constexpr Limits charge_limits{-6, -1e-6};  // e per anion
inline constexpr Limits distortion_limits{0.6, 1.4};

/// One point of a sweep.
struct SweepPoint {
  std::string anion;
  double volume_A3 = 0;   // per anion
  double charge_e = 0;    // per anion, negative
  double distortion = 1;  // WindowShear::factor, 1 = undistorted

  friend bool operator==(SweepPoint const&, SweepPoint const&) = default;
};

struct SweepPlan {
  std::vector<SweepPoint> points;
  std::map<std::string, PotentialSet> potentials;  // by anion; each has [insertion]
  std::array<int, 3> supercell{2, 2, 2};           // conventional cells
  double accuracy = 1e-8;                          // eV and eV/Å
  NebOptions neb;
};

/// Grids: all combinations, distortion outermost, then charge, then volume. Throws InputError with
/// file and line, also for more points than there is memory for. `potential`, if given, is used in place of those that the file names.
SweepPlan read_sweep_plan(std::filesystem::path const& file,
                          std::optional<std::filesystem::path> const& potential = {});

/// A list of points from a CSV file with the columns anion, volume_A3, charge_e, distortion.
/// `potential` (for all its anions) or, left out, the built-in set of each anion. Throws InputError
/// with file and line.
SweepPlan read_sweep_points(std::filesystem::path const& file,
                            std::optional<std::filesystem::path> const& potential);

/// Throws InputError at `where` unless volume, charge and distortion are within their limits.
void validate(SweepPoint const& point, SourceLocation const& where);
/// The same, and what the potential set itself asks of a volume.
void validate(SweepPoint const& point, PotentialSet const& set, SourceLocation const& where);

/// Sets for a mobile ion in a framework, by anion. Throws InputError for another set, or a second
/// one of an anion.
std::map<std::string, PotentialSet> read_insertion_sets(std::vector<std::string> const& files);

/// Anions with a built-in potential set, and the set (examples/potentials). Throws InputError for
/// another anion.
std::vector<std::string> built_in_anions();
PotentialSet built_in_potential(std::string const& anion);

}  // namespace ionscape
