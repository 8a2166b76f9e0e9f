#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <ionscape_test/catch.hpp>

#include <ionscape/core/cell.hpp>
#include <ionscape/core/error.hpp>

using namespace ionscape;
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

Cell transformed(std::array<std::array<int, 3>, 3> const& m, Cell const& cell) {
  auto const row = [&](int i) {
    return cell.to_cartesian({double(m[i][0]), double(m[i][1]), double(m[i][2])});
  };
  return {row(0), row(1), row(2)};
}

double difference(Cell const& u, Cell const& v) {
  return std::max({norm(u.a - v.a), norm(u.b - v.b), norm(u.c - v.c)});
}

constexpr std::array<std::array<int, 3>, 3> identity = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

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

TEST_CASE("Of equally long images the stated one is the minimum image") {
  Cell const cell{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}};
  for (double x : {-2.5, 2.5})
    for (double y : {-2.5, 2.5}) CHECK(minimum_image(cell, {x, y, 1}) == Vec3{x, y, 1});
}

TEST_CASE("A hop of half a cell goes the way that the files say") {
  Cell const cubic{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}}, tetragonal{{4, 0, 0}, {0, 4, 0}, {0, 0, 6}},
      hexagonal{{3, 0, 0}, {-1.5, 1.5 * std::sqrt(3.0), 0}, {0, 0, 5}};
  for (Cell const& cell : {cubic, tetragonal, hexagonal}) {
    for (double half : {0.5, -0.5, 0.4999999, 0.5000001})
      for (Vec3 f : {Vec3{half, half, half}, {half, 0, 0}, {0, -half, half}, {0, 0, half}}) {
        Vec3 const stated = cell.to_cartesian(f);
        Displacement const way = displacement(cell, stated);
        CAPTURE(half, f.x, f.y, f.z);
        if (norm(stated) <= norm(minimum_image(cell, stated)) + 1e-3) {
          CHECK(way.vector == stated);
          CHECK(way.equally_near > 1);
        } else {
          CHECK(norm(way.vector) < norm(stated));  // a long diagonal of the hexagonal cell
        }
      }
  }
  CHECK(displacement(cubic, {2.5, 2.5, 2.5}).equally_near == 8);
  CHECK(displacement(cubic, {2.5, 2.5, 1}).equally_near == 4);
  CHECK(displacement(cubic, {2.5, 1, 1}).equally_near == 2);
}

TEST_CASE("An ambiguous hop goes the same way in any cell of the lattice") {
  Cell const cell{{9.24, 0, 0}, {0, 4.62, 0}, {0, 0, 4.62}};
  Cell const skewed{cell.a + cell.b, cell.b, cell.c};
  Vec3 const stated{6.93, 2.31, 2.31};  // none of the four nearest
  for (Cell const& same : {cell, skewed, Cell{cell.c, cell.a, cell.b}}) {
    Displacement const way = displacement(same, stated);
    CHECK(norm(way.vector - Vec3{-2.31, 2.31, 2.31}) < 1e-12);
    CHECK(way.equally_near == 4);
    CHECK_FALSE(way.stated);
  }
  CHECK(displacement(skewed, {2.31, -2.31, 2.31}).stated);
}

TEST_CASE("A hop through the cell's wall takes the nearest image, and is not ambiguous") {
  Cell const cell{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}};
  Displacement const way = displacement(cell, {4, -4.5, 2.4});
  CHECK(norm(way.vector - Vec3{-1, 0.5, 2.4}) < 1e-14);
  CHECK(way.equally_near == 1);
  CHECK(displacement(cell, {2.498, 0, 0}).equally_near == 1);
}

TEST_CASE("A skewed description of a lattice is reduced to its short vectors") {
  Cell const cell{{4, 0, 0}, {0.1, 5, 0}, {0.3, -0.2, 6}};
  Vec3 const b = cell.b + 30000.0 * cell.a, c = cell.c + 20000.0 * b - 7.0 * cell.a;
  for (Cell const& skewed : {Cell{cell.a, b, c}, Cell{c, cell.a, b}, Cell{b, cell.a, c}}) {
    ReducedCell const result = reduced(skewed);
    CHECK_THAT(norm(result.cell.a), WithinAbs(norm(cell.a), 1e-5));
    CHECK_THAT(norm(result.cell.b), WithinAbs(norm(cell.b), 1e-5));
    CHECK_THAT(norm(result.cell.c), WithinAbs(norm(cell.c), 1e-5));
    CHECK(difference(transformed(result.transformation, skewed), result.cell) < 1e-5);
    CHECK_THAT(result.cell.signed_volume(),
               WithinAbs(skewed.signed_volume() < 0 ? -120 : 120, 1e-3));
  }
}

TEST_CASE("A cell that is reduced already stays as it is, noise of a file included") {
  double const s = std::sqrt(3.0) / 2;
  for (double noise : {0.0, 1e-8, -1e-8})
    for (Cell const& cell :
         {Cell{{4 + noise, 0, 0}, {0, 4, 0}, {0, 0, 4}}, Cell{{6, 0, 0}, {0, 3, 0}, {0, 0, 4}},
          Cell{{3, 0, 0}, {-1.5 - noise, 3 * s, 0}, {0, 0, 5}},
          Cell{{3, 0, 0}, {1.5 + noise, 3 * s, 0}, {0, 0, 2}},
          Cell{{0, 2, 2 + noise}, {2, 0, 2}, {2, 2, 0}},
          Cell{{-2, 2 + noise, 2}, {2, -2, 2}, {2, 2, -2}}}) {
      ReducedCell const result = reduced(cell);
      CHECK(result.transformation == identity);
      CHECK(difference(result.cell, cell) == 0);
    }
}

TEST_CASE("A cell that cannot be reduced is refused and does not hang") {
  double const nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  Vec3 const a{4, 0, 0}, b{0, 4, 0};
  for (Vec3 c : {Vec3{},
                 a,
                 a + b,
                 0.3 * a + 0.7 * b,
                 std::sqrt(2.0) * a + pi * b,
                 Vec3{1e18, 1e17, 4},
                 Vec3{1e200, 3e200, 4},
                 {nan, 0, 4},
                 {infinity, 0, 4}}) {
    CAPTURE(c.x, c.y, c.z);
    CHECK_THROWS_AS(reduced({a, b, c}), InputError);
    CHECK_THROWS_AS(reduced({c, a, b}), InputError);
    CHECK_THROWS_AS(minimum_image({b, c, a}, {1, 2, 3}), InputError);
  }
  CHECK(reduced({{1e-100, 0, 0}, {0, 1e-100, 0}, {1e-100, 0, 1e-100}}).cell.c.z == 1e-100);
}
