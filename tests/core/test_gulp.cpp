// Structures of GULP input: what is read, and how what is not read is refused.
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/gulp_input.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using ionscape_test::input_error;

namespace {

Crystal read(std::string const& text, char const* name = "a.gin") {
  return read_crystals(text, name).at(0);
}
std::string error(std::string const& text) {
  return input_error([&] { read(text); });
}

std::string const cube = "single\ncell\n4 4 4 90 90 90\n";
std::string const ions = "frac\nMg core 0 0 0\nO core 1/2 0 0.5\n";

}  // namespace

TEST_CASE("A GULP input gives its cell, its cores and their labels") {
  Crystal const crystal = read(
      "opti conp # no flags\n\nname periclase\ncell # in A\n4 5 6 90 90 90\nfractional 4\n"
      "MG core 0.0 0.0 0.0 2.0 1.0 0.0\no1   core 0.5 0.5 &  goes on\n 0.25 0.86902\n"
      "O1 shel 0.5 0.5 0.26 -2.86902\nO_OH 0.25 0 1/3\n"
      "dump every 5 a.grs\noutput xr a\nspecies\nMg core 2.0\n");
  CHECK(crystal.comment == "periclase");
  CHECK(crystal.species == std::vector<std::string>{"Mg", "O1", "O_OH"});
  CHECK(crystal.cell.b == Vec3{0, 5, 0});
  REQUIRE(crystal.size() == 3);
  CHECK(crystal.positions[1] == Vec3{2, 2.5, 1.5});
  CHECK(norm(crystal.positions[2] - Vec3{1, 0, 2}) < 1e-14);
  CHECK(crystal.charges.empty());  // they are the potential's
  REQUIRE(crystal.notes.size() == 2);
  CHECK_THAT(crystal.notes[0], StartsWith("the positions of shells are left out"));
  CHECK(
      crystal.notes[1] ==
      "passed over, since the options of ionscape say what to do: opti, conp, dump every 5 a.grs, "
      "output xr a");
}

TEST_CASE("What a GULP input asks for besides energies is said, not passed over in silence") {
  auto const notes = [](std::string const& keywords, std::string const& options) {
    return read(keywords + "\ntitle\nany words\nend\ncell\n4 4 4 90 90 90\n" + ions + options)
        .notes;
  };
  CHECK(notes("single", "").empty());
  std::string const begin = "passed over, since the options of ionscape say what to do: ";
  CHECK(notes("opti conp", "pressure\n5.0\n") ==
        std::vector<std::string>{begin + "opti, conp, pressure 5.0"});
  CHECK(notes("single", "temperature 300 K\nkeyword phonon\n") ==
        std::vector<std::string>{begin + "phonon, temperature 300 K"});
}

TEST_CASE("Cells of vectors and of angles, and Cartesian positions") {
  Crystal const vectors =
      read("single\nvectors\n4 0 0\n1 5 0\n0 0.5 6\ncartesian\nLi core 1 2 3\nF core 0 0 0\n");
  CHECK(vectors.cell.b == Vec3{1, 5, 0});
  CHECK(vectors.positions[0] == Vec3{1, 2, 3});
  Crystal const angles = read("single\ncell\n4 5 6 80 95 110\n" + ions);
  auto const degrees = [](Vec3 u, Vec3 v) {
    return std::acos(dot(u, v) / (norm(u) * norm(v))) * 180 / pi;
  };
  CHECK(norm(angles.cell.c) == Approx(6));
  CHECK(degrees(angles.cell.b, angles.cell.c) == Approx(80));
  CHECK(degrees(angles.cell.a, angles.cell.c) == Approx(95));
  CHECK(degrees(angles.cell.a, angles.cell.b) == Approx(110));
  // Flags of what is optimised stand behind, unless the keywords say what.
  CHECK(read("opti\ncell\n4 4 4 90 90 90 1 1 1 0 0 0\nfrac\nMg core 0 0 0 1 1 1\n"
             "O core 0.5 0.5 0.5 -2.0 1.0 0.0 0 0 0\n")
            .size() == 2);
}

