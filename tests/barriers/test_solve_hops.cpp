// Whole hops, from two structures to a certified saddle.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <ionscape/barriers/solve_hops.hpp>
#include <ionscape/crystals/phonons.hpp>
#include <ionscape_test/catch.hpp>

#include "oracles.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

HopOptions with_images(int images) {
  HopOptions options;
  options.band.images = images;
  return options;
}

SolvedHop solved(Oracle const& oracle, HopOptions const& options = {}) {
  HopTaskOfCrystal const task{oracle.hop, {}};
  SolvedHop hop = solve_hops(std::span(&task, 1), oracle.set, options).front();
  if (std::getenv("VERBOSE")) {
    std::printf("%s: %.7f eV, %s\n", hop.hop.name.c_str(), hop.forward_barrier(),
                hop.verdict().c_str());
    for (HopPart const& part : hop.parts) {
      std::printf("  band: %d steps;", part.band.band.steps);
      for (double e : part.band.band.energy)
        std::printf(" %.4f", e - hop.parts[0].band.band.energy[0]);
      std::printf("\n");
    }
  }
  return hop;
}

/// ln of the product of all frequencies but translations, of another code than the Hessian's: the
/// dynamical matrix at Gamma.
double log_product(Oracle const& oracle, std::vector<Vec3> const& positions) {
  Crystal crystal = oracle.hop.initial;
  crystal.positions = positions;
  Particles const particles = particles_of(crystal, oracle.set);
  SecondDerivatives const derivatives(particles, oracle.set,
                                      pair_sums(oracle.set, std::span(&crystal, 1), 1e-6));
  double sum = 0;
  for (double nu : Phonons(derivatives, masses_of(particles)).frequencies({}))
    if (nu > 1e-6) sum += std::log(nu);
  return sum;
}

}  // namespace

TEST_CASE("The barrier of a Li vacancy in Li2O is certified, with any number of images") {
  Oracle const oracle("li2o_vLi");
  for (int images : {5, 7, 9, 13}) {
    INFO(images << " images");
    SolvedHop const hop = solved(oracle, with_images(images));
    CHECK_THAT(hop.forward_barrier(), WithinAbs(0.241783, 1e-6));
    CHECK_THAT(hop.reverse_barrier(), WithinAbs(0.241783, 1e-6));
    CHECK(hop.certified());
    CHECK_THAT(hop.verdict(), ContainsSubstring("certified"));
    REQUIRE(hop.parts.size() == 1);
    Certificate const& c = *hop.parts[0].certificate;
    CHECK(c.saddle.max_force < 1e-5);
    CHECK(c.measured_error < 1e-7);
    CHECK(hop.parts[0].left.empty());
    // Of the analytic Hessian of the oracle's own code.
    std::array const at_saddle{-0.9753518949575015, 0.6136691778367617, 0.8160241806412835},
        at_first{0.8285462639227683, 0.8285462639227726, 0.8285462639227777};
    for (int k = 0; k < 3; ++k) {
      CHECK_THAT(c.saddle.curvature[k], WithinAbs(at_saddle[std::size_t(k)], 1e-5));
      CHECK_THAT(c.first.curvature[k], WithinAbs(at_first[std::size_t(k)], 1e-5));
    }
  }
}

TEST_CASE("The second-order saddle at which a straight band of MgO stops is left") {
  Oracle const oracle("mgo_rigid_vMg");
  for (int images : {5, 7, 9, 13}) {
    INFO(images << " images");
    SolvedHop const hop = solved(oracle, with_images(images));
    CHECK_THAT(hop.forward_barrier(), WithinAbs(2.374351, 1e-6));
    CHECK(hop.certified());
    REQUIRE(hop.parts.size() == 1);
    REQUIRE(hop.parts[0].left.size() == 1);
    CHECK_THAT(hop.parts[0].left[0].barrier, WithinAbs(2.378381, 1e-6));
    CHECK(hop.parts[0].left[0].falling == 2);
    Certificate const& c = *hop.parts[0].certificate;
    // Forces of 1e-5 eV/Å leave the place open by 1e-5 Å, and so the curvature by some 1e-4.
    CHECK_THAT(c.saddle.curvature[0], WithinAbs(-4.681175863787371, 1e-3));
    CHECK_THAT(c.saddle.curvature[1], WithinAbs(0.7096246762400208, 1e-3));
  }
}

