#include <random>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

/// A good POSCAR, line by line, so that tests can replace one.
struct Lines {
  std::vector<std::string> lines{"lithium oxide", "1.0",       "4 0 0",    "0 5 0",
                                 "0 0 6",         "Li O",      "2 1",      "Direct",
                                 "0 0 0",         "0.5 0.5 0", "0.5 0 0.5"};
  Lines with(std::size_t line, std::string const& text) const {
    Lines changed = *this;
    changed.lines.at(line - 1) = text;
    return changed;
  }
  std::string text(std::string const& end = "\n") const {
    std::string all;
    for (std::string const& line : lines) all += line + end;
    return all;
  }
};

Crystal read(std::string const& text) {
  TemporaryFolder const folder;
  return read_crystal(folder.write("POSCAR", text));
}

std::string error(std::string const& text) {
  return input_error([&] { read(text); });
}

void check_same(Crystal const& u, Crystal const& v, double tolerance = 1e-12) {
  REQUIRE(u.species == v.species);
  CHECK(norm(u.cell.a - v.cell.a) + norm(u.cell.b - v.cell.b) + norm(u.cell.c - v.cell.c) <=
        tolerance);
  for (std::size_t i = 0; i < u.size(); ++i)
    CHECK(norm(u.positions[i] - v.positions[i]) <= tolerance);
}

Lines const good;

}  // namespace

TEST_CASE("A VASP 5 POSCAR is read") {
  Crystal const crystal = read(good.text());
  CHECK(crystal.comment == "lithium oxide");
  CHECK(crystal.species == std::vector<std::string>{"Li", "Li", "O"});
  CHECK(crystal.cell.c == Vec3{0, 0, 6});
  CHECK(crystal.positions[1] == Vec3{2, 2.5, 0});
  CHECK(crystal.charges.empty());
}

TEST_CASE("The many habits of POSCAR files give the same crystal") {
  Crystal const expected = read(good.text());
  Lines cartesian = good.with(8, "Kartesisch").with(10, "2 2.5 0").with(11, "2 0 3");
  Lines selective = good.with(8, "Selective dynamics\n direct")
                        .with(9, "0 0 0 T F .FALSE.")
                        .with(10, ".5 .5 0 T T T Li")
                        .with(11, "0.5 0 0.5 f f f");
  check_same(read(good.text("\r\n")), expected);
  check_same(read(good.text() + "\n  0.0 0.0 0.0\n 1.0 1.0 1.0\n"), expected);  // velocities
  check_same(read(good.with(6, "Li_sv O/0f3a").text()), expected);
  check_same(read(good.with(10, "\t+5.0d-1\t0.5D0 0 Li").text()), expected);
  check_same(
      read(
          good.with(3, "2 0 0").with(4, "0 2.5 0").with(5, "0 0 3").with(2, "2.0 ! factor").text()),
      expected);
  check_same(read(good.with(3, "2 0 0").with(4, "0 2.5 0").with(5, "0 0 3").with(2, "-120").text()),
             expected);
  check_same(read(good.with(3, "1 0 0").with(4, "0 1 0").with(5, "0 0 1").with(2, "4 5 6").text()),
             expected);
  check_same(read(cartesian.text()), expected);
  check_same(read(selective.text()), expected);
  CHECK(expected.fixed.empty());
  using Flags = std::vector<std::array<bool, 3>>;
  CHECK(read(selective.text()).fixed ==
        Flags{{false, true, true}, {false, false, false}, {true, true, true}});
  check_same(read(good.with(1, "Li O")
                      .with(6, "2 1")
                      .with(7, "Direct")
                      .with(8, "0 0 0")
                      .with(9, "0.5 0.5 0")
                      .with(10, "0.5 0 0.5")
                      .with(11, "")
                      .text()),
             expected);  // VASP 4 as ASE writes it
}

TEST_CASE("Scale factors hold for Cartesian positions too") {
  Crystal const crystal =
      read(good.with(2, "1 2 0.5").with(8, "Cartesian").with(10, "1 1 1").text());
  CHECK(crystal.positions[1] == Vec3{1, 2, 0.5});
  CHECK(crystal.cell.b == Vec3{0, 10, 0});
}

