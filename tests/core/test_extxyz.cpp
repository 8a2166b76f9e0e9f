#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

std::vector<Crystal> read(std::string const& text) {
  TemporaryFolder const folder;
  return read_crystals(folder.write("a.xyz", text));
}

std::string error(std::string const& text) {
  return input_error([&] { read(text); });
}

std::string const lattice = "Lattice=\"4 0 0 0 5 0 0.5 0 6\"";

}  // namespace

TEST_CASE("Frames, charges and comments of an extended XYZ file are read") {
  auto const frames = read(
      "2\n" + lattice +
      R"( Properties=species:S:1:pos:R:3:initial_charges:R:1 energy=-1.5 comment="a \"b\" c" pbc="T T T")" +
      "\nLi 0 0 0 1\nO 1 2 3 -1\n\n1\n" + lattice +
      " Properties=species:S:1:pos:R:3\nLi 1e-1 0 0\n");
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].species == std::vector<std::string>{"Li", "O"});
  CHECK(frames[0].cell.c == Vec3{0.5, 0, 6});
  CHECK(frames[0].positions[1] == Vec3{1, 2, 3});
  CHECK(frames[0].charges == std::vector<double>{1, -1});
  CHECK(frames[0].comment == "a \"b\" c");
  CHECK(frames[1].charges.empty());
}

TEST_CASE("Columns may stand in any order and unknown ones are passed over") {
  auto const frames =
      read("1\n" + lattice +
           " Properties=pos:R:3:tags:I:1:forces:R:3:charge:R:1:species:S:1 stress='1 2 3' done\n"
           "1 2 3 7 0.1 0.2 0.3 -2 O\n");
  CHECK(frames.at(0).species.at(0) == "O");
  CHECK(frames[0].positions[0] == Vec3{1, 2, 3});
  CHECK(frames[0].charges == std::vector<double>{-2});
}

TEST_CASE("Given charges go before calculated ones, and properties have a default") {
  auto const frames =
      read("1\n" + lattice +
           " Properties=species:S:1:pos:R:3:charges:R:1:initial_charges:R:1\nO 0 0 0 -1.2 -2\n" +
           "1\n" + lattice + "\nO 0 0 0\n");
  CHECK(frames.at(0).charges == std::vector<double>{-2});
  CHECK(frames.at(1).charges.empty());
}

TEST_CASE("A bad extended XYZ file is refused with line, finding and expectation") {
  CHECK(error("two\n") == "a.xyz:1: found 'two', expected a whole number: the number of ions");
  CHECK(error("0\n" + lattice + "\n") ==
        "a.xyz:1: found 0, expected at least 1: the number of ions");
  CHECK(error("1\n") ==
        "a.xyz:1: the file ends here, expected a line with Lattice=... Properties=...");
  CHECK_THAT(error("1\nwater\nO 0 0 0\n"),
             ContainsSubstring(
                 "a.xyz:2: no Lattice=\"ax ay az bx by bz cx cy cz\": a periodic cell is needed"));
  CHECK(error("1\nLattice=\"1 2 3\"\nO 0 0 0\n") == "a.xyz:2: Lattice holds 3 values, expected 9");
  CHECK(error("1\nLattice=\"1 0 0 0 1 0 0 0 inf\"\nO 0 0 0\n") ==
        "a.xyz:2: found 'inf', expected a number: Lattice");
  CHECK(error("1\nLattice=\"1 0 0\nO 0 0 0\n") ==
        "a.xyz:2: the value of 'Lattice' has no closing \"");
  CHECK_THAT(error("1\n" + lattice + " pbc=\"T T F\"\nO 0 0 0\n"),
             ContainsSubstring("a.xyz:2: pbc='T T F', expected \"T T T\""));
  CHECK_THAT(
      error("1\n" + lattice + " Properties=species:S:1:pos:R\nO 0 0 0\n"),
      ContainsSubstring("a.xyz:2: Properties='species:S:1:pos:R', expected name:type:columns"));
  CHECK_THAT(error("1\n" + lattice + " Properties=species:S:1:pos:R:2\nO 0 0\n"),
             ContainsSubstring("a.xyz:2: property 'pos' is R:2, expected R:3"));
  CHECK_THAT(error("1\n" + lattice + " Properties=pos:R:3\n0 0 0\n"),
             ContainsSubstring("without species:S:1 or numbers:I:1"));
  CHECK(error("2\n" + lattice + "\nO 0 0 0\nLi 1 1\n") ==
        "a.xyz:4: found 3 columns, expected 4: ion 2 of 2");
  CHECK(error("2\n" + lattice + "\nO 0 0 0\n") ==
        "a.xyz:3: the file ends here, expected ion 2 of 2");
  CHECK(error("1\n" + lattice + "\nO 0 x 0\n") ==
        "a.xyz:3: found 'x', expected a number: ion 1 of 1");
  CHECK(error("1\n" + lattice + "\nQq 0 0 0\n") ==
        "a.xyz:3: found 'Qq', expected an element, as Li or Li_sv or Li1");
  CHECK_THAT(error("1\n" + lattice + "\nO 0 0 0\n2\n" + lattice + "\nO 0 0 0\nO 0 0 0.01\n"),
             ContainsSubstring("a.xyz:4: structure 2: ions 1 (O) and 2 (O) overlap: 0.01 Å apart"));
  CHECK(error("\n \n") == "a.xyz: no structure, only blank lines");
}

