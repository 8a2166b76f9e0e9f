// The structures of a run, from files and folders that the user names. One that cannot be read
// costs only its own row.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>

#include "run_files.hpp"

namespace ionscape::app {

/// For the help of subcommands that take structures.
inline constexpr char const* structure_help =
    "STRUCTURE: POSCAR/CONTCAR, .vasp, XDATCAR, .cif, .extxyz, .xyz, LAMMPS data (.data, .lmp), "
    "GULP\n"
    "input (.gin), .gz of these (all frames of a file), or folders of such files. One that cannot "
    "be used is\n"
    "reported in its place, and the others are computed (exit code 2).";

/// Where a structure stands, and why it could not be read.
struct Structure {
  std::filesystem::path file;
  int frame = 1;
  std::string name;   // the file, and "#frame" if it has several
  std::string error;  // empty: it was read
};

struct Structures {
  std::vector<Structure> list;
  std::vector<Crystal> crystals;  // one each; an empty one where there is an error
  Paths passed_over;              // files in folders that are no structures by their names

  Paths files() const;
};

/// Files, and in folders all files that have a structure's name, in alphabetical order. What
/// readers assumed is printed on stderr. Throws InputError for a folder without structures, and
/// where none of all can be read.
Structures read_structures(Paths const& paths);

/// The error's text with the structure's name before it, unless it begins with its file.
std::string named_error(Structure const& structure, std::exception const& error);

/// Throws InputError if all structures have an error: that of the only one, or the first's.
void require_any(std::vector<Structure> const& structures);

/// For stderr: "note: FILE: ..." for each of the crystal's notes.
void print_notes(std::string const& name, Crystal const& crystal);

/// "ionscape: 2 of 5 structures failed; ...": for stderr.
void print_failed(std::size_t failed, std::size_t of);

}  // namespace ionscape::app