TEST_CASE("A bad POSCAR is refused with line, finding and expectation") {
  CHECK(error(good.with(2, "one").text()) ==
        "POSCAR:2: found 'one', expected a number: scale factor");
  CHECK(error(good.with(2, "0").text()) ==
        "POSCAR:2: scale factor 0, expected one that is positive, or minus the volume in Å^3");
  CHECK(error(good.with(2, "1 2").text()) ==
        "POSCAR:2: found 2 values, expected one scale factor or three");
  CHECK_THAT(error(good.with(2, "1 2 -3").text()), ContainsSubstring("POSCAR:2: scale factor -3"));
  CHECK(error(good.with(3, "4 0").text()) ==
        "POSCAR:3: found '4 0', expected three numbers: lattice vector a");
  CHECK(error(good.with(4, "0 5 0 1").text()) ==
        "POSCAR:4: found '0 5 0 1', expected three numbers: lattice vector b");
  CHECK(error(good.with(5, "0 0 nan").text()) ==
        "POSCAR:5: found 'nan', expected a number: lattice vector c");
  CHECK(error(good.with(5, "0 0 1e999").text()) ==
        "POSCAR:5: found '1e999', expected a number: lattice vector c");
  CHECK_THAT(error(good.with(5, "4 5 0").text()),
             ContainsSubstring("POSCAR: structure 1: the cell is singular"));
  CHECK_THAT(error(good.with(5, "4 5 0").with(2, "-100").text()),
             ContainsSubstring("POSCAR:5: the cell is singular"));
  CHECK(error(good.with(6, "Li Ox").text()) ==
        "POSCAR:6: found 'Ox', expected an element, as Li or Li_sv or Li1");
  CHECK_THAT(error(good.with(6, "2 1").with(7, "Direct").text()),
             ContainsSubstring("POSCAR:6: counts without species, expected them"));
  CHECK(error(good.with(7, "2").text()) ==
        "POSCAR:7: found 1 counts, expected 2: one for each species");
  CHECK(error(good.with(7, "2 1.5").text()) ==
        "POSCAR:7: found '1.5', expected a whole number: the number of O ions");
  CHECK(error(good.with(7, "2 -1").text()) ==
        "POSCAR:7: found -1, expected at least 0: the number of O ions");
  CHECK_THAT(error(good.with(7, "2 99999999999").text()),
             ContainsSubstring("POSCAR:7: found '99999999999'"));
  CHECK(error(good.with(7, "2 2000000000").text()) ==
        "POSCAR:11: the file ends here, expected position of O ion 2 of 2000000000");
  CHECK(error(good.with(7, "1 1").text()) ==
        "POSCAR:11: found '0.5 0 0.5' after the positions of all 2 ions");
  CHECK(error(good.with(8, "0 0 0").text()) ==
        "POSCAR:8: found '0 0 0', expected 'Direct' or 'Cartesian'");
  CHECK(error(good.with(9, "0 zero 0").text()) ==
        "POSCAR:9: found 'zero', expected a number: position of Li ion 1 of 2");
  CHECK(error(good.with(10, "0 0").text()) ==
        "POSCAR:10: found '0 0', expected three numbers: position of Li ion 2 of 2");
  CHECK_THAT(error(good.with(11, "0.5 0.5 0").text()),
             ContainsSubstring("POSCAR: structure 1: ions 2 (Li) and 3 (O) overlap"));
  CHECK_THAT(error(good.with(8, "Selective\nDirect").text()),
             ContainsSubstring("POSCAR:10: found '0 0 0', expected three coordinates and"));
}

