// Cell and sites of a CIF: names, numbers, elements, disorder.
#include <cmath>

#include <ionscape/core/io/write_crystal.hpp>

#include "cif_text.hpp"

using namespace cif_test;

namespace {

std::string element(std::string const& symbol) {
  return read(cubic + p1 + sites + "X1 '" + symbol + "' 0 0 0\n").at(0).species.at(0);
}
std::string element_of_label(std::string const& label) {
  return read(cubic + p1 + labelled + label + " 0 0 0\n").at(0).species.at(0);
}

std::string const occupied =
    "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_"
    "atom_site_fract_z\n_atom_site_occupancy\n";

}  // namespace

TEST_CASE("Names with dots, and in capitals, are those with underscores") {
  Crystal const crystal =
      read(
          "data_x\n_cell.length_a 4\n_cell.length_b 5\n_CELL_LENGTH_C 6\n_cell.angle_alpha 90\n"
          "_cell.angle_beta 100\n_cell.angle_gamma 90\n_space_group.name_H-M_alt 'P 1 21/c 1'\n"
          "loop_\n_atom_site.label\n_atom_site.type_symbol\n_atom_site.fract_x\n"
          "_atom_site.fract_y\n_atom_site.fract_z\n_atom_site.occupancy\nO1 O2- 0.1 0.2 0.3 1\n"
          "loop_\n_atom_type.symbol\n_atom_type.oxidation_number\nO2- -2\n")
          .at(0);
  CHECK(crystal.size() == 4);
  CHECK_THAT(norm(crystal.cell.c), WithinAbs(6, 1e-12));
  CHECK(read("data_x\n_cell.length_a 4\n_cell.length_b 4\n_cell.length_c 4\n"
             "loop_\n_space_group_symop.id\n_space_group_symop.operation_xyz\n1 x,y,z\n"
             "2 -x,-y,-z\n" +
             sites + "O1 O .1 .2 .3\n")
            .at(0)
            .size() == 2);
}

TEST_CASE("Angles that the file does not state are 90 degrees, and that is said") {
  std::string const lengths = "data_x\n_cell_length_a 4\n_cell_length_b 5\n_cell_length_c 6\n";
  std::string const atom = sites + "O1 O 0 0 0\n";
  Crystal const crystal = read(lengths + p1 + atom).at(0);
  CHECK_THAT(crystal.cell.volume(), WithinAbs(120, 1e-12));
  CHECK_THAT(notes(crystal), ContainsSubstring("angles that the file does not state are 90"));
  Crystal const one =
      read(lengths + "_cell_angle_beta 100\n_cell_angle_gamma .\n" + p1 + atom).at(0);
  CHECK_THAT(one.cell.volume(), WithinAbs(120 * std::sin(100 * pi / 180), 1e-10));
  CHECK_THAT(notes(one), ContainsSubstring("alpha 90, beta 100, gamma 90"));
  CHECK_THAT(error(lengths + "_cell_angle_alpha ?\n" + p1 + atom),
             ContainsSubstring("found '?', expected a number: _cell_angle_alpha"));
  CHECK_THAT(error("data_x\n_cell_length_a 3\n_cell_length_b 3\n_cell_length_c 5\n"
                   "_space_group_name_H-M_alt 'P 63/m m c'\n" +
                   atom),
             ContainsSubstring("the file states no angles"));
}

TEST_CASE("Numbers are read with uncertainties, signs, exponents and as fractions") {
  Crystal const crystal =
      read("data_x\n_cell_length_a 4.000(12)\n_cell_length_b 4\n_cell_length_c +4.0e0\n" + p1 +
           sites + "O1 O 1/3 -1/4 0.5(1)\nO2 O .25 -.5 +0.1\nO3 O 1. 0.7500(3) 1e-1\n")
          .at(0);
  CHECK(closest_to(crystal, {1.0 / 3, 0.75, 0.5}) < 1e-12);
  CHECK(closest_to(crystal, {0.25, 0.5, 0.1}) < 1e-12);
  CHECK(closest_to(crystal, {0, 0.75, 0.1}) < 1e-12);
  for (char const* bad :
       {"0,5", "0.5(", "0.5(a)", "0.5)", "1/0", "1/3/2", "nan", "inf", "0.5(1)2"}) {
    INFO(bad);
    CHECK_THAT(error(cubic + p1 + sites + "O1 O 0 0 " + bad + "\n"),
               ContainsSubstring(std::string("found '") + bad + "', expected a number"));
  }
  for (char const* null : {"?", "."})
    CHECK_THAT(error(cubic + p1 + sites + "H1 H 0 0 " + null + "\n"),
               ContainsSubstring("site H1 has no position"));
}

