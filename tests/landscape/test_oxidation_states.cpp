#include <cmath>
#include <map>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/supercell.hpp>
#include <ionscape/landscape/oxidation_states.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using ionscape_test::input_error;

namespace {

Crystal example(char const* file) {
  return read_crystal(std::string(IONSCAPE_SOURCE_DIR) + "/examples/" + file);
}

/// A crystal of few orbits, as a CIF file has it.
Crystal crystal_of(std::string const& cell, std::string const& group, std::string const& sites) {
  static char const* const tags[] = {"length_a",    "length_b",   "length_c",
                                     "angle_alpha", "angle_beta", "angle_gamma"};
  std::istringstream numbers(cell);
  std::string text = "data_x\n", number;
  for (char const* tag : tags) numbers >> number, text += "_cell_" + (tag + (" " + number)) + "\n";
  text += "_symmetry_space_group_name_H-M '" + group +
          "'\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n"
          "_atom_site_fract_y\n_atom_site_fract_z\n" +
          sites;
  return read_crystals(text, "x.cif").at(0);
}

/// Ions (Å from the middle) far from all others in a large box.
Crystal cluster(std::vector<std::string> species, std::vector<Vec3> positions) {
  Crystal crystal;
  crystal.cell = {{14, 0, 0}, {0, 14, 0}, {0, 0, 14}};
  crystal.species = std::move(species);
  crystal.positions = std::move(positions);
  return crystal;
}

/// Adds ions `element` around ion `centre`, `distance` Å away: four at a tetrahedron's corners, or
/// three in a plane.
void surround(Crystal& crystal, std::size_t centre, std::string const& element, int n,
              double distance) {
  std::vector<Vec3> directions = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
  if (n == 3) directions = {{1, 0, 0}, {-0.5, std::sqrt(0.75), 0}, {-0.5, -std::sqrt(0.75), 0}};
  for (Vec3 d : directions) {
    crystal.species.push_back(element);
    crystal.positions.push_back(crystal.positions[centre] + (distance / norm(d)) * d);
  }
}

/// The states that ions of an element have.
std::map<std::string, std::vector<double>> by_element(Crystal const& crystal,
                                                      IonStates const& found) {
  std::map<std::string, std::vector<double>> states;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    auto& of_element = states[crystal.species[i]];
    if (std::ranges::find(of_element, found.states[i]) == of_element.end())
      of_element.push_back(found.states[i]);
  }
  for (auto& [element, values] : states) std::ranges::sort(values);
  return states;
}

using States = std::map<std::string, std::vector<double>>;

std::string remarks_of(IonStates const& states) {
  std::string all;
  for (auto const& remark : states.remarks) all += remark + "\n";
  return all;
}

}  // namespace

TEST_CASE("Bond-valence sums are those of a plain sum outside this program") {
  Crystal const crystal = example("structures/LiFePO4.cif");
  std::map<std::string, double> const states = {{"Li", 1}, {"Fe", 2}, {"P", 5}, {"O", -2}};
  std::vector<double> all;
  for (auto const& species : crystal.species) all.push_back(states.at(species));
  auto const sums = bond_valence_sums(crystal, all);
  double const expected[] = {1.00966488, 1.98945484, 4.93981352,
                             1.94393443, 1.99070569, 2.00214655};
  for (int k = 0; k < 6; ++k) CHECK_THAT(sums[std::size_t(4 * k)], WithinAbs(expected[k], 1e-7));
  CHECK_THAT(global_instability(sums, all), WithinAbs(0.03177144, 1e-7));
}

