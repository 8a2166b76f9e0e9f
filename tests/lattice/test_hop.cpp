#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/lattice/hop.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

TEST_CASE("Waypoints run through sites and windows, two thirds of the way from Oct to Tet") {
  for (HopKind kind : {HopKind::oct_tet, HopKind::tet_oct_tet, HopKind::oct_tet_oct}) {
    Hop const hop = fcc_model(20, conventional_cells(1, 1, 1), "O", -2, kind).hop;
    auto const all = waypoints(hop), sites = waypoints(hop, false);
    REQUIRE(sites.size() == hop.sites.size());
    REQUIRE(all.size() == 2 * sites.size() - 1);
    for (std::size_t k = 0; k + 1 < sites.size(); ++k) {
      double const from_oct = hop.sites[k].kind == SiteKind::oct ? 2.0 / 3 : 1.0 / 3;
      Vec3 const window = sites[k] + from_oct * (sites[k + 1] - sites[k]);
      CHECK(norm(all[2 * k + 1] - window) < 1e-13);
      CHECK(norm(sites[k + 1] - sites[k]) == Approx(std::sqrt(3.0) / 4 * std::cbrt(80.0)));
    }
  }
}

TEST_CASE("A band is the host with one mobile ion at the given positions, charges known or not") {
  auto [host, hop] = fcc_model(20, conventional_cells(1, 1, 1), "O", -2);
  auto const path = waypoints(hop);
  Band const band = make_band(host, "Li", path, 1.0);
  REQUIRE(band.images.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    Crystal const& image = band.images[k];
    REQUIRE(image.size() == host.size() + 1);
    CHECK(image.positions.back() == path[k]);
    CHECK(image.positions.front() == host.positions.front());
    CHECK(image.species.back() == "Li");
    CHECK(image.charges.back() == 1);
  }
  CHECK_THROWS_AS(make_band(host, "Li", path), InputError);
  host.charges.clear();
  CHECK(make_band(host, "Li", path).images[0].charges.empty());
  CHECK_THROWS_AS(make_band(host, "Li", path, 1.0), InputError);
  CHECK_THROWS_AS(make_band(host, "Li", std::vector<Vec3>{{0, 0, 0}}), InputError);
}
