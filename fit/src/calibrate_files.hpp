// What the files of a calibration share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/core/io/format.hpp>
#include <ionscape/fit/calibrate.hpp>

namespace ionscape {

/// Far below the errors of the parameters, and short enough to read.
inline std::string digits(double value) { return significant(value, 8); }

/// Of FormFit::values: a fitted anion, or a predicted one behind them.
std::string species_of(FitPlan const& plan, std::size_t anion);

/// NaN for an empty list.
double mean_of(std::vector<double> const& list);

/// calibrate.md: how the fit came about, by forms, trend, trade-off and parameters.
void write_page(CalibrationResult const& result, std::filesystem::path const& file);

/// errors.md: in meV, by quantity and distortion.
void write_errors(FormFit const& fit, std::filesystem::path const& file);

}  // namespace ionscape
