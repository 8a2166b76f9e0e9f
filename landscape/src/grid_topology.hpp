// The Kuhn triangulation of a grid on the torus.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ionscape/landscape/energy_grid.hpp>

namespace ionscape::detail {

/// Number of neighbours of a point; number k + 7 lies opposite of number k.
inline constexpr int kuhn_neighbours = 14;

/// Steps to the neighbours: the corners of a cube seen from one of them, and their opposites. Of the
/// four ways to choose that one the body diagonal is shortest.
std::array<std::array<int, 3>, kuhn_neighbours> kuhn_steps(Cell const& step);

inline Cell step_of(EnergyGrid const& grid) {
  return {1.0 / grid.n[0] * grid.cell.a, 1.0 / grid.n[1] * grid.cell.b,
          1.0 / grid.n[2] * grid.cell.c};
}

class GridNeighbours {
 public:
  explicit GridNeighbours(EnergyGrid const& grid);

  /// Calls visit(k, neighbour, shift) for the 14 neighbours of a point; the neighbour meant is that
  /// in cell `shift`.
  template <class Visit>
  void visit(std::size_t point, Visit const& visit) const {
    auto const s = grid_->steps(point);
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis)
      inside &= s[axis] > 0 && s[axis] < grid_->n[axis] - 1;
    if (inside) {
      for (int k = 0; k < kuhn_neighbours; ++k)
        visit(k, std::size_t(std::ptrdiff_t(point) + offsets_[std::size_t(k)]), LatticeShift{});
      return;
    }
    for (int k = 0; k < kuhn_neighbours; ++k) {
      std::array<int, 3> at;
      LatticeShift shift{};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        int const n = grid_->n[axis];
        int& x = at[axis] = s[axis] + steps_[std::size_t(k)][axis];
        if (x < 0) x += n, shift[axis] = -1;
        if (x >= n) x -= n, shift[axis] = 1;
      }
      visit(k, grid_->point(at), shift);
    }
  }

 private:
  EnergyGrid const* grid_;
  std::array<std::array<int, 3>, kuhn_neighbours> steps_;
  std::array<std::ptrdiff_t, kuhn_neighbours> offsets_;  // of points that are not at the border
};

/// What a vertex does to the region below, when its value passes (Banchoff, J. Differ. Geom. 1, 245
/// (1967); Edelsbrunner et al., Proc. SoCG 2003, 361): of the neighbours, those that are lower.
struct VertexKind {
  int lower_parts, upper_parts;  // connected parts of the lower and of the upper neighbours

  bool minimum() const { return lower_parts == 0; }
  bool maximum() const { return upper_parts == 0; }
  int saddles1() const { return lower_parts > 1 ? lower_parts - 1 : 0; }
  int saddles2() const { return upper_parts > 1 ? upper_parts - 1 : 0; }
  bool critical() const { return lower_parts != 1 || upper_parts != 1; }
  /// Change of the Euler characteristic of the region below.
  int euler() const { return int(minimum()) - saddles1() + saddles2() - int(maximum()); }
};
/// Bit k of `lower` stands for neighbour k.
VertexKind vertex_kind(std::uint32_t lower);

/// Open points in the order in which they are flooded.
std::vector<std::uint32_t> flood_order(EnergyGrid const& grid);

/// Which of two points floods first.
inline bool lower(EnergyGrid const& grid, std::size_t a, std::size_t b) {
  return grid.energy[a] != grid.energy[b] ? grid.energy[a] < grid.energy[b] : a < b;
}

}  // namespace ionscape::detail
