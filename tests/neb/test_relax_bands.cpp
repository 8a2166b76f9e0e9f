#include <algorithm>
#include <cmath>
#include <cstring>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/surfaces.hpp>

#include <ionscape/neb/profile.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/relax/curvature.hpp>

#include "paths.hpp"

using namespace ionscape;
using namespace ionscape::test;

namespace {
using Exec = Kokkos::DefaultExecutionSpace;

bool same_bits(std::vector<double> const& u, std::vector<double> const& v) {
  return u.size() == v.size() && std::memcmp(u.data(), v.data(), u.size() * sizeof(double)) == 0;
}

bool same_bits(BandResult const& u, BandResult const& v) {
  return u.status == v.status && u.steps == v.steps && same_bits(u.coordinates, v.coordinates) &&
         same_bits(u.energy, v.energy) && same_bits(u.slope, v.slope) && u.max_force == v.max_force;
}

NebOptions plane() {
  NebOptions options;
  options.dof_per_ion = 2;
  return options;
}

/// Many different bands between the wells of DoubleWell; one of them on surface 7.
PathSet many_paths(int n_bands, int n_images = 7) {
  PathSet paths{n_images, 3, {}, {}};
  for (int band = 0; band < n_bands; ++band)
    paths.add(
        linear_path({{-1, 0, 0},
                     {0.3 * std::sin(band), 0.5 * std::cos(3 * band), 0.4 * std::sin(7 * band)},
                     {1, 0, 0}},
                    n_images),
        band == n_bands / 2 ? 7 : 0);
  return paths;
}
}  // namespace

TEST_CASE("the Müller-Brown saddles are found where they are published") {
  // Minima and saddles: Müller, Brown, Theor. Chim. Acta 53, 75 (1979), in today's digits.
  auto const optimizer = GENERATE(Optimizer::lbfgs, Optimizer::fire);
  auto const n_images = GENERATE(7, 15);
  CAPTURE(to_string(optimizer), n_images);
  NebOptions options = plane();
  options.optimizer = optimizer;
  options.force_tolerance = 1e-5;
  options.climb_threshold = 1;
  options.relax_endpoints = true;
  options.max_steps = 3000;
  PathSet paths{n_images, 2, {}, {}};
  paths.add(linear_path({{-0.558, 1.442}, {-1, 0.8}, {-0.050, 0.467}}, n_images), 0);
  paths.add(linear_path({{-0.050, 0.467}, {0.623, 0.028}}, n_images), 0);
  Analytic<MullerBrown> const model{
      MullerBrown{0.05}};  // barriers of some eV, as on a surface of ions
  auto const bands = relax_bands(Exec(), model, paths, options);

  double const x[] = {-0.822, 0.212}, y[] = {0.624, 0.293}, saddle[] = {-40.665, -72.249};
  double const first[] = {-146.700, -80.768}, last[] = {-80.768, -108.167};
  for (int b = 0; b < 2; ++b) {
    CAPTURE(b);
    auto const& band = bands[b];
    REQUIRE(band.status == BandStatus::converged);
    CHECK(band.saddle_kind == SaddleKind::interior);
    CHECK(band.image(band.saddle_image)[0] ==
          Approx(x[b]).margin(6e-4));  // published to 3 decimals
    CHECK(band.image(band.saddle_image)[1] == Approx(y[b]).margin(6e-4));
    CHECK(band.saddle_energy == Approx(0.05 * saddle[b]).margin(0.05 * 6e-4));
    CHECK(band.energy.front() == Approx(0.05 * first[b]).margin(0.05 * 6e-4));
    CHECK(band.energy.back() == Approx(0.05 * last[b]).margin(0.05 * 6e-4));
    CHECK(band.max_force < 1e-5);
    CHECK(band.end_force[0] < 1e-5);

    PointSet points{2, {}, {}};
    for (int i : {0, band.saddle_image, n_images - 1})
      points.add({band.image(i)[0], band.image(i)[1]}, 0);
    auto const curvature = curvature_at(Exec(), model, points);
    CHECK(curvature[0].index() == 0);
    CHECK(curvature[1].index() == 1);
    CHECK(curvature[1].force < 1e-5);
    CHECK(curvature[2].index() == 0);
  }
}

