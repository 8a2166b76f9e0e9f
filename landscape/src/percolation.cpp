#include <ionscape/landscape/percolation.hpp>

#include <algorithm>
#include <limits>

#include "grid_topology.hpp"

namespace ionscape {

namespace {

constexpr auto none = std::numeric_limits<std::uint32_t>::max();

std::vector<LatticeShift> of_model(EnergyGrid const& grid, WindingLattice const& windings) {
  WindingLattice out;
  for (LatticeShift const& v : windings.basis()) out.add(grid.of_model(v));
  return out.basis();
}

/// A flood on its way.
class Flooding {
 public:
  explicit Flooding(EnergyGrid const& grid)
      : grid_(grid), neighbours_(grid), sets_(grid.size()), basin_of_(grid.size(), none) {
    for (int d = 0; d < 3; ++d) out_.percolation[std::size_t(d)].dimension = d + 1;
  }

  void add(std::size_t point) {
    std::array<std::size_t, detail::kuhn_neighbours> lower;
    std::array<LatticeShift, detail::kuhn_neighbours> shifts;
    int n = 0;
    neighbours_.visit(point, [&](int, std::size_t q, LatticeShift shift) {
      if (detail::lower(grid_, q, point))
        lower[std::size_t(n)] = q, shifts[std::size_t(n++)] = shift;
    });
    if (n == 0) {
      basin_of_[point] = std::uint32_t(out_.basins.size());
      out_.basins.push_back({point, grid_.energy[point]});
    }
    for (int k = 0; k < n; ++k) link(point, lower[std::size_t(k)], shifts[std::size_t(k)]);
  }

  GridFlood take() { return std::move(out_); }

 private:
  void link(std::size_t point, std::size_t to, LatticeShift shift) {
    auto const joined = sets_.join(point, to, shift);
    if (joined.merged) {
      std::uint32_t const one = basin_of_[joined.first], other = basin_of_[joined.swallowed];
      basin_of_[joined.first] = std::min(one, other);
      if (one != none && other != none)
        out_.merges.push_back(
            {grid_.energy[point], point, std::min(one, other), std::max(one, other)});
    }
    for (int d = joined.rank_before; d < joined.rank; ++d)
      open(std::size_t(d), point, joined.first);
  }

  void open(std::size_t d, std::size_t point, std::size_t first) {
    PercolationLevel& level = out_.percolation[d];
    if (level.found()) return;
    level.energy = grid_.energy[point];
    level.lowest = out_.basins[basin_of_[first]].energy;
    level.bottleneck = point;
    level.windings = of_model(grid_, sets_.windings(first));
  }

  EnergyGrid const& grid_;
  detail::GridNeighbours neighbours_;
  WindingSets sets_;
  std::vector<std::uint32_t> basin_of_;  // of a set's first
  GridFlood out_;
};

}  // namespace

GridFlood flood(EnergyGrid const& grid) {
  Flooding flooding(grid);
  for (std::uint32_t const point : detail::flood_order(grid)) flooding.add(point);
  return flooding.take();
}

double grid_minimax(EnergyGrid const& grid, Vec3 from, Vec3 to) {
  auto const a = grid.nearest(from), b = grid.nearest(to);
  LatticeShift const shift = b.shift - a.shift;
  detail::GridNeighbours const neighbours(grid);
  WindingSets sets(grid.size());
  double const start = std::max(grid.energy[a.point], grid.energy[b.point]);
  for (std::uint32_t const point : detail::flood_order(grid)) {
    neighbours.visit(point, [&](int, std::size_t q, LatticeShift s) {
      if (detail::lower(grid, q, point)) sets.join(point, q, s);
    });
    if (grid.energy[point] >= start && sets.connected(a.point, b.point, shift))
      return grid.energy[point];
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace ionscape
