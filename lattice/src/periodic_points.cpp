#include "periodic_points.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include <nanoflann.hpp>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

/// What nanoflann wants to know about the points.
struct Cloud {
  std::vector<Vec3> points;
  std::size_t kdtree_get_point_count() const { return points.size(); }
  double kdtree_get_pt(std::size_t i, std::size_t axis) const {
    return axis == 0 ? points[i].x : axis == 1 ? points[i].y : points[i].z;
  }
  template <class Box>
  bool kdtree_get_bbox(Box&) const {
    return false;
  }
};

/// A nanoflann result set of our own: its shape is the same in nanoflann 1.4 and later, while the
/// ready-made radius search renamed its parameter and result types in 1.5.
struct Collector {
  using DistanceType = double;
  using IndexType = std::uint32_t;
  double square_radius;
  std::vector<std::uint32_t>& found;
  std::size_t size() const { return found.size(); }
  bool empty() const { return found.empty(); }
  bool full() const { return true; }
  double worstDist() const { return square_radius; }
  bool addPoint(double square, std::uint32_t index) {
    if (square < square_radius) found.push_back(index);
    return true;
  }
  void sort() {}
};

[[noreturn]] void fail_empty(Cell const& cell, double radius) {
  auto const length = [](double x) {  // the cell may be strained by 1e-7
    std::ostringstream text;
    text.precision(6);
    text << x;
    return text.str();
  };
  double const a = norm(cell.a), b = norm(cell.b), c = norm(cell.c);
  fail_input({}, "the space between the ions cannot be searched: spheres of ", length(radius),
             " Å are empty in a cell whose shortest vectors are ", length(a), ", ", length(b),
             " and ", length(c), " Å long. Is the lattice vector of ", length(std::max({a, b, c})),
             " Å a typing error?");
}

}  // namespace

struct PeriodicPoints::Tree {
  using Index =
      nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Cloud>, Cloud, 3>;

  Cell cell;
  Cloud wrapped;
  std::vector<Shift> wrapping;  // wrapped point = given point + translation(wrapping)
  Index index;

  Tree(Cell const& c, std::span<Vec3 const> positions) : cell(c), index(3, wrap(positions)) {
    index.buildIndex();
  }

  Cloud const& wrap(std::span<Vec3 const> positions) {
    for (Vec3 p : positions) {
      Vec3 const f = cell.to_fractional(p);
      Shift const s{-int(std::floor(f.x)), -int(std::floor(f.y)), -int(std::floor(f.z))};
      wrapping.push_back(s);
      wrapped.points.push_back(p + translation(cell, s));
    }
    return wrapped;
  }
};

PeriodicPoints::PeriodicPoints(Cell const& cell, std::span<Vec3 const> positions)
    : tree_(std::make_unique<Tree>(cell, positions)) {}
PeriodicPoints::~PeriodicPoints() = default;

void PeriodicPoints::visit_within(Vec3 centre, double radius,
                                  std::function<void(Vertex, Vec3)> const& visit) const {
  Cell const& cell = tree_->cell;
  Vec3 const f = cell.to_fractional(centre);
  Vec3 const faces = cell.face_distances();
  double const margin = 1e-9;  // wrapped points may stand this far (fractional) outside [0, 1)
  auto const cells = [&](double face) { return 2 * radius / face + 1; };
  if (!(cells(faces.x) * cells(faces.y) * cells(faces.z) < most_cells)) fail_empty(cell, radius);
  auto const first = [&](double x, double face) {
    return int(std::floor(x - radius / face - margin));
  };
  auto const last = [&](double x, double face) {
    return int(std::floor(x + radius / face + margin));
  };
  std::vector<std::uint32_t> found;
  for (int a = first(f.x, faces.x); a <= last(f.x, faces.x); ++a)
    for (int b = first(f.y, faces.y); b <= last(f.y, faces.y); ++b)
      for (int c = first(f.z, faces.z); c <= last(f.z, faces.z); ++c) {
        Shift const image{a, b, c};
        Vec3 const offset = translation(cell, image);
        Vec3 const query = centre - offset;
        double const place[3] = {query.x, query.y, query.z};
        found.clear();
        Collector collector{radius * radius, found};
        static_cast<void>(tree_->index.radiusSearchCustomCallback(place, collector));
        for (std::uint32_t i : found)
          visit({i, image + tree_->wrapping[i]}, tree_->wrapped.points[i] + offset);
      }
}

ClosestPair closest_pair(Cell const& cell, std::span<Vec3 const> positions) {
  PeriodicPoints const points(cell, positions);
  ClosestPair best{{}, {}, std::numeric_limits<double>::infinity()};
  // Spheres that touch at the closest pair fill less than space: n (pi / 6) d^3 < V.
  // An ion and its own image are a lattice vector apart.
  double const shortest = std::min({norm(cell.a), norm(cell.b), norm(cell.c)});
  double radius =
      std::min(std::cbrt(6 / pi * cell.volume() / double(positions.size())), shortest * (1 + 1e-9));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    Vertex const self{i, {}};
    points.visit_within(positions[i], radius, [&](Vertex v, Vec3 r) {
      if (v == self) return;
      if (double const d = norm(r - positions[i]); d < best.distance) best = {self, v, d};
    });
    radius = std::min(radius, best.distance);
  }
  return best;
}

}  // namespace ionscape
