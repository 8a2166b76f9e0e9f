// Bands in which all ions move, against barriers that LAMMPS and other codes found.
#include <algorithm>
#include <cmath>

#include <ionscape/barriers/crystal_band.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/crystals/ion_hessian.hpp>
#include <ionscape_test/catch.hpp>

#include "oracles.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

Eigen::MatrixXd hessian_of(Oracle const& oracle) {
  return ion_hessian(particles_of(oracle.hop.initial, oracle.set), oracle.set,
                     pair_sums(oracle.set, std::span(&oracle.hop.initial, 1), 1e-6))
      .matrix;
}

CrystalBand relaxed(BandStart const& start, PotentialSet const& set,
                    CrystalBandOptions const& options = {}) {
  return relax_crystal_bands(std::span(&start, 1), set, options).front();
}

}  // namespace

TEST_CASE("Bands of all ions climb to the barriers that LAMMPS' neb finds from the straight path") {
  // LAMMPS 29Sep2021, quickmin, 7 images, largest force 0.005 eV/Å; its Ewald sums to 1e-6.
  struct Known {
    char const* name;
    double barrier;
  };
  for (auto [name, barrier] : {Known{"li2o_vLi", 0.24182}, Known{"mgo_rigid_vMg", 2.37819}}) {
    INFO(name);
    Oracle const oracle(name);
    for (bool with_hessian : {true, false}) {
      BandStart start{&oracle.hop, oracle.straight(7), {}};
      if (with_hessian) start.hessian = hessian_of(oracle);
      CrystalBandOptions options;
      options.force_tolerance = 0.005;
      CrystalBand const band = relaxed(start, oracle.set, options);
      REQUIRE(band.converged());
      CHECK(band.band.max_force < 0.005);
      CHECK(band.band.saddle_image == 3);
      CHECK_THAT(band.band.forward_barrier, WithinAbs(barrier, 2e-4));
      CHECK_THAT(band.band.reverse_barrier, WithinAbs(barrier, 2e-4));
    }
  }
}

TEST_CASE("Bands in a batch have the results that they have alone") {
  Oracle const li2o("li2o_vLi");
  CrystalHop back = li2o.hop;
  std::swap(back.initial, back.final_);
  CrystalPath path = li2o.straight(5), reversed(path.rbegin(), path.rend());
  std::vector<BandStart> const starts{
      {&li2o.hop, path, {}}, {&back, reversed, {}}, {&li2o.hop, li2o.straight(9), {}}};
  auto const together = relax_crystal_bands(starts, li2o.set);
  for (std::size_t k = 0; k < starts.size(); ++k) {
    CrystalBand const alone = relaxed(starts[k], li2o.set);
    CHECK(together[k].band.steps == alone.band.steps);
    for (std::size_t i = 0; i < alone.band.energy.size(); ++i)
      CHECK_THAT(together[k].band.energy[i], WithinAbs(alone.band.energy[i], 1e-9));
  }
}

TEST_CASE("Energy-weighted springs gather the images at the saddle, whose energy stays") {
  Oracle const oracle("li2o_vLi");
  auto const largest_gap_at_top = [&](double softest) {
    CrystalBandOptions options;
    options.softest_spring = softest;
    CrystalBand const band = relaxed({&oracle.hop, oracle.straight(9), {}}, oracle.set, options);
    REQUIRE(band.converged());
    CHECK_THAT(band.band.forward_barrier, WithinAbs(0.241783, 2e-4));
    std::size_t const top = std::size_t(band.band.saddle_image);
    auto const& s = band.band.position;
    return std::max(s[top] - s[top - 1], s[top + 1] - s[top]) / s.back();
  };
  CHECK(largest_gap_at_top(1) < 0.8 * largest_gap_at_top(0));
}

TEST_CASE("FIRE finds the barrier that L-BFGS finds") {
  Oracle const oracle("li2o_vLi");
  CrystalBandOptions options;
  options.optimizer = Optimizer::fire;
  CrystalBand const band = relaxed({&oracle.hop, oracle.straight(7), {}}, oracle.set, options);
  REQUIRE(band.converged());
  CHECK_THAT(band.band.forward_barrier, WithinAbs(0.241783, 2e-4));
}

TEST_CASE("Fixed ions stay where they are, and the barrier is that of the frozen host") {
  // The exact minimax of that host, which a grid of the whole cell proves.
  Oracle oracle("li2o_frozen_host");
  for (Crystal* end : {&oracle.hop.initial, &oracle.hop.final_}) {
    end->fixed.assign(end->size(), {true, true, true});
    for (std::size_t k = 0; k < end->size(); ++k)
      if (norm(oracle.hop.final_.positions[k] - oracle.hop.initial.positions[k]) > 0.1)
        end->fixed[k] = {false, false, false};
  }
  CrystalBandOptions options;
  options.force_tolerance = 1e-4;
  CrystalBand const band = relaxed({&oracle.hop, oracle.straight(7), {}}, oracle.set, options);
  REQUIRE(band.converged());
  CHECK_THAT(band.band.forward_barrier, WithinAbs(0.052812, 1e-6));
  for (std::vector<Vec3> const& image : path_of(band.band))
    for (std::size_t k = 0; k < image.size(); ++k)
      if (oracle.hop.initial.fixed[k][0]) CHECK(image[k] == oracle.hop.initial.positions[k]);
}

TEST_CASE("Ends that are one structure are no hop, and an ion inside another has no barrier") {
  Oracle oracle("li2o_vLi");
  SECTION("one structure, shifted") {
    oracle.hop.final_ = oracle.hop.initial;
    for (Vec3& r : oracle.hop.final_.positions) r += {0.4, 0, 0};
    CrystalBand const band = relaxed({&oracle.hop, oracle.straight(5), {}}, oracle.set);
    CHECK(band.band.status == BandStatus::endpoints_coincide);
    CHECK_THAT(band.reason, ContainsSubstring("same structure"));
  }
  SECTION("an ion in another") {
    CrystalPath path = oracle.straight(5);
    std::size_t oxygen = 0;
    while (oracle.hop.initial.species[oxygen] != "O") ++oxygen;
    std::size_t other = oxygen + 1;
    while (oracle.hop.initial.species[other] != "O") ++other;
    path[2][oxygen] = path[2][other] + Vec3{0.3, 0, 0};
    CrystalBand const band = relaxed({&oracle.hop, path, {}}, oracle.set);
    CHECK(band.band.status == BandStatus::not_finite);
    CHECK_THAT(band.reason, ContainsSubstring("image 2: O") && ContainsSubstring("well"));
  }
  SECTION("a path of other ions") {
    CrystalPath path = oracle.straight(5);
    path[1].pop_back();
    CHECK_THROWS_WITH(relaxed({&oracle.hop, path, {}}, oracle.set),
                      ContainsSubstring("an image of 94 ions, expected 95"));
  }
}
