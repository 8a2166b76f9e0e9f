#include <limits>
#include <random>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

Crystal rock_salt() {
  return {{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}, {"Li", "O"}, {{0, 0, 0}, {2, 2, 2}}, {}, ""};
}

}  // namespace

TEST_CASE("A sound crystal is valid") { CHECK_NOTHROW(validate(rock_salt(), "rock salt")); }

TEST_CASE("What cannot be computed is refused by name") {
  Crystal crystal = rock_salt();
  double const nan = std::numeric_limits<double>::quiet_NaN();
  auto const error = [&] {
    return ionscape_test::input_error([&] { validate(crystal, "rock salt"); });
  };

  SECTION("a lattice vector that is not finite") {
    crystal.cell.b.y = nan;
    CHECK(error() == "rock salt: lattice vector b is not a finite number");
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
    double closest = norm(reduced(crystal.cell).cell.a);  // its own images
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

TEST_CASE("Cells that nobody means are refused, with the vector's name") {
  auto const error = [](Cell const& cell) {
    Crystal const crystal{cell, {"Mg"}, {{0, 0, 0}}, {}, ""};
    return ionscape_test::input_error([&] { validate(crystal, "x"); });
  };
  CHECK(error({{1e-100, 0, 0}, {0, 4, 0}, {0, 0, 4}}) ==
        "x: lattice vector a is 1e-100 Å long, expected between 0.1 and 100000 Å");
  CHECK(error({{4, 0, 0}, {0, 499999999999.5879, 0}, {0, 0, 4}}) ==
        "x: lattice vector b is 5e+11 Å long, expected between 0.1 and 100000 Å");
  CHECK(error({{4, 0, 0}, {0, 4, 0}, {0, 0, 1e300}}) ==
        "x: lattice vector c is 1e+300 Å long, expected between 0.1 and 100000 Å");
  CHECK(error({{0, 0, 0}, {0, 4, 0}, {0, 0, 4}}) ==
        "x: lattice vector a is 0 Å long, expected between 0.1 and 100000 Å");
  // All vectors are long, but their lattice holds a short one.
  CHECK(error({{4, 0, 0}, {4, 0.05, 0}, {0, 0, 4}}) ==
        "x: ions overlap with their own images, 0.05 Å away, expected at least 0.1 Å");
  CHECK(error({{4, 0, 0}, {0, 4, 0}, {2, 2, 0.0125}}) ==
        "x: ions overlap with their own images, 0.025 Å away, expected at least 0.1 Å");
  // What people do have: slabs, wires, boxes of gas, skewed cells, a hydrogen chain.
  CHECK(error({{3, 0, 0}, {0, 3, 0}, {0, 0, 150}}).empty());
  CHECK(error({{2e4, 0, 0}, {0, 2e4, 0}, {0, 0, 3}}).empty());
  CHECK(error({{4, 0, 0}, {0, 4263, 0}, {0, 0, 4}}).empty());
  CHECK(error({{4, 0, 0}, {240, 4, 0}, {0, 0, 4}}).empty());
  CHECK(error({{0.9, 0, 0}, {0, 20, 0}, {0, 0, 20}}).empty());
}

TEST_CASE("Ions far outside the cell are refused where whole cells can no longer be counted") {
  auto const error = [](double x) {
    Crystal const crystal{{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}, {"S"}, {{x, 0, 0}}, {}, ""};
    return ionscape_test::input_error([&] { validate(crystal, "x"); });
  };
  CHECK(error(-3999.9).empty());  // an ion that diffused, not wrapped
  CHECK(error(4e12) == "x: ion 1 lies 1e+12 cells away from the origin, expected at most 1000000");
}
