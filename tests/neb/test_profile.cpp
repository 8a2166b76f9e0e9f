#include <cmath>
#include <ionscape_test/catch.hpp>
#include <random>

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

/// At x, with these energies and slopes.
BandResult straight_band(std::vector<double> const& x, std::vector<double> const& energy,
                         std::vector<double> const& slope) {
  BandResult band;
  band.dof = 1;
  band.n_images = int(x.size());
  band.coordinates = x;
  band.energy = energy;
  band.position = x;
  band.slope = slope;
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

TEST_CASE("steep slopes make no extrema on a way that only goes up, and stay what they are") {
  // The cubic from 0 to 1 with the slopes 6 and 1 would rise to 1.13 and fall to 0.94.
  BandResult const band = straight_band({0, 1, 2.5}, {0, 1, 2.2}, {6, 1, 0.1});
  CHECK(profile_extrema(band).empty());
  int const n = 2501;
  auto const profile = interpolate_profile(band, n);
  for (int k = 1; k < n; ++k) {
    CHECK(profile[k].energy > profile[k - 1].energy);
    CHECK(profile[k].slope > 0);
  }
  for (auto [k, i] : {std::pair(0, 0), {1000, 1}, {2500, 2}}) {
    CHECK(profile[k].energy == Approx(band.energy[i]));
    CHECK(profile[k].slope == Approx(band.slope[i]));
  }
  // By hand: 1/4 + 6/4 over 1 + 5/4, and the next segment is still a cubic.
  CHECK(profile[500].energy == Approx(1.75 / 2.25));
  CHECK(profile[1750].energy == Approx(1 + 0.6 + (1.5 * 1 - 1.5 * 0.1) / 8));
  // The same upside down and backwards.
  for (BandResult const& same : {straight_band({0, 1, 2.5}, {0, -1, -2.2}, {-6, -1, -0.1}),
                                 straight_band({0, 1.5, 2.5}, {2.2, 1, 0}, {-0.1, -1, -6})})
    CHECK(profile_extrema(same).empty());
}

TEST_CASE("extrema to which slopes point stay those of the cubic, beside a segment that is none") {
  // On the first segment a maximum, as on any cubic; the second falls steeply by both slopes.
  BandResult const band = straight_band({0, 1, 2}, {0, 0.2, -0.1}, {1, -0.8, -2});
  auto const extrema = profile_extrema(band);
  REQUIRE(extrema.size() == 1);
  CHECK(extrema[0].maximum);
  // E = t - 1.2 t^2 + ... : a = 1 - 0.8 - 0.4, b = 0.6 - 2 + 0.8; 1 - 1.2 t - 0.6 t^2 = 0.
  double const t = (-1.2 + std::sqrt(1.44 + 2.4)) / 1.2;
  CHECK(extrema[0].position == Approx(t));
  CHECK(extrema[0].energy == Approx(t - 0.6 * t * t - 0.2 * t * t * t));
}

TEST_CASE("against the slopes of both images a rise has a minimum and a maximum") {
  BandResult const band = straight_band({0, 1}, {0, 0.5}, {-1, -1});
  auto const extrema = profile_extrema(band);
  REQUIRE(extrema.size() == 2);
  CHECK_FALSE(extrema[0].maximum);
  CHECK(extrema[1].maximum);
  CHECK(extrema[0].energy < 0);
  CHECK(extrema[1].energy > 0.5);
}

TEST_CASE("an image of zero slope on a way up is no extremum") {
  CHECK(profile_extrema(straight_band({0, 1, 2}, {0, 1, 2}, {1, 0, 1})).empty());
  CHECK(profile_extrema(straight_band({0, 1, 2}, {0, 1, 2}, {1, 0, 9})).empty());
  // On top of two steep slopes it is one.
  auto const extrema = profile_extrema(straight_band({0, 1, 2}, {0, 1, 0}, {9, 0, -9}));
  REQUIRE(extrema.size() == 1);
  CHECK(extrema[0].maximum);
  CHECK(extrema[0].position == 1);
}

TEST_CASE("extrema are where the profile turns, and nowhere where energies and slopes agree") {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform(-1, 1);
  int turns = 0, rational = 0;
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<double> x{0}, energy{uniform(random)}, slope{4 * uniform(random)};
    for (int i = 1; i < 7; ++i) {
      x.push_back(x.back() + 0.7 + 0.5 * uniform(random));
      energy.push_back(uniform(random));
      slope.push_back(4 * uniform(random));
    }
    BandResult const band = straight_band(x, energy, slope);
    auto const extrema = profile_extrema(band);
    int const n = 8001;
    auto const profile = interpolate_profile(band, n);
    std::size_t at = 0;
    for (int k = 1; k < n; ++k) {
      auto const &before = profile[k - 1], &after = profile[k];
      double const mean = (after.energy - before.energy) / (after.position - before.position);
      REQUIRE(std::fabs(mean - before.slope) < 2 * std::fabs(after.slope - before.slope) + 1e-2);
      if ((before.slope > 0) == (after.slope > 0)) continue;
      REQUIRE(at < extrema.size());
      CHECK(extrema[at].maximum == (before.slope > 0));
      CHECK(extrema[at].position == Approx(after.position).margin(2e-3));
      CHECK(extrema[at].energy == Approx(after.energy).margin(1e-3));
      ++at;
    }
    CHECK(at == extrema.size());
    turns += int(at);
    for (std::size_t i = 1; i < x.size(); ++i) {
      double const rise = energy[i] - energy[i - 1];
      if (slope[i - 1] * rise < 0 || slope[i] * rise < 0) continue;
      ++rational;
      for (auto const& e : extrema) CHECK_FALSE((e.position > x[i - 1] && e.position < x[i]));
    }
  }
  CHECK(turns > 300);
  CHECK(rational > 50);
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
