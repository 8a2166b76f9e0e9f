// The frozen-host kernel against the plain reference, and its own invariances.
#include <algorithm>
#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/host/frozen_host.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Host = FrozenHost<Exec::memory_space>;

std::vector<Vec3> const fcc{{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};

/// n x n x n conventional fcc cells of unit constant, one ion displaced.
HostFramework fcc_framework(int n, Vec3 displaced = {}) {
  HostFramework host;
  host.cell = {{double(n), 0, 0}, {0, double(n), 0}, {0, 0, double(n)}};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (Vec3 f : fcc) host.positions.push_back(Vec3{double(i), double(j), double(k)} + f);
  host.positions[0] += displaced;
  host.type_of.assign(host.positions.size(), 0);
  host.types = {{1, 1}};
  return host;
}

/// A skewed cell with two types of ions.
HostFramework triclinic_framework() {
  HostFramework host;
  host.cell = {{4.6, 0, 0}, {0.7, 5.1, 0}, {-0.9, 1.1, 4.3}};
  for (Vec3 f : {Vec3{.1, .2, .05}, {.6, .15, .4}, {.3, .7, .8}, {.85, .6, .3}, {.4, .4, .55}})
    host.positions.push_back(host.cell.to_cartesian(f));
  host.type_of = {0, 1, 0, 1, 1};
  host.types = {{-1.5, 1.0}, {0.8, 0.3}};
  return host;
}

HostSurface triclinic_surface(double width0, double width1) {
  return {0, 1.0, 0.9, 35.0, {{width0, {{900, 1 / 0.25}}}, {width1, {{400, 1 / 0.31}}}}};
}

std::vector<Vec3> scatter(HostFramework const& host, double length, int n) {
  std::vector<Vec3> points;
  for (int i = 0; i < n; ++i) {
    auto const f = [i](double s) {
      return std::fmod(0.5 + s * (i + 1), 1.0) * 3 - 1;
    };  // also outside the cell
    points.push_back(length * host.cell.to_cartesian({f(0.8191725), f(0.6710436), f(0.5497005)}));
  }
  return points;
}

struct Worst {
  double energy = 0, force = 0;
};

/// Largest differences from the reference: relative for energies and forces of at least 1 eV and 1
/// eV/Å, else absolute.
Worst compare(HostFramework const& host, HostSurface const& surface, double accuracy,
              int n_points = 24) {
  Host const model(std::span(&host, 1), std::span(&surface, 1), {accuracy});
  auto const points = scatter(host, surface.length, n_points);
  std::vector<int> const index(points.size(), 0);
  auto const results = evaluate_points(Exec(), model, index, points);
  Worst worst;
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto const exact = reference_site_energy(host, surface, points[i]);
    worst.energy = std::max(worst.energy, std::fabs(results[i].energy - exact.energy()) /
                                              std::max(1.0, std::fabs(exact.energy())));
    worst.force = std::max(worst.force,
                           norm(results[i].force - exact.force) / std::max(1.0, norm(exact.force)));
  }
  return worst;
}

}  // namespace

TEST_CASE("The frozen host agrees with the reference to 1e-10 at the tightest setting") {
  struct Case {
    char const* name;
    HostFramework host;
    HostSurface surface;
  };
  HostFramework const bent = fcc_framework(2, {.05, -.08, .02});
  Case const cases[] = {
      {"points and Buckingham", bent, {0, 4.6, -1.5, 60, {{0, {{5000, 1 / 0.22}}}}}},
      {"Gaussians and Born-Mayer", bent, {0, 4.6, -2.5, 0, {{0.2, {{800, 1 / 0.25}}}}}},
      {"narrow Gaussians", bent, {0, 4.6, -2.5, 20, {{0.05, {{800, 1 / 0.25}}}}}},
      {"two repulsions", bent, {0, 4.6, -2.5, 0, {{0.2, {{9000, 1 / 0.12}, {300, 1 / 0.33}}}}}},
      {"three repulsions and r^-6",
       bent,
       {0, 4.6, -2.5, 30, {{0.1, {{300, 4}, {9000, 8}, {50, 2.5}}}}}},
      {"no repulsion", bent, {0, 4.6, -2.5, 0, {{0.2, {}}}}},
      {"one conventional cell", fcc_framework(1), {0, 5.7, -2.0, 0, {{0.2, {{800, 1 / 0.31}}}}}},
      {"two types, skewed", triclinic_framework(), triclinic_surface(0, 0)},
      {"two widths, skewed", triclinic_framework(), triclinic_surface(0.4, 0.6)},
      {"a Gaussian beside a point", triclinic_framework(), triclinic_surface(0, 0.5)},
      {"a very wide Gaussian beside a narrow one", triclinic_framework(),
       triclinic_surface(0.2, 1.9)},
  };
  for (Case const& c : cases) {
    INFO(c.name);
    Worst const worst = compare(c.host, c.surface, 1e-13);
    CHECK(worst.energy < 1e-10);
    CHECK(worst.force < 1e-10);
  }
}

