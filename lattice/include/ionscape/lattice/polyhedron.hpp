// Sizes of the coordination polyhedra and of the windows between them.
#pragma once

#include <span>

#include <ionscape/lattice/site.hpp>

namespace ionscape {

/// Mean of at least one point.
Vec3 centroid(std::span<Vec3 const> points);

/// Volume (Å^3) of the convex hull of at least 4 points; 0 when they lie in one plane. The hull is
/// found by testing all triples, which suits coordination shells (cost n^4). Throws InputError for
/// fewer than 4 points.
double convex_volume(std::span<Vec3 const> points);

/// Area in Å^2.
double triangle_area(Vec3 a, Vec3 b, Vec3 c);

/// The narrowest place between two face-sharing sites.
struct Bottleneck {
  double area;  // Å^2, of the triangle of three ion centres
  double
      // Å, of the circle through these centres: subtract the anion's radius for the free opening
      radius;
};

/// Throws InputError if the three points lie on a line.
Bottleneck bottleneck(Vec3 a, Vec3 b, Vec3 c);
Bottleneck bottleneck(Crystal const& framework, Window const& window);

}  // namespace ionscape