TEST_CASE("Type symbols are elements in any case, with or without charge") {
  CHECK(element("Mg2+") == "Mg");
  CHECK(element("MG2+") == "Mg");
  CHECK(element("MG") == "Mg");
  CHECK(element("mg") == "Mg");
  CHECK(element("CO") == "Co");
  CHECK(element("O-2") == "O");
  CHECK(element("Li1+") == "Li");
  CHECK(element("Fe2.5+") == "Fe");
  CHECK_THAT(error(cubic + p1 + sites + "X1 OH 0 0 0\n"), ContainsSubstring("found 'OH'"));
  CHECK_THAT(error(cubic + p1 + sites + "X1 O-H 0 0 0\n"),
             ContainsSubstring("site X1 holds 'O-H': a group of atoms"));
  CHECK_THAT(error(cubic + p1 + sites + "X1 Va 0 0 0\n"), ContainsSubstring("found 'Va'"));
}

TEST_CASE("Labels are read as elements where there is one reading, and refused where two") {
  CHECK(element_of_label("MG1") == "Mg");
  CHECK(element_of_label("LI") == "Li");
  CHECK(element_of_label("li2") == "Li");
  CHECK(element_of_label("Co1") == "Co");
  CHECK(element_of_label("Li1_a") == "Li");
  CHECK(element_of_label("Li(1)") == "Li");
  CHECK(element_of_label("O2A") == "O");
  CHECK(element_of_label("OW1") == "O");
  CHECK(element_of_label("Ow1") == "O");
  CHECK_THAT(notes(read(cubic + p1 + labelled + "MG1 0 0 0\nO1 .5 .5 .5\n").at(0)),
             ContainsSubstring("MG1 as Mg"));
  CHECK_THAT(error(cubic + p1 + labelled + "CO1 0 0 0\n"),
             ContainsSubstring("a.cif:9: site CO1 may be Co or C, expected a column "
                               "_atom_site_type_symbol"));
  CHECK_THAT(error(cubic + p1 + labelled + "na1 0 0 0\n"), ContainsSubstring("may be Na or N"));
  CHECK_THAT(error(cubic + p1 + labelled + "O-H 0 0 0\n"),
             ContainsSubstring("site O-H may be a group of atoms"));
  for (char const* unknown : {"M1", "Va1", "VA1", "Wat1", "Lix", "X", "Vac", "1Li", "Dum1"}) {
    INFO(unknown);
    CHECK_THAT(error(cubic + p1 + labelled + unknown + " 0 0 0\n"),
               ContainsSubstring(std::string("found '") + unknown + "', expected an element"));
  }
}

TEST_CASE("Deuterium is hydrogen") {
  Crystal const crystal = read(cubic + p1 + sites + "D1 D 0 0 0\nD2 D1+ .5 .5 .5\n").at(0);
  CHECK(count(crystal, "H") == 2);
  CHECK_THAT(notes(crystal), ContainsSubstring("sites D1, D2: deuterium, read as H"));
}

TEST_CASE("Empty sites and dummies are left out, and that is said") {
  Crystal const crystal =
      read(cubic + p1 + occupied + "Mg1 Mg 0 0 0 1\nO1 O 0.5 0.5 0.5 1.0\nH1 H ? ? ? 0\n").at(0);
  CHECK(crystal.size() == 2);
  CHECK(notes(crystal) == "site H1: occupancy 0, left out");
  Crystal const dummy =
      read(cubic + p1 +
           "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
           "_atom_site_calc_flag\nO1 0 0 0 d\nCg1 0.5 0.5 0.5 dum\n")
          .at(0);
  CHECK(dummy.size() == 1);
  CHECK(notes(dummy) == "site Cg1: dummy, left out");
  CHECK_THAT(notes(read(cubic + p1 + occupied + "O1 O 0 0 0 0.9999\n").at(0)),
             ContainsSubstring("site O1: occupancy within 0.001 of 1, read as 1"));
  CHECK_THAT(error(cubic + p1 + occupied + "O1 O 0 0 0 -1\n"),
             ContainsSubstring("site O1 has occupancy -1, expected 0 to 1"));
}

