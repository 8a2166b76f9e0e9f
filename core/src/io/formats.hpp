// The structure formats, one source file each: from the text of a file, whose name is for errors.
// Readers do not validate the crystal as a whole: read_crystals does.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/error.hpp>

namespace ionscape {

struct Frame {
  Crystal crystal;
  int line = 0;  // where it begins in the file; 0: the file is the frame
  std::vector<double> oxidation_numbers =
      {};  // e, as a CIF states them, NaN where it does not; empty where it never does
  std::optional<InputError> error = {};  // in place of all else: why the frame cannot be used
};

Frame read_poscar(std::string_view text, std::filesystem::path const& file);
std::vector<Frame> read_xdatcar(std::string_view text, std::filesystem::path const& file);
Frame read_lammps_data(std::string_view text, std::filesystem::path const& file);
/// A bad frame has its error, and those behind it are read where its count of ions says where they
/// begin.
std::vector<Frame> read_extxyz(std::string_view text, std::filesystem::path const& file);
std::vector<Frame> read_gulp(std::string_view text, std::filesystem::path const& file);
std::vector<Frame> read_cif(std::string_view text, std::filesystem::path const& file);

/// The element symbol that a label begins with: "Li" of "Li", "Li_sv", "Li1", "Li+"; nothing of
/// "Lix" or "LI".
std::optional<std::string> find_element(std::string_view label);
/// The element that a species begins with, which other programs know: "O" of "O_OH"; a species that
/// begins with none stays.
std::string symbol_of(std::string const& species);
/// The element that a label begins with, or InputError.
std::string element_of(std::string_view label, SourceLocation const& where);
/// The symbol of an atomic number, or InputError.
std::string element_of_number(std::string_view number, SourceLocation const& where);

}  // namespace ionscape
