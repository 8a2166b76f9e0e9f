#include <limits>
#include <random>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// The shortest image by looking through all cells within `range`.
double brute_force(Cell const& cell, Vec3 difference, int range) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = -range; i <= range; ++i)
    for (int j = -range; j <= range; ++j)
      for (int k = -range; k <= range; ++k)
        best =
            std::min(best, norm(difference + cell.to_cartesian({double(i), double(j), double(k)})));
  return best;
}

Crystal rock_salt() {
  return {{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}, {"Li", "O"}, {{0, 0, 0}, {2, 2, 2}}, {}, ""};
}

}  // namespace

TEST_CASE("Reciprocal vectors are 2 pi times the dual of the lattice vectors") {
  Cell const cell{{3, 0.2, -0.1}, {1, 4, 0.3}, {-2, 0.5, 5}};
  Cell const dual = cell.reciprocal();
  Vec3 const rows[] = {cell.a, cell.b, cell.c}, duals[] = {dual.a, dual.b, dual.c};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      CHECK_THAT(dot(rows[i], duals[j]), WithinAbs(i == j ? 2 * pi : 0, 1e-14));
  CHECK_THAT(dual.volume(), WithinAbs(8 * pi * pi * pi / cell.volume(), 1e-12));
}

TEST_CASE(
    "Fractional and Cartesian coordinates are each other's inverse, also in a left-handed cell") {
  Cell const cell{{1, 4, 0.3}, {3, 0.2, -0.1}, {-2, 0.5, 5}};
  REQUIRE(cell.signed_volume() < 0);
  Vec3 const f{0.3, -1.7, 12.5};
  CHECK(norm(cell.to_fractional(cell.to_cartesian(f)) - f) < 1e-13);
}

TEST_CASE("The minimum image is the shortest of all images in skewed cells") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> number(-1, 1);
  int checked = 0;
  while (checked < 400) {
    auto const vector = [&] { return Vec3{number(random), number(random), number(random)}; };
    Cell const cell{vector(), vector(), vector()};
    Vec3 const faces = cell.face_distances();
    if (std::min({faces.x, faces.y, faces.z}) < 0.15) continue;
    Vec3 const difference = 2.0 * vector();
    CHECK_THAT(norm(minimum_image(cell, difference)),
               WithinAbs(brute_force(cell, difference, 16), 1e-12));
    ++checked;
  }
}

TEST_CASE("The minimum image is an image, and does not depend on how the lattice is described") {
  Cell const cell{{4, 0, 0}, {0.1, 5, 0}, {0.3, -0.2, 6}};
  // Sheared by whole lattice vectors: the same lattice, with faces 1e-4 Å apart.
  Vec3 const b = cell.b + 30000.0 * cell.a, c = cell.c + 20000.0 * b - 7.0 * cell.a;
  Cell const sheared{cell.a, b, c};
  Vec3 const difference{17.3, -8.1, 22.2};
  Vec3 const image = minimum_image(cell, difference);
  Vec3 const shift = cell.to_fractional(image - difference);
  CHECK(norm(Vec3{shift.x - std::round(shift.x), shift.y - std::round(shift.y),
                  shift.z - std::round(shift.z)}) < 1e-12);
  CHECK(norm(minimum_image(sheared, difference) - image) < 1e-5);
}

TEST_CASE("A sound crystal is valid") { CHECK_NOTHROW(validate(rock_salt(), "rock salt")); }

TEST_CASE("What cannot be computed is refused by name") {
  Crystal crystal = rock_salt();
  double const nan = std::numeric_limits<double>::quiet_NaN();
  auto const error = [&] {
    return ionscape_test::input_error([&] { validate(crystal, "rock salt"); });
  };

  SECTION("a lattice vector that is not finite") {
    crystal.cell.b.y = nan;
    CHECK(error() == "rock salt: a lattice vector is not a finite number");
  }
  SECTION("a flat cell") {
    crystal.cell.c = crystal.cell.a + crystal.cell.b;
    CHECK_THAT(error(), ContainsSubstring("rock salt: the cell is singular"));
  }
  SECTION("a position that is not finite") {
    crystal.positions[1].z = nan;
    CHECK(error() == "rock salt: the position of ion 2 is not finite");
  }
  SECTION("a charge that is not finite") {
    crystal.charges = {1, nan};
    CHECK(error() == "rock salt: the charge of ion 2 is not finite");
  }
  SECTION("lists of different length") {
    crystal.charges = {1};
    CHECK(error() == "rock salt: 1 charges for 2 positions");
    crystal.species.pop_back();
    CHECK(error() == "rock salt: 1 species for 2 positions");
  }
  SECTION("no ions") {
    crystal = {crystal.cell, {}, {}, {}, ""};
    CHECK(error() == "rock salt: no ions");
  }
  SECTION("ions that overlap") {
    crystal.positions[1] = {0.03, 0, 0.04};
    CHECK_THAT(
        error(),
        ContainsSubstring("ions 1 (Li) and 2 (O) overlap: 0.05 Å apart, expected at least 0.1 Å"));
  }
  SECTION("ions that overlap through the cell's boundary") {
    crystal.positions = {{3.99, 0.01, 3.98}, {-8.0, 3.98, 4.01}};
    CHECK_THAT(error(), ContainsSubstring("ions 1 (Li) and 2 (O) overlap"));
  }
}

TEST_CASE("Overlaps are found in skewed cells as by looking at all pairs") {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> number(-1, 1);
  auto const vector = [&](double scale) {
    return Vec3{scale * number(random), scale * number(random), scale * number(random)};
  };
  int overlaps = 0;
  for (int trial = 0; trial < 300; ++trial) {
    Crystal crystal{{vector(1), vector(1), vector(1)}, {"O", "O", "O", "O"}, {}, {}, ""};
    Vec3 const faces = crystal.cell.face_distances();
    if (std::min({faces.x, faces.y, faces.z}) < 0.15) continue;
    for (int i = 0; i < 4; ++i) crystal.positions.push_back(vector(3));
    double closest = 1e9;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < i; ++j)
        closest = std::min(closest, norm(minimum_image(crystal.cell, crystal.positions[i] -
                                                                         crystal.positions[j])));
    if (closest < 0.2) ++overlaps;
    INFO("closest pair " << closest);
    CHECK(ionscape_test::input_error([&] { validate(crystal, "random", 0.2); }).empty() ==
          (closest >= 0.2));
  }
  CHECK(overlaps > 10);
}
