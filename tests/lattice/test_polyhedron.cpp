#include <cmath>
#include <random>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

TEST_CASE("Volumes of known polyhedra, square faces included, come out exactly") {
  std::vector<Vec3> const tetrahedron = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  std::vector<Vec3> const octahedron = {{1, 0, 0},  {-1, 0, 0}, {0, 1, 0},
                                        {0, -1, 0}, {0, 0, 1},  {0, 0, -1}};
  std::vector<Vec3> cube;
  for (int corner = 0; corner < 8; ++corner)
    cube.push_back({2.0 * (corner & 1) + 5, 1.0 * (corner >> 1 & 1) - 7, 3.0 * (corner >> 2 & 1)});
  CHECK(convex_volume(tetrahedron) == Approx(1.0 / 6).epsilon(1e-14));
  CHECK(convex_volume(octahedron) == Approx(4.0 / 3).epsilon(1e-14));
  CHECK(convex_volume(cube) == Approx(6.0).epsilon(1e-14));
}

TEST_CASE(
    "A point inside the hull does not change the volume, flat points have none, and three are "
    "refused") {
  std::vector<Vec3> points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.2, 0.2, 0.2}};
  CHECK(convex_volume(points) == Approx(1.0 / 6).epsilon(1e-14));
  points = {{0, 0, 1}, {1, 0, 1}, {0, 1, 1}, {1, 1, 1}};
  CHECK(convex_volume(points) == Approx(0.0).margin(1e-15));
  points.pop_back();
  CHECK_THROWS_AS(convex_volume(points), InputError);
}

TEST_CASE(
    "The bottleneck is the triangle's area and the radius of the circle through its corners") {
  CHECK(triangle_area({0, 0, 0}, {3, 0, 0}, {0, 4, 0}) == Approx(6.0));
  Bottleneck const right = bottleneck({0, 0, 0}, {3, 0, 0}, {0, 4, 0});
  CHECK(right.area == Approx(6.0));
  CHECK(right.radius == Approx(2.5));
  CHECK_THROWS_AS(bottleneck({0, 0, 0}, {1, 1, 0}, {2, 2, 0}), InputError);
}

TEST_CASE("The hull of points that are nearly in one plane by fours has its volume") {
  std::mt19937 bits(1);
  for (double noise : {1e-12, 1e-10, 1e-9, 3e-9, 1e-8, 1e-7, 1e-6})
    for (int trial = 0; trial < 40; ++trial) {
      std::vector<Vec3> points;
      for (double x : {0., 1., 2.})
        for (double y : {0., 1.})
          for (double z : {0., 1.}) {
            auto const off = [&] { return noise * (double(bits()) / 2147483648.0 - 1); };
            points.push_back({x + off(), y + off(), z + off()});
          }
      CAPTURE(noise, trial);
      CHECK(convex_volume(points) == Approx(2).margin(1e-12 + 10 * noise));
    }
}
