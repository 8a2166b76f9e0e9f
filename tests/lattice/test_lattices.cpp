// Sites of lattices in all their symmetry, where the division into tetrahedra leaves most choices:
// some 170 lattices of the fourteen Bravais types with ordinary and special ratios.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

struct Named {
  std::string name;
  Crystal crystal;
};

Cell cell_of(double a, double b, double c, double alpha, double beta, double gamma) {
  double const degree = pi / 180, ca = std::cos(alpha * degree), cb = std::cos(beta * degree),
               cg = std::cos(gamma * degree), sg = std::sin(gamma * degree);
  double const y = (ca - cb * cg) / sg;
  return {{a, 0, 0}, {b * cg, b * sg, 0}, c * Vec3{cb, y, std::sqrt(1 - cb * cb - y * y)}};
}

using Centring = std::vector<Vec3>;
Centring const primitive = {{0, 0, 0}}, body = {{0, 0, 0}, {0.5, 0.5, 0.5}},
               base = {{0, 0, 0}, {0.5, 0.5, 0}},
               face = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};

std::vector<Named> lattices() {
  std::vector<Named> all;
  auto const add = [&](std::string const& type, Centring const& centring, double a, double b,
                       double c, double alpha, double beta, double gamma) {
    Crystal crystal{cell_of(a, b, c, alpha, beta, gamma), {}, {}, {}, {}};
    for (Vec3 f : centring) {
      crystal.positions.push_back(crystal.cell.to_cartesian(f));
      crystal.species.push_back("O");
    }
    std::string name = type;
    for (double x : {a, b, c, alpha, beta, gamma}) name += " " + std::to_string(x);
    all.push_back({name, crystal});
  };
  double const r2 = std::sqrt(2.0), r3 = std::sqrt(3.0);
  add("cP", primitive, 3, 3, 3, 90, 90, 90);
  add("cI", body, 3, 3, 3, 90, 90, 90);
  add("cF", face, 3, 3, 3, 90, 90, 90);
  std::array const ratios = {0.5, 0.6,  1 / r2, 0.75, 0.8, 0.9, 0.95, 1.05, 1.1,
                             1.2, 1.25, r2,     1.5,  1.6, r3,  2.0,  2.5,  3.0};
  for (double x : ratios) {
    add("tP", primitive, 3, 3, 3 * x, 90, 90, 90);
    add("tI", body, 3, 3, 3 * x, 90, 90, 90);
    add("hP", primitive, 3, 3, 3 * x, 90, 90, 120);
  }
  add("hP", primitive, 3, 3, 3, 90, 90, 120);
  add("hP", primitive, 3, 3, 3 * 2.84 / 2.9, 90, 90, 120);
  for (double angle : {40., 50., 55., 65., 70., 75., 80., 85., 95., 100., 105., 108., 112., 115.})
    add("hR", primitive, 3, 3, 3, angle, angle, angle);
  std::pair<double, double> const pairs[] = {std::pair(1.1, 1.2), {1.2, 1.5}, {1.1, r2}, {r2, r3},
                                             {1.5, 2.0},          {1.3, 1.3}, {1.0, 1.4}};
  for (auto const& [x, y] : pairs) {
    add("oP", primitive, 3, 3 * x, 3 * y, 90, 90, 90);
    add("oC", base, 3, 3 * x, 3 * y, 90, 90, 90);
    add("oI", body, 3, 3 * x, 3 * y, 90, 90, 90);
    add("oF", face, 3, 3 * x, 3 * y, 90, 90, 90);
  }
  for (double angle : {95., 100., 105., 110., 120., 125., 135.})
    for (auto const& [x, y] : {std::pair(1.1, 1.2), {1.0, 1.0}, {1.4, 0.9}}) {
      add("mP", primitive, 3, 3 * x, 3 * y, 90, angle, 90);
      add("mC", base, 3, 3 * x, 3 * y, 90, angle, 90);
    }
  for (auto const& [x, y] : {std::pair(1.0, 1.0), {1.1, 1.2}, {1.3, 1.6}})
    for (auto const& [alpha, beta, gamma] : {std::tuple(60., 70., 80.),
                                             {75., 80., 85.},
                                             {85., 95., 100.},
                                             {100., 105., 110.},
                                             {60., 60., 90.},
                                             {60., 90., 90.},
                                             {70., 70., 110.},
                                             {80., 80., 80.1},
                                             {90., 90., 91.}})
      add("aP", primitive, 3, 3 * x, 3 * y, alpha, beta, gamma);
  return all;
}

void require_fills_the_cell(SiteGraph const& graph, Crystal const& crystal) {
  double filled = 0;
  std::vector<std::size_t> triangles(graph.sites.size());
  for (Site const& site : graph.sites) filled += volume(crystal, site);
  for (SharedFace const& f : graph.faces) ++triangles[f.i], ++triangles[f.j];
  CHECK(filled == Approx(crystal.cell.volume()).epsilon(1e-9));
  for (std::size_t s = 0; s < graph.sites.size(); ++s)
    CHECK(triangles[s] == 2 * graph.sites[s].vertices.size() - 4);  // Euler
}

