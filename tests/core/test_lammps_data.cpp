#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;

namespace {

std::string const box = "0 4 xlo xhi\n-1 4 ylo yhi\n0 6 zlo zhi\n";
std::string const masses = "\nMasses\n\n1 6.94 # Li\n2 15.9994 # O2-\n";

std::string file(std::string const& atoms, std::string const& between = box + masses) {
  return "made by hand\n\n2 atoms\n2 atom types\n" + between + "\n" + atoms;
}
Crystal read(std::string const& text) { return read_crystals(text, "a.data").at(0); }
std::string error(std::string const& text) {
  return input_error([&] { read(text); });
}

std::string const charge = "Atoms # charge\n\n2 2 -1 2 2.5 0\n1 1 +1.0 0 0 0\n";

}  // namespace

TEST_CASE("A LAMMPS data file is read, atoms in the order of their numbers") {
  Crystal const crystal = read(file(charge + "\nVelocities\n\n1 0 0 0\n2 0 0 0\n"));
  CHECK(crystal.species == std::vector<std::string>{"Li", "O"});
  CHECK(crystal.charges == std::vector<double>{1, -1});
  CHECK(crystal.positions[1] == Vec3{2, 2.5, 0});
  CHECK(crystal.cell.a == Vec3{4, 0, 0});
  CHECK(crystal.cell.b == Vec3{0, 5, 0});
  CHECK(crystal.cell.c == Vec3{0, 0, 6});
  CHECK(crystal.notes.empty());
}

TEST_CASE("The styles put charge and position where LAMMPS does") {
  Crystal const expected = read(file(charge));
  for (std::string const atoms :
       {"Atoms # atomic\n\n1 1 0 0 0\n2 2 2 2.5 0\n",
        "Atoms#atomic\n\n1 1 0 0 0 0 1 0\n2 2 2 2.5 0 0 0 -1\n",
        "Atoms # full\n\n1 7 1 1 0 0 0\n2 7 2 -1 2 2.5 0\n",
        "Atoms # molecular\n\n1 7 1 0 0 0\n2 7 2 2 2.5 0\n",
        "Atoms # charge\n\n1 1 1 0 0 0 0 0 0 # first\n2 2 -1 2 2.5 0 0 0 0\n"}) {
    INFO(atoms);
    Crystal const crystal = read(file(atoms));
    CHECK(crystal.species == expected.species);
    CHECK(crystal.positions == expected.positions);
    CHECK((crystal.charges.empty() || crystal.charges == expected.charges));
  }
  CHECK(error(file("Atoms # sphere\n\n1 1 1 1 0 0 0\n")) ==
        "a.data:14: atom style 'sphere', expected atomic, charge, molecular, bond, angle or full");
}

TEST_CASE("A file without a style is read where the columns leave no doubt") {
  CHECK(read(file("Atoms\n\n1 1 0 0 0\n2 2 2 2.5 0\n")).notes.size() == 1);
  CHECK(read(file("Atoms\n\n1 1 1.0 0 0 0\n2 2 -1 2 2.5 0\n")).charges.size() == 2);
  CHECK(read(file("Atoms\n\n1 1 1 0.5 0 0 0\n2 1 2 -0.5 2 2.5 0\n")).charges.size() == 2);
  CHECK_THAT(error(file("Atoms\n\n1 1 1 0 0 0\n2 2 1 2 2.5 0\n")),
             ContainsSubstring("a.data:16: found 6 columns and no atom style"));
}

TEST_CASE("Elements come from labels, comments or masses, and are never guessed") {
  CHECK(read(file(charge, box + "\nMasses\n\n1 6.941\n2 16\n")).notes.size() == 2);
  CHECK(read(file(charge, box + "\nAtom Type Labels\n\n1 Li\n2 O\n\nMasses\n\n1 7.5\n2 9\n"))
            .species == std::vector<std::string>{"Li", "O"});
  CHECK(read(file("Atoms # atomic\n\n1 Li 0 0 0\n2 anion 2 2 0\n",
                  box + "\nAtom Type Labels\n\n1 Li\n2 anion\n\nMasses\n\nLi 6.94\nanion 15.999\n"))
            .species == std::vector<std::string>{"Li", "O"});
  CHECK_THAT(
      error(file(charge, box)),
      ContainsSubstring("the element of type 1 is not known, expected '1 <mass> # <symbol>'"));
  // A shell of a core-shell model, and a mass between argon and calcium.
  CHECK_THAT(error(file(charge, box + "\nMasses\n\n1 6.94\n2 0.2\n")),
             ContainsSubstring("the element of type 2"));
  CHECK_THAT(error(file(charge, box + "\nMasses\n\n1 40.0\n2 16\n")),
             ContainsSubstring("the element of type 1"));
}

TEST_CASE("Triclinic boxes are read in both of LAMMPS's ways") {
  Crystal const tilted = read(file(charge, box + "0.5 -0.25 1 xy xz yz\n" + masses));
  CHECK(tilted.cell.b == Vec3{0.5, 5, 0});
  CHECK(tilted.cell.c == Vec3{-0.25, 1, 6});
  Crystal const general =
      read(file(charge, "0 4 1 avec\n-5 1 0 bvec\n0 0 6 cvec\n0 0 0 abc origin\n" + masses));
  CHECK(general.cell.a == Vec3{0, 4, 1});
  CHECK(general.cell.b == Vec3{-5, 1, 0});
}

TEST_CASE("A broken LAMMPS data file is refused") {
  CHECK_THAT(error(file(charge, masses)), ContainsSubstring("no line with 'xlo xhi'"));
  CHECK(error(file("Atoms # charge\n\n1 1 1 0 0 0\n")) ==
        "a.data: found 1 lines under Atoms, expected 2 as the header says");
  CHECK_THAT(error(file("Atoms # charge\n\n1 1 1 0 0 0\n1 2 -1 2 2 0\n")),
             ContainsSubstring("a.data:17: a second atom with the number 1"));
  CHECK_THAT(error(file("Atoms # charge\n\n1 1 1 0 0\n2 2 -1 2 2 0\n")),
             ContainsSubstring("a.data:16: found 5 columns, expected 6 or 9: atom style charge"));
  CHECK_THAT(error(file("Atoms # charge\n\n1 1 1 0 0 x\n2 2 -1 2 2 0\n")),
             ContainsSubstring("a.data:16: found 'x', expected a number"));
  CHECK_THAT(error("LAMMPS data file via write_data, version 2 Aug 2023, units = electron\n"),
             ContainsSubstring("units = electron, expected metal or real"));
  CHECK_THAT(error("units real\npair_style buck 10\n"), ContainsSubstring("no LAMMPS data file?"));
}
