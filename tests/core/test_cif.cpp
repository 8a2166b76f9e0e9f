#include "cif_text.hpp"

using namespace cif_test;
using ionscape_test::TemporaryFolder;

TEST_CASE("Rock salt comes out of its space group, however that is given") {
  std::string const atoms = sites + "Na1 Na+ 0 0 0\nCl1 Cl1- 0.5 0.5 0.5\n";
  for (char const* symmetry :
       {"_symmetry_space_group_name_H-M 'F m -3 m'\n", "_space_group_IT_number 225\n",
        "_space_group_name_Hall '-F 4 2 3'\n"}) {
    Crystal const crystal = read(cubic + symmetry + atoms).at(0);
    CHECK(crystal.size() == 8);
    CHECK(std::count(crystal.species.begin(), crystal.species.end(), "Na") == 4);
    CHECK(crystal.comment == "x");
    CHECK(crystal.charges.empty());
    CHECK(closest_to(crystal, {0.5, 0, 0.5}) < 1e-12);
  }
}

TEST_CASE("Listed operations go before the space group's name, also with decimals") {
  std::string const operations =
      "loop_\n_space_group_symop_operation_xyz\n'x, y, z'\n'0.5-x, y+.5, 1/2 + z'\n";
  Crystal const crystal = read(cubic + "_space_group_name_H-M_alt 'F m -3 m'\n" + operations +
                               sites + "O O2- 0.1 0.2 0.3\n")
                              .at(0);
  CHECK(crystal.size() == 2);
  CHECK(closest_to(crystal, {0.4, 0.7, 0.8}) < 1e-12);
}

TEST_CASE("A rounded coordinate is put on its special position, and merged there") {
  std::string const text = cell(3, 3, 5, 90, 90, 120) + "_space_group_name_H-M_alt 'P 63/m m c'\n" +
                           sites + "Mg1 Mg 0.3333 0.6667 0.25\n";
  Crystal const crystal = read(text).at(0);
  CHECK(crystal.size() == 2);
  CHECK(closest_to(crystal, {1.0 / 3, 2.0 / 3, 0.25}) < 1e-12);
  CHECK(closest_to(crystal, {2.0 / 3, 1.0 / 3, 0.75}) < 1e-12);
}

TEST_CASE("A triclinic cell has the lengths and angles of the file") {
  Cell const c = read(cell(3, 4, 5, 80, 95, 110) + p1 + sites + "O O 0 0 0\n").at(0).cell;
  CHECK_THAT(norm(c.a), WithinAbs(3, 1e-12));
  CHECK_THAT(norm(c.b), WithinAbs(4, 1e-12));
  CHECK_THAT(norm(c.c), WithinAbs(5, 1e-12));
  CHECK_THAT(dot(c.b, c.c), WithinAbs(20 * std::cos(80 * pi / 180), 1e-12));
  CHECK_THAT(dot(c.c, c.a), WithinAbs(15 * std::cos(95 * pi / 180), 1e-12));
  CHECK_THAT(dot(c.a, c.b), WithinAbs(12 * std::cos(110 * pi / 180), 1e-12));
}

TEST_CASE("Elements come from the label where there is no type symbol") {
  std::string const loop =
      "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_"
      "site_occupancy\n";
  CHECK(read(cubic + p1 + loop + "Li1 0 0 0 1.0\nO2A .5 .5 .5 .\n").at(0).species ==
        std::vector<std::string>{"Li", "O"});
}

TEST_CASE("Oxidation numbers are those of the type, else of its symbol, and never become charges") {
  TemporaryFolder const folder;
  auto const numbers = [&](std::string const& text) {
    auto const file = folder.write("a.cif", cubic + p1 + text);
    CHECK(read_crystal(file).charges.empty());
    return read_oxidation_numbers(file);
  };
  std::string const atoms =
      "Li1 Li1+ 0 0 0\nO1 O2- 0.5 0.5 0.5\nNa1 Na+ 0 0.5 0.5\nFe1 Fe2.5+ 0.5 0 0\n";
  CHECK(numbers(sites + atoms) == std::vector<double>{1, -2, 1, 2.5});
  std::string const types =
      "loop_\n_atom_type_symbol\n_atom_type_oxidation_number\nO2- -1.5\nNa+ ?\n";
  CHECK(numbers(types + sites + atoms) == std::vector<double>{1, -1.5, 1, 2.5});
  auto const some = numbers(sites + "Li1 Li 0 0 0\nO1 O2- 0.5 0.5 0.5\n");
  CHECK(std::isnan(some.at(0)));
  CHECK(numbers(sites + "Li1 Li 0 0 0\nO2 O 0.5 0.5 0.5\n").empty());
  CHECK_THAT(error(cubic + p1 + "loop_\n_atom_type_symbol\n_atom_type_oxidation_number\nO2- two\n" +
                   sites + atoms),
             ContainsSubstring("found 'two', expected a number: oxidation number of O2-"));
}

