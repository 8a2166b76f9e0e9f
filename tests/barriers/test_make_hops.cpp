// Hops made from perfect crystals, against counts by hand.
#include <algorithm>
#include <cmath>
#include <random>

#include <ionscape/barriers/distinct_hops.hpp>
#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/barriers/make_hops.hpp>
#include <ionscape/barriers/match_ends.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>
#include <ionscape_test/property.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

Crystal example(std::string const& file) {
  return read_crystal(IONSCAPE_SOURCE_DIR "/examples/structures/" + file);
}
PotentialSet example_set(std::string const& name) {
  return read_potential_set(IONSCAPE_SOURCE_DIR "/examples/potentials/" + name + ".toml");
}

double apart(Cell const& cell, Vec3 a, Vec3 b) { return norm(minimum_image(cell, a - b)); }

/// Ions of X and Y anywhere in a triclinic cell, 0.5 Å or more apart.
Crystal disordered(unsigned seed, int n) {
  std::mt19937 random(seed);
  auto const number = [&] { return double(random()) / double(std::mt19937::max()); };
  Crystal crystal{{{6, 0.3, 0.1}, {0.7, 7, -0.4}, {-0.5, 0.9, 8}}, {}, {}, {}, ""};
  while (crystal.size() < std::size_t(n)) {
    double const a = number(), b = number(), c = number();
    Vec3 const place = crystal.cell.to_cartesian({a, b, c});
    auto const overlaps = [&](Vec3 r) { return apart(crystal.cell, r, place) < 0.5; };
    if (std::ranges::any_of(crystal.positions, overlaps)) continue;
    crystal.species.push_back(crystal.size() % 3 == 0 ? "Y" : "X");
    crystal.positions.push_back(place);
  }
  return crystal;
}

struct Kind {
  double distance;
  int count;
  bool equal_ends, symmetric;
};

void check_kinds(std::vector<DistinctHop> const& hops, std::vector<Kind> const& expected) {
  REQUIRE(hops.size() == expected.size());
  for (std::size_t k = 0; k < hops.size(); ++k) {
    CAPTURE(k, hops[k].name);
    CHECK(hops[k].distance() == Approx(expected[k].distance).margin(1e-3));
    CHECK(hops[k].count == expected[k].count);
    CHECK(hops[k].equal_ends == expected[k].equal_ends);
    CHECK(hops[k].symmetric == expected[k].symmetric);
  }
}

/// The ion that goes, and the way it goes; all others stay.
std::pair<std::size_t, Vec3> only_move(CrystalHop const& hop) {
  std::pair<std::size_t, Vec3> found{hop.size(), {}};
  for (std::size_t i = 0; i < hop.size(); ++i) {
    if (hop.initial.positions[i] == hop.final_.positions[i]) continue;
    REQUIRE(found.first == hop.size());
    found = {i, hop.final_.positions[i] - hop.initial.positions[i]};
  }
  return found;
}

bool warns(CrystalHop const& hop, std::string const& note) {
  return std::ranges::any_of(hop.warnings, [&](Warning const& w) { return w.note == note; });
}

}  // namespace

TEST_CASE("Li2O has one hop along the edges of its Li cubes, one over faces, two through bodies") {
  // 8 Li in the cell on a simple cubic lattice: 6, 12 and 8 neighbours, every hop seen from both ends.
  // Every other cube holds an O in its centre, which is a centre of inversion, as that of the empty
  // cubes is; along edges and over faces axes exchange the ends.
  Crystal const li2o = example("Li2O.cif");
  double const d = norm(li2o.cell.a) / 2;
  std::vector<Kind> const expected{{d, 24, true, true},
                                   {std::sqrt(2.) * d, 48, true, true},
                                   {std::sqrt(3.) * d, 16, true, true},
                                   {std::sqrt(3.) * d, 16, true, true}};
  check_kinds(distinct_hops(li2o, "Li", 4.1), expected);
  auto const hops = distinct_hops(li2o, "Li", 2.4);
  check_kinds(hops, {expected[0]});
  // Eight cells hold eight times as many, of the same kinds.
  auto larger = expected;
  for (Kind& kind : larger) kind.count *= 8;
  check_kinds(distinct_hops(supercell(li2o, {2, 2, 2}), "Li", 4.1), larger);
  // Oxygen: fcc.
  check_kinds(distinct_hops(li2o, "O", 3.3), {{std::sqrt(2.) * d, 24, true, true}});
}

