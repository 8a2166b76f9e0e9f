// Where a grid says that the topology of the region below changes.
#pragma once

#include <optional>
#include <vector>

#include "grid_topology.hpp"

namespace ionscape::detail {

/// A critical vertex of the triangulated grid.
struct Vertex {
  Vec3 place;     // Å
  double energy;  // eV
  double spread;  // eV, the largest difference to a neighbour
  VertexKind kind;
};

struct Vertices {
  std::vector<Vertex> critical;
  std::size_t flat = 0;  // points that no neighbour differs from
};

/// Of the points below `level` (eV).
Vertices critical_vertices(EnergyGrid const& grid, double level);

/// A box of a grid, as many times finer.
struct Patch {
  std::array<int, 3> low, high;  // steps of the grid, not wrapped
  int finer = 4;

  std::array<int, 3> points() const;
  std::size_t size() const;
  bool inside(EnergyGrid const& grid, Vec3 place) const;  // of the box without its outermost layer
};

/// Vertices below `level` inside the box.
Vertices critical_vertices(SiteEnergy const& model, EnergyGrid const& grid, Patch const& patch,
                           double level);

/// Index of the critical points that a vertex stands for: minimum, saddles, maximum.
std::vector<int> indices(VertexKind const& kind);

}  // namespace ionscape::detail
