// Structures from files. The format is chosen by name: *POSCAR*, *CONTCAR*, .vasp | .cif | .extxyz, .xyz.
#pragma once

#include <filesystem>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Reads one structure and validates it (core/crystal.hpp). Charges are filled in only if the file states them.
/// Throws InputError naming file and line, what was found and what was expected.
Crystal read_crystal(std::filesystem::path const& file);

/// All frames of a file (extxyz may hold many; the other formats hold one).
std::vector<Crystal> read_crystals(std::filesystem::path const& file);

/// True if the name says that the file holds structures.
bool has_structure_name(std::filesystem::path const& file);

}  // namespace ionscape