TEST_CASE("States follow from charge balance, polyanions among them") {
  struct Case {
    char const* file;
    States states;
  };
  auto const check = [](Case const& c) {
    INFO(c.file);
    Crystal const crystal = example(c.file);
    IonStates const found = ion_states(crystal);
    CHECK(by_element(crystal, found) == c.states);
    CHECK(found.origin == StateOrigin::assigned);
    CHECK(found.net_charge == 0);
    CHECK(found.instability < 0.3);
    CHECK(found.remarks.empty());
    CHECK_THAT(found.source, ContainsSubstring("assigned by charge balance: "));
  };
  check({"structures/LiFePO4.cif", {{"Li", {1}}, {"Fe", {2}}, {"P", {5}}, {"O", {-2}}}});
  check({"structures/MgO.vasp", {{"Mg", {2}}, {"O", {-2}}}});
  check({"structures/LiF.extxyz", {{"Li", {1}}, {"F", {-1}}}});
  check({"compounds/Li2MnO3.cif", {{"Li", {1}}, {"Mn", {4}}, {"O", {-2}}}});
  check({"compounds/LiCoO2.cif", {{"Li", {1}}, {"Co", {3}}, {"O", {-2}}}});
  check({"compounds/Li3PS4-beta.cif", {{"Li", {1}}, {"P", {5}}, {"S", {-2}}}});
  check({"compounds/Li4Ti5O12.cif", {{"Li", {1}}, {"Ti", {4}}, {"O", {-2}}}});
}

TEST_CASE("A nonmetal bonded to a more electronegative one is the cation") {
  auto const check = [](Crystal const& crystal, States const& expected) {
    IonStates const found = ion_states(crystal);
    CHECK(by_element(crystal, found) == expected);
    CHECK(found.net_charge == 0);
  };
  Crystal sulfate = cluster({"S", "Na", "Na"}, {{0, 0, 0}, {3.3, 0, 0}, {-3.3, 0, 0}});
  surround(sulfate, 0, "O", 4, 1.48);
  check(sulfate, {{"Na", {1}}, {"S", {6}}, {"O", {-2}}});

  // A sulfide beside it.
  Crystal both = sulfate;
  both.species.insert(both.species.end(), {"Mg", "S"});
  both.positions.insert(both.positions.end(), {{0, 6, 0}, {0, 6, 2.5}});
  check(both, {{"Na", {1}}, {"Mg", {2}}, {"S", {-2, 6}}, {"O", {-2}}});

  Crystal nitrate = cluster({"N", "Na"}, {{0, 0, 0}, {0, 0, 3}});
  surround(nitrate, 0, "O", 3, 1.25);
  check(nitrate, {{"Na", {1}}, {"N", {5}}, {"O", {-2}}});
  Crystal borate = cluster({"B", "Sc"}, {{0, 0, 0}, {0, 0, 3}});
  surround(borate, 0, "O", 3, 1.37);
  check(borate, {{"Sc", {3}}, {"B", {3}}, {"O", {-2}}});
  Crystal perchlorate = cluster({"Cl", "Li"}, {{0, 0, 0}, {0, 0, 3}});
  surround(perchlorate, 0, "O", 4, 1.44);
  check(perchlorate, {{"Li", {1}}, {"Cl", {7}}, {"O", {-2}}});
  Crystal boranate = cluster({"B", "Li"}, {{0, 0, 0}, {0, 0, 2.5}});
  surround(boranate, 0, "H", 4, 1.22);
  check(boranate, {{"Li", {1}}, {"B", {3}}, {"H", {-1}}});
  Crystal ammonium = cluster({"N", "Cl"}, {{0, 0, 0}, {0, 0, 3.3}});
  surround(ammonium, 0, "H", 4, 1.03);
  check(ammonium, {{"N", {-3}}, {"H", {1}}, {"Cl", {-1}}});
  CHECK_THAT(remarks_of(ion_states(ammonium)), ContainsSubstring("were not made for water"));
  check(cluster({"K", "C", "N"}, {{0, 0, 3}, {0, 0, 0}, {0, 0, -1.16}}),
        {{"K", {1}}, {"C", {2}}, {"N", {-3}}});
  check(crystal_of("4.99 4.99 17.06 90 90 120", "R -3 c",
                   "Ca Ca 0 0 0\nC C 0 0 0.25\nO O 0.2568 0 0.25\n"),
        {{"Ca", {2}}, {"C", {4}}, {"O", {-2}}});
}