TEST_CASE("Species and counts may stand on several lines") {
  std::string const cell = "c\n1.0\n4.2 0 0\n0 4.2 0\n0 0 4.2\n";
  std::string const selective =
      "Selective\nDirect\n0 0 0 T T T\n0 .5 .5 T T T\n.5 0 .5 F F F\n.5 .5 0 F F F\n";
  std::string const direct = "Direct\n0 0 0\n0 .5 .5\n.5 0 .5\n.5 .5 0\n";
  Crystal const expected = read(cell + "Mg O S F\n1 1 1 1\n" + direct);
  CHECK(expected.species == std::vector<std::string>{"Mg", "O", "S", "F"});
  CHECK(expected.notes.empty());
  check_same(read(cell + "Mg O\nS F\n1 1\n1 1\n" + direct), expected);
  check_same(read(cell + "Mg O\nS F\n1 1\n1 1\n" + selective), expected);
  check_same(read(cell + "Mg\nO\nS F\n1 1 1 1\n" + direct), expected);
  check_same(read(cell + "Mg O S F\n1\n1\n1 1\n" + direct), expected);
  CHECK(error(cell + "Mg O\nS F\n1 1\n" + direct) ==
        "POSCAR:8: found 2 counts, expected 4: one for each species");
  CHECK(error(cell + "Mg O\nS F\n1 1\n1 1 1\n" + direct) ==
        "POSCAR:8: found 5 counts, expected 4: one for each species");
}

TEST_CASE("Only C and K make a mode word Cartesian, all others are direct") {
  for (std::string const word : {"Direct", "D", "Fractional", "fractional coordinates", "direct"})
    CHECK(read(good.with(8, word).text()).positions[1] == Vec3{2, 2.5, 0});
  CHECK(read(good.with(8, "Direct").text()).notes.empty());
  Crystal const other = read(good.with(8, "Relative").text());
  CHECK(other.positions[1] == Vec3{2, 2.5, 0});
  CHECK(other.notes == std::vector<std::string>{"positions are read as direct: 'Relative' does not "
                                                "begin with C or K"});
  for (std::string const word : {"", "Mg 0 0 0", "0.5 0.5 0.5", "?"})
    CHECK_THAT(error(good.with(8, word).text()), ContainsSubstring("expected 'Direct'"));
}

TEST_CASE("Text behind the scale factor and behind the coordinates is passed over") {
  check_same(read(good.with(2, "1.0   scaling factor").text()), read(good.text()));
  check_same(read(good.with(2, "1 1 1 for x, y, z").text()), read(good.text()));
  check_same(read(good.with(2, "-120.0 volume").text()), read(good.text()));
  CHECK_THAT(error(good.with(2, "1 1 text").text()), ContainsSubstring("found 2 values"));
  Crystal const numbers = read(good.with(9, "0 0 0 0.25").with(10, "0.5 0.5 0 3 0 0").text());
  check_same(numbers, read(good.text()));
  CHECK(numbers.notes ==
        std::vector<std::string>{"numbers behind the three coordinates are passed over, as VASP "
                                 "does"});
  CHECK(read(good.with(9, "0 0 0 Li").with(10, "0.5 0.5 0 ! Li2").text()).notes.empty());
  CHECK(read(good.with(9, "0 0 0 Na").text()).notes.size() == 1);  // the species line counts
  CHECK(read(good.with(9, "0 0 0 T F F").text()).notes.empty());   // flags, not fluorine
}

