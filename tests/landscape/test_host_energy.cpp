// The landscape of a potential set, against the plain reference and another code's barrier.
#include <cmath>
#include <filesystem>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/landscape/host_energy.hpp>
#include <ionscape/landscape/network_diffusion.hpp>
#include <ionscape/landscape/site_network.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using Catch::Matchers::WithinAbs;

namespace {

/// Ends of the hop of tests/data/barriers/li2o_frozen_host, and what stays where it is.
struct FrozenHop {
  Crystal host;
  Vec3 initial, final_, saddle;
  PotentialSet set;

  FrozenHop() {
    std::filesystem::path const folder =
        std::filesystem::path(IONSCAPE_TEST_DATA) / "barriers" / "li2o_frozen_host";
    set = read_potential_set(folder / "set.toml");
    host = read_crystal(folder / "initial.vasp");
    Crystal const end = read_crystal(folder / "final.vasp");
    std::size_t moves = 0;
    while (norm(end.positions[moves] - host.positions[moves]) < 0.1) ++moves;
    initial = host.positions[moves];
    final_ = end.positions[moves];
    saddle = read_crystal(folder / "saddle.vasp").positions[moves];
    host.species.erase(host.species.begin() + long(moves));
    host.positions.erase(host.positions.begin() + long(moves));
  }
};

Vec3 row(LocalEnergy const& local, std::size_t i) {
  return {local.hessian[i][0], local.hessian[i][1], local.hessian[i][2]};
}

}  // namespace

TEST_CASE("The surface of a set in a host is the reference's") {
  FrozenHop const hop;
  HostModel const model = rigid_host(hop.host, hop.set, "Li");
  HostSurfaceEnergy const surface(model);
  for (Vec3 r : {hop.initial, Vec3{1.1, 8.0, 2.6}, Vec3{-4.3, 1.2, 13.0}}) {
    auto const exact = reference_site_energy(model.framework, model.surface, r);
    LocalEnergy const local = surface.local(r);
    CHECK_THAT(local.energy, WithinAbs(exact.energy(), 1e-9));
    CHECK(norm(local.gradient + exact.force) < 1e-9 * (1 + norm(exact.force)));
    double energy = 0;
    surface.energies(std::span(&r, 1), std::span(&energy, 1));
    CHECK_THAT(energy, WithinAbs(exact.energy(), 1e-5));
    for (std::size_t k = 0; k < 3; ++k) {
      // Richardson's extrapolation of differences of the reference's forces.
      auto const slope = [&](double h) {
        Vec3 const d{k == 0 ? h : 0, k == 1 ? h : 0, k == 2 ? h : 0};
        auto const force = [&](Vec3 at) {
          return reference_site_energy(model.framework, model.surface, at).force;
        };
        return 1 / (2 * h) * (force(r - d) - force(r + d));
      };
      Vec3 const expected = 4.0 / 3 * slope(1e-3) - 1.0 / 3 * slope(2e-3);
      CHECK(norm(row(local, k) - expected) < 3e-6 * (1 + norm(expected)));
    }
  }
}

TEST_CASE("Li in a frozen Li2O with a vacancy: the minimax barrier is that of a converged band") {
  FrozenHop const hop;
  HostSurfaceEnergy const surface(rigid_host(hop.host, hop.set, "Li"));
  SiteNetwork const network = site_network(surface, energy_grid(surface, {0.2, 3}));
  for (std::string const& note : network.notes) UNSCOPED_INFO(note);
  CHECK(network.complete);
  auto const from = network.nearest(hop.initial), to = network.nearest(hop.final_);
  CHECK(from.distance < 1e-5);
  CHECK(to.distance < 1e-5);
  auto const way = network.way(from.site, to.site, to.shift - from.shift);
  REQUIRE(way.has_value());
  CHECK_THAT(way->energy - network.sites[from.site].energy, WithinAbs(0.052812, 1e-6));
  CHECK(norm(minimum_image(network.cell, network.saddles[way->bottleneck].place - hop.saddle)) <
        1e-5);
  CHECK(way->steps.size() == 1);
}

TEST_CASE("Inside the well of a host ion the energy is infinite") {
  struct Case {
    double charge, C;
  };
  for (Case const c : {Case{-2, 10}, Case{-2, 0}, Case{1, 30}}) {
    HostModel model;
    model.framework = {{{6, 0, 0}, {0, 6, 0}, {0, 0, 6}}, {{1, 1, 1}}, {0}, {{c.charge, 1}}, 0};
    model.surface = {0, 1, 1, c.C, {{0, {{1000, 1 / 0.3}}}}};
    HostSurfaceEnergy const surface(model);
    // The top of the wall: the outermost maximum of the pair's energy.
    double top = 0, highest = -1e300;
    for (double r = 1.2; r > 0.01; r -= 1e-4) {
      double const v =
          coulomb_constant * c.charge / r + 1000 * std::exp(-r / 0.3) - c.C / std::pow(r, 6);
      if (v < highest) break;
      highest = v, top = r;
    }
    REQUIRE(top > 0.02);
    Vec3 const centre{7, 1, -5}, inside = centre + Vec3{0.97 * top, 0, 0},
                                 outside = centre + Vec3{1.02 * top, 0, 0};
    std::array<Vec3, 2> const places{inside, outside};
    std::array<double, 2> energies;
    surface.energies(places, energies);
    CHECK(std::isinf(energies[0]));
    CHECK(std::isfinite(energies[1]));
    CHECK(std::isinf(surface.local(inside).energy));
    CHECK(std::isfinite(surface.local(outside).energy));
  }
}

TEST_CASE("An ion that falls into the host's ions has no landscape") {
  HostModel model;
  model.framework = {{{6, 0, 0}, {0, 6, 0}, {0, 0, 6}}, {{1, 1, 1}}, {0}, {{-2, 0}}, 0};
  model.surface = {0, 1, 1, 0, {{0, {}}}};
  CHECK(ionscape_test::input_error([&] { HostSurfaceEnergy{model}; }).find("charge -2") !=
        std::string::npos);
  model.framework.types[0].charge = 2;  // like charges need none
  CHECK_NOTHROW(HostSurfaceEnergy{model});
}