TEST_CASE("Several structures of one file, recognised without a name") {
  auto const crystals =
      read_crystals("opti\ntitle\nO core 1 2 3\ncell\nend\nname a\ncell\n4 4 4 90 90 90\n" + ions +
                        "name b\ncell\n5 5 5 90 90 90\n" + ions,
                    "structure");
  REQUIRE(crystals.size() == 2);
  CHECK(crystals[0].comment == "a");
  CHECK(crystals[1].comment == "b");
  CHECK(crystals[1].cell.a.x == 5);
  CHECK(has_structure_name("x.gin"));
  CHECK_FALSE(has_structure_name("x.lib"));
}

TEST_CASE("The space group gives the ions that are not listed, with their labels") {
  // Corundum: 12 Al at 12c and 18 O at 18e of R -3 c.
  std::string const corundum =
      "opti conp\ncell\n4.7602 4.7602 12.9933 90 90 120\nfrac\nAl2 core 0 0 0.35216\n"
      "O core 0.30624 0 0.25\nO shel 0.30624 0 0.25\nspace\n";
  for (std::string const group : {"167", "R -3 C", "r -3 c"}) {
    CAPTURE(group);
    Crystal const crystal = read(corundum + group + "\n");
    CHECK(std::ranges::count(crystal.species, "Al2") == 12);
    CHECK(std::ranges::count(crystal.species, "O") == 18);
    CHECK(crystal.notes.size() == 3);
  }
  CHECK(read(corundum + "1\n").size() == 2);
  CHECK(read(corundum + "P 1\n").size() == 2);
  // Spinel with its Mg on the origin of choice 1, and of choice 2 at 1/8.
  std::string const spinel = "single\ncell\n8 8 8 90 90 90\nspace\n227\n";
  CHECK(read(spinel + "frac\nMg core 0 0 0\n").size() == 8);
  CHECK(read(spinel + "origin 2\nfrac\nMg core 1/8 1/8 1/8\n").size() == 8);
  CHECK(read(spinel + "origin 2\nfrac\nMg core 0 0 0\n").size() == 16);
  CHECK_THAT(error(corundum + "500\n"), Equals("a.gin:8: unknown space group '500'"));
  CHECK_THAT(error("single\ncell\n4 5 6 90 90 90\nspace\n225\n" + ions),
             StartsWith("a.gin:4: space group '225' of Mg: the space group does not fit the cell"));
  CHECK_THAT(error(spinel + "origin 0.1 0 0\n" + ions),
             Equals("a.gin:6: found a shifted origin, expected origin 1 or 2"));
}

TEST_CASE("Faults in a GULP structure are refused with their line") {
  struct Fault {
    std::string text, message;
  };
  for (Fault const& fault : {
           Fault{cube + "frac\nMg core 0 0\n", "a.gin:5: found 2 numbers"},
           Fault{cube + "frac\nMg core 0 0 zero\n", "a.gin:5: found 'zero', expected a number"},
           Fault{cube + "frac\nMg bshe 0 0 0\n", "a.gin:5: found 'bshe', expected core or shel"},
           Fault{cube + "frac\nMg core 0 0 0 2.0 0.5\n", "a.gin:5: found an occupancy of 0.5"},
           Fault{cube + "frac\n12 core 0 0 0\n", "a.gin:5: found '12', expected an ion"},
           Fault{cube + "frac\nMg shel 0 0 0\n", "a.gin:2: a cell without cores"},
           Fault{cube, "a.gin:2: a cell without cores"},
           Fault{"single\n" + ions, "a.gin:2: found fractional before cell"},
           Fault{"single\nspecies\nMg core 2\n", "a.gin: no structure"},
           Fault{"single\ncell\n4 4 4 90 90\n" + ions, "a.gin:2: found 5 numbers under cell"},
           Fault{"single\ncell\n4 4 4 90 90 180\n" + ions, "a.gin:2: a cell of 4 4 4"},
           Fault{"single\ncell\n4 4 4 60 60 150\n" + ions, "a.gin:2: angles 60, 60, 150: no cell"},
           Fault{"single\ncell au\n8 8 8 90 90 90\n" + ions, "a.gin:2: found 'au', expected Å"},
           Fault{"single\nvectors\n4 0 0\n8 0 0\n0 0 4\n" + ions, "a.gin:2: the vectors span no"},
           Fault{cube + ions + "supercell 2 2 2\n", "a.gin:7: found supercell, expected a crystal"},
           Fault{"single\nsvectors\n4 0\n0 4\n", "a.gin:2: found svectors, expected a crystal"},
           Fault{cube + ions + "buk\nMg core O core 1 2 3 4\n", "a.gin:7: unknown option 'buk'"},
           Fault{"sinlge\n" + cube, "a.gin:1: unknown keyword 'sinlge'"},
       }) {
    CAPTURE(fault.text);
    CHECK_THAT(error(fault.text), StartsWith(fault.message));
  }
}

