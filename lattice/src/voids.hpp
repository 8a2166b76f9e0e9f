// The space between anions, divided into voids: tetrahedra, octahedra, trigonal prisms and others.
#pragma once

#include <vector>

#include <ionscape/lattice/sites.hpp>

#include "delaunay.hpp"
#include "sublattice.hpp"

namespace ionscape {

/// In place of an index.
inline constexpr std::size_t none = std::size_t(-1);

/// A place in a list of pieces, and the shift of its periodic image.
struct Piece {
  std::size_t index = 0;
  Shift frame;

  friend auto operator<=>(Piece const&, Piece const&) = default;
};

struct Void {
  SiteKind kind;
  std::vector<Vertex> vertices;  // sorted; indices into the sublattice, shifts of its cell
  std::vector<Piece> members;    // tetrahedra
};

/// Every tetrahedron belongs to one void: tetrahedron t, moved by members' frame, is part of the
/// void in its own frame. The division has the lattice's translations and does not depend on how
/// the tetrahedra of equal spheres (a cube's, a prism's) were chosen.
struct Voids {
  std::vector<Tetrahedron> tetrahedra;
  std::vector<Void> voids;
  std::vector<Piece> void_of;  // of each tetrahedron: its void, and its frame in it
};

Voids find_voids(Sublattice const& anions, SiteOptions const& options);

std::vector<Vertex> moved(std::span<Vertex const> vertices, Shift shift);

}  // namespace ionscape
