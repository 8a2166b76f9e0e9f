#include <ionscape/lattice/polyhedron.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include <ionscape/core/error.hpp>

#include "random.hpp"

namespace ionscape {

namespace {

/// The corners of one hull face in the order of their angle around `normal`.
void order_around(std::vector<Vec3>& corners, Vec3 normal) {
  Vec3 const centre = centroid(corners);
  Vec3 const u = corners.front() - centre;
  Vec3 const v = cross(normal, u);
  auto const angle = [&](Vec3 p) {
    return std::atan2(dot(p - centre, v) / norm(normal), dot(p - centre, u));
  };
  std::ranges::sort(corners, {}, angle);
}

double six_volumes(Vec3 centre, Vec3 a, Vec3 b, Vec3 c) {
  return dot(a - centre, cross(b - centre, c - centre));
}

/// Six times the volume of the hull, by its faces: points within 1e-9 of the plane of three lie in
/// it. Nothing if a point is neither clearly in nor clearly off a plane.
std::optional<double> hull_of_faces(std::span<Vec3 const> points, Vec3 centre, double size) {
  std::size_t const n = points.size();
  double const flat = 1e-9 * size;  // Å
  double hull = 0;
  std::vector<Vec3> face;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      for (std::size_t k = j + 1; k < n; ++k) {
        Vec3 normal = cross(points[j] - points[i], points[k] - points[i]);
        if (norm(normal) <= flat * size) continue;
        normal = (1 / norm(normal)) * normal;
        bool above = false, below = false, first_triple_of_face = true;
        face.clear();
        for (std::size_t m = 0; m < n; ++m) {
          double const height = dot(points[m] - points[i], normal);
          if (std::fabs(height) > 1e-3 * flat && std::fabs(height) < 1e3 * flat) return {};
          above |= height > flat;
          below |= height < -flat;
          if (std::fabs(height) > flat) continue;
          face.push_back(points[m]);
          first_triple_of_face &= m >= k || m == i || m == j;
        }
        if ((above && below) || !first_triple_of_face) continue;
        order_around(face, above ? -normal : normal);
        for (std::size_t m = 2; m < face.size(); ++m)
          hull += six_volumes(centre, face[0], face[m - 1], face[m]);
      }
  return hull;
}

/// The same for points of which four are nearly in one plane, where no tolerance agrees with itself:
/// its triangles are those of displaced points, of which no four are.
double hull_of_triangles(std::span<Vec3 const> points, Vec3 centre, double size) {
  std::size_t const n = points.size();
  std::mt19937_64 bits(0);
  std::vector<Vec3> shaken;
  for (Vec3 p : points) shaken.push_back(p + 1e-7 * size * uniform_in_ball(bits));
  double hull = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      for (std::size_t k = j + 1; k < n; ++k) {
        Vec3 const normal = cross(shaken[j] - shaken[i], shaken[k] - shaken[i]);
        bool above = false, below = false;
        for (std::size_t m = 0; m < n; ++m) {
          if (m == i || m == j || m == k) continue;
          (dot(shaken[m] - shaken[i], normal) > 0 ? above : below) = true;
        }
        if (above && below) continue;
        double const side = six_volumes(centre, points[i], points[j], points[k]);
        hull += above ? -side : side;
      }
  return hull;
}

}  // namespace

Vec3 centroid(std::span<Vec3 const> points) {
  Vec3 sum;
  for (Vec3 p : points) sum += p;
  return (1.0 / double(points.size())) * sum;
}

double convex_volume(std::span<Vec3 const> points) {
  if (points.size() < 4)
    fail_input({}, "volume of a polyhedron: ", points.size(), " vertices, expected at least 4");
  Vec3 const centre = centroid(points);
  double size = 0;
  for (Vec3 p : points) size = std::max(size, norm(p - centre));
  auto const exact = hull_of_faces(points, centre, size);
  return (exact ? *exact : hull_of_triangles(points, centre, size)) / 6;
}

double triangle_area(Vec3 a, Vec3 b, Vec3 c) { return norm(cross(b - a, c - a)) / 2; }

Bottleneck bottleneck(Vec3 a, Vec3 b, Vec3 c) {
  double const area = triangle_area(a, b, c);
  double const sides = norm(b - a) * norm(c - b) * norm(a - c);
  if (!(area > 1e-9 * std::cbrt(sides * sides)))
    fail_input({}, "bottleneck: its three ions lie on a line (area ", area, " Å^2)");
  return {area, sides / (4 * area)};
}

Bottleneck bottleneck(Crystal const& framework, Window const& window) {
  auto const p = positions_of(framework, window.vertices);
  return bottleneck(p[0], p[1], p[2]);
}

}  // namespace ionscape