TEST_CASE("GULP input is cut into its options") {
  GulpInput const input = read_gulp_input(
      "opti c6 fit\n# remark\ntitle 1\nbuck of the title\nbuck kjmol\nMg core O shel 1 2 & 3\n"
      " 3 4\nignore\nbuck\nnonsense\nerongi\nspri\nO 74\nkeyword molq\nstop\nnonsense\n",
      "a.gin");
  CHECK(input.keywords == std::vector<std::string>{"c6", "fit", "molq"});
  std::vector<std::string> names;
  for (GulpOption const& option : input.options) names.push_back(option.name);
  CHECK(names == std::vector<std::string>{"title", "buckingham", "spring", "keyword"});
  CHECK(input.options[1].head.words == std::vector<std::string>{"buck", "kjmol"});
  REQUIRE(input.options[1].lines.size() == 1);
  CHECK(input.options[1].lines[0].words ==
        std::vector<std::string>{"Mg", "core", "O", "shel", "1", "2", "3", "4"});
  CHECK(input.options[1].lines[0].where.line == 6);
  // A library has no line of keywords.
  CHECK(read_gulp_input("species\nO core -2\n", "a.lib").options.size() == 1);
  CHECK(read_gulp_input("species\nO core -2\n", "a.gin").options.size() == 1);
}

TEST_CASE("Labels and numbers as GULP has them") {
  CHECK(gulp_label("o1") == "O1");
  CHECK(gulp_label("AL") == "Al");
  CHECK(gulp_label("Ca_2+") == "Ca_2+");
  CHECK(gulp_label("O_OH") == "O_OH");
  for (char const* word : {"core", "shel", "buck", "1", "Xx", "", "O-2", "_O"}) {
    CAPTURE(word);
    CHECK_FALSE(gulp_label(word).has_value());
  }
  CHECK(element_of_label("O_OH") == "O");
  CHECK(element_of_label("1") == "");
  CHECK(gulp_number("1/4") == 0.25);
  CHECK(gulp_number("-1.5d-1") == -0.15);
  for (char const* word : {"1/0", "1/", "/2", "one", "1/2/3", ""}) {
    CAPTURE(word);
    CHECK_FALSE(gulp_number(word).has_value());
  }
}

TEST_CASE("Labels are written as the elements that other programs know") {
  ionscape_test::TemporaryFolder const folder;
  Crystal const crystal{{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}},
                        {"O_OH", "Mg", "O1"},
                        {{0, 0, 0}, {2, 0, 0}, {2, 2, 0}},
                        {},
                        ""};
  write_poscar(folder / "POSCAR", crystal);
  write_extxyz(folder / "a.xyz", std::span(&crystal, 1));
  write_cif(folder / "a.cif", crystal);
  for (char const* name : {"POSCAR", "a.xyz", "a.cif"}) {
    CAPTURE(name);
    CHECK(read_crystal(folder / name).species == std::vector<std::string>{"O", "Mg", "O"});
  }
}