TEST_CASE("Mg in MgO hops along <110>, in any cell") {
  Crystal const mgo = example("MgO.vasp"), primitive = example("MgO-primitive.vasp");
  double const d = norm(mgo.cell.a) / std::sqrt(2.);
  check_kinds(distinct_hops(mgo, "Mg", 3.1), {{d, 24, true, true}});
  // One Mg, whose hops go to its own images.
  auto const hops = distinct_hops(primitive, "Mg", 3.1);
  check_kinds(hops, {{norm(primitive.cell.a), 6, true, true}});
  CHECK(hops[0].name == "Mg1-Mg1");
  auto const [ion, way] = only_move(vacancy_hop(primitive, {2, 2, 2}, hops[0]));
  CHECK(norm(way) == Approx(norm(primitive.cell.a)));
}

TEST_CASE("LiFePO4 has hops along [010], [001], [011] and [101]") {
  // Pnma, Li at (0 0 0), (1/2 0 1/2), (0 1/2 0), (1/2 1/2 1/2). The mirror at y = 1/4 exchanges the ends
  // along [010]; centres of inversion stand at all multiples of half a vector, in the middle of [001]
  // and [011]; nothing exchanges the ends of [101].
  Crystal const crystal = example("LiFePO4.cif");
  double const a = norm(crystal.cell.a), b = norm(crystal.cell.b), c = norm(crystal.cell.c);
  auto const hops = distinct_hops(crystal, "Li", 5.7);
  check_kinds(hops, {{b / 2, 4, true, true},
                     {c, 4, true, true},
                     {std::hypot(b / 2, c), 8, true, false},
                     {std::hypot(a / 2, c / 2), 8, true, false}});
  CHECK_THAT(input_error([&] {
               vacancy_hop(crystal, {1, 2, 1}, hops[1]);
             }),
             ContainsSubstring("a supercell of 1 x 2 x 1 cells is too small for Li1 to go 4.692 Å "
                               "into the vacancy of Li1: an image of the vacancy is 0 Å away"));
  auto const [ion, way] = only_move(vacancy_hop(crystal, {1, 2, 3}, hops[1]));
  CHECK(std::fabs(way.z) == Approx(c));
  CHECK(warns(vacancy_hop(crystal, {1, 1, 1}, hops[0]), "half_a_cell"));
  CHECK(!warns(vacancy_hop(crystal, {1, 2, 1}, hops[0]), "half_a_cell"));
}

TEST_CASE("Without symmetry every way is a kind") {
  Crystal const crystal = disordered(3, 9);
  double const within = 7.5;
  auto const hops = distinct_hops(crystal, "X", within);
  // By all images within three cells.
  std::vector<double> lengths;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    for (std::size_t j = 0; j < crystal.size(); ++j)
      for (int a = -3; a <= 3; ++a)
        for (int b = -3; b <= 3; ++b)
          for (int c = -3; c <= 3; ++c) {
            if (crystal.species[i] != "X" || crystal.species[j] != "X") continue;
            Vec3 const r = crystal.positions[j] - crystal.positions[i] +
                           crystal.cell.to_cartesian({double(a), double(b), double(c)});
            if (double const length = norm(r); length > 0 && length <= within + 1e-3)
              lengths.push_back(length);
          }
  std::ranges::sort(lengths);
  REQUIRE(2 * hops.size() == lengths.size());
  for (std::size_t k = 0; k < hops.size(); ++k) {
    CHECK(hops[k].distance() == Approx(lengths[2 * k]).margin(1.1e-3));
    CHECK(hops[k].count == 1);
    CHECK(!hops[k].symmetric);
    CHECK(hops[k].equal_ends == (hops[k].vacancy == hops[k].hop));
  }
  std::vector<std::string> names;
  for (DistinctHop const& hop : hops) names.push_back(hop.name);
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}

