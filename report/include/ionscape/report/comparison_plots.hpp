// Pictures of a comparison with published values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/fit/compare.hpp>

namespace ionscape {

/// Draws, into `directory`, parity plots for each anion and quantity, maps of ours, the published
/// and their difference, and profiles over the DFT images; returns the files, PNG and SVG. Throws
/// InputError if gnuplot is missing or fails.
std::vector<std::filesystem::path> plot_comparison(Comparison const& comparison,
                                                   SweepPlan const& model,
                                                   std::filesystem::path const& directory);

}  // namespace ionscape
