#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

constexpr double v = 25.28;
double const neighbour_distance = std::cbrt(4 * v) / std::sqrt(2.0);
constexpr FccSupercell primitive_cell = {{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}};

FccModel paper_model() { return fcc_model(v, conventional_cells(2, 2, 2), "O", -2); }

std::size_t count(SiteGraph const& graph, SiteKind kind) {
  return std::ranges::count(graph.sites, kind, &Site::kind);
}

Crystal with_positions(Cell const& cell, std::vector<Vec3> const& fractional) {
  Crystal crystal{cell, std::vector<std::string>(fractional.size(), "O"), {}, {}, {}};
  for (Vec3 f : fractional) crystal.positions.push_back(cell.to_cartesian(f));
  return crystal;
}

/// Ideal hcp of na x na x nc cells with two ions each.
Crystal hcp(int na, int nc) {
  double const a = 3.2, c = a * std::sqrt(8.0 / 3);
  Cell const cell{{a, 0, 0}, {-a / 2, a * std::sqrt(3.0) / 2, 0}, {0, 0, c}};
  Crystal crystal = with_positions({na * cell.a, na * cell.b, nc * cell.c}, {});
  for (int i = 0; i < na; ++i)
    for (int j = 0; j < na; ++j)
      for (int k = 0; k < nc; ++k)
        for (Vec3 f : {Vec3{1.0 / 3, 2.0 / 3, 0.25}, Vec3{2.0 / 3, 1.0 / 3, 0.75}}) {
          crystal.positions.push_back(cell.to_cartesian(f + Vec3{double(i), double(j), double(k)}));
          crystal.species.push_back("O");
        }
  return crystal;
}

/// What must hold of any result: the sites fill the cell once, and each face has its ions in common
/// with both sites.
void require_consistent(SiteGraph const& graph, Crystal const& crystal) {
  double filled = 0;
  for (Site const& site : graph.sites) {
    filled += volume(crystal, site);
    Vec3 const f = crystal.cell.to_fractional(site.position);
    for (double x : {f.x, f.y, f.z}) REQUIRE((x > -1e-8 && x < 1));
  }
  REQUIRE(filled == Approx(crystal.cell.volume()).epsilon(1e-9));
  std::vector<std::size_t> triangles(graph.sites.size());
  for (auto const& [i, j, shift, window] : graph.faces) {
    for (Vertex corner : window.vertices) {
      REQUIRE(std::ranges::count(graph.sites[i].vertices, corner) == 1);
      corner.shift = corner.shift - shift;
      REQUIRE(std::ranges::count(graph.sites[j].vertices, corner) == 1);
    }
    ++triangles[i], ++triangles[j];
  }
  for (std::size_t s = 0; s < graph.sites.size(); ++s)
    REQUIRE(triangles[s] == 2 * graph.sites[s].vertices.size() - 4);  // Euler
}

void require_close_packed(Crystal const& crystal) {
  SiteGraph const graph = find_sites(crystal);
  CHECK(count(graph, SiteKind::tet) == 2 * crystal.size());
  CHECK(count(graph, SiteKind::oct) == crystal.size());
  CHECK(count(graph, SiteKind::other) == 0);
  require_consistent(graph, crystal);
}

}  // namespace

TEST_CASE("Ideal fcc has two Tet and one Oct per anion in cells of 1, 4, 32 and 48 anions") {
  for (FccSupercell const& supercell :
       {primitive_cell, conventional_cells(1, 1, 1), conventional_cells(2, 2, 2), xu2020_cell}) {
    Crystal const crystal = fcc_model(v, supercell, "O", -2).framework;
    CAPTURE(crystal.size());
    require_close_packed(crystal);
    SiteGraph const graph = find_sites(crystal);
    for (Site const& site : graph.sites) CHECK(symmetry_measure(crystal, site) < 1e-10);
    CHECK(graph.faces.size() == 8 * crystal.size());
    for (SharedFace const& face : graph.faces) {
      CHECK(graph.sites[face.i].kind == SiteKind::tet);
      CHECK(graph.sites[face.j].kind == SiteKind::oct);
      CHECK(bottleneck(crystal, face.window).radius == Approx(neighbour_distance / std::sqrt(3.0)));
    }
  }
}

