// Published migration barriers of real compounds, and how well a model finds them.
//
// A folder holds barriers.csv (columns id, class, composition, mobile, Ea_DFT_eV; others may stand beside)
// and paths.extxyz: two frames for each row with id=... and end=initial or final, the same ions in the
// same order; the first ion hops, straight from one frame to the other.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/statistics.hpp>

namespace ionscape {

struct PublishedBarrier {
  std::string id, kind, composition;           // kind: the column class, "OLIVINE"
  std::string mobile;                          // element
  double barrier = 0;                          // eV
  std::map<std::string, double> other_models;  // further columns Ea_..._eV, eV
  Crystal initial, final_;                     // no charges
  std::string error;                           // why these mean nothing; empty: they do
  /// Elements of the host, in alphabetical order: "FeOP". Entries that share it never stand on both
  /// sides of a choice.
  std::string host;
};

/// In the order of barriers.csv. A row whose frames are no structures (ions in each other) has an
/// error. Throws InputError with file and line for a row without its frames, frames that differ in cell,
/// ions or their order, a first ion that is not the mobile one.
std::vector<PublishedBarrier> read_published_barriers(std::filesystem::path const& folder);

/// E = offset + slope min(model, most), by least absolute deviations: barriers above `most` only say
/// that the way is closed in the frozen host.
struct Recalibration {
  static constexpr double most = 4;  // eV
  double offset = 0, slope = 1;      // eV, 1
  double operator()(double model) const;
};

/// Of two or more pairs. The minimum is exact: a line through two of the points.
Recalibration recalibrated(std::span<double const> model, std::span<double const> published);

struct BarrierScore {
  std::size_t asked = 0;   // entries
  ErrorStatistics errors;  // of those that have a value; errors.count: how many
  double hits = 0;         // share that stands on the right side of 0.5 eV
  double coverage() const { return asked == 0 ? 0 : double(errors.count) / double(asked); }
};

/// NaN in `model`: no value.
BarrierScore score(std::span<double const> model, std::span<double const> published);

/// Each entry recalibrated by the entries of all other blocks: `block` (one an entry) names what may not
/// stand on both sides. NaN where the model has no value, or too few others are left.
std::vector<double> recalibrated_by_others(std::span<double const> model,
                                           std::span<double const> published,
                                           std::span<std::string const> block);

}  // namespace ionscape
