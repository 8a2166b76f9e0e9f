#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

constexpr FccSupercell primitive_cell = {{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}};

std::size_t neighbours_within(Crystal const& crystal, Vec3 place, double radius) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    for (int a = -4; a <= 4; ++a)
      for (int b = -4; b <= 4; ++b)
        for (int c = -4; c <= 4; ++c)
          count +=
              norm(crystal.positions[i] + translation(crystal.cell, {a, b, c}) - place) < radius;
  return count;
}

}  // namespace

TEST_CASE(
    "Two conventional cells along each axis hold the paper's 32 anions and keep the cubic axes") {
  double const v = 25.28, a = std::cbrt(4 * v);
  auto const [framework, hop] = fcc_model(v, conventional_cells(2, 2, 2), "O", -1.5);
  REQUIRE(framework.size() == 32);
  CHECK(framework.cell.volume() == Approx(32 * v).epsilon(1e-14));
  CHECK(framework.cell.a.x == Approx(2 * a).epsilon(1e-14));
  CHECK(norm(framework.cell.b - Vec3{0, 2 * a, 0}) < 1e-13);
  CHECK(framework.species.front() == "O");
  CHECK(framework.charges.back() == -1.5);
  CHECK(norm(hop.sites[0].position - Vec3{a / 2, a / 2, a / 2}) < 1e-13);
  CHECK(norm(hop.sites[1].position - Vec3{a / 4, a / 4, a / 4}) < 1e-13);
  CHECK(norm(hop.windows[0].position - Vec3{a / 3, a / 3, a / 3}) < 1e-13);
}

TEST_CASE("The 48-anion cell has the published sides at scale 1") {
  Crystal const framework =
      fcc_model(12.926672 * 9.695004 * 9.138 / 48, xu2020_cell, "S", -2).framework;
  REQUIRE(framework.size() == 48);
  CHECK(norm(framework.cell.a - Vec3{12.926672, 0, 0}) < 5e-3);
  CHECK(norm(framework.cell.b - Vec3{0, 9.695004, 0}) < 5e-3);
  CHECK(norm(framework.cell.c - Vec3{0, 0, 9.138}) < 5e-3);
}

TEST_CASE(
    "Every anion has twelve neighbours, and the sites of each hop have their shells, in every "
    "supercell") {
  double const v = 20, a = std::cbrt(4 * v);
  for (FccSupercell const& supercell :
       {primitive_cell, conventional_cells(1, 1, 1), conventional_cells(1, 2, 3), xu2020_cell})
    for (HopKind kind : {HopKind::oct_tet, HopKind::tet_oct_tet, HopKind::oct_tet_oct}) {
      auto const [framework, hop] = fcc_model(v, supercell, "O", -2, kind);
      CHECK(framework.cell.volume() == Approx(v * double(framework.size())));
      for (Vec3 r : framework.positions) REQUIRE(neighbours_within(framework, r, 0.8 * a) == 13);
      REQUIRE(hop.windows.size() == hop.sites.size() - 1);
      for (std::size_t k = 0; k < hop.sites.size(); ++k) {
        Site const& site = hop.sites[k];
        REQUIRE(site.kind == site_kinds(kind)[k]);
        bool const is_oct = site.kind == SiteKind::oct;
        double const distance = is_oct ? a / 2 : std::sqrt(3.0) / 4 * a;
        REQUIRE(site.vertices.size() == (is_oct ? 6 : 4));
        for (Vec3 r : positions_of(framework, site.vertices))
          CHECK(norm(r - site.position) == Approx(distance));
        CHECK(symmetry_measure(framework, site) < 1e-11);
        CHECK(volume(framework, site) == Approx(a * a * a / (is_oct ? 6 : 24)).epsilon(1e-12));
      }
      for (Window const& window : hop.windows) {
        CHECK(bottleneck(framework, window).radius == Approx(a / std::sqrt(6.0)));
        for (Vec3 r : positions_of(framework, window.vertices))
          CHECK(norm(r - window.position) == Approx(a / std::sqrt(6.0)));
      }
    }
}

TEST_CASE("An fcc framework without a positive volume or with an impossible supercell is refused") {
  auto const cell = conventional_cells(1, 1, 1);
  CHECK_THROWS_AS(fcc_model(0, cell, "O", -2), InputError);
  CHECK_THROWS_AS(fcc_model(std::nan(""), cell, "O", -2), InputError);
  CHECK_THROWS_AS(fcc_model(20, cell, "O", std::nan("")), InputError);
  CHECK_THROWS_AS(fcc_model(20, conventional_cells(1, 0, 1), "O", -2), InputError);
  CHECK_THROWS_AS(fcc_model(20, conventional_cells(1, -1, 1), "O", -2), InputError);
  CHECK_THROWS_AS(fcc_model(20, {{{1, 0, 0}, {0, 2, 0}, {0, 0, 2}}}, "O", -2), InputError);
}
