// Pictures of a calibration.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/fit/calibrate.hpp>

namespace ionscape {

/// Draws into `directory` maps of the residuals and parity plots, and the trade-off. Returns the
/// pictures. Throws InputError if gnuplot cannot be run.
std::vector<std::filesystem::path> plot_calibration(CalibrationResult const& result,
                                                    std::filesystem::path const& directory);

}  // namespace ionscape
