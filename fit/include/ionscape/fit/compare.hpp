// Our maps against published values, point by point, and against the claims of the paper.
//   [X20] Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020), doi 10.1038/s41524-020-0324-7
//   [O23] Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023), doi 10.1063/5.0140110
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/core/statistics.hpp>
#include <ionscape/fit/reference_data.hpp>
#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// How a reference point meets the model.
enum class Matching {
  exact,  // the map's potential is evaluated at the reference's own point: no error of the matching
  // site energies by cubic polynomials over the 4 x 4 nearest grid points, of the same distortion;
  // barriers
  interpolate,
  // of three points are taken after that, since they have kinks
  nearest  // the grid point within half a step, of the same distortion
};
std::string name_of(Matching matching);

struct CompareOptions {
  Matching matching = Matching::exact;
  std::vector<double> exclude_charges;  // e; references within 0.001 of one are left out
  bool keep_doubtful = false;           // ReferenceValue::doubtful
};

struct ComparedValue {
  ReferenceValue reference;
  double ours_eV = 0;
  double distance =
      0;  // from the nearest grid point in grid steps, the larger of charge and volume; 0 if exact
  bool extrapolated = false;  // outside the range that the potential was fitted in

  double error_eV() const { return ours_eV - reference.value_eV; }
  /// For a bound: whether ours keeps it, to the uncertainty of the reading.
  bool bound_satisfied() const {
    return reference.bound_sign * (ours_eV - reference.value_eV) >= -reference.uncertainty_eV;
  }
};

/// All values of one anion, quantity and distortion.
struct ComparisonGroup {
  std::string anion;
  Quantity quantity = Quantity::image;
  double distortion = 1;
  ErrorStatistics errors;  // of the values that are no bounds
  std::size_t largest =
      0;  // index into Comparison::values of the largest error, if errors.count > 0
  ErrorStatistics inside;           // of those within the range that the potential was fitted in
  std::size_t preference_hits = 0;  // tet_minus_oct: same sign as the reference
  std::size_t bounds = 0, satisfied = 0;
};

struct Comparison {
  Matching matching = Matching::exact;
  std::vector<ComparedValue> values;    // in the order of the reference
  std::vector<ComparisonGroup> groups;  // by anion, quantity, distortion
  std::vector<std::string> remarks;  // how the points were matched, how far, and what was left out
};

/// The potentials and settings that a map was computed with, as its map.json names them, without
/// points. Nothing if there is no map.json beside it. Throws InputError if a potential's file is
/// not where it was: `given` ones come first.
std::optional<SweepPlan> recorded_plan(std::filesystem::path const& map,
                                       std::map<std::string, PotentialSet> const& given);

/// Recomputes a few rows; throws InputError if the model is not the one that the rows come from.
void require_same_model(std::vector<MapRow> const& rows, SweepPlan const& model);

/// For Matching::exact `model` says with what to compute, and `rows` may be empty: then all anions
/// that `model` has a potential for are compared, else those of the rows. Quantity::E_tet is left
/// out: its zero is not ours. For the other matchings `rows` must be grids. Kokkos must be running.
Comparison compare(std::vector<MapRow> const& rows, SweepPlan const& model,
                   ReferenceData const& reference, CompareOptions const& options);

/// A claim of [O23] as a number measured on a map.
struct Claim {
  std::string name;  // "i" to "iv"
  std::string anion;
  std::string statement;  // what is counted
  double measured = 0;
  std::size_t of =
      0;  // number of points or pairs counted; 0: the claim cannot be measured on this map
  std::string demanded;  // "above 0.75"
  std::optional<double>
      published;  // the same count on the published values at the points of the map
  double measured_there =
      0;  // ours where there is a published value, and of how many: like with like
  std::size_t of_there = 0;
  std::optional<bool> holds;  // nothing where it only informs, or cannot be measured
};

/// "pass", "FAIL", "" where it only informs, or "not on this map".
std::string verdict_of(Claim const& claim);

/// The claims i to iv on a map with distorted planes, for each of its anions. Throws InputError if
/// its rows are no grid.
///   i    dE_tet > dE_oct, for most of the grid
///   ii   D = E_tet - E_oct grows with distortion, falls with V and with more negative charge
///   iii  distortion lowers E_a where Tet is occupied, raises it where Oct is (our D says what is
///        occupied, on published barriers too)
///   iv   distortion widens the part of the plane with E_a < 0.4 eV
std::vector<Claim> check_claims(std::vector<MapRow> const& rows, ReferenceData const& reference);

/// Writes DIR/compare.csv (every value), DIR/compare.json (statistics, claims, remarks),
/// DIR/compare.md and DIR/claims.md (the same as tables for a document), each whole or not at all.
void write_comparison(std::filesystem::path const& directory, SweepPlan const& model,
                      ReferenceData const& reference, Comparison const& comparison,
                      std::vector<Claim> const& claims);

}  // namespace ionscape