TEST_CASE("A key given twice is refused, unless both say the same") {
  std::string const other = "Lattice=\"4 0 0 0 5 0 0.5 0 7\"", ion = "\nLi 0 0 0\n";
  CHECK(error("1\n" + lattice + " " + other + ion)
            .ends_with("a.xyz:2: found Lattice='4 0 0 0 5 0 0.5 0 6' and Lattice='4 0 0 0 5 0 0.5 "
                       "0 7', expected one "
                       "of them"));
  CHECK_THAT(error("1\nlattice=\"4 0 0 0 5 0 0 0 6\" LATTICE=\"4 0 0 0 5 0 0 0 7\"" + ion),
             ContainsSubstring("and LATTICE='4 0 0"));
  CHECK_THAT(error("1\n" + lattice + " pbc=\"T T T\" pbc=\"T T F\"" + ion),
             ContainsSubstring("found pbc='T T T' and pbc='T T F'"));
  CHECK_THAT(error("1\n" + lattice + " Properties=species:S:1:pos:R:3:pos:R:3\nLi 0 0 0 1 1 1\n"),
             ContainsSubstring("names pos twice"));
  CHECK(read("1\n" + lattice + " " + lattice + " energy=1 energy=2" + ion).at(0).cell.c ==
        Vec3{0.5, 0, 6});
}

TEST_CASE("Arrays may be written in every way that the format had") {
  std::string const ions = " Properties=species:S:1:pos:R:3\nO 1 2 3\n";
  for (std::string const text :
       {"Lattice=[4, 0, 0, 0, 5, 0, 0.5, 0, 6]", "Lattice=[[4, 0, 0], [0, 5, 0], [0.5, 0, 6]]",
        "Lattice=[[4,0,0],[0,5,0],[0.5,0,6]] pbc=[T, T, T]", "Lattice = \"4 0 0 0 5 0 0.5 0 6\"",
        "Lattice= '4 0 0 0 5 0 0.5 0 6' pbc=[true,true,true]",
        "Lattice ={4 0 0 0 5 0 0.5 0 6} pbc=T", "lattice=\"4 0 0 0 5 0 5D-1 0 6\" PBC=\"1 1 1\"",
        "LATTICE=\"4,0,0,0,5,0,0.5,0,6\"", "lattice=fcc Lattice=\"4 0 0 0 5 0 0.5 0 6\"",
        "names=[\"a]\", \"b\"] \"a key\"=3 Lattice=\"4 0 0 0 5 0 0.5 0 6\""}) {
    INFO(text);
    Crystal const crystal = read("1\n" + text + ions).at(0);
    CHECK(crystal.cell.b == Vec3{0, 5, 0});
    CHECK(crystal.cell.c == Vec3{0.5, 0, 6});
  }
  CHECK(error("1\nLattice=[[4, 0, 0], [0, 5, 0], [0.5, 0, 6]\nO 1 2 3\n") ==
        "a.xyz:2: the value of 'Lattice' has no closing ]");
  CHECK_THAT(error("1\n" + lattice + " pbc=[T, T, F]" + ions), ContainsSubstring("pbc='[T, T, F]"));
}