TEST_CASE("Disorder is said with elements, occupancies and site") {
  CHECK_THAT(
      error(cubic + p1 + occupied + "Nb1 Nb 0 0 0 0.8\nZr1 Zr 0 0 0 0.2\nO1 O .5 .5 .5 1\n"),
      ContainsSubstring("a.cif:9: one site is shared by 0.8 Nb (Nb1) + 0.2 Zr (Zr1): this is "
                        "a disordered structure"));
  CHECK_THAT(error(cubic + p1 + sites + "M1 '0.8Nb + 0.2Zr' 0 0 0\n"),
             ContainsSubstring("site M1 is shared by '0.8Nb + 0.2Zr': this is a disordered"));
  // The second of the two stands on an image of the first.
  CHECK_THAT(error(cubic + "_space_group_name_H-M_alt 'F m -3 m'\n" + occupied +
                   "Nb1 Nb 0 0 0 0.8\nZr1 Zr .5 0 .5 0.2\n"),
             ContainsSubstring("0.8 Nb (Nb1) + 0.2 Zr (Zr1)"));
  CHECK_THAT(error(cubic + p1 + occupied + "O1 O 0 0 0 1\nLi1 Li .5 .5 .5 0.5(1)\n"),
             ContainsSubstring("site Li1 has occupancy 0.5, expected 1: this is a disordered"));
  std::string const groups =
      "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
      "_atom_site_disorder_group\n";
  CHECK_THAT(error(cubic + p1 + groups + "O1 0 0 0 .\nO2 0.5 0 0 1\nO3 0.5 0 0.2 2\n"),
             ContainsSubstring("site O3 belongs to disorder group 2, site O2 to group 1"));
  CHECK_THAT(error(cubic + p1 + groups + "O1 0 0 0 -1\n"),
             ContainsSubstring("site O1 belongs to disorder group -1"));
  CHECK(read(cubic + p1 + groups + "O1 0 0 0 .\nO2 0.5 0 0 .\n").at(0).notes.empty());
  CHECK_THAT(notes(read(cubic + p1 + groups + "O1 0 0 0 .\nO2 0.5 0 0 1\n").at(0)),
             ContainsSubstring("the one disorder group 1"));
}

TEST_CASE("Sites that repeat others by symmetry are counted once, and that is said") {
  std::string const group = "_space_group_name_H-M_alt 'F m -3 m'\n";
  Crystal const crystal =
      read(cubic + group + sites +
           "Na1 Na 0 0 0\nNa2 Na 0.5 0.5 0\nCl1 Cl .5 .5 .5\nCl2 Cl 0.5001 0 0\n")
          .at(0);
  CHECK(crystal.size() == 8);
  CHECK(notes(crystal) == "sites Na2, Cl2: images of earlier sites by symmetry, counted once");
  CHECK_THAT(error(cubic + group + sites + "Na1 Na 0 0 0\nCl1 Cl 0.5 0.5 0\n"),
             ContainsSubstring("overlap"));
}

TEST_CASE("Wyckoff letters and other columns do not matter") {
  CHECK(
      read(cubic + "_space_group_name_H-M_alt 'F m -3 m'\n" +
           "loop_\n_atom_site_label\n_atom_site_symmetry_multiplicity\n_atom_site_Wyckoff_symbol\n"
           "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n"
           "Na1 4 a 0 0 0 0.01(1)\nCl1 4 b .5 .5 .5 ?\n")
          .at(0)
          .size() == 8);
}

TEST_CASE("Several blocks are several structures, each with its own notes") {
  std::string const first = "data_a\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n" + p1 +
                            sites + "O1 O 0 0 0\n";
  std::string second = cubic + p1 + sites + "O1 O 0 0 0\n";
  auto const crystals = read("data_empty\n_journal_name x\n" + first + second);
  CHECK(crystals.size() == 2);
  CHECK(crystals.at(0).notes.size() == 1);
  CHECK(crystals.at(1).notes.empty());
}

TEST_CASE("Cartesian coordinates alone are refused as such") {
  CHECK_THAT(error(cubic + p1 + "loop_\n_atom_site_label\n_atom_site_Cartn_x\nO1 0\n"),
             ContainsSubstring("found Cartesian coordinates (_atom_site_Cartn_x)"));
}

TEST_CASE("Oxidation numbers follow the sites that are read") {
  ionscape_test::TemporaryFolder const folder;
  auto const numbers =
      read_oxidation_numbers(folder.write("a.cif", cubic + p1 + occupied +
                                                       "Mg1 MG2+ 0 0 0 1\nH1 H1+ .2 .2 .2 0\n"
                                                       "O1 O2- 0.5 0.5 0.5 1\n"));
  CHECK(numbers == std::vector<double>{2, -2});
}

TEST_CASE("A written CIF reads back as the same crystal, in a direction of its own") {
  Crystal const crystal{{{4.1, 0.2, -0.3}, {0.5, 5.2, 0.7}, {-1.1, 0.4, 6.3}},
                        {"S", "Li", "S"},
                        {{0.1, 0.2, 0.3}, {-3, 2, 1}, {12, 1, 4}},
                        {},
                        "two\nlines"};
  ionscape_test::TemporaryFolder const folder;
  write_cif(folder / "a.cif", crystal);
  Crystal const back = read_crystal(folder / "a.cif");
  REQUIRE(back.species == crystal.species);
  CHECK(back.cell.volume() == Catch::Approx(crystal.cell.volume()).epsilon(1e-12));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < i; ++j)
      CHECK(norm(minimum_image(back.cell, back.positions[i] - back.positions[j])) ==
            Catch::Approx(
                norm(minimum_image(crystal.cell, crystal.positions[i] - crystal.positions[j])))
                .epsilon(1e-12));
}
