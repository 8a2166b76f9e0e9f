#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <vector>

#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape_test/property.hpp>

using namespace ionscape;
using namespace ionscape_test;

namespace {

/// A proper rotation, by a random unit quaternion.
class Rotation {
 public:
  Rotation() : axis_(vector_within(1)), w_(number_between(-1, 1)) {
    double const length = std::sqrt(w_ * w_ + dot(axis_, axis_));
    RC_PRE(length > 0.1);
    axis_ = (1 / length) * axis_;
    w_ /= length;
  }
  Vec3 operator()(Vec3 v) const {
    return v + 2 * w_ * cross(axis_, v) + 2.0 * cross(axis_, cross(axis_, v));
  }

 private:
  Vec3 axis_;
  double w_;
};

std::vector<std::size_t> random_order(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t k = n; k > 1; --k)
    std::swap(order[k - 1], order[*rc::gen::inRange<std::size_t>(0, k)]);
  return order;
}

/// One to eight ions at least 0.7 Å apart, images included.
Crystal random_framework() {
  Crystal crystal{random_cell(1), {}, {}, {}, {}};
  int const wanted = *rc::gen::inRange(1, 9);
  Cell const r = reduced(crystal.cell).cell;
  RC_PRE(norm(r.a) > 0.7 && norm(r.b) > 0.7 && norm(r.c) > 0.7);
  for (int k = 0; k < wanted; ++k) {
    Vec3 const position = vector_within(10);
    if (std::ranges::all_of(crystal.positions, [&](Vec3 other) {
          return norm(minimum_image(crystal.cell, position - other)) > 0.7;
        })) {
      crystal.positions.push_back(position);
      crystal.species.push_back("O");
    }
  }
  return crystal;
}

/// What does not depend on the description.
std::vector<std::tuple<SiteKind, std::size_t, double, double>> census(Crystal const& crystal) {
  std::vector<std::tuple<SiteKind, std::size_t, double, double>> sites;
  for (Site const& site : find_sites(crystal).sites)
    sites.emplace_back(site.kind, site.vertices.size(), volume(crystal, site),
                       site.kind == SiteKind::other ? 0 : symmetry_measure(crystal, site));
  return sites;
}

/// The same sites, in any order.
void require_same(Crystal const& a, Crystal const& b) {
  auto const expected = census(a);
  auto found = census(b);
  RC_ASSERT(found.size() == expected.size());
  for (auto const& [kind, vertices, size, csm] : expected) {
    auto const same = std::ranges::find_if(found, [&](auto const& site) {
      return std::get<0>(site) == kind && std::get<1>(site) == vertices &&
             std::fabs(std::get<2>(site) - size) < 1e-5 &&
             std::fabs(std::get<3>(site) - csm) < 1e-3;
    });
    RC_ASSERT(same != found.end());
    found.erase(same);
  }
}

}  // namespace

TEST_CASE("Properties of the continuous symmetry measure") {
  for (IdealPolyhedron const& ideal :
       {IdealPolyhedron::tetrahedron(), IdealPolyhedron::octahedron(), IdealPolyhedron::prism()})
    holds(ideal.name() + ": the measure does not depend on place, size, orientation or order", [&] {
      Vec3 const centre = vector_within(0.3), shift = vector_within(10);
      double const scale = number_between(0.01, 100);
      Rotation const rotation;
      std::vector<Vec3> vertices, mapped;
      for (Vec3 v : ideal.vertices()) vertices.push_back(v + vector_within(0.4));
      for (std::size_t k : random_order(vertices.size()))
        mapped.push_back(shift + scale * rotation(vertices[k]));
      double const measure = symmetry_measure(centre, vertices, ideal);
      RC_ASSERT(measure >= 0);
      RC_ASSERT(measure <= 100);
      RC_ASSERT(std::fabs(symmetry_measure(shift + scale * rotation(centre), mapped, ideal) -
                          measure) < 1e-9);
    });
}

TEST_CASE("Properties of sites") {
  holds("sites fill the cell, and their faces close them", [] {
    Crystal const crystal = random_framework();
    SiteGraph const graph = find_sites(crystal);
    double filled = 0;
    for (Site const& site : graph.sites) filled += volume(crystal, site);
    RC_ASSERT(filled > crystal.cell.volume() * (1 - 1e-9));
    std::vector<std::size_t> triangles(graph.sites.size());
    for (SharedFace const& f : graph.faces) {
      ++triangles[f.i], ++triangles[f.j];
      for (Vertex corner : f.window.vertices) {
        RC_ASSERT(std::ranges::count(graph.sites[f.i].vertices, corner) == 1);
        corner.shift = corner.shift - f.shift;
        RC_ASSERT(std::ranges::count(graph.sites[f.j].vertices, corner) == 1);
      }
    }
    for (std::size_t s = 0; s < graph.sites.size(); ++s) RC_ASSERT(triangles[s] >= 4);
  });
  holds("sites do not depend on origin, wrapping, order of the ions, cell and orientation", [] {
    Crystal const crystal = random_framework();
    Rotation const rotation;
    Vec3 const shift = vector_within(20);
    Crystal other{skewed(crystal.cell, 3), crystal.species, {}, {}, {}};
    for (std::size_t k : random_order(crystal.size())) {
      int const a = *rc::gen::inRange(-3, 4), b = *rc::gen::inRange(-3, 4);
      other.positions.push_back(
          rotation(crystal.positions[k] + shift + translation(crystal.cell, {a, b, a - b})));
    }
    other.cell = {rotation(other.cell.a), rotation(other.cell.b), rotation(other.cell.c)};
    require_same(crystal, other);
  });
}
