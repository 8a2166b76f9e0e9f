// Structures as CIF, without symmetry.
#include <algorithm>
#include <cmath>
#include <map>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/core/units.hpp>

#include "formats.hpp"

namespace ionscape {

namespace {

double angle_deg(Vec3 u, Vec3 v) { return std::atan2(norm(cross(u, v)), dot(u, v)) * 180 / pi; }

/// In [0, 1).
double wrapped(double fraction) {
  double const inside = fraction - std::floor(fraction);
  return inside < 1 ? inside : 0;
}

}  // namespace

void write_cif(std::filesystem::path const& file, Crystal const& crystal) {
  AtomicFile out(file);
  std::ostream& text = out.stream();
  Cell const& cell = crystal.cell;
  std::string comment = crystal.comment;
  std::ranges::replace_if(
      comment, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (!comment.empty()) text << "# " << comment << '\n';
  text << "data_ionscape\n"
       << "_cell_length_a " << shortest(norm(cell.a)) << '\n'
       << "_cell_length_b " << shortest(norm(cell.b)) << '\n'
       << "_cell_length_c " << shortest(norm(cell.c)) << '\n'
       << "_cell_angle_alpha " << shortest(angle_deg(cell.b, cell.c)) << '\n'
       << "_cell_angle_beta " << shortest(angle_deg(cell.c, cell.a)) << '\n'
       << "_cell_angle_gamma " << shortest(angle_deg(cell.a, cell.b)) << '\n'
       << "_symmetry_space_group_name_H-M 'P 1'\n"
       << "loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n"
       << "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n"
       << "_atom_site_fract_y\n_atom_site_fract_z\n";
  std::map<std::string, int> count;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    std::string const& species = crystal.species[i];
    Vec3 const f = cell.to_fractional(crystal.positions[i]);
    text << species << ++count[species] << ' ' << symbol_of(species) << ' '
         << shortest(wrapped(f.x)) << ' ' << shortest(wrapped(f.y)) << ' ' << shortest(wrapped(f.z))
         << '\n';
  }
  out.commit();
}

}  // namespace ionscape
