// Which reader a file gets, by its name or by its first lines.
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>

using namespace ionscape;
using ionscape_test::input_error;

namespace {

std::string const poscar = "Li\n1.0\n4 0 0\n0 5 0\n0 0 6\nLi O\n1 1\nDirect\n0 0 0\n.5 .5 0\n";
std::string const xdatcar =
    "Li\n1.0\n4 0 0\n0 5 0\n0 0 6\nLi O\n1 1\nDirect configuration= 1\n0 0 0\n.5 .5 0\n";
std::string const extxyz = "1\nLattice=\"4 0 0 0 5 0 0 0 6\"\nO 0 0 0\n";
std::string const cif =
    "# by hand\ndata_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n"
    "_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n"
    "_space_group_name_H-M_alt 'P 1'\nloop_\n_atom_site_label\n_atom_site_fract_x\n"
    "_atom_site_fract_y\n_atom_site_fract_z\nNa1 0 0 0\n";
std::string const lammps =
    "made by hand\n\n2 atoms\n2 atom types\n0 4 xlo xhi\n0 5 ylo yhi\n0 6 zlo zhi\n\n"
    "Masses\n\n1 6.94 # Li\n2 15.999 # O\n\nAtoms # charge\n\n1 1 1 0 0 0\n2 2 -1 2 2.5 0\n";

}  // namespace

TEST_CASE("A name that says something else is no structure's") {
  for (auto const* name : {"POSCAR", "POSCAR.gz", "x-CONTCAR_2", "POSCAR.old", "a.cif.gz", "b.XYZ",
                           "b.vasp", "XDATCAR", "run1-XDATCAR.gz", "a.data", "b.lmp", "data.LiO"})
    CHECK(has_structure_name(name));
  for (auto const* name : {"poscar.json", "poscar.json.gz", "POSCAR.png", "notes.txt", "a.gz",
                           "data.csv", "xdatcar.log", "OUTCAR"})
    CHECK_FALSE(has_structure_name(name));
}

TEST_CASE("Where the name says nothing, the first lines do") {
  for (std::string const& text : {poscar, xdatcar, extxyz, cif, lammps})
    for (std::string const mark : {"", "\xEF\xBB\xBF"}) {
      INFO(text);
      CHECK(read_crystals(mark + text, "structure").size() == 1);
    }
  CHECK(input_error([] { read_crystals("hello\nworld\n", "structure"); }) ==
        "structure: unknown format, expected a POSCAR, XDATCAR, CIF, extended XYZ, GULP or LAMMPS "
        "data "
        "file");
  CHECK_FALSE(input_error([] { read_crystals("", "structure"); }).empty());
}
