// How `ionscape energy` says what it found: tables for people, JSON, and files of all structures.
#pragma once

#include <filesystem>

#include <ionscape/crystals/evaluation.hpp>
#include <ionscape/potentials/pair/pair_endings.hpp>

#include "output.hpp"
#include "structures.hpp"

namespace ionscape::app {

/// What was asked, and what came out: one evaluation for each structure.
struct EnergyRun {
  EvaluationPlan plan;        // the set is the file's with the command line's changes
  bool cutoff_asked = false;  // on the command line
  Structures structures;
  std::vector<Evaluation> evaluations;

  std::size_t size() const { return evaluations.size(); }
  Structure const& structure(std::size_t k) const { return structures.list[k]; }
  Crystal const& crystal(std::size_t k) const { return structures.crystals[k]; }
};

/// The truncations and methods as users name them.
std::vector<std::string> const& truncation_names();
std::vector<std::string> const& method_names();

// What tables and JSON share.
std::string method_name(EnergyRun const& run, EwaldMethod method);
std::string origin_of_cutoff(EnergyRun const& run, PairEnding const& ending);
double left_out(EnergyRun const& run, Crystal const& crystal);  // eV
/// All that is said of cutoffs, in one line.
std::string describe_pairs(EnergyRun const& run, Crystal const& crystal);
/// The keywords of the warnings, each once.
std::vector<std::string> notes_of(std::vector<Warning> const& warnings);
/// The structure's warnings, and what its cutoffs leave out.
std::vector<std::string> sentences(EnergyRun const& run, std::size_t k);
/// Beyond it energies by pair take long.
constexpr std::size_t most_ions_by_pair = 20'000;

/// One structure with all of its numbers, or the table of many.
Json to_json(EnergyRun const& run);

/// Tables of one structure; beyond some number of ions they are left out unless `all_ions`.
void print_structure(EnergyRun const& run, bool all_ions);
/// One line for each structure, and what they have in common.
void print_structures(EnergyRun const& run);

/// By the name's end: .csv (a row for each structure), .json (to_json) or .extxyz (structures with
/// energies, forces and stress). check_result_name throws InputError for another one.
void check_result_name(std::filesystem::path const& file);
void write_result(std::filesystem::path const& file, EnergyRun const& run);

/// The matrix of Coulomb energies of the only structure, in pymatgen's convention.
void write_matrix(std::filesystem::path const& file, EnergyRun const& run);

}  // namespace ionscape::app