/// What does not depend on the description: per ion, how many sites of which kind, with how many
/// vertices, which measure and which volume.
using Census = std::map<std::tuple<SiteKind, std::size_t, long, long>, double>;
Census census(Crystal const& crystal) {
  Census result;
  auto const rounded = [](double x) { return std::lround(1e4 * x + 0.2718); };  // no value of ours
  for (Site const& site : find_sites(crystal).sites) {
    double const csm = site.kind == SiteKind::other ? 0 : symmetry_measure(crystal, site);
    result[{site.kind, site.vertices.size(), rounded(csm), rounded(volume(crystal, site))}] +=
        1.0 / double(crystal.size());
  }
  return result;
}

Crystal repeated(Crystal const& crystal, int na, int nb, int nc) {
  Crystal result{{na * crystal.cell.a, nb * crystal.cell.b, nc * crystal.cell.c}, {}, {}, {}, {}};
  for (int a = 0; a < na; ++a)
    for (int b = 0; b < nb; ++b)
      for (int c = 0; c < nc; ++c)
        for (Vec3 r : crystal.positions) {
          result.positions.push_back(r + translation(crystal.cell, {a, b, c}));
          result.species.push_back("O");
        }
  return result;
}

}  // namespace

TEST_CASE("The sites of all Bravais lattices fill the cell, however the lattice is described") {
  auto const all = lattices();
  CHECK(all.size() >= 169);
  for (auto const& [name, crystal] : all) {
    CAPTURE(name);
    SiteGraph const graph = find_sites(crystal);
    require_fills_the_cell(graph, crystal);
    Census const expected = census(crystal);

    Crystal shifted = crystal;
    for (Vec3& r : shifted.positions) r += Vec3{0.1234, -17.3, 5.1};
    CHECK(census(shifted) == expected);

    Crystal skewed = crystal;
    Cell const& cell = crystal.cell;
    skewed.cell = {cell.b, cell.c - 3 * cell.b, cell.a + 2 * cell.c};
    CHECK(census(skewed) == expected);

    Census larger = census(repeated(crystal, 2, 1, 2));
    CHECK(larger.size() == expected.size());
    for (auto const& [what, number] : expected) CHECK(larger[what] == Approx(number));
  }
}

TEST_CASE("A simple hexagonal framework has two trigonal prisms per anion") {
  for (double ratio : {0.8, 0.9, 2.84 / 2.9, 1.0, 1.1}) {
    Crystal const crystal{cell_of(2.9, 2.9, 2.9 * ratio, 90, 90, 120), {"O"}, {{0, 0, 0}}, {}, {}};
    SiteGraph const graph = find_sites(crystal);
    REQUIRE(graph.sites.size() == 2);
    for (Site const& site : graph.sites) {
      CHECK(site.kind == SiteKind::prism);
      CHECK(site.vertices.size() == 6);
      if (ratio == 1.0) CHECK(symmetry_measure(crystal, site) < 1e-10);
    }
  }
}

namespace {

/// Oxygen of LiNbO2 (and, with other heights, of P2-NaxCoO2): sheets A A B B.
Crystal prismatic_sheets(double noise) {
  Crystal crystal{cell_of(2.904, 2.904, 10.46, 90, 90, 120), {"O", "O", "O", "O"}, {}, {}, {}};
  double const third = 1.0 / 3, z = 0.1263;
  for (Vec3 f : {Vec3{third, 2 * third, z},
                 {2 * third, third, z + 0.5},
                 {2 * third, third, 1 - z},
                 {third, 2 * third, 0.5 - z}})
    crystal.positions.push_back(crystal.cell.to_cartesian(f));
  crystal = repeated(crystal, 2, 2, 1);
  std::mt19937 bits(5);
  for (Vec3& r : crystal.positions)
    for (double* x : {&r.x, &r.y, &r.z}) *x += noise * (double(bits()) / 2147483648.0 - 1);
  return crystal;
}

}  // namespace

TEST_CASE("Prisms, octahedra and tetrahedra stand side by side in AABB sheets, displaced or not") {
  for (double noise : {0.0, 1e-6, 1e-4, 1e-2, 0.05, 0.1, 0.15}) {
    Crystal const crystal = prismatic_sheets(noise);
    CAPTURE(noise);
    SiteGraph const graph = find_sites(crystal);
    auto const count = [&](SiteKind kind) {
      return std::ranges::count(graph.sites, kind, &Site::kind);
    };
    CHECK(count(SiteKind::tet) == 16);
    CHECK(count(SiteKind::oct) == 8);
    CHECK(count(SiteKind::prism) == 16);
    CHECK(count(SiteKind::other) == 0);
    double filled = 0;
    for (Site const& site : graph.sites) filled += volume(crystal, site);
    // The squares between displaced prisms are not flat, and what lies in both hulls counts twice.
    CHECK(filled == Approx(crystal.cell.volume()).epsilon(1e-9 + noise / 10));
  }
}