TEST_CASE("Vineyard's attempt frequency is the ratio of the products of all frequencies at Gamma") {
  Oracle const oracle("li2o_vLi");
  Certificate const c = *solved(oracle).parts[0].certificate;
  double const expected =
      std::exp(log_product(oracle, c.first.positions) - log_product(oracle, c.saddle.positions));
  CHECK_THAT(c.forward.attempt, WithinRel(expected, 1e-6));
  CHECK_THAT(c.forward.at(300),
             WithinRel(1e12 * expected * std::exp(-0.241783 / (8.617333e-5 * 300)), 1e-4));
}

TEST_CASE("Reversed, permuted, shifted and wrapped ends have the same barrier") {
  Oracle const oracle("mgo_rigid_vMg");
  double const known = solved(oracle).forward_barrier();
  Oracle changed = oracle;
  SECTION("reversed") { std::swap(changed.hop.initial, changed.hop.final_); }
  SECTION("permuted") {
    for (Crystal* end : {&changed.hop.initial, &changed.hop.final_})
      std::reverse(end->positions.begin(), end->positions.end()),
          std::reverse(end->species.begin(), end->species.end()),
          std::reverse(end->charges.begin(), end->charges.end());
  }
  SECTION("shifted") {
    for (Vec3& r : changed.hop.final_.positions) r += {0.3, -0.2, 0.1};
  }
  SECTION("both ends wrapped") {
    for (Crystal* end : {&changed.hop.initial, &changed.hop.final_})
      for (std::size_t k = 0; k < end->size(); k += 3) end->positions[k] += end->cell.a;
  }
  CHECK_THAT(solved(changed).forward_barrier(), WithinAbs(known, 1e-6));
}

TEST_CASE(
    "Ends that are not at rest are relaxed if asked, and else keep a barrier from its proof") {
  Oracle oracle("li2o_vLi");
  for (std::size_t k = 0; k < oracle.hop.size(); ++k)
    oracle.hop.initial.positions[k] +=
        0.01 * Vec3{std::sin(double(k)), std::cos(2.0 * double(k)), std::sin(3.0 * double(k))};
  SolvedHop const held = solved(oracle);
  CHECK_FALSE(held.certified());
  CHECK_THAT(held.verdict(), ContainsSubstring("the first end is not at rest"));
  REQUIRE((held.parts.size() == 1 && held.parts[0].certificate));
  CHECK(std::isnan(held.parts[0].certificate->forward.attempt));
  CHECK(std::isfinite(held.parts[0].certificate->reverse.attempt));
  HopOptions options;
  options.band.relax_endpoints = true;
  SolvedHop const relaxed = solved(oracle, options);
  CHECK(relaxed.certified());
  CHECK_THAT(relaxed.forward_barrier(), WithinAbs(0.241783, 1e-6));
}

TEST_CASE("Two hops in one path are split at the minimum between them") {
  // The vacancy goes on by a second step: the next Li of the row follows the first.
  Oracle oracle("li2o_vLi");
  CrystalHop& hop = oracle.hop;
  std::size_t mover = 0;
  auto const way = [&](std::size_t k) {
    return hop.final_.positions[k] - hop.initial.positions[k];
  };
  for (std::size_t k = 0; k < hop.size(); ++k)
    if (norm(way(k)) > norm(way(mover))) mover = k;
  Vec3 const step = way(mover);
  std::size_t follower = mover;
  for (std::size_t k = 0; k < hop.size(); ++k) {
    Vec3 const d =
        minimum_image(hop.initial.cell, hop.initial.positions[mover] - hop.initial.positions[k]);
    if (k != mover && hop.initial.species[k] == "Li" && norm(d - step) < 1) follower = k;
  }
  REQUIRE(follower != mover);
  hop.final_.positions[follower] += step;
  HopOptions options;
  options.band.relax_endpoints = true;
  options.band.images = 9;
  SolvedHop const whole = solved(oracle, options);
  CHECK(whole.parts.size() == 2);
  CHECK(whole.certified());
  CHECK_THAT(whole.forward_barrier(), WithinAbs(0.241783, 1e-3));
}
