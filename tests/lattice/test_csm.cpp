#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/csm.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

struct Shell {
  Vec3 centre;
  std::vector<Vec3> vertices;

  template <class Map>
  Shell mapped(Map const& map) const {
    Shell result{map(centre), {}};
    for (Vec3 v : vertices) result.vertices.push_back(map(v));
    return result;
  }
};

double measure(Shell const& shell, IdealPolyhedron const& ideal) {
  return symmetry_measure(shell.centre, shell.vertices, ideal);
}

/// An ideal shell of radius ~2 whose points, the centre too, are shaken by up to `amplitude` along
/// each axis.
Shell shaken(IdealPolyhedron const& ideal, double amplitude, unsigned seed) {
  std::mt19937_64 bits(seed);
  auto const noise = [&] { return amplitude * (double(bits() >> 11) * 0x1p-52 - 1); };
  Shell const perfect{{}, ideal.vertices()};
  return perfect.mapped([&](Vec3 v) { return 2.0 * v + Vec3{noise(), noise(), noise()}; });
}

/// Rotation by the unit quaternion of (w, x, y, z).
Vec3 rotated(Vec3 v) {
  double const w = 0.3, length = std::sqrt(0.3 * 0.3 + 0.5 * 0.5 + 0.7 * 0.7 + 0.2 * 0.2);
  Vec3 const u = (1 / length) * Vec3{0.5, -0.7, 0.2};
  double const c = w / length;
  return v + 2 * c * cross(u, v) + 2.0 * cross(u, cross(u, v));
}

IdealPolyhedron cube() {
  std::vector<Vec3> corners;
  for (int k = 0; k < 8; ++k)
    corners.push_back({k & 1 ? 1. : -1., k & 2 ? 1. : -1., k & 4 ? 1. : -1.});
  return {"C:8", corners};
}

IdealPolyhedron cuboctahedron() {
  std::vector<Vec3> corners;
  for (double s : {-1., 1.})
    for (double t : {-1., 1.}) corners.insert(corners.end(), {{s, t, 0}, {s, 0, t}, {0, s, t}});
  return {"CO:12", corners};
}

}  // namespace

TEST_CASE(
    "The rotation group leaves 2 assignments for T:4, 30 for O:6, 120 for T:6 and 1680 for the "
    "cube") {
  CHECK(IdealPolyhedron::tetrahedron().assignments().size() == 2);
  CHECK(IdealPolyhedron::octahedron().assignments().size() == 30);
  CHECK(IdealPolyhedron::prism().assignments().size() == 120);
  CHECK(cube().assignments().size() == 1680);
}

TEST_CASE(
    "The symmetry measure of an ideal polyhedron is zero in any place, size, orientation and "
    "order") {
  for (IdealPolyhedron const& ideal :
       {IdealPolyhedron::tetrahedron(), IdealPolyhedron::octahedron(), IdealPolyhedron::prism(),
        cube(), cuboctahedron()}) {
    CAPTURE(ideal.name());
    Shell shell = Shell{{}, ideal.vertices()}.mapped([](Vec3 v) {
      return Vec3{3, -8, 2} + 1.7 * rotated(v);
    });
    std::ranges::reverse(shell.vertices);
    std::ranges::rotate(shell.vertices, shell.vertices.begin() + 3);
    CHECK(measure(shell, ideal) < 1e-11);
  }
}

TEST_CASE(
    "The symmetry measure is invariant under rotation, translation, scale, permutation and "
    "reflection") {
  for (IdealPolyhedron const* ideal :
       {&IdealPolyhedron::tetrahedron(), &IdealPolyhedron::octahedron()})
    for (unsigned seed : {1u, 2u, 3u}) {
      CAPTURE(ideal->name(), seed);
      Shell const shell = shaken(*ideal, 0.6, seed);
      double const s = measure(shell, *ideal);
      REQUIRE(s > 0.5);
      CHECK(measure(shell.mapped(rotated), *ideal) == Approx(s).epsilon(1e-12));
      CHECK(measure(shell.mapped([](Vec3 v) {
              return v + Vec3{10, -20, 30};
            }),
                    *ideal) == Approx(s).epsilon(1e-11));
      CHECK(measure(shell.mapped([](Vec3 v) { return 0.01 * v; }), *ideal) ==
            Approx(s).epsilon(1e-12));
      CHECK(measure(shell.mapped([](Vec3 v) {
              return Vec3{-v.x, v.y, v.z};
            }),
                    *ideal) == Approx(s).epsilon(1e-12));
      Shell permuted = shell;
      std::ranges::rotate(permuted.vertices, permuted.vertices.begin() + 1);
      std::swap(permuted.vertices[0], permuted.vertices[2]);
      CHECK(measure(permuted, *ideal) == Approx(s).epsilon(1e-12));
    }
}

