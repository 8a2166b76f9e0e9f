// How `ionscape properties` says what it found: tables for people, JSON, and CSV files.
#pragma once

#include <filesystem>
#include <optional>

#include <ionscape/crystals/defects.hpp>
#include <ionscape/crystals/properties.hpp>

#include "output.hpp"
#include "structures.hpp"

namespace ionscape::app {

/// A wave vector that the user asked for.
struct WavePoint {
  Vec3 fractional;  // of the reciprocal vectors of the given cell
  std::string label;
};

/// A value that the user has of a quantity (properties_beside.hpp).
struct GivenValue {
  std::string quantity, source;  // the source may be empty
  double value = 0;
};

struct PropertiesRun {
  PotentialSet set;
  Structure structure;
  Crystal crystal;
  CrystalProperties properties;
  std::vector<WavePoint> points;
  std::vector<std::vector<double>> at_points;  // THz
  std::array<int, 3> mesh{};                   // 0: none was asked for
  WaveMesh waves;
  std::optional<Harmonic> harmonic;
  PointDefect defect;
  double defect_charge = 0;  // e
  std::vector<DefectCell> defects;
  std::vector<GivenValue> given;
  std::vector<Warning> warnings;  // of properties and of the rest

  bool has_defect() const { return !defect.vacancies.empty() || !defect.interstitials.empty(); }
  /// "Li1" of each ion.
  std::string label(std::size_t ion) const {
    return crystal.species[ion] + std::to_string(ion + 1);
  }
};

void print_properties(PropertiesRun const& run);
Json to_json(PropertiesRun const& run);

/// properties.json, phonons.csv, with a mesh thermal.csv, with given values beside.csv.
std::vector<char const*> result_names(PropertiesRun const& run);
void write_results(std::filesystem::path const& folder, PropertiesRun const& run);
/// What draw_results() writes.
std::vector<char const*> picture_names(PropertiesRun const& run);
/// Phonons along the list of wave vectors, computed values beside given ones; returns the pictures.
std::vector<std::filesystem::path> draw_results(std::filesystem::path const& folder,
                                                PropertiesRun const& run);

}  // namespace ionscape::app