TEST_CASE("a band of any number of images finds the saddle of a bent double well") {
  auto const n_images = GENERATE(3, 5, 7, 15);
  CAPTURE(n_images);
  NebOptions options;
  options.force_tolerance = 1e-4;
  auto const band =
      relax_bands(Exec(), Analytic<DoubleWell>{},
                  one_path({{-1, 0, 0}, {0.1, 0, 0.2}, {1, 0, 0}}, n_images), options)[0];
  REQUIRE(band.status == BandStatus::converged);
  CHECK(band.saddle_energy == Approx(1).margin(1e-7));
  CHECK(band.image(band.saddle_image)[0] == Approx(0).margin(1e-4));
  CHECK(band.image(band.saddle_image)[1] == Approx(0.3).margin(1e-4));
  CHECK(band.slope[band.saddle_image] == Approx(0).margin(1e-4));
  CHECK(band.evaluations == n_images + long(band.steps) * (n_images - 2));
}

TEST_CASE(
    "a coarse band whose climbing image's tangent turns as it moves still converges with L-BFGS") {
  NebOptions options = plane();
  options.relax_endpoints = true;
  auto const n_images = GENERATE(3, 4, 5);
  CAPTURE(n_images);
  auto const band = relax_bands(Exec(), Analytic<MullerBrown>{MullerBrown{0.05}},
                                one_path({{-0.050, 0.467}, {0.623, 0.028}}, n_images), options)[0];
  REQUIRE(band.status == BandStatus::converged);
  CHECK(band.saddle_energy == Approx(0.05 * -72.249).margin(1e-4));
}

TEST_CASE("forward minus reverse barrier is the energy difference of the ends") {
  Analytic<DoubleWell> const model{DoubleWell{1, 0.3, 0.2}};
  NebOptions options;
  options.relax_endpoints = true;
  auto const band = relax_bands(Exec(), model, one_path({{-1, 0, 0}, {1, 0, 0}}, 7), options)[0];
  REQUIRE(band.status == BandStatus::converged);
  CHECK(band.forward_barrier - band.reverse_barrier ==
        Approx(band.energy.back() - band.energy.front()).epsilon(1e-12));
  CHECK(band.forward_barrier > band.reverse_barrier);
}

TEST_CASE("without climbing the highest image stays below the saddle") {
  NebOptions options;
  options.climb = false;
  auto const band =
      relax_bands(Exec(), Analytic<DoubleWell>{}, one_path({{-1, 0, 0}, {1, 0, 0}}, 6), options)[0];
  REQUIRE(band.status == BandStatus::converged);
  CHECK(band.saddle_energy < 0.97);
  CHECK(band.saddle_energy > 0.8);
  // What the images miss, the cubics between them find.
  auto const extrema = profile_extrema(band);
  REQUIRE_FALSE(extrema.empty());
  CHECK(extrema[extrema.size() / 2].energy == Approx(1).margin(0.02));
}

TEST_CASE("two ions that hop together climb twice the barrier") {
  Analytic<DoubleWell> const model{DoubleWell{2}};
  NebOptions options;
  options.force_tolerance = 1e-4;
  auto const band = relax_bands(
      Exec(), model, one_path({{-1, 0, 0, 1, 0, 0}, {1, 0, 0, -1, 0, 0}}, 7), options)[0];
  REQUIRE(band.status == BandStatus::converged);
  CHECK(band.saddle_energy == Approx(2).margin(1e-6));
  CHECK(band.image(band.saddle_image)[4] == Approx(0.3).margin(1e-4));
}

TEST_CASE("a band alone and in a batch of 1000 gives the same bits") {
  Analytic<DoubleWell> const model;
  PathSet const all = many_paths(1000);
  auto const together = relax_bands(Exec(), model, all);
  for (int band : {0, 1, 499, 500, 999}) {
    PathSet alone{all.n_images, all.dof, {}, {}};
    auto const begin = all.coordinates.begin() + band * all.n_images * all.dof;
    alone.add({begin, begin + all.n_images * all.dof}, all.surface[band]);
    CHECK(same_bits(relax_bands(Exec(), model, alone)[0], together[band]));
  }
}

TEST_CASE("one thread and all threads give the same bits") {
  Analytic<DoubleWell> const model;
  PathSet const paths = many_paths(100);
  Exec const all;
  if (all.concurrency() < 2) return;  // nothing to compare
  auto const parts = Kokkos::Experimental::partition_space(all, 1, 1);
  auto const one = relax_bands(parts[0], model, paths), many = relax_bands(all, model, paths);
  for (int band = 0; band < 100; ++band) CHECK(same_bits(one[band], many[band]));
}

