// How a CIF says its symmetry, and what is made of it where the file is not clear.
#include "cif_text.hpp"

using namespace cif_test;

namespace {

std::string const hexagonal = cell(2.82, 2.82, 14.05, 90, 90, 120);
std::string const LiCoO2 = sites + "Li1 Li 0 0 0.5\nCo1 Co 0 0 0\nO1 O 0 0 0.2604\n";

std::string name(std::string const& text) {
  return "_symmetry_space_group_name_H-M '" + text + "'\n";
}
std::string number(int n) { return "_symmetry_Int_Tables_number " + std::to_string(n) + "\n"; }

std::string operations(std::initializer_list<char const*> list) {
  std::string text = "loop_\n_symmetry_equiv_pos_as_xyz\n";
  for (char const* each : list) text += "'" + std::string(each) + "'\n";
  return text;
}

}  // namespace

TEST_CASE("LiCoO2 is read from all ways to write R -3 m in hexagonal axes") {
  for (char const* text : {"R -3 m H", "R -3 m HR", "R -3 m:H", "R -3 m :H", "R-3mH", "R -3 m",
                           "R_-3_m_H", "R -3 2/m", "R -3 2/m H", "R 3bar m ?"}) {
    Crystal const crystal = read(hexagonal + name(text) + number(166) + LiCoO2).at(0);
    INFO(text);
    CHECK(crystal.size() == 12);
    CHECK(count(crystal, "O") == 6);
    CHECK(closest_to(crystal, {1.0 / 3, 2.0 / 3, 2.0 / 3}) < 1e-9);
  }
  CHECK_THAT(notes(read(hexagonal + name("R -3 m H") + LiCoO2).at(0)),
             ContainsSubstring("space group 'R -3 m H' is read as R -3 m:H"));
  CHECK_THAT(notes(read(hexagonal + name("R 3bar m ?") + number(166) + LiCoO2).at(0)),
             ContainsSubstring("unknown space group 'R 3bar m ?': number 166, R -3 m:H, is used"));
}

TEST_CASE("The primitive cell of LiCoO2 is read with rhombohedral axes") {
  std::string const primitive = cell(4.957, 4.957, 4.957, 33.05, 33.05, 33.05);
  std::string const atoms = sites + "Li1 Li .5 .5 .5\nCo1 Co 0 0 0\nO1 O 0.2604 0.2604 0.2604\n";
  for (char const* text : {"R -3 m R", "R -3 m:R", "R -3 m"})
    CHECK(read(primitive + name(text) + number(166) + atoms).at(0).size() == 4);
  CHECK(read(primitive + number(166) + atoms).at(0).size() == 4);
  CHECK_THAT(error(primitive + name("R -3 m H") + atoms),
             ContainsSubstring("the space group does not fit the cell"));
}

TEST_CASE("Silicon is read at the origin that the letter behind the name says") {
  std::string const silicon = cell(5.43, 5.43, 5.43, 90, 90, 90);
  std::string const at_centre = sites + "Si1 Si 0.125 0.125 0.125\n";
  std::string const at_zero = sites + "Si1 Si 0 0 0\n";
  for (char const* text : {"F d -3 m Z", "F d -3 m:2", "F d -3 m :2", "Fd-3mZ", "F d 3 m Z",
                           "F d -3 m O2", "F d -3 m (origin choice 2)", "F 41/d -3 2/m Z"}) {
    INFO(text);
    CHECK(read(silicon + name(text) + number(227) + at_centre).at(0).size() == 8);
    CHECK(read(silicon + name(text) + at_zero).at(0).size() == 16);
  }
  for (char const* text : {"F d -3 m S", "F d -3 m:1", "F d 3 m S"}) {
    INFO(text);
    CHECK(read(silicon + name(text) + at_zero).at(0).size() == 8);
  }
  for (char const* text : {"F d -3 m", "F d 3 m"})
    CHECK_THAT(error(silicon + name(text) + number(227) + at_zero),
               ContainsSubstring("has two origin choices"));
  CHECK_THAT(error(silicon + number(227) + at_zero), ContainsSubstring("has two origin choices"));
}