TEST_CASE("Charges and positions may be whole numbers, species atomic numbers") {
  Crystal const crystal =
      read(
          "\xEF\xBB\xBF"
          "2\r\n" +
          lattice + " properties=numbers:I:1:Pos:I:3:charge:I:1\r\n3 0 0 0 1\r\n8 1 2 3 -1\r\n")
          .at(0);
  CHECK(crystal.species == std::vector<std::string>{"Li", "O"});
  CHECK(crystal.positions[1] == Vec3{1, 2, 3});
  CHECK(crystal.charges == std::vector<double>{1, -1});
  CHECK(read("1\n" + lattice + " Properties=Z:I:1:pos:R:3:species:S:1\n9 0 0 0 O\n")[0].species ==
        std::vector<std::string>{"O"});
  // Plain XYZ files have no Properties: symbol or number, then three coordinates.
  CHECK(read("1\n" + lattice + "\n8 0 0 0 0.1 0.2 0.3\n")[0].species ==
        std::vector<std::string>{"O"});
  CHECK(error("1\n" + lattice + "\n119 0 0 0\n") ==
        "a.xyz:3: found 119, expected an atomic number, 1 to 118");
  CHECK_THAT(error("1\n" + lattice + " Properties=species:S:1:pos:R:3\nO 0 0 0 1\n"),
             ContainsSubstring("found 5 columns, expected 4"));
}

TEST_CASE("One structure is not taken silently from a file with many") {
  TemporaryFolder const folder;
  auto const file =
      folder.write("a.xyz", "1\n" + lattice + "\nO 0 0 0\n1\n" + lattice + "\nO 0 0 1\n");
  CHECK(input_error([&] { read_crystal(file); }) == "a.xyz: holds 2 structures, expected one");
}

TEST_CASE("Written frames read back bit by bit, in the ions' order") {
  Crystal one{{{1.0 / 3, 0, 0}, {0, 1e4 / 7, 0}, {0.1, 0.2, 0.3}},
              {"S", "Li", "S"},
              {{0.1, 0, 0}, {0, 0.3, 1e-300}, {0, 7e8, 0}},
              {},
              ""};
  Crystal two = one;
  two.charges = {-2.0 / 3, 1e-17, 0.1};
  two.comment = R"(say "hi" \ bye)";
  TemporaryFolder const folder;
  std::vector<Crystal> const frames{one, two};
  std::vector<Vec3> const forces{{0.5, 0, 0}, {0, -1e-9, 2}, {1, 1, 1}};
  std::vector<Calculated> const calculated{
      {-1.25, {}, {}}, {1.0 / 3, forces, {{{{1, 0.25, 0}, {0.25, 2, 0}, {0, 0, -3}}}}}};
  write_extxyz(folder / "b.extxyz", frames, calculated);
  auto const back = read_crystals(folder / "b.extxyz");
  REQUIRE(back.size() == 2);
  for (std::size_t f = 0; f < 2; ++f) {
    CHECK(back[f].species == frames[f].species);
    CHECK(back[f].positions == frames[f].positions);
    CHECK(back[f].charges == frames[f].charges);
    CHECK(back[f].comment == frames[f].comment);
    CHECK(back[f].cell.b == frames[f].cell.b);
  }
  CHECK_THAT(ionscape_test::text_of(folder / "b.extxyz"),
             ContainsSubstring("energy=-1.25") &&
                 ContainsSubstring(":initial_charges:R:1:forces:R:3") &&
                 ContainsSubstring("stress=\"1 0.25 0 0.25 2 0 0 0 -3\"") &&
                 ContainsSubstring(" 0.5 0 0\n"));
  CHECK_THROWS_AS(write_extxyz(folder / "b.extxyz", frames, std::span(calculated).first(1)),
                  InputError);
  std::vector<Calculated> const short_one{calculated[0], {0, std::span(forces).first(2), {}}};
  CHECK_THROWS_AS(write_extxyz(folder / "b.extxyz", frames, short_one), InputError);
}
