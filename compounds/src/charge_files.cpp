// Charges from files: tables in TOML and CSV, and Bader's ACF.dat.
#include <algorithm>
#include <cmath>

#include <ionscape/core/io/bader_table.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_text.hpp>
#include <ionscape/core/io/toml.hpp>

#include "charge_words.hpp"

namespace ionscape {

namespace {

using Path = std::filesystem::path;

void refuse_other_number(std::size_t found, Crystal const& crystal, SourceLocation const& where) {
  if (found != crystal.size())
    fail_input(where, found, " charges, expected ", crystal.size(), ", one for each ion");
}

ChargeAssignment read_toml_charges(Crystal const& crystal, Path const& file) {
  TomlReader reader = TomlReader::from_file(file);
  auto const list = reader.optional<std::vector<double>>("charges_e");
  auto table = reader.optional_table("charges");
  if (list.has_value() == table.has_value())
    fail_input({file}, "expected either a table [charges] of species or a list charges_e of ions");
  SpeciesMap by_species;
  if (table)
    for (std::string const& species : table->keys())
      by_species[species] = table->required<double>(species);
  reader.reject_unknown_keys();
  if (list) {
    refuse_other_number(list->size(), crystal, reader.where("charges_e"));
    return {*list, 0, "", {}, true};
  }
  refuse_unknown_species(crystal, by_species, {file}, "charge");
  return spread_over_ions(crystal, by_species, "");
}

ChargeAssignment read_csv_charges(Crystal const& crystal, Path const& file) {
  CsvTable const table = CsvTable::read(file);
  if (table.has("species") && !table.has("ion")) {
    SpeciesMap by_species;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (!by_species.emplace(table.text(row, "species"), table.number(row, "charge_e")).second)
        fail_input(table.where(row), "a second charge of ", table.text(row, "species"));
    refuse_unknown_species(crystal, by_species, {file}, "charge");
    return spread_over_ions(crystal, by_species, "");
  }
  if (!table.has("ion"))
    fail_input({file}, "expected columns species, charge_e or ion, charge_e; found ",
               joined(table.columns()));
  ChargeAssignment result{std::vector<double>(crystal.size(), std::nan("")), 0, "", {}, true};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    double const ion = table.number(row, "ion");
    if (ion < 1 || ion > double(crystal.size()) || ion != std::floor(ion))
      fail_input(table.where(row), "ion ", ion, ", expected a whole number from 1 to ",
                 crystal.size());
    std::string const& species = crystal.species[std::size_t(ion) - 1];
    if (table.has("species") && table.text(row, "species") != species)
      fail_input(table.where(row), "ion ", ion, " is ", table.text(row, "species"), ", but ",
                 species, " in the structure: expected its ions in the same order");
    double& charge = result.charges[std::size_t(ion) - 1];
    if (!std::isnan(charge)) fail_input(table.where(row), "a second charge of ion ", ion);
    charge = table.number(row, "charge_e");
  }
  return result;
}

/// Positions as another program saw them, in Å, or in bohr where the density was a cube file.
void refuse_other_positions(Crystal const& crystal, std::vector<Vec3> const& positions,
                            Path const& file) {
  constexpr double bohr = 0.529177210903, far = 0.5;  // Å
  std::string first;
  for (double unit : {1.0, bohr}) {
    std::size_t ion = 0;
    double distance = 0;
    for (; ion < positions.size(); ++ion)
      if (distance =
              norm(minimum_image(crystal.cell, unit * positions[ion] - crystal.positions[ion]));
          distance > far)
        break;
    if (ion == positions.size()) return;
    if (first.empty())
      first = crystal.species[ion] + std::to_string(ion + 1) + " is " + rounded(distance, 2) +
              " Å from where the structure has it";
  }
  fail_input({file}, first,
             ": expected the structure of that calculation, with the ions in the same order");
}

/// By its name, or else by its first line: whatever it is called.
bool is_bader_file(Path const& file) {
  std::string const name = file.filename().string(), extension = file.extension().string();
  if (name.starts_with("ACF") || extension == ".acf") return true;
  if (extension == ".toml" || extension == ".csv") return false;
  return is_bader_table(read_text(file));
}

ChargeAssignment read_bader_charges(Crystal const& crystal, Path const& file,
                                    SpeciesMap const& valence_electrons) {
  std::string const text = read_text(file);
  for (std::string const& species : distinct(crystal.species))
    if (!valence_electrons.contains(species))
      fail_input({file}, "this file lists electrons: the number of valence electrons of ", species,
                 " (ZVAL of its POTCAR) is needed for the charge: --valence ", species, "=N,...");
  refuse_unknown_species(crystal, valence_electrons, {}, "valence electrons");
  BaderTable const table = read_bader_table(text, file);
  refuse_other_number(table.electrons.size(), crystal, {file});
  refuse_other_positions(crystal, table.positions, file);
  ChargeAssignment result;
  for (std::size_t ion = 0; ion < crystal.size(); ++ion)
    result.charges.push_back(valence_electrons.at(crystal.species[ion]) - table.electrons[ion]);
  return result;
}

}  // namespace

ChargeAssignment charges_from_file(Crystal const& crystal, Path const& file,
                                   SpeciesMap const& valence_electrons) {
  std::string const extension = file.extension().string();
  bool const bader = is_bader_file(file);
  if (!bader && !valence_electrons.empty())
    fail_input({file}, "valence electrons are for Bader's ACF.dat alone");
  ChargeAssignment result = bader ? read_bader_charges(crystal, file, valence_electrons)
                            : extension == ".toml" ? read_toml_charges(crystal, file)
                            : extension == ".csv"  ? read_csv_charges(crystal, file)
                                                   : ChargeAssignment{};
  if (result.charges.empty())
    fail_input({file},
               "charges are read from .toml, .csv and Bader's ACF.dat (a heading # X Y Z CHARGE); "
               "this file is none of them");
  result.source = (bader ? "Bader charges of " : "file ") + file.string();
  note_total(result);
  return result;
}

}  // namespace ionscape