TEST_CASE("Every block with atoms is a structure") {
  std::string const block = cubic + p1 + sites + "O O 0 0 0\n";
  CHECK(read("data_global\n_journal_name x\n" + block).size() == 1);
  std::string second = block;
  second.replace(0, 6, "data_y");
  CHECK(read(block + second).size() == 2);
}

TEST_CASE("A bad CIF is refused with line, finding and expectation") {
  std::string const atom = sites + "O1 O 0 0 0\n";
  CHECK(error("data_x\n_cell_length_a '4\n") == "a.cif:2: not valid CIF: unterminated 'string'");
  CHECK_THAT(error("nonsense\n"),
             ContainsSubstring("a.cif:1: not valid CIF: expected block header"));
  CHECK(error("data_x\n_a 1\n_a 2\n") == "a.cif:3: not valid CIF: duplicate tag _a");
  CHECK(error(cubic + p1) == "a.cif: no atoms: no data block has _atom_site_fract_x");
  CHECK(error("data_x\n" + p1 + atom) == "a.cif: no _cell_length_a in data_x");
  CHECK(error(cell(-4, 4, 4, 90, 90, 90) + p1 + atom) ==
        "a.cif:2: _cell_length_a is -4, expected > 0");
  CHECK(error("data_x\n_cell_length_a ?\n" + p1 + atom) ==
        "a.cif:2: found '?', expected a number: _cell_length_a");
  CHECK(error(cell(4, 4, 4, 20, 30, 170) + p1 + atom) ==
        "a.cif:5: angles 20, 30, 170 do not form a cell");
  CHECK_THAT(
      error(cubic + atom),
      ContainsSubstring("a.cif: no symmetry in data_x, expected _space_group_symop_operation_xyz"));
  CHECK(error(cubic + "_space_group_name_H-M_alt 'P 77'\n" + atom) ==
        "a.cif:8: unknown space group 'P 77'");
  CHECK_THAT(error(cubic + "_space_group_name_H-M_alt 'F d -3 m'\n" + atom),
             ContainsSubstring("a.cif:8: space group 'F d -3 m' has two origin choices"));
  CHECK(read(cubic + "_space_group_name_H-M_alt 'F d -3 m:2'\n" + sites + "Si Si .125 .125 .125\n")
            .at(0)
            .size() == 8);
  CHECK_THAT(error(cubic + "_space_group_name_Hall 'foo'\n" + atom),
             ContainsSubstring("a.cif:8: not a Hall symbol: 'foo'"));
  CHECK_THAT(error(cubic + "_space_group_symop_operation_xyz 'x, y+, z'\n" + atom),
             ContainsSubstring("a.cif:8: found 'x, y+, z', expected a symmetry operation"));
  CHECK(error(cubic + p1 + sites + "O1 O 0 0 zero\n") ==
        "a.cif:9: found 'zero', expected a number: fractional coordinate of site O1");
  CHECK(error(cubic + p1 + sites + "O1 O 0 0\n").starts_with("a.cif:9: not valid CIF: "));
  CHECK(error(cubic + p1 + sites + "O1 Oxy 0 0 0\n") ==
        "a.cif:9: found 'Oxy', expected an element, as Li or Li_sv or Li1");
  CHECK_THAT(
      error(cubic + p1 +
            "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_"
            "atom_site_occupancy\n"
            "Li1 0 0 0 0.5(1)\n"),
      ContainsSubstring(
          "a.cif:9: site Li1 has occupancy 0.5, expected 1: this is a disordered structure"));
  CHECK_THAT(error(cubic + p1 + sites + "O1 O 0 0 0\nO2 O 0 0 1\n"),
             ContainsSubstring("a.cif: structure 1: ions 1 (O) and 2 (O) overlap"));
}