TEST_CASE("The asked accuracy is kept") {
  for (double accuracy : {1e-3, 1e-5, 1e-8, 1e-11}) {
    INFO(accuracy);
    for (double width : {0.0, 0.05, 0.2}) {
      INFO(width);
      Worst const worst = compare(fcc_framework(2, {.1, -.1, 0}),
                                  {0, 4.2, -2, 50, {{width, {{2000, 1 / 0.27}}}}}, accuracy);
      CHECK(worst.energy < accuracy);
      CHECK(worst.force < accuracy);
    }
  }
}

TEST_CASE("Forces are minus the derivatives of the energy") {
  HostFramework const host = triclinic_framework();
  HostSurface surfaces[] = {triclinic_surface(0.3, 0), triclinic_surface(0.5, 0.7)};
  surfaces[1].types[0].repulsion.push_back({5000, 1 / 0.1});
  surfaces[1].types[1].repulsion.push_back({20, 1 / 0.5});
  Host const model(std::span(&host, 1), surfaces, {1e-13});
  double const h = 1e-5;
  Vec3 const r{1.9, 2.2, 1.1};
  std::vector<Vec3> const points{r,
                                 r + Vec3{h, 0, 0},
                                 r - Vec3{h, 0, 0},
                                 r + Vec3{0, h, 0},
                                 r - Vec3{0, h, 0},
                                 r + Vec3{0, 0, h},
                                 r - Vec3{0, 0, h}};
  for (int s : {0, 1}) {
    INFO("surface " << s);
    auto const e = evaluate_points(Exec(), model, std::vector<int>(7, s), points);
    CHECK(e[0].force.x == Approx(-(e[1].energy - e[2].energy) / (2 * h)).epsilon(1e-7));
    CHECK(e[0].force.y == Approx(-(e[3].energy - e[4].energy) / (2 * h)).epsilon(1e-7));
    CHECK(e[0].force.z == Approx(-(e[5].energy - e[6].energy) / (2 * h)).epsilon(1e-7));
  }
}

TEST_CASE("A surface in a batch, and a point in a list, have the same bits as alone") {
  HostFramework const frameworks[] = {fcc_framework(2, {.1, 0, 0}), triclinic_framework()};
  std::vector<HostSurface> surfaces;
  for (int i = 0; i < 40; ++i)
    surfaces.push_back({0, 4.0 + 0.05 * i, -1.0 - 0.03 * i, 0, {{0.2, {{700, 1 / 0.26}}}}});
  surfaces.push_back(triclinic_surface(0, 0.4));
  surfaces.back().framework = 1;
  Host const batch(frameworks, surfaces, {1e-9});
  auto const points = scatter(frameworks[0], 4.4, 41);
  std::vector<int> index(41);
  for (int i = 0; i < 41; ++i) index[i] = i;
  auto const together = evaluate_points(Exec(), batch, index, points);
  for (int i : {0, 17, 40}) {
    auto const alone =
        evaluate_points(Exec(), batch, std::span(&index[i], 1), std::span(&points[i], 1));
    CHECK(alone[0].energy == together[i].energy);
    CHECK(alone[0].force == together[i].force);
  }
}

TEST_CASE(
    "Sharing one framework between hosts that differ by scale, strength and width changes nothing "
    "that was asked") {
  HostFramework const shared = fcc_framework(2, {.1, 0, 0});
  std::vector<HostSurface> const surfaces{
      {0, 3.7, -1.2, 0, {{0.2, {{800, 1 / 0.25}}}}},
      {0, 5.5, -2.7, 0, {{0.2, {{800, 1 / 0.25}}}}},
      {0, 4.5, -2.0, 0, {{0.26, {{500, 1 / 0.25}, {9000, 1 / 0.1}}}}},
      {0, 4.8, -2.0, 0, {{0.02, {{500, 1 / 0.25}}}}},
      {0, 4.8, -2.0, 40, {{0.0, {{500, 1 / 0.25}, {20, 1 / 0.45}, {9000, 1 / 0.1}}}}},
      {0, 4.5, -2.0, 0, {{0.6, {}}}},
  };
  Host const together(std::span(&shared, 1), surfaces, {1e-9});
  for (int s = 0; s < int(surfaces.size()); ++s) {
    INFO("surface " << s);
    Host const alone(std::span(&shared, 1), std::span(&surfaces[s], 1), {1e-9});
    auto const points = scatter(shared, surfaces[s].length, 12);
    auto const a = evaluate_points(Exec(), together, std::vector<int>(12, s), points);
    auto const b = evaluate_points(Exec(), alone, std::vector<int>(12, 0), points);
    for (int i = 0; i < 12; ++i) {
      auto const exact = reference_site_energy(shared, surfaces[s], points[i]);
      for (auto const& ours : {a[i], b[i]}) {
        CHECK(std::fabs(ours.energy - exact.energy()) <
              1e-9 * std::max(1.0, std::fabs(exact.energy())));
        CHECK(norm(ours.force - exact.force) < 1e-9 * std::max(1.0, norm(exact.force)));
      }
    }
  }
}