TEST_CASE("The sites found in ideal fcc are those of the model's hop") {
  auto const [framework, hop] = paper_model();
  SiteGraph const graph = find_sites(framework);
  for (Site const& site : hop.sites)
    CHECK(std::ranges::count_if(graph.sites, [&](Site const& found) {
            return found.kind == site.kind && norm(found.position - site.position) < 1e-9;
          }) == 1);
}

TEST_CASE("Ideal hcp has two Tet and one Oct per anion, and like sites share faces") {
  for (Crystal const& crystal : {hcp(1, 1), hcp(3, 2)}) {
    require_close_packed(crystal);
    SiteGraph const graph = find_sites(crystal);
    std::size_t const tet_tet = std::ranges::count_if(graph.faces, [&](SharedFace const& f) {
      return graph.sites[f.i].kind == SiteKind::tet && graph.sites[f.j].kind == SiteKind::tet;
    });
    std::size_t const oct_oct = std::ranges::count_if(graph.faces, [&](SharedFace const& f) {
      return graph.sites[f.i].kind == SiteKind::oct && graph.sites[f.j].kind == SiteKind::oct;
    });
    CHECK(tet_tet == crystal.size());
    CHECK(oct_oct == crystal.size());
    CHECK(graph.faces.size() == 8 * crystal.size());
  }
}

TEST_CASE(
    "All sites survive the paper's distortions, and the hop's own keep their six and four anions") {
  auto const [framework, hop] = paper_model();
  for (double factor : {1.04, 1.08, 1.12, 1.16, 1.20}) {
    CAPTURE(factor);
    Crystal const distorted = distort(framework, hop, WindowShear{factor}).framework;
    require_close_packed(distorted);
    SiteGraph const graph = find_sites(distorted);
    for (Site const& site : hop.sites) {
      std::set<Vertex> const wanted(site.vertices.begin(), site.vertices.end());
      CHECK(std::ranges::count_if(graph.sites, [&](Site const& found) {
              return std::set<Vertex>(found.vertices.begin(), found.vertices.end()) == wanted;
            }) == 1);
    }
  }
}

TEST_CASE("All sites survive random displacements of 1 to 10 percent of the anion distance") {
  auto const [framework, hop] = paper_model();
  Crystal const close_packed = hcp(3, 2);
  for (double part : {0.01, 0.03, 0.05, 0.10})
    for (std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
      CAPTURE(part, seed);
      require_close_packed(
          distort(framework, hop, RandomDisplacement{part * neighbour_distance, seed}).framework);
      if (part <= 0.05)
        require_close_packed(
            distort(close_packed, hop, RandomDisplacement{part * 3.2, seed}).framework);
    }
}

TEST_CASE(
    "All sites survive strain and most of the Bain path, at whose end bcc has six Tet per ion") {
  auto const [framework, hop] = paper_model();
  for (double strain : {-0.1, -0.02, 0.02, 0.1}) {
    CAPTURE(strain);
    require_close_packed(distort(framework, hop, UniaxialStrain{{1, 2, 3}, strain}).framework);
    require_close_packed(distort(framework, hop, BiaxialStrain{{0, 0, 1}, strain}).framework);
  }
  for (double ratio : {1.2, 0.9, 0.8})
    require_close_packed(distort(framework, hop, BainPath{ratio}).framework);
  Crystal const bcc = distort(framework, hop, BainPath{1 / std::sqrt(2.0)}).framework;
  SiteGraph const graph = find_sites(bcc);
  CHECK(count(graph, SiteKind::tet) == 6 * bcc.size());
  CHECK(graph.sites.size() == 6 * bcc.size());
  require_consistent(graph, bcc);
}

