// Pictures of whole crystals: a relaxation step by step, phonons along a way through the zone,
// computed values beside given ones.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ionscape {

/// What is drawn of one step of a relaxation.
struct DrawnStep {
  double enthalpy = 0;    // eV
  double max_force = 0;   // eV/Å
  double max_stress = 0;  // GPa; 0: the cell stays
};

/// Draws how far the enthalpy lies off the last one, and the largest force and stress, over the
/// steps, into DIR/NAME.png and .svg, with NAME.gp and NAME.dat. Throws InputError without gnuplot.
std::vector<std::filesystem::path> plot_relaxation(std::filesystem::path const& directory,
                                                   std::string const& name,
                                                   std::string const& title,
                                                   std::vector<DrawnStep> const& steps);

/// A wave vector on the way, and its modes.
struct DrawnWave {
  std::string label;        // may be empty
  double way = 0;           // Å^-1, from the first point
  std::vector<double> THz;  // ascending; imaginary modes negative
};

/// Draws the branches over the way through the zone, labels where there are some; imaginary modes
/// lie below zero. Otherwise as plot_relaxation().
std::vector<std::filesystem::path> plot_phonons(std::filesystem::path const& directory,
                                                std::string const& name, std::string const& title,
                                                std::vector<DrawnWave> const& waves);

/// A computed value and the one that it stands beside.
struct DrawnPair {
  std::string name;
  double computed = 0, given = 0;
};

/// Draws computed over given value, a point for each name. Otherwise as plot_relaxation().
std::vector<std::filesystem::path> plot_beside(std::filesystem::path const& directory,
                                               std::string const& name, std::string const& title,
                                               std::vector<DrawnPair> const& pairs);

}  // namespace ionscape
