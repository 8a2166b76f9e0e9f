// Interstitial sites and the windows between them, named by the ions that form them.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Number of lattice vectors a, b, c between two periodic images.
struct Shift {
  int a = 0, b = 0, c = 0;

  friend auto operator<=>(Shift const&, Shift const&) = default;
  friend Shift operator+(Shift s, Shift t) { return {s.a + t.a, s.b + t.b, s.c + t.c}; }
  friend Shift operator-(Shift s, Shift t) { return {s.a - t.a, s.b - t.b, s.c - t.c}; }
};

/// The vector shift.a a + shift.b b + shift.c c in Å.
inline Vec3 translation(Cell const& cell, Shift s) {
  return cell.to_cartesian({double(s.a), double(s.b), double(s.c)});
}

/// One periodic image of an ion: it stands at positions[ion] + translation(cell, shift).
struct Vertex {
  std::size_t ion = 0;
  Shift shift;

  friend auto operator<=>(Vertex const&, Vertex const&) = default;
};

/// Unwrapped Cartesian positions in Å of the vertices, in their order.
std::vector<Vec3> positions_of(Crystal const& crystal, std::span<Vertex const> vertices);

/// prism: trigonal, as in P2 sodium oxides.
enum class SiteKind { tet, oct, prism, other };

/// "tet", "oct", "prism" or "other".
char const* name_of(SiteKind kind);

/// A place for a mobile ion. `position` (Å) is where that ion is put; a distortion that moves
/// anions leaves it where it was, so it need not be the centre of the vertices.
struct Site {
  SiteKind kind = SiteKind::other;
  Vec3 position;
  std::vector<Vertex> vertices;
};

/// The triangle of ions through which an ion passes from one site into the next, and the point of
/// passage (Å).
struct Window {
  std::array<Vertex, 3> vertices;
  Vec3 position;
};

/// Continuous symmetry measure (csm.hpp) of the site's vertices around its position, against T:4,
/// O:6 or T:6 as its kind says; NaN for SiteKind::other.
double symmetry_measure(Crystal const& framework, Site const& site);

/// Volume in Å^3 of the convex hull of the site's vertices.
double volume(Crystal const& framework, Site const& site);

}  // namespace ionscape