TEST_CASE("Rock salt is read from long, old and odd names") {
  std::string const atoms = sites + "Mg1 Mg 0 0 0\nO1 O 0.5 0.5 0.5\n";
  for (char const* text : {"F 4/m -3 2/m", "F m 3 m", "Fm-3m", "F m -3 m Z", "F_m_-3_m"})
    CHECK(read(cubic + name(text) + number(225) + atoms).at(0).size() == 8);
  CHECK(read(cubic + "_space_group_name_H-M 'F m -3 m'\n" + atoms).at(0).size() == 8);
  CHECK(read(cubic + "_space_group_name_H-M_full 'F 4/m -3 2/m'\n" + atoms).at(0).size() == 8);
  CHECK(read(cubic + "_space_group_name_H-M_alt ?\n" + name("F m -3 m") + atoms).at(0).size() == 8);
  CHECK(read(cubic + "_space_group_name_H-M_alt .\n" + number(225) + atoms).at(0).size() == 8);
  CHECK(read(cubic + name("nonsense") + number(225) + atoms).at(0).size() == 8);
  CHECK_THAT(error(cubic + name("nonsense") + number(62) + atoms),
             ContainsSubstring("unknown space group 'nonsense'; number 62 has several settings"));
  CHECK_THAT(error(cubic + number(231) + atoms),
             ContainsSubstring("found '231', expected a space group's number, 1 to 230"));
}

TEST_CASE("Full symbols are those of the short ones") {
  std::string const box = cell(4, 5, 6, 90, 90, 90);
  auto const images = [&](std::string const& symbol, std::string const& from) {
    return read(from + name(symbol) + sites + "O1 O 0.11 0.22 0.37\n").at(0).positions;
  };
  CHECK(images("P 21/n 21/m 21/a", box) == images("P n m a", box));
  CHECK(images("P 21/b 21/n 21/m", box) == images("P b n m", box));
  CHECK(images("C 2/m 2/c 21/m", box) == images("C m c m", box));
  std::string const tetragonal = cell(5, 5, 6, 90, 90, 90);
  CHECK(images("P 42/m 21/n 2/m", tetragonal) == images("P 42/m n m", tetragonal));
  std::string const trigonal = cell(5, 5, 6, 90, 90, 120);
  CHECK(images("P -3 2/m 1", trigonal) == images("P -3 m 1", trigonal));
  CHECK(images("P 63/m 2/m 2/c", trigonal) == images("P 63/m m c", trigonal));
  CHECK(images("P 6~3~/m m c", trigonal) == images("P 63/m m c", trigonal));
  std::string const monoclinic = cell(4, 5, 6, 90, 100, 90);
  CHECK(images("P2(1)/c", monoclinic) == images("P 1 21/c 1", monoclinic));
  CHECK(images("P 1 2_1/c 1", monoclinic) == images("P 1 21/c 1", monoclinic));
}

TEST_CASE("A number alone means the standard setting, and that is said") {
  std::string const box = cell(4, 5, 6, 90, 90, 90);
  Crystal const crystal = read(box + number(62) + sites + "O1 O 0.1 0.25 0.3\n").at(0);
  CHECK(crystal.size() == 4);
  CHECK_THAT(notes(crystal), ContainsSubstring("by its number 62 alone: its standard setting, "
                                               "P n m a, is used"));
  CHECK(notes(read(cubic + number(225) + sites + "O1 O 0 0 0\n").at(0)).empty());
  // The standard setting of P 21/c has beta as its own angle.
  CHECK_THAT(error(cell(4, 5, 6, 90, 90, 100) + number(14) + sites + "O1 O 0 0 0\n"),
             ContainsSubstring("the space group does not fit the cell"));
}

TEST_CASE("Operations that contradict the named group are used, with a warning of both numbers") {
  std::string const atoms = sites + "Mg1 Mg 0 0 0\nO1 O 0.5 0.5 0.5\n";
  Crystal const one = read(cubic + name("F m -3 m") + operations({"x, y, z"}) + atoms).at(0);
  CHECK(one.size() == 2);
  CHECK(notes(one) ==
        "1 symmetry operation is listed, but the space group F m -3 m has 192: the "
        "listed ones are used");
  Crystal const two =
      read(cubic + number(225) + operations({"x,y,z", "-x,-y,-z", "X, Y, Z"}) + atoms).at(0);
  CHECK_THAT(notes(two), ContainsSubstring("2 symmetry operations are listed, but the space group "
                                           "F m -3 m has 192"));
  CHECK(notes(read(cubic + name("P 1") + operations({"x,y,z"}) + atoms).at(0)).empty());
  CHECK_THAT(notes(read(cubic + operations({"x,y,z", "y,z,x"}) + sites + "O O .1 .2 .3\n").at(0)),
             ContainsSubstring("the 2 listed symmetry operations form no group"));
}

