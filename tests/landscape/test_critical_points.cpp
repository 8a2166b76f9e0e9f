// Minima, saddles and maxima on surfaces where all are known, and Morse's relation where they are not.
#include <algorithm>
#include <array>
#include <random>

#include <ionscape/landscape/critical_points.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/property.hpp>

#include "surfaces.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::WithinAbs;

namespace {

using Counts = std::array<std::size_t, 4>;

Counts counts(CriticalPoints const& found) {
  Counts out;
  for (int k = 0; k < 4; ++k) out[std::size_t(k)] = found.of_index(k).size();
  return out;
}

CriticalPoints search(SiteEnergy const& model, double resolution = 0.2, double emax = 100) {
  return critical_points(model, energy_grid(model, {resolution, emax}));
}

/// Vertices - edges + faces - cubes of what lies below a level on a grid.
int euler_of_cubes(EnergyGrid const& grid, double level) {
  auto const below = [&](std::array<int, 3> s) {
    for (std::size_t k = 0; k < 3; ++k) s[k] %= grid.n[k];
    return grid.energy[grid.point(s)] < level;
  };
  int euler = 0;
  for (std::size_t p = 0; p < grid.size(); ++p)
    for (int cell = 0; cell < 8; ++cell) {  // which axes the vertex, edge, face or cube spans
      auto const s = grid.steps(p);
      bool all = true;
      for (int corner = 0; corner < 8; ++corner)
        if ((corner & cell) == corner)
          all &= below({s[0] + (corner & 1), s[1] + (corner >> 1 & 1), s[2] + (corner >> 2 & 1)});
      int const dimension = (cell & 1) + (cell >> 1 & 1) + (cell >> 2 & 1);
      if (all) euler += dimension % 2 == 0 ? 1 : -1;
    }
  return euler;
}

}  // namespace

TEST_CASE("The eight critical points of three cosines are found to the last digit") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7}, origin{0.37, -1.1, 2.9};
  Waves const model = cosines(size, A, box(size), origin);
  CriticalPoints const found = search(model);
  REQUIRE(counts(found) == Counts{1, 3, 3, 1});
  CHECK(found.complete());
  CHECK(found.morse.euler == 0);
  double const energies[] = {-1.05, -.85, -.55, .35, -.35, .55, .85, 1.05};
  Vec3 const halves[] = {{0, 0, 0},   {.5, 0, 0},  {0, .5, 0},  {0, 0, .5},
                         {.5, .5, 0}, {.5, 0, .5}, {0, .5, .5}, {.5, .5, .5}};
  for (std::size_t i = 0; i < 8; ++i) {
    CriticalPoint const& p = found.points[i];
    CHECK_THAT(p.energy, WithinAbs(energies[i], 1e-12));
    CHECK(p.gradient <= 1e-8);
    Vec3 const away = p.place - origin - box(size).to_cartesian(halves[i]);
    CHECK(norm(minimum_image(box(size), away)) < 1e-7);
    // Curvatures are (2 pi/size)^2 A, with the sign of the cosine.
    auto const k2 = [](double s) { return 4 * pi * pi / (s * s); };
    std::array<double, 3> curvature{A.x * k2(size.x) * (halves[i].x > 0 ? -1 : 1),
                                    A.y * k2(size.y) * (halves[i].y > 0 ? -1 : 1),
                                    A.z * k2(size.z) * (halves[i].z > 0 ? -1 : 1)};
    std::ranges::sort(curvature);
    for (std::size_t k = 0; k < 3; ++k) CHECK_THAT(p.curvature[k], WithinAbs(curvature[k], 1e-7));
    Vec3 const f = box(size).to_fractional(p.place);
    for (double x : {f.x, f.y, f.z}) CHECK((x >= 0 && x < 1));
  }
  // The softest direction of the lowest saddle.
  CHECK_THAT(std::fabs(found.saddles()[0].direction[0].x), WithinAbs(1, 1e-9));
}