TEST_CASE("A VASP 4 file's species come from line 1 or from behind the positions") {
  auto const old = [](std::string const& comment, std::string const& counts,
                      std::vector<std::string> const& behind) {
    std::string text = comment + "\n1.0\n4.2 0 0\n0 4.2 0\n0 0 4.2\n" + counts + "\nDirect\n";
    std::vector<std::string> const at{"0 0 0", "0 .5 .5", ".5 0 .5", ".5 .5 0"};
    for (std::size_t i = 0; i < at.size(); ++i)
      text += at[i] + (i < behind.size() ? " " + behind[i] : "") + "\n";
    return text;
  };
  std::vector<std::string> const expected{"Mg", "Mg", "O", "O"};
  for (std::string const comment : {"Mg O", "Mg_pv O_s", "MgO", "Mg2O2", "Mg2 O2", "Mg1 O1",
                                    "Mg2O2 (rock salt, 2 layers)", "\xEF\xBB\xBFMg O"}) {
    INFO(comment);
    Crystal const crystal = read(old(comment, "2 2", {}));
    CHECK(crystal.species == expected);
    CHECK(crystal.notes.size() == 1);
  }
  for (std::string const comment : {"my slab", "", "Mg2 O", "MgO2", "Mg O S", "Mg2 x O2"}) {
    INFO(comment);
    CHECK_THAT(error(old(comment, "2 2", {})),
               ContainsSubstring("POSCAR:6: counts without species"));
    Crystal const crystal = read(old(comment, "2 2", {"Mg", "Mg1", "O", "! O2"}));
    CHECK(crystal.species == expected);
    CHECK(crystal.notes.size() == 1);
  }
  CHECK(read(old("F and O", "1 3", {"F", "O", "O", "O"})).species[0] == "F");
  CHECK_THAT(error(old("c", "2 2", {"Mg", "O", "Mg", "O"})),
             ContainsSubstring("POSCAR:9: found O behind a position in a group of 2"));
  CHECK_THAT(error(old("c", "2 2", {"Mg", "Mg", "O"})), ContainsSubstring("counts without"));
  CHECK_THAT(error(old("Mg O", "2 2", {"O", "O", "Mg", "Mg"})),
             ContainsSubstring("POSCAR:8: found O behind a position of Mg"));
}

TEST_CASE("What is no structure file is refused") {
  TemporaryFolder const folder;
  auto const error_of = [&](std::string const& name) {
    return input_error([&] { read_crystal(folder / name); });
  };
  folder.write("POSCAR.empty", "");
  folder.write("POSCAR.binary", std::string_view("\x7f"
                                                 "ELF\0\0",
                                                 6));
  folder.write("structure.png", "?");
  std::filesystem::create_directory(folder / "POSCAR.d");
  CHECK(error_of("POSCAR.gone") == "POSCAR.gone: no such file");
  CHECK(error_of("POSCAR.d") == "POSCAR.d: is a folder, expected a file");
  CHECK(error_of("POSCAR.empty") == "POSCAR.empty: the file is empty");
  CHECK(error_of("POSCAR.binary") == "POSCAR.binary: is a binary file, expected text");
  CHECK(error_of("structure.png") ==
        "structure.png: unknown format, expected a POSCAR, XDATCAR, CIF, extended XYZ, GULP or "
        "LAMMPS data "
        "file");
}

TEST_CASE("A written POSCAR reads back bit by bit, ions grouped by species") {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> number(-10, 10);
  auto const vector = [&] { return Vec3{number(random), number(random), number(random)}; };
  Crystal const crystal{{vector(), vector(), vector()},
                        {"S", "Li", "S", "O"},
                        {vector(), vector(), vector(), vector()},
                        {},
                        "two\nlines"};
  TemporaryFolder const folder;
  write_poscar(folder / "new/POSCAR", crystal);
  Crystal const back = read_crystal(folder / "new/POSCAR");
  CHECK(back.comment == "two lines");
  CHECK(back.species == std::vector<std::string>{"S", "S", "Li", "O"});
  CHECK(back.cell.a == crystal.cell.a);
  CHECK(back.cell.c == crystal.cell.c);
  CHECK(back.positions == std::vector<Vec3>{crystal.positions[0], crystal.positions[2],
                                            crystal.positions[1], crystal.positions[3]});
  CHECK(back.fixed.empty());
}

TEST_CASE("What is fixed is written as selective dynamics, with the ions that it belongs to") {
  Crystal crystal{{{4, 0, 0}, {0, 5, 0}, {0, 0, 6}},
                  {"S", "Li", "S"},
                  {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}},
                  {},
                  ""};
  crystal.fixed = {{true, true, true}, {false, true, false}, {false, false, false}};
  TemporaryFolder const folder;
  write_poscar(folder / "POSCAR", crystal);
  CHECK(read_crystal(folder / "POSCAR").fixed ==
        std::vector<std::array<bool, 3>>{
            {true, true, true}, {false, false, false}, {false, true, false}});
}
