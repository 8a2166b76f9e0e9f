// What the CIF tests share: short files as text, and what is read of them.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>

namespace cif_test {

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using ionscape_test::input_error;

inline std::vector<Crystal> read(std::string const& text) { return read_crystals(text, "a.cif"); }

inline std::string error(std::string const& text) {
  return input_error([&] { read(text); });
}

/// All notes in one line.
inline std::string notes(Crystal const& crystal) {
  std::string all;
  for (std::string const& note : crystal.notes) all += (all.empty() ? "" : " | ") + note;
  return all;
}

inline std::string cell(double a, double b, double c, double alpha, double beta, double gamma) {
  std::ostringstream out;
  out << "data_x\n_cell_length_a " << a << "(3)\n_cell_length_b " << b << "\n_cell_length_c " << c
      << "\n_cell_angle_alpha " << alpha << "\n_cell_angle_beta " << beta << "\n_cell_angle_gamma "
      << gamma << "\n";
  return out.str();
}

inline std::string const cubic = cell(4, 4, 4, 90, 90, 90);
inline std::string const sites =
    "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_"
    "atom_site_fract_z\n";
inline std::string const labelled =
    "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";
inline std::string const p1 = "_space_group_name_H-M_alt 'P 1'\n";

/// Å, from a point in fractional coordinates to the nearest ion.
inline double closest_to(Crystal const& crystal, Vec3 fractional) {
  double best = 1e9;
  for (Vec3 r : crystal.positions)
    best = std::min(best,
                    norm(minimum_image(crystal.cell, r - crystal.cell.to_cartesian(fractional))));
  return best;
}

inline long count(Crystal const& crystal, std::string const& species) {
  return std::count(crystal.species.begin(), crystal.species.end(), species);
}

}  // namespace cif_test