TEST_CASE("Hosts of a simple cubic, fcc and bcc lattice have the sites of their geometry") {
  double const a = 4;
  Cell const cell = box({a, a, a});
  struct Host {
    char const* name;
    std::vector<Vec3> ions;  // fractional
    Counts counts;
    std::array<Vec3, 3> first_of_each;  // one point of each index, fractional
  };
  Host const hosts[] = {
      // cube centre; face; edge
      {"simple cubic", {{0, 0, 0}}, {1, 3, 3, 0}, {Vec3{.5, .5, .5}, {.5, .5, 0}, {.5, 0, 0}}},
      // 4 octahedra and 8 tetrahedra; 32 triangles, whose saddle lies on the threefold axis; 24 edges
      {"fcc",
       {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}},
       {12, 32, 24, 0},
       {Vec3{.5, .5, .5}, {-1, -1, -1}, {.25, .25, 0}}},
      // 12 tetrahedra; 24 triangles; 6 octahedra and 8 edges along the threefold axes
      {"bcc",
       {{0, 0, 0}, {.5, .5, .5}},
       {12, 24, 14, 0},
       {Vec3{.5, .25, 0}, {-1, -1, -1}, {.5, .5, 0}}},
  };
  for (Host const& host : hosts) {
    INFO(host.name);
    std::vector<Vec3> ions;
    for (Vec3 f : host.ions) ions.push_back(cell.to_cartesian(f));
    Repulsion const model(cell, ions, 1000, 0.35);
    CriticalPoints const found = search(model, 0.2, 40);
    CHECK(counts(found) == host.counts);
    CHECK(found.complete());
    CHECK(found.morse.euler == int(host.ions.size()));  // a ball less for each ion
    CHECK(found.morse.level == found.morse.level);
    for (int k = 0; k < 3; ++k) {
      Vec3 const f = host.first_of_each[std::size_t(k)];
      if (f.x < 0) continue;
      CHECK(std::ranges::any_of(found.of_index(k), [&](CriticalPoint const& p) {
        return norm(minimum_image(cell, p.place - cell.to_cartesian(f))) < 1e-6;
      }));
    }
  }
}

TEST_CASE("Morse's relation holds on random surfaces, whole and below a level") {
  Cell const cell{{5, 0, 0}, {-1, 5.5, 0}, {0.8, 1.1, 4.7}};
  for (unsigned seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    Waves const model = random_waves(cell, seed);
    CriticalPoints const all = search(model);
    CHECK(all.complete());
    CHECK(all.morse.euler == 0);
    // Part of it: below a level that is no critical value.
    EnergyGrid const fine = energy_grid(model, {0.1, 1.2});
    CriticalPoints const part = critical_points(model, energy_grid(model, {0.2, 1.2}));
    CHECK(part.morse.holds());
    CHECK(part.unresolved.empty());
    CHECK(part.morse.euler == euler_of_cubes(fine, part.morse.level));
    for (CriticalPoint const& p : part.points) {
      CHECK(p.gradient <= 1e-8);
      CHECK(std::ranges::any_of(all.points, [&](CriticalPoint const& q) {
        return norm(minimum_image(cell, p.place - q.place)) < 1e-6 && p.index == q.index;
      }));
    }
    std::size_t below = 0;
    for (CriticalPoint const& q : all.points) below += q.energy < part.morse.level;
    std::size_t in_part = 0;
    for (CriticalPoint const& q : part.points) in_part += q.energy < part.morse.level;
    CHECK(below == in_part);
  }
}