TEST_CASE("The void of a simple cubic lattice is a cube of eight anions that touches six others") {
  Crystal const crystal = with_positions({{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}, {{0, 0, 0}});
  SiteGraph const graph = find_sites(crystal);
  REQUIRE(graph.sites.size() == 1);
  CHECK(graph.sites[0].kind == SiteKind::other);
  CHECK(graph.sites[0].vertices.size() == 8);
  CHECK(std::isnan(symmetry_measure(crystal, graph.sites[0])));
  CHECK(norm(graph.sites[0].position - Vec3{1.5, 1.5, 1.5}) < 1e-12);
  require_consistent(graph, crystal);
}

TEST_CASE("A slab with flat faces keeps its inner sites, and its vacuum is known for empty space") {
  Crystal const bulk = hcp(2, 3);
  CHECK_FALSE(find_sites(bulk).has_empty_space());
  CHECK_FALSE(find_sites(paper_model().framework).has_empty_space());
  Crystal slab = bulk;
  for (double vacuum : {12.0, 60.0}) {
    slab.cell.c.z = bulk.cell.c.z + vacuum;
    SiteGraph const graph = find_sites(slab);
    require_consistent(graph, slab);
    // Five of the six layers of each kind are left between the slab's faces.
    CHECK(count(graph, SiteKind::oct) == 20);
    CHECK(count(graph, SiteKind::tet) >= 40);
    CHECK(graph.largest_sphere_A > vacuum / 2);
    CHECK(graph.has_empty_space());
  }
}

TEST_CASE("Sites do not hang on the choice of the cell, the wrapping or a rigid shift") {
  auto const [framework, hop] = paper_model();
  Crystal crystal =
      distort(framework, hop, RandomDisplacement{0.05 * neighbour_distance, 3}).framework;
  auto const measures = [](Crystal const& c) {
    std::vector<double> values;
    for (Site const& site : find_sites(c).sites) values.push_back(symmetry_measure(c, site));
    std::ranges::sort(values);
    return values;
  };
  auto const expected = measures(crystal);
  Cell const& cell = crystal.cell;
  crystal.cell = {cell.a, cell.b + cell.a, cell.c - 2 * cell.b};
  for (std::size_t i = 0; i < crystal.size(); ++i)
    crystal.positions[i] +=
        Vec3{0.37, -11.2, 5.1} + translation(cell, {int(i) % 3, -int(i) % 2, 1});
  auto const found = measures(crystal);
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k)
    CHECK(found[k] == Approx(expected[k]).margin(1e-9));
}

TEST_CASE("Sites of a cell skewed by many lattice vectors are those of the straight one") {
  Crystal const straight = fcc_model(v, conventional_cells(1, 1, 1), "O", -2).framework;
  SiteGraph const expected = find_sites(straight);
  for (int n : {20, 40, 60, 5000}) {
    CAPTURE(n);
    Crystal skewed = straight;
    Cell const& cell = straight.cell;
    Vec3 const b = cell.b + double(n) * cell.a;
    skewed.cell = {cell.a, b, cell.c + 10.0 * b - double(n) * cell.a};
    for (std::size_t i = 0; i < skewed.size(); ++i)
      skewed.positions[i] += translation(skewed.cell, {int(i), -1, 2});
    SiteGraph const graph = find_sites(skewed);
    REQUIRE(graph.sites.size() == expected.sites.size());
    CHECK(graph.faces.size() == expected.faces.size());
    require_consistent(graph, skewed);
    for (Site const& site : expected.sites) {
      NearestSite const nearest = nearest_site(graph, skewed.cell, site.position);
      CHECK(nearest.distance < 1e-6);
      CHECK(graph.sites[nearest.site].kind == site.kind);
    }
    for (HopKind kind : {HopKind::oct_tet, HopKind::tet_oct_tet})
      CHECK(find_hops(graph, skewed.cell, kind).size() ==
            find_hops(expected, straight.cell, kind).size());
  }
}

TEST_CASE("Ions far from the cell have the sites of their images, up to a million cells away") {
  Cell const cell{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}};
  auto const far = [&](double x) { return with_positions(cell, {{0, 0, 0}, {x, 0.5, 0.5}}); };
  std::size_t const expected = find_sites(far(0.1)).sites.size();
  for (double cells : {-3.0, 1e3, 1e5})
    CHECK(find_sites(far(cells + 0.1)).sites.size() == expected);
  for (double cells : {1e7, 3e9, -1e12, 1e100})
    CHECK_THROWS_WITH(find_sites(far(cells + 0.1)),
                      Catch::Matchers::ContainsSubstring("ion 2 is") &&
                          Catch::Matchers::ContainsSubstring("cells away from the origin"));
}