TEST_CASE("Bonds between ions of one element count in their states") {
  Crystal const pyrite =
      crystal_of("5.418 5.418 5.418 90 90 90", "P a -3", "Fe Fe 0 0 0\nS S 0.385 0.385 0.385\n");
  IonStates const disulfide = ion_states(pyrite);
  CHECK(by_element(pyrite, disulfide) == States{{"Fe", {2}}, {"S", {-1}}});
  CHECK_THAT(remarks_of(disulfide), ContainsSubstring("S-S bonds"));

  Crystal const peroxide =
      cluster({"Li", "Li", "O", "O"}, {{2, 0, 0}, {-2, 0, 0}, {0, 0, 0.77}, {0, 0, -0.77}});
  CHECK(by_element(peroxide, ion_states(peroxide)) == States{{"Li", {1}}, {"O", {-1}}});
  Crystal const superoxide = cluster({"K", "O", "O"}, {{2.7, 0, 0}, {0, 0, 0.66}, {0, 0, -0.66}});
  CHECK(by_element(superoxide, ion_states(superoxide)) == States{{"K", {1}}, {"O", {-0.5}}});

  // S of a thiosulfate: as the outer one is S -1, its partner has one electron less to give.
  Crystal thiosulfate =
      cluster({"S", "Na", "Na", "S"}, {{0, 0, 0}, {4, 0, 0}, {-4, 0, 0}, {0, 0, 2.0}});
  surround(thiosulfate, 0, "O", 3, 1.48);
  CHECK(by_element(thiosulfate, ion_states(thiosulfate)) ==
        States{{"Na", {1}}, {"S", {-1, 5}}, {"O", {-2}}});
}

TEST_CASE("Where a metal must make up for a vacancy it takes a mean state") {
  Crystal const crystal = without_ion(example("structures/LiFePO4.cif"), 0);
  IonStates const found = ion_states(crystal);
  CHECK(by_element(crystal, found) == States{{"Li", {1}}, {"Fe", {2.25}}, {"P", {5}}, {"O", {-2}}});
  CHECK(found.net_charge == 0);
  CHECK_THAT(remarks_of(found), ContainsSubstring("mixed valence"));
  CHECK(found.source == "assigned by charge balance: Li +1, Fe +2.25, P +5, O -2");

  Crystal const spinel = example("compounds/LiMn2O4.cif");
  CHECK(by_element(spinel, ion_states(spinel)) == States{{"Li", {1}}, {"Mn", {3.5}}, {"O", {-2}}});
}

TEST_CASE("Without such a metal the cell stays charged, and that is said") {
  Crystal const crystal = without_ion(example("compounds/Li3PO4-gamma.cif"), 0);
  IonStates const found = ion_states(crystal);
  CHECK(by_element(crystal, found) == States{{"Li", {1}}, {"P", {5}}, {"O", {-2}}});
  CHECK(found.net_charge == -1);
  CHECK_THAT(remarks_of(found), ContainsSubstring("the cell keeps a net charge of -1 e"));
}

TEST_CASE("Ions of one element that sit in different bonds have different states") {
  // Minium, Pb(IV) Pb(II)2 O4.
  Crystal const minium =
      crystal_of("8.811 8.811 6.563 90 90 90", "P 42/m b c",
                 "Pb1 Pb 0 0.5 0.25\nPb2 Pb 0.1405 0.1612 0\nO1 O 0.6718 0.1718 0.25\n"
                 "O2 O 0.0986 0.6362 0\n");
  IonStates const found = ion_states(minium);
  CHECK(by_element(minium, found) == States{{"Pb", {2, 4}}, {"O", {-2}}});
  CHECK(found.net_charge == 0);
  CHECK(found.instability < 0.1);
}

