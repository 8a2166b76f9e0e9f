#include <cmath>
#include <ionscape_test/catch.hpp>

#include <ionscape/core/error.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/neb/path.hpp>

using namespace ionscape;

TEST_CASE("a path through a corner has images equally spaced in arc length and keeps its ends") {
  auto const path = linear_path({{0, 0}, {3, 0}, {3, 1}}, 5);
  std::vector<double> const expected = {0, 0, 1, 0, 2, 0, 3, 0, 3, 1};
  REQUIRE(path.size() == expected.size());
  for (std::size_t k = 0; k < path.size(); ++k) CHECK(path[k] == Approx(expected[k]).margin(1e-15));
}

TEST_CASE("a path goes to the nearest periodic image and stays continuous") {
  Cell const cell{{10, 0, 0}, {0, 10, 0}, {0, 0, 10}};
  auto const path = minimum_image_path(cell, {{9.5, 1, 1}, {5, 5, 5}}, {{0.5, 1, 1}, {5, 6, 5}}, 3);
  REQUIRE(path.size() == 18);
  CHECK(path[6] == Approx(10.0));
  CHECK(path[12] == Approx(10.5));
  CHECK(path[16] == Approx(6.0));
}

TEST_CASE("the coordinates of a band of structures follow its ions in order") {
  Crystal first, second;
  first.positions = {{1, 2, 3}, {4, 5, 6}};
  second.positions = {{1, 2, 3.5}, {4, 5, 6}};
  auto const path = path_of(Band{{first, second}});
  REQUIRE(path.size() == 12);
  CHECK(path[8] == 3.5);
  second.positions.pop_back();
  CHECK_THROWS_AS(path_of(Band{{first, second}}), InputError);
}

TEST_CASE("paths that make no sense are refused") {
  CHECK_THROWS_AS(linear_path({{0, 0}}, 5), InputError);
  CHECK_THROWS_AS(linear_path({{0, 0}, {1, 0}}, 1), InputError);
  CHECK_THROWS_AS(linear_path({{0, 0}, {1, 0, 0}}, 5), InputError);
  CHECK_THROWS_AS(linear_path({{1, 2}, {1, 2}}, 5), InputError);
  CHECK_THROWS_AS(linear_path({{0, 0}, {NAN, 0}}, 5), InputError);
  CHECK_THROWS_AS(minimum_image_path(Cell{{9, 0, 0}, {0, 9, 0}, {0, 0, 9}}, {{0, 0, 0}}, {}, 5),
                  InputError);
  PathSet paths{3, 2, {}, {}};
  CHECK_THROWS_AS(paths.add({1, 2, 3}, 0), InputError);
  paths.add({0, 0, 1, 0, 2, 0}, 0);
  CHECK_NOTHROW(validate(paths, 3));
  CHECK_THROWS_AS(validate(paths, 4), InputError);
  paths.coordinates[4] = INFINITY;
  CHECK_THROWS_AS(validate(paths, 3), InputError);
}

TEST_CASE("each option that makes no sense is refused by name") {
  auto refused = [](auto change, std::string const& name) {
    NebOptions options;
    change(options);
    CHECK_THROWS_WITH(validate(options), Catch::Matchers::ContainsSubstring(name));
  };
  CHECK_NOTHROW(validate(NebOptions{}));
  refused([](NebOptions& o) { o.images = 2; }, "images");
  refused([](NebOptions& o) { o.force_tolerance = 0; }, "force_tolerance");
  refused([](NebOptions& o) { o.spring = -1; }, "spring");
  refused([](NebOptions& o) { o.climb_threshold = NAN; }, "climb_threshold");
  refused([](NebOptions& o) { o.max_step_length = INFINITY; }, "max_step_length");
  refused([](NebOptions& o) { o.max_steps = -1; }, "max_steps");
  refused([](NebOptions& o) { o.distinct_ends = 0; }, "distinct_ends");
  refused([](NebOptions& o) { o.dof_per_ion = 0; }, "dof_per_ion");
}

TEST_CASE("a path of half a cell goes the way that its end is stated") {
  Cell const cell{{10, 0, 0}, {0, 10, 0}, {0, 0, 12}};
  for (double end : {7.5, 7.4999999, -2.5}) {
    auto const path = minimum_image_path(cell, {{2.5, 1, 1}}, {{end, 1, 1}}, 3);
    CHECK(path[6] == end);
    CHECK(path[3] == Approx((2.5 + end) / 2));
  }
}

TEST_CASE("the ion nearest to a path is found, images and bends of the path included") {
  Crystal host{{{5, 0, 0}, {0, 6, 0}, {0, 0, 7}}, {"O", "S"}, {{0.3, 0, 0}, {2, 3, 3}}, {}, {}};
  std::vector<Vec3> const straight = {{-2, 6, 7.1}, {2, 6, 7.1}};
  ClosestIon const closest = closest_ion(host, straight);
  CHECK(closest.ion == 0);
  CHECK(closest.distance == Approx(0.1));
  CHECK(closest.place.x == Approx(0.3));
  std::vector<Vec3> const bent = {{2, 0, 0}, {2, 2.8, 3}, {4, 2.8, 3}};
  CHECK(closest_ion(host, bent).ion == 1);
  CHECK(closest_ion(host, bent).distance == Approx(0.2));
  std::vector<Vec3> const standing = {{2, 3, 2}, {2, 3, 2}};
  CHECK(closest_ion(host, standing).distance == Approx(1));
}

TEST_CASE(
    "An ion at an end is in its site up to the next window, or half the hop where none is known") {
  std::vector<Vec3> const bent{{0, 0, 0}, {1.3, 0, 0}, {2, 0, 0}, {2, 0.8, 0}};
  CHECK(reach_of_end(bent, 0) == Approx(1.3));
  CHECK(reach_of_end(bent, 1) == Approx(0.8));
  CHECK(reach_of_end(std::span(bent).first(2), 1) == Approx(0.65));
}