TEST_CASE(
    "The same ions under different screening clouds, with soft repulsions, keep the asked "
    "accuracy") {
  HostFramework const bare = fcc_framework(2, {.1, 0, 0});
  std::vector<HostFramework> frameworks;
  std::vector<HostSurface> surfaces;
  for (double cloud : {0.0, 0.27, 0.33}) {
    frameworks.push_back(bare);
    frameworks.back().screening_width = cloud;
    for (double length : {4.6, 6.6})
      surfaces.push_back({int(frameworks.size()) - 1,
                          length,
                          -3.5,
                          -88,
                          {{0.16 + 0.002 * length, {{55, 1 / 0.7}}}}});
  }
  frameworks.push_back(fcc_framework(1));  // other ions
  surfaces.push_back({int(frameworks.size()) - 1, 5.0, -3.5, -88, {{0.17, {{55, 1 / 0.7}}}}});
  double const accuracy = 1e-8;
  Host const model(frameworks, surfaces, {accuracy});
  for (int s = 0; s < int(surfaces.size()); ++s) {
    INFO("surface " << s);
    HostFramework const& host = frameworks[surfaces[s].framework];
    auto const points = scatter(host, surfaces[s].length, 8);
    auto const e = evaluate_points(Exec(), model, std::vector<int>(8, s), points);
    for (int i = 0; i < 8; ++i) {
      auto const exact = reference_site_energy(host, surfaces[s], points[i]);
      CHECK(std::fabs(e[i].energy - exact.energy()) <
            accuracy * std::max(1.0, std::fabs(exact.energy())));
      CHECK(norm(e[i].force - exact.force) < accuracy * std::max(1.0, norm(exact.force)));
    }
  }
}

TEST_CASE("An ion inside a Buckingham well is reported, one outside is not") {
  HostFramework const host = fcc_framework(2);
  HostSurface const surface{0, 4.6, -1.5, 60, {{0, {{5000, 1 / 0.22}, {100, 1 / 0.3}}}}};
  double const turnover = turnover_radius(surface.types[0].repulsion, 60);
  Host const model(std::span(&host, 1), std::span(&surface, 1));
  std::vector<Vec3> const points{
      {0.9 * turnover, 0, 0}, {2.3, 2.3, 2.3}, {9.2 - 0.5 * turnover, 0, 0}};
  auto const e = evaluate_points(Exec(), model, std::vector<int>(3, 0), points);
  CHECK(e[0].approach == Approx(0.9));
  CHECK(e[1].approach == Approx(2.3 / turnover));
  CHECK(e[2].approach == Approx(0.5));
}

TEST_CASE("A position that is not a number gives an energy that is not a number") {
  HostFramework const host = fcc_framework(1);
  HostSurface const surface{0, 4.6, -1.5, 0, {{0.2, {{500, 1 / 0.25}}}}};
  Host const model(std::span(&host, 1), std::span(&surface, 1));
  std::vector<Vec3> const points{{std::nan(""), 0, 0}, {2.3, 2.3, 2.3}};
  auto const e = evaluate_points(Exec(), model, std::vector<int>(2, 0), points);
  CHECK(std::isnan(e[0].energy));
  CHECK(std::isfinite(e[1].energy));
}

TEST_CASE(
    "The asked accuracy is kept where the repulsion decays within less than the spacing of the "
    "ions") {
  for (double rho : {0.05, 0.12, 0.25}) {
    INFO(rho);
    Worst const worst =
        compare(fcc_framework(2), {0, 4.6, -2.5, 0, {{0.2, {{1e5, 1 / rho}}}}}, 1e-7);
    CHECK(worst.energy < 1e-7);
    CHECK(worst.force < 1e-7);
  }
}

TEST_CASE("Hosts whose lists would not fit into memory are refused before they are built") {
  HostFramework const host = fcc_framework(2);
  HostSurface const surface{0, 0.02, -1.5, 0, {{0.2, {{500, 1 / 0.25}}}}};
  CHECK_THROWS_WITH((Host(std::span(&host, 1), std::span(&surface, 1))),
                    Catch::Matchers::ContainsSubstring("GB"));
}

