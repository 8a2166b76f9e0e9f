// Gift wrapping: each face of a known tetrahedron is closed by the point on its other side whose
// circumsphere is empty (Dwyer, Discrete Comput. Geom. 6, 343 (1991)), until no face is open. Faces
// are compared modulo lattice translations, so that small cells, in which an ion meets its own
// images, are no special case.
#include "delaunay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <ionscape/core/error.hpp>

#include "periodic_points.hpp"

namespace ionscape {

namespace {

using Face = std::array<Vertex, 3>;

Vec3 circumcentre(Vec3 a, Vec3 b, Vec3 c) {
  Vec3 const u = b - a, v = c - a, n = cross(u, v);
  return a + (1 / (2 * dot(n, n))) * (dot(u, u) * cross(v, n) + dot(v, v) * cross(n, u));
}

class GiftWrapping {
 public:
  GiftWrapping(Cell const& cell, std::span<Vec3 const> points)
      : cell_(cell),
        points_(points),
        near_(cell, points),
        spacing_(std::cbrt(cell.volume() / double(points.size()))) {}

  std::vector<Tetrahedron> run() {
    Face const start = first_face();
    close(start);
    for (std::size_t t = 0; t < tetrahedra_.size(); ++t)
      for (std::size_t k = 0; k < 4; ++k)
        if (!closed_[t][k]) close(outward_face(t, k));
    require_filled();
    return std::move(tetrahedra_);
  }

 private:
  Vec3 at(Vertex v) const { return points_[v.ion] + translation(cell_, v.shift); }

  /// The nearest neighbours, and the point with the smallest circumcircle through both: its sphere
  /// is empty.
  Face first_face() const {
    ClosestPair const closest = closest_pair(cell_, points_);
    Vertex const p = closest.first, q = closest.second;
    Vec3 const a = at(p), b = at(q);
    Vertex third;
    double smallest = std::numeric_limits<double>::infinity();
    for (double radius = 2 * spacing_; radius < 2 * smallest; radius *= 2)
      near_.visit_within(a, radius, [&](Vertex v, Vec3 r) {
        double const area2 = norm(cross(b - a, r - a));
        if (v == p || v == q || area2 == 0) return;
        double const circumradius = norm(b - a) * norm(r - b) * norm(r - a) / (2 * area2);
        if (circumradius < smallest) smallest = circumradius, third = v;
      });
    return {p, q, third};
  }

  /// Face k of a tetrahedron, its normal (counterclockwise corners) pointing out of it.
  Face outward_face(std::size_t t, std::size_t k) const {
    auto const& v = tetrahedra_[t].vertices;
    Face face = {v[(k + 1) % 4], v[(k + 2) % 4], v[(k + 3) % 4]};
    Vec3 const normal = cross(at(face[1]) - at(face[0]), at(face[2]) - at(face[0]));
    if (dot(normal, at(v[k]) - at(face[0])) > 0) std::swap(face[1], face[2]);
    return face;
  }

  /// Adds the tetrahedron on the positive side of the face.
  void close(Face const& face) {
    Vec3 const a = at(face[0]), b = at(face[1]), c = at(face[2]);
    Vec3 const centre = circumcentre(a, b, c);
    Vec3 const normal = (1 / norm(cross(b - a, c - a))) * cross(b - a, c - a);
    double const square_radius = dot(a - centre, a - centre);

    // Ions of one lattice plane stay in it to rounding, whatever strains the lattice.
    double const coplanar = 1e-12 * spacing_;
    // The sphere through the face and r has its centre at `height` above the face; the lowest is
    // empty.
    Vertex apex;
    double lowest = std::numeric_limits<double>::infinity();
    auto const consider = [&](Vertex v, Vec3 r) {
      double const above = dot(normal, r - centre);
      if (above <= coplanar || std::ranges::find(face, v) != face.end()) return;
      double const height = (dot(r - centre, r - centre) - square_radius) / (2 * above);
      if (height < lowest) lowest = height, apex = v;
    };
    // Whatever could still be lower lies in the sphere of the best found so far. Beside empty space
    // (a slab) that of an ion barely above the face is as good as infinite: then first look farther
    // for a better one.
    for (double radius = std::sqrt(square_radius) + spacing_;; radius *= 2) {
      near_.visit_within(centre, radius, consider);
      double const empty = std::hypot(lowest, std::sqrt(square_radius));
      if (empty > 2 * radius) continue;
      if (std::fabs(lowest) + empty > radius)
        near_.visit_within(centre + lowest * normal, empty, consider);
      break;
    }
    add({face[0], face[1], face[2], apex}, centre + lowest * normal);
  }

  void add(std::array<Vertex, 4> const& vertices, Vec3 centre) {
    std::size_t const t = tetrahedra_.size();
    tetrahedra_.push_back({vertices, centre, {}});
    closed_.push_back({});
    for (std::size_t k = 0; k < 4; ++k) {
      Face face = outward_face(t, k);
      Shift const offset = make_canonical(face);
      auto const [entry, is_new] = open_.try_emplace(face, Side{t, k, offset});
      if (is_new) continue;
      Side const& other = entry->second;
      if (closed_[other.tetrahedron][other.face]) fail_degenerate();
      tetrahedra_[t].neighbours[k] = {other.tetrahedron, offset - other.offset};
      tetrahedra_[other.tetrahedron].neighbours[other.face] = {t, other.offset - offset};
      closed_[t][k] = closed_[other.tetrahedron][other.face] = true;
    }
  }

  void require_filled() const {
    double volume = 0;
    for (auto const& [v, centre, neighbours] : tetrahedra_)
      volume +=
          std::fabs(dot(at(v[1]) - at(v[0]), cross(at(v[2]) - at(v[0]), at(v[3]) - at(v[0])))) / 6;
    if (!(std::fabs(volume - cell_.volume()) < 1e-6 * cell_.volume())) fail_degenerate();
  }

  [[noreturn]] static void fail_degenerate() {
    throw DegenerateError(
        "sites: the space between the anions cannot be divided into tetrahedra (points in special "
        "position)");
  }

  struct Side {
    std::size_t tetrahedron, face;
    Shift offset;  // of the tetrahedron's own face from the canonical one
  };
  Cell cell_;
  std::span<Vec3 const> points_;
  PeriodicPoints near_;
  double spacing_;
  std::vector<Tetrahedron> tetrahedra_;
  std::vector<std::array<bool, 4>> closed_;
  std::map<Face, Side> open_;
};

}  // namespace

Shift make_canonical(std::span<Vertex> vertices) {
  std::ranges::sort(vertices);
  Shift const offset = vertices.front().shift;
  for (Vertex& v : vertices) v.shift = v.shift - offset;
  return offset;
}

std::vector<Tetrahedron> delaunay(Cell const& cell, std::span<Vec3 const> points) {
  return GiftWrapping(cell, points).run();
}

}  // namespace ionscape