TEST_CASE("The choice that fits the bonds best is taken, and one as good is named") {
  // Fe +2 with V +4 or Fe +3 with V +3 or Fe +4 with V +2: the bond lengths decide.
  auto const rocksalt = [](double iron, double vanadium) {
    // Octahedra with Fe-O and V-O of these lengths, along z.
    Crystal crystal;
    crystal.cell = {{20, 0, 0}, {0, 20, 0}, {0, 0, 20}};
    auto const octahedron = [&](char const* metal, Vec3 at, double length) {
      crystal.species.push_back(metal);
      crystal.positions.push_back(at);
      for (int d = 0; d < 6; ++d) {
        double const x = (d % 2 ? -1 : 1) * length;
        crystal.species.push_back("O");
        crystal.positions.push_back(
            at + Vec3{d / 2 == 0 ? x : 0, d / 2 == 1 ? x : 0, d / 2 == 2 ? x : 0});
      }
    };
    octahedron("Fe", {5, 5, 5}, iron), octahedron("V", {15, 15, 15}, vanadium);
    for (int i = 0; i < 18; ++i) {
      crystal.species.push_back("Na");
      crystal.positions.push_back({1.0 + i, 1, 18});
    }
    return crystal;
  };
  auto const ferrous = rocksalt(2.16, 1.93), ferric = rocksalt(2.03, 2.02);
  CHECK(by_element(ferrous, ion_states(ferrous)).at("Fe") == std::vector<double>{2});
  CHECK(by_element(ferrous, ion_states(ferrous)).at("V") == std::vector<double>{4});
  CHECK(by_element(ferric, ion_states(ferric)).at("Fe") == std::vector<double>{3});
  auto const between = rocksalt(2.09, 1.975);
  CHECK_THAT(remarks_of(ion_states(between)), ContainsSubstring("as good: "));
}

TEST_CASE("Given states and those of the file are taken") {
  Crystal const crystal = example("structures/LiFePO4.cif");
  IonStates const given = ion_states(crystal, {{"Li", 1}, {"Fe", 3}, {"P", 5}, {"O", -2}});
  CHECK(given.origin == StateOrigin::given);
  CHECK(given.source == "given: Li +1, Fe +3, P +5, O -2");
  CHECK(given.net_charge == 4);
  CHECK_THAT(remarks_of(given), ContainsSubstring("net charge of +4 e"));

  IonStates const partly = ion_states(crystal, {{"Fe", 2}});
  CHECK(partly.origin == StateOrigin::assigned);
  CHECK_THAT(partly.source, ContainsSubstring("(Fe given)"));
  CHECK(partly.net_charge == 0);

  std::vector<double> stated;
  for (auto const& species : crystal.species)
    stated.push_back(species == "O" ? -2 : species == "P" ? 5 : species == "Fe" ? 2 : 1);
  IonStates const of_file = ion_states(crystal, {}, stated);
  CHECK(of_file.origin == StateOrigin::structure);
  CHECK(of_file.states == stated);
  stated[3] = 0.88;
  IonStates const bader = ion_states(crystal, {}, stated);
  CHECK(bader.origin == StateOrigin::assigned);
  CHECK_THAT(remarks_of(bader), ContainsSubstring("no whole numbers"));
}

TEST_CASE("What bond valences cannot describe is refused") {
  Crystal methane = cluster({"C", "Li", "F"}, {{0, 0, 0}, {4, 0, 0}, {4, 0, 2}});
  surround(methane, 0, "H", 4, 1.09);
  CHECK_THAT(input_error([&] { ion_states(methane); }),
             ContainsSubstring("ion 1 (C) is bonded to hydrogen"));
  CHECK_THAT(input_error([] {
               ion_states(cluster({"Li", "Al"}, {{0, 0, 0}, {2.7, 0, 0}}));
             }),
             ContainsSubstring("no anions among the ions"));
  CHECK_THAT(input_error([] {
               ion_states(cluster({"Li", "X"}, {{0, 0, 0}, {2.7, 0, 0}}));
             }),
             ContainsSubstring("'X' is no element"));
  Crystal const crystal = example("structures/LiFePO4.cif");
  CHECK_THAT(input_error([&] {
               ion_states(crystal, {{"Mn", 2}});
             }),
             ContainsSubstring("oxidation state of Mn: no such species here"));
}