TEST_CASE("A cell with a typing error is refused at once, and the long vector is named") {
  for (double length : {4263.0, 1e5, 5e11}) {
    Crystal crystal = fcc_model(16, conventional_cells(1, 1, 1), "F", -1).framework;
    crystal.cell.b.y = length;
    CHECK_THROWS_WITH(find_sites(crystal),
                      Catch::Matchers::ContainsSubstring("a typing error?") &&
                          Catch::Matchers::ContainsSubstring("Is the lattice vector of"));
  }
}

TEST_CASE("Cations are ignored, and vertices are indices into the whole crystal") {
  Crystal crystal = fcc_model(v, conventional_cells(1, 1, 1), "O", -2).framework;
  crystal.species.insert(crystal.species.begin(), "Li");
  crystal.positions.insert(crystal.positions.begin(), 0.5 * crystal.cell.a);
  crystal.charges.clear();
  SiteGraph const graph = find_sites(crystal, {"O"});
  REQUIRE(graph.sites.size() == 12);
  for (Site const& site : graph.sites)
    for (Vertex const& vertex : site.vertices) CHECK(crystal.species[vertex.ion] == "O");
}

TEST_CASE("The site nearest to an ion is found across the cell's walls, with its distance") {
  auto const [framework, hop] = paper_model();
  SiteGraph const graph = find_sites(framework);
  Vec3 const shift = framework.cell.to_cartesian({2, -1, 3}), off{0.1, -0.2, 0.2};
  for (std::size_t s = 0; s < graph.sites.size(); s += 5) {
    NearestSite const nearest =
        nearest_site(graph, framework.cell, graph.sites[s].position + shift + off);
    CHECK(nearest.site == s);
    CHECK(nearest.distance == Approx(0.3));
  }
}

TEST_CASE("Hops run along shared faces, continuously: 8, 28 and 12 per anion of the three kinds") {
  for (FccSupercell const& supercell : {primitive_cell, conventional_cells(2, 2, 2)}) {
    Crystal const crystal = fcc_model(v, supercell, "O", -2).framework;
    SiteGraph const graph = find_sites(crystal);
    for (auto const& [kind, per_anion] : {std::pair(HopKind::oct_tet, 8u),
                                          {HopKind::tet_oct_tet, 28u},
                                          {HopKind::oct_tet_oct, 12u}}) {
      auto const hops = find_hops(graph, crystal.cell, kind);
      CHECK(hops.size() == per_anion * crystal.size());
      for (Hop const& hop : hops) {
        REQUIRE(hop.sites.size() == site_kinds(kind).size());
        REQUIRE(hop.windows.size() == hop.sites.size() - 1);
        for (std::size_t k = 0; k < hop.sites.size(); ++k) {
          REQUIRE(hop.sites[k].kind == site_kinds(kind)[k]);
          for (Vec3 r : positions_of(crystal, hop.sites[k].vertices))
            REQUIRE(norm(r - hop.sites[k].position) < 0.8 * neighbour_distance);
          if (k == 0) continue;
          double const step = norm(hop.sites[k].position - hop.sites[k - 1].position);
          REQUIRE(step == Approx(std::sqrt(3.0 / 8) * neighbour_distance));
          for (Vertex const& corner : hop.windows[k - 1].vertices) {
            REQUIRE(std::ranges::count(hop.sites[k - 1].vertices, corner) == 1);
            REQUIRE(std::ranges::count(hop.sites[k].vertices, corner) == 1);
          }
        }
      }
    }
  }
}

TEST_CASE(
    "A framework without anions, with overlapping ones or in a singular cell is refused with the "
    "reason") {
  Crystal crystal = fcc_model(v, conventional_cells(1, 1, 1), "O", -2).framework;
  CHECK_THROWS_AS(find_sites(crystal, {"S"}), InputError);
  CHECK_THROWS_AS(find_sites(Crystal{crystal.cell, {}, {}, {}, {}}), InputError);
  Crystal overlapping = crystal;
  overlapping.positions[1] = overlapping.positions[0] + Vec3{0, 0, 0.05};
  CHECK_THROWS_WITH(find_sites(overlapping),
                    Catch::Matchers::ContainsSubstring("ions 1 and 2 are 0.05 Å apart"));
  Crystal infinite = crystal;
  infinite.positions[2].y = std::nan("");
  CHECK_THROWS_AS(find_sites(infinite), InputError);
  crystal.cell.c = crystal.cell.a;
  CHECK_THROWS_AS(find_sites(crystal), InputError);
}