TEST_CASE("a path that only falls has no interior saddle, and its end is known to be no minimum") {
  auto const band =
      relax_bands(Exec(), Analytic<Slope>{}, one_path({{0, 0, 0}, {1, 0.4, 0}, {2, 0, 0}}, 7))[0];
  REQUIRE(band.status == BandStatus::converged);
  CHECK(band.saddle_kind == SaddleKind::endpoint);
  CHECK(band.saddle_image == 0);
  CHECK(band.forward_barrier == 0);
  CHECK(band.reverse_barrier == Approx(2));
  CHECK(band.max_minus_min == Approx(2));
  CHECK(band.end_force[0] == Approx(1));
}

TEST_CASE("NaN stops the band that met it and no other") {
  DoubleWell surface;
  surface.broken = 7;
  auto const bands = relax_bands(Exec(), Analytic<DoubleWell>{surface}, many_paths(11));
  for (int band = 0; band < 11; ++band)
    CHECK(bands[band].status == (band == 5 ? BandStatus::not_finite : BandStatus::converged));
  CHECK(bands[5].saddle_kind == SaddleKind::none);
  CHECK(std::isnan(bands[5].max_force));
  CHECK(bands[5].coordinates.size() == 21);
}

TEST_CASE("a band that runs out of steps says so and keeps its path") {
  NebOptions options;
  options.max_steps = 3;
  options.force_tolerance = 1e-6;
  auto const band = relax_bands(Exec(), Analytic<DoubleWell>{}, many_paths(1), options)[0];
  CHECK(band.status == BandStatus::step_limit);
  CHECK(band.steps == 6);  // 3 with L-BFGS, then 3 with FIRE
  CHECK(band.max_force > 1e-6);
  CHECK(band.saddle_kind == SaddleKind::interior);
}

TEST_CASE("relaxed ends reach the minima and held ends stay") {
  PathSet const paths = one_path({{-0.8, 0.1, 0}, {0.9, 0, 0.2}}, 7);
  NebOptions options;
  auto const held = relax_bands(Exec(), Analytic<DoubleWell>{}, paths, options)[0];
  CHECK(held.image(0)[0] == -0.8);
  CHECK(held.end_force[0] > 0.1);
  options.relax_endpoints = true;
  auto const relaxed = relax_bands(Exec(), Analytic<DoubleWell>{}, paths, options)[0];
  REQUIRE(relaxed.status == BandStatus::converged);
  CHECK(relaxed.image(0)[0] == Approx(-1).margin(0.01));
  CHECK(relaxed.image(6)[2] == Approx(0).margin(0.01));
  CHECK(relaxed.end_force[0] < 0.01);
  CHECK(relaxed.evaluations > 7 + 5 * relaxed.steps + 2);
}

TEST_CASE("ends that fall into one minimum, or find none, are told from a relaxed band") {
  NebOptions options;
  options.relax_endpoints = true;
  auto const paths = one_path({{-1, 0, 0}, {-0.5, 0, 0}}, 7);
  auto const closed = relax_bands(Exec(), Analytic<DoubleWell>{}, paths, options)[0];
  CHECK(closed.status == BandStatus::endpoints_coincide);
  CHECK(closed.steps == 0);
  DoubleWell hole;
  hole.broken = 0;
  auto const broken = relax_bands(Exec(), Analytic<DoubleWell>{hole}, paths, options)[0];
  CHECK(broken.status == BandStatus::not_finite);
  CHECK(broken.steps == 0);
  options.max_steps = 1;
  auto const unfinished = relax_bands(Exec(), Analytic<DoubleWell>{}, paths, options)[0];
  CHECK(unfinished.status == BandStatus::endpoint_not_converged);
  CHECK(std::isfinite(unfinished.energy[3]));
}

TEST_CASE("progress counts up to all bands") {
  std::vector<int> seen;
  relax_bands(Exec(), Analytic<DoubleWell>{}, many_paths(20), {},
              [&](int n) { seen.push_back(n); });
  REQUIRE_FALSE(seen.empty());
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(seen.back() == 20);
}

TEST_CASE("no bands give no results, and paths that do not fit the ions are refused") {
  CHECK(relax_bands(Exec(), Analytic<DoubleWell>{}, PathSet{7, 3, {}, {}}).empty());
  CHECK_THROWS_AS(relax_bands(Exec(), Analytic<MullerBrown>{}, one_path({{0, 0}, {1, 1}}, 7)),
                  InputError);
}
