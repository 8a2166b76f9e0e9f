// Crystals made from crystals.
#include <ionscape/core/supercell.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>
#include <ionscape_test/property.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

Crystal two_ions() {
  Crystal crystal{
      {{2, 0, 0}, {0, 3, 0}, {1, 0, 4}}, {"Mg", "O"}, {{0, 0, 0}, {1, 1, 1}}, {2.0, -2.0}, ""};
  crystal.fixed = {{true, false, false}, {false, false, true}};
  return crystal;
}

}  // namespace

TEST_CASE("A supercell holds the crystal again and again") {
  Crystal const all = supercell(two_ions(), {2, 1, 3});
  REQUIRE(all.size() == 12);
  CHECK(all.cell.c == Vec3{3, 0, 12});
  CHECK(all.species[7] == "O");
  CHECK(all.positions[3] == Vec3{2, 1, 5});
  CHECK(all.charges[11] == -2);
  CHECK(all.fixed[10][0]);
  CHECK(all.fixed[11][2]);
  validate(all, "the supercell");
  CHECK_THAT(input_error([] {
               supercell(two_ions(), {2, 0, 1});
             }),
             ContainsSubstring("a supercell of 2 x 0 x 1 cells"));
}

TEST_CASE("Without an ion the others keep all that is known of them") {
  Crystal const crystal = supercell(two_ions(), {1, 1, 2}), rest = without_ion(crystal, 1);
  REQUIRE(rest.size() == 3);
  CHECK(rest.species == std::vector<std::string>{"Mg", "Mg", "O"});
  CHECK(rest.positions[1] == crystal.positions[2]);
  CHECK(rest.charges == std::vector<double>{2, 2, -2});
  CHECK(rest.fixed[2][2]);
  validate(rest, "the crystal");
}

TEST_CASE("A cell is repeated until its images are far enough apart, and not once more") {
  CHECK(size_for({{4, 0, 0}, {0, 5, 0}, {0, 0, 2}}, 8) == CellSize{2, 2, 4});
  CHECK(size_for({{4, 0, 0}, {0, 5, 0}, {0, 0, 2}}, 8.1) == CellSize{3, 2, 5});
  holds("faces of any cell", [] {
    Cell const cell = random_cell(0.5);
    double const distance = number_between(0.1, 30);
    CellSize const n = size_for(cell, distance);
    Vec3 const faces = cell.face_distances();
    double const face[] = {faces.x, faces.y, faces.z};
    for (int k = 0; k < 3; ++k) {
      RC_ASSERT(n[k] * face[k] >= distance * (1 - 2e-6));
      RC_ASSERT(n[k] == 1 || (n[k] - 1) * face[k] < distance);
    }
  });
  CHECK_THAT(input_error([] {
               size_for({{4, 0, 0}, {0, 5, 0}, {0, 0, 2}}, 0);
             }),
             ContainsSubstring("images 0 Å apart"));
}
