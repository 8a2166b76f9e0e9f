// How `ionscape landscape` says what it found.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/landscape/crystal_landscape.hpp>

#include "output.hpp"
#include "structures.hpp"

namespace ionscape::app {

struct LandscapeRun {
  Structures structures;
  std::optional<PotentialSet> set;
  LandscapeOptions options;           // but for mobile and mass, which each structure has
  std::optional<std::string> mobile;  // as the user says
  std::vector<std::string> mobiles;   // of each structure
  std::vector<std::optional<CrystalLandscape>> results;
  std::filesystem::path folder;

  std::size_t size() const { return structures.list.size(); }
  bool computed(std::size_t k) const { return results[k].has_value(); }
  Structure const& structure(std::size_t k) const { return structures.list[k]; }
};

/// "complete", "incomplete" (the landscape has points that were not found), "refused".
std::string status_of(LandscapeRun const& run, std::size_t k);

/// landscape.csv and landscape.json: a row for each structure, with sites, saddles and hops in JSON.
void write_landscapes(LandscapeRun const& run);
/// Of one structure: landscape.cube and paths.extxyz, with `stem` before their names.
void write_landscape_files(LandscapeRun const& run, std::size_t k, std::string const& stem);
void print_landscapes(LandscapeRun const& run);

}  // namespace ionscape::app
