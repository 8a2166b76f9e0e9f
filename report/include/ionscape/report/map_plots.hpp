// Pictures of a map by gnuplot: PNG and SVG, with scripts and data left beside them to restyle.
#pragma once

#include <filesystem>
#include <vector>

#include <ionscape/neb/result.hpp>
#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// Writes the panels of Fig. 3 of Ouyang et al. (2023) for each anion of the map into `directory`;
/// returns the files drawn, PNG and SVG. Throws InputError if the rows are no grid, or gnuplot is
/// missing or fails (with what it said).
std::vector<std::filesystem::path> plot_map(std::vector<MapRow> const& rows,
                                            std::filesystem::path const& directory);

/// Draws the energy profile of one band: images as points, the cubic through energies and slopes as
/// a line.
std::vector<std::filesystem::path> plot_profile(BandResult const& band, std::string const& title,
                                                std::filesystem::path const& directory);

}  // namespace ionscape
