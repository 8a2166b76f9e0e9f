// Computed properties beside values that the user has, from experiment or another program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "properties_report.hpp"

namespace ionscape::app {

// A file of them is a CSV table with the columns quantity, value and, if wanted, source.

/// The names that are known: C11 ... C66 (GPa), bulk, shear, young (GPa, Hill), eps_0, eps_inf
/// (means of xx, yy, zz), a, b, c (Å), volume (Å^3).
std::vector<std::string> quantities();

/// Throws InputError (file, line) for a quantity that is not known, with what was perhaps meant, and
/// for values that are not positive numbers.
std::vector<GivenValue> read_given_values(std::filesystem::path const& file);

/// What was computed for a quantity; its name is one of quantities().
double computed_value(PropertiesRun const& run, std::string const& quantity);

void print_beside(PropertiesRun const& run);

}  // namespace ionscape::app