TEST_CASE("A centre off the middle of a perfect tetrahedron has the measure worked out by hand") {
  // Points: 4 vertices of square length 3, centre at (t,0,0); the centroid moves to t/5. By
  // symmetry the best rotation is none, so T = sum p.q = 12 and sum |p|^2 = 12 + t^2 - t^2/5.
  double const t = 0.5;
  double const expected = 100 * (1 - 12.0 / (12 + 0.8 * t * t));
  auto const& ideal = IdealPolyhedron::tetrahedron();
  CHECK(symmetry_measure({t, 0, 0}, ideal.vertices(), ideal) == Approx(expected).epsilon(1e-13));
}

TEST_CASE("A chiral ideal tells the hands apart") {
  IdealPolyhedron const hand("hand", {{1, 0, 0}, {0, 2, 0}, {0, 0, 3}, {-1, -1, -1}});
  Shell const same{{}, hand.vertices()};
  CHECK(measure(same.mapped(rotated), hand) < 1e-11);
  CHECK(measure(same.mapped([](Vec3 v) { return -v; }), hand) > 1);
}

TEST_CASE(
    "Twelve vertices, assigned in turns with the rotation, give the measure of a small known "
    "displacement") {
  IdealPolyhedron const ideal = cuboctahedron();
  Shell const shell = shaken(ideal, 0.2, 7);
  Shell mixed = shell.mapped(rotated);
  std::ranges::reverse(mixed.vertices);
  double const s = measure(mixed, ideal);
  CHECK(s == Approx(measure(shell, ideal)).epsilon(1e-10));
  // An upper bound: the identical assignment, unrotated, scaled by 2.
  double distance = 0, size = 0;
  for (std::size_t k = 0; k < 12; ++k) {
    Vec3 const d = shell.vertices[k] - 2 * ideal.vertices()[k];
    distance += dot(d, d), size += dot(shell.vertices[k], shell.vertices[k]);
  }
  CHECK(s > 0.01);
  CHECK(s <= 105 * distance / size);
}

TEST_CASE(
    "A wrong number of vertices, coincident points and numbers that are not finite are refused") {
  auto const& ideal = IdealPolyhedron::tetrahedron();
  auto vertices = ideal.vertices();
  CHECK_THROWS_AS(symmetry_measure({}, vertices, IdealPolyhedron::octahedron()), InputError);
  CHECK_THROWS_AS(symmetry_measure(vertices[1], vertices, ideal), InputError);
  vertices[0] = vertices[3];
  CHECK_THROWS_AS(symmetry_measure({}, vertices, ideal), InputError);
  vertices[0] = {std::nan(""), 0, 0};
  CHECK_THROWS_AS(symmetry_measure({}, vertices, ideal), InputError);
  CHECK_THROWS_AS(IdealPolyhedron("one", {{1, 0, 0}}), InputError);
  CHECK_THROWS_AS(IdealPolyhedron("centre", {{1, 0, 0}, {0, 0, 0}}), InputError);
}

TEST_CASE("Octahedron and trigonal prism are as far apart as published: 16.737") {
  // Alvarez, Avnir, Llunell, Pinsky, New J. Chem. 26, 996 (2002).
  for (auto const& [shell, ideal] :
       {std::pair(IdealPolyhedron::prism(), IdealPolyhedron::octahedron()),
        {IdealPolyhedron::octahedron(), IdealPolyhedron::prism()}})
    CHECK(symmetry_measure({}, shell.vertices(), ideal) == Approx(16.737).margin(1e-3));
}
