#include <cmath>
#include <ionscape_test/catch.hpp>

#include <ionscape/core/error.hpp>
#include <ionscape/neb/profile.hpp>

using namespace ionscape;

namespace {
/// A straight band on E(x) = x^3 - x from x = -1 to 1, unequally spaced.
BandResult cubic_band() {
  BandResult band;
  band.dof = 1;
  band.coordinates = {-1, -0.7, 0.1, 0.8, 1};
  band.n_images = 5;
  std::vector<double> force;
  for (double x : band.coordinates) {
    band.energy.push_back(x * x * x - x);
    force.push_back(1 - 3 * x * x);
  }
  analyse(band, force, 1);
  return band;
}
}  // namespace

TEST_CASE(
    "the analysis of a known band gives its positions, slopes, barriers and forces at the ends") {
  auto const band = cubic_band();
  CHECK(band.position[2] == Approx(1.1));
  CHECK(band.slope[0] == Approx(2));
  CHECK(band.slope[2] == Approx(3 * 0.01 - 1));
  CHECK(band.end_force[0] == Approx(2));
  CHECK(band.saddle_kind == SaddleKind::interior);
  CHECK(band.saddle_image == 1);
  CHECK(band.forward_barrier == Approx(0.357));
  CHECK(band.forward_barrier - band.reverse_barrier ==
        Approx(band.energy.back() - band.energy.front()).margin(1e-15));
  CHECK(band.max_minus_min == Approx(0.357 + 0.288));
}

TEST_CASE("the profile of a cubic is the cubic, and its extrema are found between the images") {
  auto const band = cubic_band();
  for (auto const& p : interpolate_profile(band, 41)) {
    double const x = p.position - 1;
    CHECK(p.energy == Approx(x * x * x - x).margin(1e-13));
    CHECK(p.slope == Approx(3 * x * x - 1).margin(1e-12));
  }
  auto const extrema = profile_extrema(band);
  REQUIRE(extrema.size() == 2);
  CHECK(extrema[0].maximum);
  CHECK(extrema[0].position == Approx(1 - 1 / std::sqrt(3.0)));
  CHECK(extrema[0].energy == Approx(2 / std::sqrt(27.0)));
  CHECK_FALSE(extrema[1].maximum);
  CHECK(extrema[1].position == Approx(1 + 1 / std::sqrt(3.0)));
}

TEST_CASE("the profile's slope is the derivative of its energy") {
  BandResult band = cubic_band();
  band.energy = {0, 0.3, -0.2, 0.5, 0.1};  // no cubic any more
  int const n = 20001;
  auto const profile = interpolate_profile(band, n);
  for (int k = 50; k < n - 1; k += 501) {
    double const h = profile[k + 1].position - profile[k - 1].position;
    CHECK(profile[k].slope ==
          Approx((profile[k + 1].energy - profile[k - 1].energy) / h).margin(1e-4));
  }
}

TEST_CASE("an extremum exactly at an image is reported once") {
  BandResult band;
  band.dof = 1;
  band.n_images = 3;
  band.coordinates = {-1, 0, 1};
  band.energy = {0, 1, 0};
  std::vector<double> const force = {-2, 0, 2};
  analyse(band, force, 1);
  auto const extrema = profile_extrema(band);
  REQUIRE(extrema.size() == 1);
  CHECK(extrema[0].position == Approx(1));
  CHECK(extrema[0].maximum);
}

TEST_CASE("energies that are not finite give no saddle and barriers that are NaN") {
  BandResult band = cubic_band();
  band.energy[2] = NAN;
  analyse(band, std::vector<double>(5, 0.0), 1);
  CHECK(band.saddle_kind == SaddleKind::none);
  CHECK(band.saddle_image == -1);
  CHECK(std::isnan(band.forward_barrier));
}

TEST_CASE("a profile needs two points") {
  CHECK_THROWS_AS(interpolate_profile(cubic_band(), 1), InputError);
}
