#include <ionscape/core/io/read_crystal.hpp>

#include <algorithm>
#include <cctype>

#include "formats.hpp"

namespace ionscape {

namespace {

using Reader = std::vector<Frame> (*)(std::filesystem::path const&);

/// The reader that the file's name asks for; nullptr if it is no structure's.
Reader reader_of(std::filesystem::path const& file) {
  std::string name = file.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (name.ends_with(".cif")) return read_cif;
  if (name.ends_with(".extxyz") || name.ends_with(".xyz")) return read_extxyz;
  if (name.ends_with(".vasp") || name.find("poscar") != name.npos ||
      name.find("contcar") != name.npos)
    return [](std::filesystem::path const& poscar) { return std::vector{read_poscar(poscar)}; };
  return nullptr;
}

}  // namespace

bool has_structure_name(std::filesystem::path const& file) { return reader_of(file) != nullptr; }

std::vector<Crystal> read_crystals(std::filesystem::path const& file) {
  Reader const reader = reader_of(file);
  if (!reader)
    fail_input({file},
               "unknown format, expected *POSCAR*, *CONTCAR*, .vasp, .cif, .extxyz or .xyz");
  std::vector<Crystal> crystals;
  for (Frame& frame : reader(file)) {
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
  return reader == read_cif ? read_cif(file).at(0).oxidation_numbers : std::vector<double>{};
}

}  // namespace ionscape
