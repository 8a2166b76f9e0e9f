// How `ionscape energy` says what it found: tables for people, JSON, and files of all structures.
#pragma once

#include <filesystem>

#include "energy_run.hpp"
#include "output.hpp"

namespace ionscape::app {

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