TEST_CASE("A vacancy hop takes one ion from an image of it to the vacancy, in any supercell") {
  holds("by the nearest way, and as match_ends reads it", [] {
    Crystal const crystal = disordered(unsigned(*rc::gen::inRange(0, 1000)), 8);
    CellSize const n{*rc::gen::inRange(2, 4), *rc::gen::inRange(2, 4), *rc::gen::inRange(2, 4)};
    std::size_t const x[] = {1, 2, 4, 5, 7};
    std::size_t const vacancy = x[*rc::gen::inRange(0, 5)], ion = x[*rc::gen::inRange(0, 5)];
    CrystalHop const hop = vacancy_hop(crystal, n, vacancy, ion);
    RC_ASSERT(hop.name == ion_label(crystal, vacancy) + "-" + ion_label(crystal, ion));
    RC_ASSERT(hop.size() == supercell(crystal, n).size() - 1);
    auto const [moved, way] = only_move(hop);
    Cell const& cell = hop.initial.cell;
    Vec3 const from = crystal.positions[ion], to = crystal.positions[vacancy];
    RC_ASSERT(apart(cell, hop.final_.positions[moved], to) < 1e-9);
    RC_ASSERT(apart(crystal.cell, hop.initial.positions[moved], from) < 1e-9);
    Cell const shortest = reduced(crystal.cell).cell;
    double const to_own_image = std::min({norm(shortest.a), norm(shortest.b), norm(shortest.c)});
    double const expected = ion == vacancy ? to_own_image : apart(crystal.cell, from, to);
    RC_ASSERT(std::fabs(norm(way) - expected) < 1e-9);
    RC_ASSERT(norm(only_move(match_ends(hop.initial, hop.final_)).second - way) < 1e-9);
    // What is left is the crystal, but for one place.
    Crystal whole = hop.initial;
    whole.positions.push_back(to);
    whole.species.push_back("X");
    auto const repeated = supercell(crystal, n);
    for (std::size_t i = 0; i < repeated.size(); ++i)
      RC_ASSERT(std::ranges::any_of(
          whole.positions, [&](Vec3 r) { return apart(cell, r, repeated.positions[i]) < 1e-9; }));
  });
}

TEST_CASE("Images that are equally near are called ambiguous where they are not equal") {
  // X at the origin, half way between two others along a; the Y tell the sides apart.
  Crystal crystal{{{6, 0, 0}, {0, 5, 0}, {0, 0, 4.5}},
                  {"X", "X", "Y"},
                  {{0, 0, 0}, {3, 0, 0}, {1.5, 2, 0}},
                  {},
                  ""};
  CrystalHop const hop = vacancy_hop(crystal, {2, 2, 2}, 0, 1);
  CHECK(only_move(hop).second == Vec3{3, 0, 0});
  REQUIRE(hop.warnings.size() == 1);
  CHECK_THAT(hop.warnings[0].text,
             ContainsSubstring("2 images of X2 are equally near to X1, of 2 kinds by symmetry; the "
                               "hop goes by 3.0000 0.0000 0.0000 Å"));
  // However the file wraps its ions.
  crystal.positions[1].x = -3;
  CHECK(only_move(vacancy_hop(crystal, {2, 2, 2}, 0, 1)).second == Vec3{3, 0, 0});
  crystal.positions[2].x = 0;
  CHECK(vacancy_hop(crystal, {2, 2, 2}, 0, 1).warnings.empty());
  // Its own image is that along the shortest vector, the cell's last.
  CHECK(only_move(vacancy_hop(crystal, {3, 3, 3}, 0, 0)).second == Vec3{0, 0, 4.5});
}

TEST_CASE("An interstitial ion goes as it is told") {
  PotentialSet const set = example_set("Li2O-rigid");
  Crystal const li2o = example("Li2O.cif");
  CrystalHop const hop = interstitial_hop(li2o, {2, 2, 2}, "Li", {0.5, 0.5, 0.5}, {1, 0.5, 1}, set);
  CHECK(hop.name == "Li_i");
  REQUIRE(hop.size() == 97);
  auto const [ion, way] = only_move(hop);
  CHECK(ion == 96);
  CHECK(hop.final_.species[96] == "Li");
  CHECK(hop.final_.charges[96] == set.charges.at("Li"));
  CHECK(norm(hop.initial.positions[96] - 0.5 * (li2o.cell.a + li2o.cell.b + li2o.cell.c)) < 1e-12);
  CHECK(norm(way - 0.5 * (li2o.cell.a + li2o.cell.c)) < 1e-12);
  CHECK(hop.warnings.empty());
  CHECK(
      warns(interstitial_hop(li2o, {2, 2, 2}, "Li", {.5, .5, .5}, {2.5, .5, .5}, set), "long_way"));
  auto const refused = [&](std::string const& species, Vec3 from, Vec3 to) {
    return input_error([&] { interstitial_hop(li2o, {1, 1, 1}, species, from, to, set); });
  };
  CHECK_THAT(refused("K", {.5, .5, .5}, {1, .5, 1}),
             ContainsSubstring("no charge for the interstitial K"));
  CHECK_THAT(refused("Li", {.25, .25, .3}, {1, .5, 1}), ContainsSubstring("overlap"));
  CHECK_THAT(refused("Li", {.5, .5, .5}, {1, .5, .52}),
             ContainsSubstring("the cell with the ion where it goes: ions"));
  CHECK_THAT(refused("Li", {.5, .5, .5}, {.5, .5, .5}), ContainsSubstring("expected two places"));
}

