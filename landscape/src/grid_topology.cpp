#include "grid_topology.hpp"

#include <algorithm>
#include <utility>

namespace ionscape::detail {

namespace {

/// The corners of a cube but the first, and their opposites.
std::array<std::array<int, 3>, kuhn_neighbours> corners() {
  std::array<std::array<int, 3>, kuhn_neighbours> out;
  for (int k = 0; k < 7; ++k)
    for (int axis = 0; axis < 3; ++axis) {
      out[k][axis] = (k + 1) >> axis & 1;
      out[k + 7][axis] = -out[k][axis];
    }
  return out;
}

/// Which neighbours are each other's: bits.
std::array<std::uint32_t, kuhn_neighbours> links() {
  auto const steps = corners();
  std::array<std::uint32_t, kuhn_neighbours> out{};
  for (int i = 0; i < kuhn_neighbours; ++i)
    for (int j = 0; j < kuhn_neighbours; ++j) {
      std::array<int, 3> d;
      for (int axis = 0; axis < 3; ++axis) d[axis] = steps[j][axis] - steps[i][axis];
      if (std::ranges::find(steps, d) != steps.end()) out[i] |= 1u << j;
    }
  return out;
}

std::vector<std::uint8_t> count_parts() {
  auto const linked = links();
  std::vector<std::uint8_t> parts(1u << kuhn_neighbours);
  for (std::uint32_t mask = 1; mask < parts.size(); ++mask) {
    std::uint32_t part = mask & -mask;
    for (std::uint32_t before = 0; before != part;) {
      before = part;
      for (int k = 0; k < kuhn_neighbours; ++k)
        if (part >> k & 1) part |= linked[k] & mask;
    }
    parts[mask] = std::uint8_t(parts[mask & ~part] + 1);
  }
  return parts;
}

}  // namespace

std::array<std::array<int, 3>, kuhn_neighbours> kuhn_steps(Cell const& step) {
  std::array<int, 3> best{1, 1, 1};
  auto const diagonal = [&](std::array<int, 3> s) {
    return norm(double(s[0]) * step.a + double(s[1]) * step.b + double(s[2]) * step.c);
  };
  for (std::array<int, 3> const s :
       {std::array{1, 1, -1}, std::array{1, -1, 1}, std::array{-1, 1, 1}})
    if (diagonal(s) < diagonal(best) * (1 - 1e-9)) best = s;
  auto out = corners();
  for (auto& corner : out)
    for (int axis = 0; axis < 3; ++axis) corner[axis] *= best[axis];
  return out;
}

GridNeighbours::GridNeighbours(EnergyGrid const& grid)
    : grid_(&grid), steps_(kuhn_steps(step_of(grid))) {
  for (std::size_t k = 0; k < kuhn_neighbours; ++k)
    offsets_[k] =
        (std::ptrdiff_t(steps_[k][0]) * grid.n[1] + steps_[k][1]) * grid.n[2] + steps_[k][2];
}

VertexKind vertex_kind(std::uint32_t lower) {
  static std::vector<std::uint8_t> const parts = count_parts();
  std::uint32_t const all = (1u << kuhn_neighbours) - 1;
  return {parts[lower], parts[all & ~lower]};
}

std::vector<std::uint32_t> flood_order(EnergyGrid const& grid) {
  std::vector<std::pair<double, std::uint32_t>> open;
  for (std::size_t p = 0; p < grid.size(); ++p)
    if (grid.open(p)) open.emplace_back(grid.energy[p], std::uint32_t(p));
  std::ranges::sort(open);
  std::vector<std::uint32_t> order;
  order.reserve(open.size());
  for (auto const& [energy, point] : open) order.push_back(point);
  return order;
}

}  // namespace ionscape::detail
