#include <ionscape/core/io/read_crystal.hpp>

#include <algorithm>
#include <array>
#include <cctype>

#include <ionscape/core/io/read_text.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

using Reader = std::vector<Frame> (*)(std::string_view, std::filesystem::path const&);

/// The file's name in small letters, without .gz.
std::string plain_name(std::filesystem::path const& file) {
  std::string name = file.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name;
}

/// VASP's names may stand anywhere in a name (Li2O-POSCAR, POSCAR.old, CONTCAR_1), but not where
/// the name says that the file holds something else (poscar.json).
bool is_poscar_name(std::string const& name) {
  constexpr std::array others{".json", ".yaml",  ".yml", ".xml", ".toml", ".csv", ".py",
                              ".sh",   ".ipynb", ".md",  ".png", ".svg",  ".pdf", ".jpg",
                              ".html", ".h5",    ".zip", ".tar", ".xz",   ".bz2", ".log"};
  return name.ends_with(".vasp") ||
         ((name.find("poscar") != name.npos || name.find("contcar") != name.npos) &&
          std::none_of(others.begin(), others.end(),
                       [&](char const* other) { return name.ends_with(other); }));
}

std::vector<Frame> read_one_poscar(std::string_view text, std::filesystem::path const& file) {
  return {read_poscar(text, file)};
}

/// The reader that the file's name asks for; nullptr if it is no structure's.
Reader reader_of(std::filesystem::path const& file) {
  std::string const name = plain_name(file);
  if (name.ends_with(".cif")) return read_cif;
  if (name.ends_with(".extxyz") || name.ends_with(".xyz")) return read_extxyz;
  if (is_poscar_name(name)) return read_one_poscar;
  return nullptr;
}

/// The same, or InputError.
Reader reader_for(std::filesystem::path const& file) {
  Reader const reader = reader_of(file);
  if (!reader)
    fail_input({file},
               "unknown format, expected *POSCAR*, *CONTCAR*, .vasp, .cif, .extxyz or .xyz");
  return reader;
}

}  // namespace

bool has_structure_name(std::filesystem::path const& file) { return reader_of(file) != nullptr; }

std::vector<Crystal> read_crystals(std::filesystem::path const& file) {
  reader_for(file);
  return read_crystals(read_text(file), file);
}

std::vector<Crystal> read_crystals(std::string_view text, std::filesystem::path const& file) {
  std::vector<Crystal> crystals;
  for (Frame& frame : reader_for(file)(without_byte_order_mark(text), file)) {
    try {
      validate(frame.crystal, "structure " + std::to_string(crystals.size() + 1));
    } catch (InputError const& error) {
      throw InputError({file, frame.line}, error.what());
    }
    crystals.push_back(std::move(frame.crystal));
  }
  return crystals;
}

Crystal read_crystal(std::filesystem::path const& file) {
  std::vector<Crystal> crystals = read_crystals(file);
  if (crystals.size() != 1)
    fail_input({file}, "holds ", crystals.size(), " structures, expected one");
  return std::move(crystals.front());
}

std::vector<double> read_oxidation_numbers(std::filesystem::path const& file) {
  Reader const reader = reader_of(file);
  return reader == read_cif
             ? read_cif(without_byte_order_mark(read_text(file)), file).at(0).oxidation_numbers
             : std::vector<double>{};
}

}  // namespace ionscape