TEST_CASE("Frozen hosts that make no sense are refused") {
  HostFramework host = fcc_framework(1);
  HostSurface surface{0, 4.6, -1.5, 0, {{0.2, {{500, 1 / 0.25}}}}};
  auto const build = [&](double accuracy) {
    Host(std::span(&host, 1), std::span(&surface, 1), {accuracy});
  };
  CHECK_NOTHROW(build(1e-8));
  CHECK_THROWS_AS(build(0), InputError);
  surface.framework = 1;
  CHECK_THROWS_AS(build(1e-8), InputError);
  surface.framework = 0;
  surface.length = -1;
  CHECK_THROWS_AS(build(1e-8), InputError);
  surface.length = 4.6;
  auto const types = surface.types;
  surface.types.clear();
  CHECK_THROWS_AS(build(1e-8), InputError);
  surface.types = types;
  surface.types[0].width = -0.1;
  CHECK_THROWS_AS(build(1e-8), InputError);
  surface.types = types;
  surface.types[0].repulsion.push_back({100, 0});
  CHECK_THROWS_AS(build(1e-8), InputError);
  surface.types = types;
  host.cell.c = {};
  CHECK_THROWS_AS(build(1e-8), InputError);
}

TEST_CASE("Many threads that evaluate points themselves get the kernel's bits") {
  using Threads = Kokkos::DefaultHostExecutionSpace;
  HostFramework const hosts[] = {fcc_framework(2, {.05, -.08, .02}), triclinic_framework()};
  HostSurface const surfaces[] = {{0, 4.6, -1.5, 60, {{0, {{5000, 1 / 0.22}}}}},
                                  triclinic_surface(0.4, 0.6)};
  HostSurface second = surfaces[1];
  second.framework = 1;
  FrozenHost<Threads::memory_space> const model(hosts, std::vector{surfaces[0], second});
  for (int s : {0, 1}) {
    auto const points = scatter(hosts[s], surfaces[s].length, 50);
    auto const expected = evaluate_points(Threads(), model, std::vector<int>(50, s), points);
    std::vector<double> energies(50);
    std::vector<Vec3> forces(50);
    Kokkos::parallel_for(Kokkos::RangePolicy<Threads>(0, 10), [&](int i) {
      auto const part = [&](auto& all) { return std::span(all).subspan(std::size_t(i) * 5, 5); };
      model.evaluate_here(s, part(points), part(energies), part(forces));
    });
    Threads().fence();
    for (std::size_t i = 0; i < 50; ++i) {
      CHECK(energies[i] == expected[i].energy);
      CHECK(forces[i] == expected[i].force);
    }
  }
}

TEST_CASE("Second derivatives of a frozen host are the slopes of its forces") {
  using Threads = Kokkos::DefaultHostExecutionSpace;
  HostFramework const bent = fcc_framework(2, {.05, -.08, .02}), skewed = triclinic_framework();
  HostFramework screened = bent;
  screened.screening_width = 0.4;
  struct Case {
    HostFramework host;
    HostSurface surface;
  };
  for (Case const& c : {Case{bent, {0, 4.6, -1.5, 60, {{0, {{5000, 1 / 0.22}}}}}},
                        Case{bent, {0, 4.6, -2.5, 0, {{0.2, {{9000, 1 / 0.12}, {300, 1 / 0.33}}}}}},
                        Case{screened, {0, 4.6, -2.5, 0, {{0.2, {{800, 1 / 0.25}}}}}},
                        Case{skewed, triclinic_surface(0, 0.5)}}) {
    FrozenHost<Threads::memory_space> const model(std::span(&c.host, 1), std::span(&c.surface, 1),
                                                  {1e-12});
    for (Vec3 r : scatter(c.host, c.surface.length, 8)) {
      Vec3 force;
      std::array<std::array<double, 3>, 3> hessian;
      double const energy = model.evaluate_here(0, r, force, hessian);
      double plain;
      Vec3 plain_force;
      model.evaluate_here(0, std::span(&r, 1), std::span(&plain, 1), std::span(&plain_force, 1));
      CHECK(std::fabs(energy - plain) < 1e-11 * (1 + std::fabs(plain)));
      CHECK(norm(force - plain_force) < 1e-11 * (1 + norm(plain_force)));
      auto const force_at = [&](Vec3 at) {
        return reference_site_energy(c.host, c.surface, at).force;
      };
      for (std::size_t k = 0; k < 3; ++k) {
        auto const slope = [&](double h) {
          Vec3 const d{k == 0 ? h : 0, k == 1 ? h : 0, k == 2 ? h : 0};
          return 1 / (2 * h) * (force_at(r - d) - force_at(r + d));
        };
        Vec3 const expected = 4.0 / 3 * slope(5e-4) - 1.0 / 3 * slope(1e-3);
        Vec3 const found{hessian[k][0], hessian[k][1], hessian[k][2]};
        CHECK(norm(found - expected) < 1e-7 * (1 + norm(expected)));
      }
    }
  }
}