TEST_CASE("Fixed ions stay fixed in all images, and do not hop") {
  Crystal crystal = disordered(1, 6);
  crystal.fixed.assign(6, {false, false, false});
  crystal.fixed[4] = {true, true, true};
  CrystalHop const hop = vacancy_hop(crystal, {2, 1, 2}, 1, 2);
  validate(hop.final_, "the final structure");
  CHECK(std::ranges::count(hop.final_.fixed, crystal.fixed[4]) == 4);
  CHECK_THAT(input_error([&] {
               vacancy_hop(crystal, {2, 1, 2}, 1, 4);
             }),
             ContainsSubstring("X5 is fixed, and cannot hop"));
}

TEST_CASE("Hops that there are not are refused with the reason") {
  Crystal const li2o = example("Li2O.cif");
  auto const refused = [&](auto const& action) { return input_error(action); };
  CHECK_THAT(refused([&] {
               vacancy_hop(li2o, {2, 2, 2}, 0, 12);
             }),
             ContainsSubstring("no ion 13, expected one from 1 to 12"));
  std::size_t const o = std::size_t(std::ranges::find(li2o.species, "O") - li2o.species.begin());
  std::size_t const li = std::size_t(std::ranges::find(li2o.species, "Li") - li2o.species.begin());
  CHECK_THAT(refused([&] {
               vacancy_hop(li2o, {2, 2, 2}, o, li);
             }),
             ContainsSubstring("expected ions of one species"));
  CHECK_THAT(refused([&] {
               vacancy_hop(li2o, {2, 2, 2}, li, li, {1, 0, 0});
             }),
             ContainsSubstring("no image of Li" + std::to_string(li + 1) + " at"));
  CHECK_THAT(refused([&] {
               vacancy_hop(li2o, {2, 2, 0}, li, li);
             }),
             ContainsSubstring("a supercell of 2 x 2 x 0 cells"));
  CHECK_THAT(refused([&] { distinct_hops(li2o, "Na", 4); }), ContainsSubstring("no ion of Na"));
  CHECK_THAT(refused([&] { distinct_hops(li2o, "Li", 2); }),
             ContainsSubstring("no hop of Li within 2 Å: the nearest ions are 2.29395 Å apart"));
  CHECK_THAT(refused([&] { distinct_hops(li2o, "Li", 0); }), ContainsSubstring("above 0"));
  CHECK_THAT(refused([&] { distinct_hops(li2o, "Li", 1e4); }),
             ContainsSubstring("expected at most 100000"));
}

TEST_CASE("Ions are named by number, or by species and number") {
  Crystal crystal = disordered(1, 12);
  crystal.species[4] = "O1";
  CHECK(ion_label(crystal, 1) == "X2");
  CHECK(ion_named(crystal, "X2") == 1);
  CHECK(ion_named(crystal, "12") == 11);
  CHECK(ion_named(crystal, "O15") == 4);
  for (std::size_t i = 0; i < crystal.size(); ++i)
    CHECK(ion_named(crystal, ion_label(crystal, i)) == i);
  auto const refused = [&](std::string const& word) {
    return input_error([&] { ion_named(crystal, word); });
  };
  CHECK_THAT(refused("Y2"), ContainsSubstring("ion 2 is X, found 'Y2'"));
  CHECK_THAT(refused("X13"), ContainsSubstring("no ion 'X13': there are 12; expected the number"));
  for (std::string const word : {"", "X", "0", "X0", "-1", "1.5", "X99999999999999999999999"})
    CHECK(!refused(word).empty());
}
