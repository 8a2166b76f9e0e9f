#include <cmath>
#include <random>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/barriers/overlaps.hpp>

using namespace ionscape;
using ionscape_test::input_error;

namespace {

Crystal box(double length, std::vector<std::string> species, std::vector<Vec3> positions) {
  return {{{length, 0, 0}, {0, length, 0}, {0, 0, length}}, species, positions, {}, ""};
}

}  // namespace

TEST_CASE("the closest ions are those of a plain search over images") {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(-9, 9);
  for (Cell const& cell :
       {Cell{{6, 0, 0}, {0, 7, 0}, {0, 0, 8}}, Cell{{6, 0, 0}, {14, 5, 0}, {-9, 12, 7}}}) {
    CrystalPath path(3, std::vector<Vec3>(6));
    for (auto& image : path)
      for (Vec3& r : image) r = {uniform(random), uniform(random), uniform(random)};
    ClosestIons expected{0, 0, 0, 1e9};
    for (std::size_t k = 0; k < path.size(); ++k)
      for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = i + 1; j < 6; ++j)
          if (double const d = norm(minimum_image(cell, path[k][j] - path[k][i]));
              d < expected.distance)
            expected = {k, i, j, d};
    ClosestIons const found = closest_ions(cell, path);
    CHECK(found.distance == Approx(expected.distance));
    CHECK(found.image == expected.image);
    CHECK(found.ion == expected.ion);
    CHECK(found.partner == expected.partner);
  }
}

TEST_CASE("an ion is close to its own image in a small cell") {
  ClosestIons const found = closest_ions({{9, 0, 0}, {0, 9, 0}, {3, 0, 2}}, {{{1, 2, 3}}});
  CHECK(found.ion == found.partner);
  CHECK(found.distance == Approx(std::sqrt(13.0)));
}

TEST_CASE("a path on which ions overlap is refused with image, ions and distance") {
  Crystal const initial = box(12, {"Li", "O", "O"}, {{2, 2, 2}, {4, 2, 2}, {4, 4, 2}});
  CrystalHop hop{"Li1", initial, initial, {}};
  hop.final_.positions[0] = {6, 2, 2};
  CrystalPath const path = {initial.positions,
                            {{3.3, 2, 2}, {4, 2, 2}, {4, 4, 2}},
                            {{4.7, 2, 2}, {4, 2, 2}, {4, 4, 2}},
                            hop.final_.positions};
  CHECK(input_error([&] { refuse_overlaps(hop, path); }) ==
        "ions 1 (Li) and 2 (O) are 0.7 Å apart in image 1 of the path (0 to 3), expected at least "
        "1 Å");
  CHECK(input_error([&] { refuse_overlaps(hop, {path.front(), path.back()}); }).empty());
}

TEST_CASE("a long hop may pass an ion that is far from both ends") {
  Crystal const initial =
      box(16, {"Li", "O", "Al", "O"}, {{2, 2, 2}, {2, 4, 2}, {7, 4, 2}, {7, 5.7, 2}});
  CrystalHop hop{"Li1", initial, initial, {}};
  hop.final_.positions[0] = {12, 2, 2};
  hop.final_.positions[1] = {12, 4, 2};
  CrystalPath const path = {
      initial.positions, {{7, 2, 2}, {7, 0, 2}, {7, 4, 2}, {7, 5.7, 2}}, hop.final_.positions};
  CHECK(input_error([&] { refuse_overlaps(hop, path); }).empty());
}

TEST_CASE("ends that overlap are refused, too") {
  Crystal const initial = box(12, {"Li", "O"}, {{2, 2, 2}, {2.3, 2, 2}});
  CrystalHop hop{"Li1", initial, initial, {}};
  hop.final_.positions[0] = {6, 2, 2};
  CHECK_THAT(input_error([&] {
               refuse_overlaps(hop, {initial.positions, hop.final_.positions});
             }),
             Catch::Matchers::ContainsSubstring("0.3 Å apart in image 0"));
}
