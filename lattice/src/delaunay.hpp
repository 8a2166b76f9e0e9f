// Delaunay tetrahedra of periodic points.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/site.hpp>

namespace ionscape {

/// Neighbour k lies opposite to vertex k: its own vertices, moved by `shift`, share a face with
/// this tetrahedron.
struct Tetrahedron {
  struct Neighbour {
    std::size_t index = 0;
    Shift shift;
  };
  std::array<Vertex, 4> vertices;
  Vec3 circumcentre;  // Å, in the frame of the vertices
  std::array<Neighbour, 4> neighbours;
};

/// Points that are not in general position.
struct DegenerateError : InputError {
  using InputError::InputError;
};

/// The tetrahedra of one cell, each listed once. The points (Å) must be in general position: no
/// five on one sphere, to within about 1e-8 of their distance. Throws DegenerateError if they are
/// not, so that the tetrahedra do not fill the cell, and InputError where empty space makes the
/// search endless (periodic_points.hpp).
std::vector<Tetrahedron> delaunay(Cell const& cell, std::span<Vec3 const> points);

/// Sorts the vertices and moves them so that the first is in the home cell: one form for all
/// translated copies. Returns the shift taken away.
template <std::size_t n>
Shift make_canonical(std::array<Vertex, n>& vertices);
Shift make_canonical(std::span<Vertex> vertices);

template <std::size_t n>
Shift make_canonical(std::array<Vertex, n>& vertices) {
  return make_canonical(std::span<Vertex>(vertices));
}

}  // namespace ionscape