TEST_CASE("Plain Newton steps from everywhere find no other points") {
  Cell const cell{{5, 0, 0}, {-1, 5.5, 0}, {0.8, 1.1, 4.7}};
  for (unsigned seed : {1u, 2u, 3u}) {
    Waves const model = random_waves(cell, seed);
    CriticalPoints const found = search(model);
    std::mt19937 random(seed);
    int converged = 0;
    for (int start = 0; start < 20000; ++start) {
      auto const uniform = [&] { return double(random()) / 4294967296.0; };
      double const x = uniform(), y = uniform();
      Vec3 r = cell.to_cartesian({x, y, uniform()});
      LocalEnergy here = model.local(r);
      for (int n = 0; n < 25 && norm(here.gradient) > 1e-10; ++n) {
        // Cramer's rule
        auto const& h = here.hessian;
        Vec3 const a{h[0][0], h[1][0], h[2][0]}, b{h[0][1], h[1][1], h[2][1]},
            c{h[0][2], h[1][2], h[2][2]}, g = here.gradient;
        double const det = dot(a, cross(b, c));
        Vec3 step{-dot(g, cross(b, c)) / det, -dot(a, cross(g, c)) / det,
                  -dot(a, cross(b, g)) / det};
        if (norm(step) > 0.3) step = 0.3 / norm(step) * step;
        r += step;
        here = model.local(r);
      }
      if (norm(here.gradient) > 1e-10) continue;
      ++converged;
      bool const known = std::ranges::any_of(found.points, [&](CriticalPoint const& p) {
        return norm(minimum_image(cell, p.place - r)) < 1e-5;
      });
      if (!known) FAIL("missed at " << r.x << " " << r.y << " " << r.z << " E " << here.energy);
    }
    CHECK(converged > 10000);
  }
}

TEST_CASE("The cell's vectors, its size and the origin do not matter") {
  Cell const cell{{5, 0, 0}, {-1, 5.5, 0}, {0.8, 1.1, 4.7}};
  Waves const model = random_waves(cell, 5);
  CriticalPoints const found = search(model);
  auto const same = [&](CriticalPoints const& other, std::size_t times, Vec3 origin) {
    Counts expected = counts(found);
    for (auto& n : expected) n *= times;
    CHECK(counts(other) == expected);
    CHECK(other.complete());
    for (CriticalPoint const& p : other.points)
      CHECK(std::ranges::any_of(found.points, [&](CriticalPoint const& q) {
        return norm(minimum_image(cell, p.place - origin - q.place)) < 1e-6 &&
               std::fabs(p.energy - q.energy) < 1e-10;
      }));
  };
  Vec3 const b = cell.b + 3.0 * cell.a;
  same(search(Waves({cell.a, b, cell.c - 2.0 * b}, model.waves())), 1, {});
  same(search(Waves({cell.a, 2.0 * cell.b, cell.c}, model.waves())), 2, {});
  Vec3 const origin{0.3, 1.7, -0.45};
  same(search(Waves(cell, model.waves(), origin)), 1, origin);
}

TEST_CASE("A coarse grid is made finer where it must be") {
  // A flat well of two minima 0.7 Å apart along x, 3 meV deep: a coarse grid sees one, or many.
  Vec3 const size{6, 4, 4};
  std::vector<Waves::Wave> waves = cosines(size, {1, 0.5, 0.5}, box(size)).waves();
  waves.push_back({{4 * pi / size.x, 0, 0}, 0.27});
  Waves const model(box(size), waves, {0.1, 0.2, 0.15});
  for (double resolution : {0.3, 0.2, 0.1}) {
    INFO(resolution);
    CriticalPoints const found = search(model, resolution);
    CHECK(counts(found) == Counts{2, 6, 6, 2});
    CHECK(found.complete());
  }
}

TEST_CASE("Lines of minima and flat places are said") {
  Cell const cell = box({4, 4, 4});
  CriticalPoints const lines = search(cosines({4, 4, 4}, {1, 1, 0}, cell, {0.1, 0.1, 0.1}));
  CHECK(lines.degenerate() > 0);
  CHECK_FALSE(lines.complete());
  CriticalPoints const flat = search(cosines({4, 4, 4}, {0, 0, 0}, cell));
  CHECK(flat.flat > 0);
  CHECK_FALSE(flat.complete());
  CHECK(flat.points.empty());
}