TEST_CASE("Names, numbers and Hall symbols that contradict each other are said") {
  std::string const atom = sites + "O1 O 0 0 0\n";
  Crystal const crystal = read(cubic + name("F m -3 m") + number(1) + atom).at(0);
  CHECK(crystal.size() == 4);
  CHECK_THAT(notes(crystal), ContainsSubstring("number 225, but the file says number 1"));
  Crystal const hall =
      read(cubic + "_space_group_name_Hall '-P 4 2 3'\n" + name("F m -3 m") + atom).at(0);
  CHECK(hall.size() == 1);
  CHECK_THAT(notes(hall), ContainsSubstring("the Hall symbol '-P 4 2 3' has 48 symmetry "
                                            "operations, the space group F m -3 m has 192"));
  Crystal const no_hall =
      read(cubic + "_space_group_name_Hall 'none'\n" + name("F m -3 m") + atom).at(0);
  CHECK(no_hall.size() == 4);
  CHECK_THAT(notes(no_hall), ContainsSubstring("not a Hall symbol: 'none'"));
}

TEST_CASE("A group that does not fit the cell is refused, a cell that is a little off is said") {
  std::string const atom = sites + "O1 O 0 0 0\n";
  CHECK_THAT(error(cell(4, 4, 4.5, 90, 90, 90) + name("F m -3 m") + atom),
             ContainsSubstring("a.cif:8: the space group does not fit the cell: lengths and angles "
                               "of the cell are off the symmetry by "));
  // A typing error in one length must be easy to see.
  CHECK_THAT(error(cell(4, 5e11, 4, 90, 90, 90) + name("F m -3 m") + atom),
             ContainsSubstring("(a, b, c: 4.0000, 500000000000.0000, 4.0000 Å)"));
  CHECK_THAT(notes(read(cell(4, 4, 4.01, 90, 90, 90) + name("F m -3 m") + atom).at(0)),
             ContainsSubstring("off the symmetry by 1 %"));
  CHECK(notes(read(cell(4, 4, 4.001, 90, 90, 90) + name("F m -3 m") + atom).at(0)).empty());
}

TEST_CASE("What is no symmetry operation is refused") {
  std::string const atom = sites + "O1 O 0 0 0\n";
  for (char const* bad : {"x, x, z", "x, y", "2x, y, z", "x, y, z, +1", "0, y, z", "x, y, 1/0"}) {
    INFO(bad);
    CHECK_THAT(
        error(cubic + operations({bad}) + atom),
        ContainsSubstring(std::string("found '") + bad + "', expected a symmetry operation"));
  }
}

TEST_CASE("Magnetic and modulated structures are refused as such") {
  std::string const atom = sites + "O1 O 0 0 0\n";
  CHECK_THAT(error(cubic + "_space_group_magn.number_BNS 1.1\n" + p1 + atom),
             ContainsSubstring("a.cif:8: data_x is a magnetic structure"));
  CHECK_THAT(error(cubic + "loop_\n_space_group_symop_magn_operation.xyz\n'x,y,z,+1'\n" + atom),
             ContainsSubstring("data_x is a magnetic structure"));
  CHECK_THAT(error(cubic + "_cell_modulation_dimension 1\n" + p1 + atom),
             ContainsSubstring("a.cif:8: data_x is a modulated structure"));
  CHECK(read(cubic + "_cell_modulation_dimension 0\n" + p1 + atom).size() == 1);
  // Moments beside an ordinary group, as pymatgen writes them.
  CHECK(read(cubic + p1 + atom +
             "loop_\n_atom_site_moment_label\n_atom_site_moment_crystalaxis_x\n"
             "O1 1.0\n")
            .size() == 1);
}

TEST_CASE("An ion that is put onto a special position from afar is said to be") {
  auto const text = [](char const* x) {
    return cell(5, 5, 5, 90, 90, 90) + name("P m m m") + sites + "O1 O " + x + " 0.25 0.25\n";
  };
  CHECK_THAT(notes(read(text("0.03")).at(0)), ContainsSubstring("site O1 lies 0.15"));
  CHECK(notes(read(text("0.0003")).at(0)).empty());
}
