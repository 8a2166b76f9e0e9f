// Space groups of textbook crystals in all the cells that one may choose, and what they make equal.
#include <algorithm>
#include <cmath>
#include <set>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape/lattice/symmetry.hpp>

using namespace ionscape;

namespace {

Crystal crystal(Cell const& cell, std::vector<std::pair<std::string, Vec3>> const& ions) {
  Crystal out;
  out.cell = cell;
  for (auto const& [species, f] : ions) {
    out.species.push_back(species);
    out.positions.push_back(cell.to_cartesian(f));
  }
  return out;
}

Cell cubic(double a) { return {{a, 0, 0}, {0, a, 0}, {0, 0, a}}; }

Crystal fcc() {
  return crystal(cubic(4),
                 {{"X", {0, 0, 0}}, {"X", {0, .5, .5}}, {"X", {.5, 0, .5}}, {"X", {.5, .5, 0}}});
}
Crystal bcc() { return crystal(cubic(3), {{"X", {0, 0, 0}}, {"X", {.5, .5, .5}}}); }
Crystal rock_salt() {
  Crystal out = fcc();
  for (int i = 0; i < 4; ++i) {
    out.species.push_back("O");
    out.positions.push_back(out.positions[i] + Vec3{2, 0, 0});
  }
  return out;
}
Crystal rutile() {
  double const u = 0.305;
  return crystal({{4.59, 0, 0}, {0, 4.59, 0}, {0, 0, 2.96}}, {{"Ti", {0, 0, 0}},
                                                              {"Ti", {.5, .5, .5}},
                                                              {"O", {u, u, 0}},
                                                              {"O", {1 - u, 1 - u, 0}},
                                                              {"O", {.5 + u, .5 - u, .5}},
                                                              {"O", {.5 - u, .5 + u, .5}}});
}

Crystal supercell(Crystal const& of, int n) {
  Crystal out;
  out.cell = {double(n) * of.cell.a, double(n) * of.cell.b, double(n) * of.cell.c};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (std::size_t ion = 0; ion < of.size(); ++ion) {
          out.species.push_back(of.species[ion]);
          out.positions.push_back(of.positions[ion] +
                                  of.cell.to_cartesian({double(i), double(j), double(k)}));
        }
  return out;
}

/// Every operation takes each ion to the place of the ion that it names, and no two do the same.
void check_operations(Crystal const& crystal, Symmetry const& symmetry) {
  Cell const& cell = crystal.cell;
  std::set<std::vector<std::size_t>> different;
  bool all_meet = true, all_same_species = true;
  for (SymmetryOperation const& operation : symmetry.operations) {
    std::set<std::size_t> images;
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      std::size_t const j = operation.image_of.at(i);
      images.insert(j);
      Vec3 const image = cell.to_cartesian(operation(cell.to_fractional(crystal.positions[i])));
      all_meet &= norm(minimum_image(cell, image - crystal.positions[j])) < symmetry.tolerance_A;
      all_same_species &= crystal.species[i] == crystal.species[j];
    }
    CHECK(images.size() == crystal.size());
  }
  CHECK(all_meet);
  CHECK(all_same_species);
  CHECK(symmetry.operations.at(0).rotation ==
        std::array<std::array<int, 3>, 3>{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
}

}  // namespace

TEST_CASE("Textbook crystals have their space groups, operations and orbits") {
  struct Case {
    Crystal crystal;
    int number;
    char const* name;
    std::size_t operations, orbits;
  };
  for (auto const& [crystal, number, name, operations, orbits] :
       {Case{fcc(), 225, "Fm-3m", 192, 1}, Case{bcc(), 229, "Im-3m", 96, 1},
        Case{rock_salt(), 225, "Fm-3m", 192, 2}, Case{rutile(), 136, "P4_2/mnm", 16, 2}}) {
    Symmetry const symmetry = find_symmetry(crystal);
    INFO(name);
    CHECK(symmetry.number == number);
    CHECK(symmetry.international == name);
    CHECK(symmetry.operations.size() == operations);
    CHECK(orbits_of_ions(symmetry).size() == orbits);
    CHECK(orbits_of_points(symmetry, crystal.positions).class_of ==
          orbits_of_ions(symmetry).class_of);
    check_operations(crystal, symmetry);
  }
  CHECK(orbits_of_ions(find_symmetry(rutile())).count == std::vector<int>{2, 4});
}

TEST_CASE("Symmetry does not depend on the cell, its hand, its skew or its origin") {
  Crystal const reference = rutile();
  auto const same = [&](Crystal const& other, std::size_t factor = 1) {
    Symmetry const symmetry = find_symmetry(other);
    CHECK(symmetry.number == 136);
    CHECK(symmetry.operations.size() == 16 * factor);
    CHECK(orbits_of_ions(symmetry).size() == 2);
    check_operations(other, symmetry);
  };
  same(supercell(reference, 2), 8);
  for (int skew : {1, 3, 40, -1000}) {
    Crystal skewed = reference;
    skewed.cell.b += double(skew) * skewed.cell.a;
    skewed.cell.c += 2.0 * skewed.cell.b;
    same(skewed);
  }
  Crystal left_handed = reference;
  std::swap(left_handed.cell.a, left_handed.cell.c);
  same(left_handed);
  Crystal shifted = reference;
  for (Vec3& r : shifted.positions) r += Vec3{1.234, -5.678, 91.011};
  same(shifted);
}

TEST_CASE("A long supercell has fewer operations than its crystal, but the same orbits") {
  Crystal longer = rock_salt();
  longer.cell.a = 2.0 * longer.cell.a;
  for (int i = 0; i < 8; ++i) {
    longer.species.push_back(longer.species[i]);
    longer.positions.push_back(longer.positions[i] + Vec3{4, 0, 0});
  }
  Symmetry const symmetry = find_symmetry(longer);
  CHECK(symmetry.number == 225);
  CHECK(symmetry.operations.size() == 192 / 3 * 2);
  CHECK(symmetry.operations_of_primitive.size() == 48);
  CHECK(symmetry.primitive.volume() == Approx(longer.cell.volume() / 8));
  CHECK(orbits_of_ions(symmetry).count == std::vector<int>{8, 8});
  check_operations(longer, symmetry);
  // Along a and along b.
  std::vector<std::vector<Vec3>> const hops{{{0, 0, 0}, {2, 0, 0}}, {{2, 2, 0}, {2, 4, 0}}};
  CHECK(orbits_of_paths(symmetry, hops).size() == 1);
}

TEST_CASE("The hand of a chiral crystal is that of space, not of its cell") {
  // One ion on a general position of P 31.
  double const x = 0.21, y = 0.07, z = 0.13;
  Crystal chiral = crystal({{5, 0, 0}, {-2.5, 2.5 * std::sqrt(3.0), 0}, {0, 0, 7}},
                           {{"X", {x, y, z}},
                            {"X", {-y, x - y, z + 1.0 / 3}},
                            {"X", {y - x, -x, z + 2.0 / 3}},
                            {"Y", {0, 0, z}},
                            {"Y", {0, 0, z + 1.0 / 3}},
                            {"Y", {0, 0, z + 2.0 / 3}}});
  CHECK(find_symmetry(chiral).number == 144);
  Crystal left_handed = chiral;
  std::swap(left_handed.cell.a, left_handed.cell.b);
  CHECK(left_handed.cell.signed_volume() < 0);
  CHECK(find_symmetry(left_handed).number == 144);
  Crystal mirrored = chiral;
  for (Vec3* v : {&mirrored.cell.a, &mirrored.cell.b, &mirrored.cell.c}) v->z = -v->z;
  for (Vec3& r : mirrored.positions) r.z = -r.z;
  CHECK(find_symmetry(mirrored).number == 145);
}

TEST_CASE("Noise above the tolerance leaves P1, below it nothing changes") {
  Crystal noisy = rock_salt();
  unsigned state = 1;
  auto const random = [&] {
    state = state * 1664525u + 1013904223u;
    return state / 4294967296.0 - 0.5;
  };
  for (Vec3& r : noisy.positions) r += 0.02 * Vec3{random(), random(), random()};
  Symmetry const none = find_symmetry(noisy, 1e-3);
  CHECK(none.number == 1);
  CHECK(none.operations.size() == 1);
  CHECK(orbits_of_ions(none).size() == 8);
  Symmetry const all = find_symmetry(noisy, 0.05);
  CHECK(all.number == 225);
  check_operations(noisy, all);
  Crystal disordered = supercell(rock_salt(), 2);
  for (std::size_t i : {0, 9, 17, 40, 43}) disordered.species[i] = "Z";
  CHECK(orbits_of_ions(find_symmetry(disordered)).size() > 10);
}

TEST_CASE("Points off the ions fall into orbits, images by lattice vectors among them") {
  Symmetry const symmetry = find_symmetry(fcc());
  Cell const& cell = symmetry.cell;
  std::vector<Vec3> points;
  for (Vec3 f : {Vec3{.25, .25, .25}, {.75, .75, .75}, {.5, .5, .5}, {.5, 0, 0}, {3.25, -.75, .25}})
    points.push_back(cell.to_cartesian(f));
  Orbits const orbits = orbits_of_points(symmetry, points);
  CHECK(orbits.class_of == std::vector<std::size_t>{0, 0, 1, 1, 0});
  CHECK(orbits.first == std::vector<std::size_t>{0, 2});
  CHECK(orbits.count == std::vector<int>{3, 2});
}

TEST_CASE("All hops of one kind of an fcc framework are one, in any cell of it") {
  Crystal skewed = fcc();
  skewed.cell.b += 3.0 * skewed.cell.a;
  for (Crystal const& crystal : {fcc(), supercell(fcc(), 2), skewed}) {
    SiteGraph const graph = find_sites(crystal);
    Symmetry const symmetry = find_symmetry(crystal);
    for (HopKind kind : {HopKind::oct_tet, HopKind::tet_oct_tet, HopKind::oct_tet_oct}) {
      std::vector<std::vector<Vec3>> paths;
      for (Hop const& hop : find_hops(graph, crystal.cell, kind)) paths.push_back(waypoints(hop));
      Orbits const orbits = orbits_of_paths(symmetry, paths);
      // From one face of an octahedron to another there are three ways: over an edge, over a
      // corner, straight through. The six edges of a tetrahedron are alike.
      CHECK(orbits.size() == (kind == HopKind::tet_oct_tet ? 3 : 1));
      int all = 0;
      for (int count : orbits.count) all += count;
      CHECK(all == int(paths.size()));
      if (kind == HopKind::tet_oct_tet) {
        std::vector<int> counts = orbits.count;
        std::ranges::sort(counts);
        int const octahedra = int(crystal.size());
        CHECK(counts == std::vector<int>{4 * octahedra, 12 * octahedra, 12 * octahedra});
      }
    }
  }
}

TEST_CASE("A polar path is another one backwards, unless both ways count as one") {
  // Along z no operation of P4mm turns round.
  Crystal const polar = crystal({{4, 0, 0}, {0, 4, 0}, {0, 0, 4.2}}, {{"A", {0, 0, 0}},
                                                                      {"B", {.5, .5, .55}},
                                                                      {"O", {.5, .5, .02}},
                                                                      {"O", {.5, 0, .52}},
                                                                      {"O", {0, .5, .52}}});
  Symmetry const symmetry = find_symmetry(polar);
  CHECK(symmetry.number == 99);
  std::vector<std::vector<Vec3>> const paths{
      {{1, 0, 0}, {1, 0, 2}}, {{1, 0, 2}, {1, 0, 0}}, {{0, -1, 4.2}, {0, -1, 6.2}}};
  CHECK(orbits_of_paths(symmetry, paths, false).class_of == std::vector<std::size_t>{0, 1, 0});
  CHECK(orbits_of_paths(symmetry, paths).class_of == std::vector<std::size_t>{0, 0, 0});
  // The same two ends by way of another image are another path.
  std::vector<std::vector<Vec3>> const images{{{0, 0, 0}, {0, 0, 2}}, {{0, 0, 0}, {0, 0, -2.2}}};
  CHECK(orbits_of_paths(symmetry, images).size() == 2);
}

TEST_CASE("Bad input of the symmetry search is refused") {
  using ionscape_test::input_error;
  CHECK(input_error([] { find_symmetry(fcc(), 0); }) == "symmetry tolerance 0 Å, expected above 0");
  Crystal flat = fcc();
  flat.cell.c = flat.cell.a;
  CHECK_FALSE(input_error([&] { find_symmetry(flat); }).empty());
  Crystal lost = fcc();
  lost.positions[2].y = NAN;
  CHECK(input_error([&] { find_symmetry(lost); }) == "the position of ion 3 is not finite");
  Crystal skewed = fcc();
  skewed.cell.b += 1e6 * skewed.cell.a;
  CHECK(input_error([&] { find_symmetry(skewed); }).starts_with("the cell is too skewed"));
}

TEST_CASE("The groups of the example compounds are those that their files name") {
  auto const number = [](char const* name) {
    return find_symmetry(
               read_crystal(std::string(IONSCAPE_SOURCE_DIR "/examples/compounds/") + name))
        .number;
  };
  CHECK(number("LiCoO2.cif") == 166);
  CHECK(number("LiMn2O4.cif") == 227);
  CHECK(number("Li2MnO3.cif") == 12);
  CHECK(number("Li3PO4-gamma.cif") == 62);
  CHECK(number("LiTiS2-chalcopyrite.cif") == 122);
}
