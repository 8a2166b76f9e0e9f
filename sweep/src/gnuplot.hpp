// Runs gnuplot on scripts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ionscape {

/// Runs `gnuplot SCRIPT` in `directory` for every script, several side by side. Throws InputError if gnuplot is not
/// installed, or with what it said if it fails.
void run_gnuplot(std::filesystem::path const& directory, std::vector<std::string> const& scripts);

}  // namespace ionscape
