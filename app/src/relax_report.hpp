// How `ionscape relax` says what it found: a table for people, CSV, JSON and the relaxed structures.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/crystals/minimum_check.hpp>
#include <ionscape/crystals/relax_crystals.hpp>

#include "output.hpp"
#include "structures.hpp"

namespace ionscape::app {

enum class StructureFormat { poscar, extxyz, cif };

/// Of one structure, within 0.01 Å: "Pnma", or empty where it is not known.
struct SpaceGroups {
  std::string start, relaxed;
};

/// What was asked, and what came out: one result for each structure.
struct RelaxRun {
  PotentialSet set;
  CrystalRelaxOptions options;
  StructureFormat format = StructureFormat::poscar;
  std::filesystem::path folder;
  Structures structures;
  std::vector<std::vector<Warning>> warnings;  // of reading, for each structure
  std::vector<RelaxedCrystal> results;
  std::vector<std::optional<MinimumCheck>> checks;  // empty: not asked for
  std::vector<SpaceGroups> space_groups;
  std::vector<std::string> files;  // of the relaxed structures, in the folder

  std::size_t size() const { return results.size(); }
  Structure const& structure(std::size_t k) const { return structures.list[k]; }
  Crystal const& start(std::size_t k) const { return structures.crystals[k]; }
  bool computed(std::size_t k) const {
    return structure(k).error.empty() && results[k].status != CrystalStatus::refused;
  }
};

std::vector<std::string> const& cell_names();    // of CellFreedom
std::vector<std::string> const& format_names();  // of StructureFormat

double angle_deg(Vec3 u, Vec3 v);

/// A name for each relaxed structure, made of its file's; no name twice.
std::vector<std::string> result_files(Structures const& structures, StructureFormat format);

/// The relaxed structure k, in the folder.
void write_structure(RelaxRun const& run, std::size_t k);
/// relax.csv and relax.json in the folder.
void write_tables(RelaxRun const& run);

void print_relaxed(RelaxRun const& run);

}  // namespace ionscape::app
