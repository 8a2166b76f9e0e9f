// Runs gnuplot on scripts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ionscape {

/// How a script begins that draws NAME.dat once as NAME.png and once as NAME.svg (width x height
/// points), and how it ends.
std::string picture_head(std::string const& name, std::string const& title, int width, int height);
inline constexpr char const* picture_foot = "\nset output\n}\n";

/// Runs `gnuplot SCRIPT` in `directory` for every script, several side by side. Throws InputError
/// if gnuplot is not installed, or with what it said if it fails.
void run_gnuplot(std::filesystem::path const& directory, std::vector<std::string> const& scripts);

}  // namespace ionscape
