// The expected constants are those of the papers, or follow from the papers' formulas outside this
// program.
#include <cmath>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/landscape/bond_valence_parameters.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using ionscape_test::input_error;

TEST_CASE("Published constants are in the table as published") {
  auto const [pair, remark] = bond_valence_pair("Li", 1, "O", -2);
  CHECK(remark.empty());
  CHECK(pair.depth == 0.98816);
  CHECK(pair.minimum == 1.940013);
  CHECK(pair.steepness == 1.937984);
  CHECK(pair.unit == 1.17096);
  auto const chlorine = bond_valence_pair("Al", 3, "Cl", -1).pair;
  CHECK(chlorine.depth == 1.367335);
  CHECK(chlorine.minimum == 2.197469);
}

TEST_CASE("Every row is a bond, and stands in the table once") {
  BondValenceRow const* last = nullptr;
  for (BondValenceRow const& row : bond_valence_table()) {
    INFO(row.cation << row.cation_state << row.anion << row.anion_state);
    CHECK(row.cation_state > 0);
    CHECK(row.anion_state < 0);
    CHECK(row.pair.depth > 0.05);
    CHECK(row.pair.depth < 14);
    CHECK(row.pair.minimum > 0.9);
    CHECK(row.pair.minimum < 4.2);
    CHECK(row.pair.steepness > 1.1);
    CHECK(row.pair.steepness < 3.6);
    CHECK(row.pair.unit > 0.6);
    CHECK(row.pair.unit < 3);
    CHECK(row.pair.cutoff >= 4);
    if (last)
      CHECK((last->cation != row.cation || last->cation_state != row.cation_state ||
             last->anion != row.anion));
    last = &row;
    CHECK(bond_valence_ion(row.cation, row.cation_state).element == row.cation);
    CHECK(bond_valence_ion(row.anion, row.anion_state).state < 0);
  }
  CHECK(bond_valence_table().size() == 748);
}

TEST_CASE("softBV's formulas give D0 and Rmin") {
  auto const check = [](char const* cation, int z, char const* anion, int z_anion, double R0,
                        double b, double coordination, double depth, double minimum) {
    auto const pair = softbv_pair(bond_valence_ion(cation, z), bond_valence_ion(anion, z_anion), R0,
                                  b, coordination);
    CHECK_THAT(pair.minimum, WithinAbs(minimum, 2e-6));
    CHECK_THAT(pair.depth, WithinAbs(depth, 3e-5 * depth));
  };
  check("Li", 1, "O", -2, 1.17096, 0.516, 5.07292, 0.985464, 1.945321);
  check("Mg", 2, "S", -2, 1.82372, 0.649, 5.55556, 1.671695, 2.41882);
  check("Zn", 2, "O", -2, 1.65344, 0.403, 4.71839, 1.240288, 1.885602);
  check("Ag", 1, "I", -1, 2.08036, 0.53, 4, 0.422826, 2.705813);
  check("Al", 3, "N", -3, 1.69082, 0.511, 4, 3.938471, 1.753935);
}

TEST_CASE("Rows that follow from a formula follow from it") {
  int n = 0;
  for (BondValenceRow const& row : bond_valence_table()) {
    if (row.source != BondValenceSource::formula) continue;
    INFO(row.cation << row.cation_state << row.anion);
    REQUIRE(row.coordination);
    auto const pair = softbv_pair(bond_valence_ion(row.cation, row.cation_state),
                                  bond_valence_ion(row.anion, row.anion_state), row.pair.unit,
                                  1 / row.pair.steepness, *row.coordination);
    CHECK_THAT(row.pair.minimum, WithinAbs(pair.minimum, 3e-6));
    CHECK_THAT(row.pair.depth, WithinAbs(pair.depth, 1e-5));
    ++n;
  }
  CHECK(n == 190);
}

TEST_CASE(
    "Published depths obey the formula of the block, but for a few that softBV chose itself") {
  int published = 0, apart = 0;
  for (BondValenceRow const& row : bond_valence_table()) {
    if (row.source != BondValenceSource::table) continue;
    auto const& cation = bond_valence_ion(row.cation, row.cation_state);
    auto const& anion = bond_valence_ion(row.anion, row.anion_state);
    double const b = 1 / row.pair.steepness;
    double const product = double(row.cation_state) * std::abs(row.anion_state);
    double const charges = cation.block >= 2 ? 2 * std::sqrt(2 * product) : product;
    double const depth = 14.4 * charges * b * b /
                         (2 * row.pair.minimum *
                          std::sqrt(double(cation.principal_number) * anion.principal_number));
    ++published;
    if (std::fabs(row.pair.depth / depth - 1) > 1e-3) ++apart;
  }
  CHECK(published == 557);
  CHECK(apart <= 12);
}

TEST_CASE("States beside the table take what is nearest, and say so") {
  auto const two = bond_valence_pair("Fe", 2, "O", -2).pair;
  auto const three = bond_valence_pair("Fe", 3, "O", -2).pair;
  auto const mixed = bond_valence_pair("Fe", 2.25, "O", -2);
  CHECK_THAT(mixed.pair.depth, WithinAbs(0.75 * two.depth + 0.25 * three.depth, 1e-12));
  CHECK_THAT(mixed.pair.minimum, WithinAbs(0.75 * two.minimum + 0.25 * three.minimum, 1e-12));
  CHECK_THAT(mixed.remark,
             ContainsSubstring("Fe +2.25 and O -2: mean of those of Fe +2 and Fe +3"));
  CHECK(bond_valence_pair("Fe", 2, "O", -2).remark.empty());

  auto const low = bond_valence_pair("Ni", 1, "O", -2);
  CHECK(low.pair.depth == bond_valence_pair("Ni", 2, "O", -2).pair.depth);
  CHECK_THAT(low.remark, ContainsSubstring("those of Ni +2"));
  auto const peroxide = bond_valence_pair("Li", 1, "O", -1);
  CHECK(peroxide.pair.depth == 0.98816);
  CHECK_THAT(peroxide.remark, ContainsSubstring("those of O -2"));
  CHECK_THAT(bond_valence_pair("Mg", 2, "Se", -2).remark, ContainsSubstring("not published"));
}

TEST_CASE("What the tables lack is refused") {
  CHECK_THAT(input_error([] { bond_valence_pair("Ag", 1, "N", -3); }),
             ContainsSubstring("no bond-valence constants are known for Ag and N (of Ag there are "
                               "some with O, F, P, S, Cl, As, Se, Br, Te, I)"));
  CHECK_THAT(input_error([] { bond_valence_ion("X", 1); }), ContainsSubstring("'X' is no element"));
  CHECK_THAT(input_error([] { bond_valence_ion("Li", -1); }), ContainsSubstring("no anions of Li"));
}

TEST_CASE("Ions have the radii and principal quantum numbers of softBV") {
  auto const& sulfate = bond_valence_ion("S", 6);
  auto const& sulfide = bond_valence_ion("S", -2);
  CHECK(sulfate.radius == 1.04);
  CHECK(sulfide.radius == 1.84);
  CHECK(sulfide.principal_number == 3);
  CHECK(bond_valence_ion("Li", 1).radius == 1.31);
  CHECK(bond_valence_ion("Li", 1).cordero_radius == 1.28);
  CHECK(bond_valence_ion("Fe", 2.5).radius == 1.26);
  CHECK(bond_valence_ion("Fe", 2).use == StateUse::redox);
  CHECK(bond_valence_ion("La", 3).principal_number == 6);
}
