// Structures from files, also compressed ones (.gz). The format is chosen by name: *POSCAR*,
// *CONTCAR*, .vasp | *XDATCAR* | .cif | .extxyz, .xyz | GULP: .gin, .grs | LAMMPS: .data, .lmp,
// data.*; where the name says nothing, by the first lines.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Reads one structure and validates it (core/crystal.hpp). Charges are filled in only if the file
/// states them. Throws InputError naming file and line, what was found and what was expected.
Crystal read_crystal(std::filesystem::path const& file);

/// All frames of a file: extxyz, XDATCAR and CIF may hold many, the other formats hold one.
std::vector<Crystal> read_crystals(std::filesystem::path const& file);

/// The same from the text of a file; `name` stands for the file in the choice of the format and in
/// errors.
std::vector<Crystal> read_crystals(std::string_view text, std::filesystem::path const& name);

/// A frame of a file, or why it is no structure.
struct FrameOrError {
  Crystal crystal;
  std::string error;  // file and line, what was found; empty: none
};

/// All frames of a file, each by itself: for batches, where a bad one costs only its own row. Throws
/// InputError where the file as a whole cannot be read.
std::vector<FrameOrError> read_frames(std::filesystem::path const& file);

/// The oxidation number (e) of each ion of read_crystal as a CIF file states it:
/// _atom_type_oxidation_number of the site's type, else the charge in its type symbol ("O2-",
/// "Li1+", "Na+"); NaN where neither is there. These are formal charges, so the crystal does not
/// have them. Empty for other formats and where no site has one. Throws as read_crystal does.
std::vector<double> read_oxidation_numbers(std::filesystem::path const& file);

/// True if the name says that the file holds structures.
bool has_structure_name(std::filesystem::path const& file);

}  // namespace ionscape
