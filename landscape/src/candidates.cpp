#include "candidates.hpp"

#include <algorithm>
#include <cmath>

namespace ionscape::detail {

namespace {

/// What a point and its neighbours make of it, collected neighbour by neighbour.
struct Link {
  double energy;
  std::uint32_t lower = 0;
  double spread = 0;

  void add(int k, double neighbour, bool is_lower) {
    lower |= std::uint32_t(is_lower) << k;
    if (neighbour != energy) spread = std::max(spread, std::fabs(neighbour - energy));
  }
  void finish(Vec3 place, Vertices& out) const {
    constexpr double nothing = 1e-9;  // eV
    VertexKind const kind = vertex_kind(lower);
    if (spread < nothing)
      ++out.flat;
    else if (kind.critical())
      out.critical.push_back({place, energy, spread, kind});
  }
};

}  // namespace

Vertices critical_vertices(EnergyGrid const& grid, double level) {
  GridNeighbours const neighbours(grid);
  Vertices out;
  for (std::size_t p = 0; p < grid.size(); ++p) {
    if (!(grid.energy[p] < level)) continue;
    Link link{grid.energy[p]};
    neighbours.visit(p, [&](int k, std::size_t q, LatticeShift) {
      link.add(k, grid.energy[q], lower(grid, q, p));
    });
    link.finish(grid.place(p), out);
  }
  return out;
}

std::array<int, 3> Patch::points() const {
  std::array<int, 3> n;
  for (std::size_t k = 0; k < 3; ++k) n[k] = (high[k] - low[k]) * finer + 1;
  return n;
}

std::size_t Patch::size() const {
  auto const n = points();
  return std::size_t(n[0]) * std::size_t(n[1]) * std::size_t(n[2]);
}

bool Patch::inside(EnergyGrid const& grid, Vec3 place) const {
  Vec3 const f = grid.cell.to_fractional(place);
  double const fractions[] = {f.x, f.y, f.z};
  for (std::size_t k = 0; k < 3; ++k) {
    double const edge = 0.5 / finer, from = low[k] + edge, to = high[k] - edge;
    double x = fractions[k] * grid.n[k];
    x -= std::floor((x - from) / grid.n[k]) * grid.n[k];
    if (x > to) return false;
  }
  return true;
}

Vertices critical_vertices(SiteEnergy const& model, EnergyGrid const& grid, Patch const& patch,
                           double level) {
  auto const n = patch.points();
  auto const at = [&](std::array<int, 3> s) {
    return (std::size_t(s[0]) * std::size_t(n[1]) + std::size_t(s[1])) * std::size_t(n[2]) +
           std::size_t(s[2]);
  };
  std::vector<Vec3> places(patch.size());
  for (std::array<int, 3> s{}; s[0] < n[0]; ++s[0])
    for (s[1] = 0; s[1] < n[1]; ++s[1])
      for (s[2] = 0; s[2] < n[2]; ++s[2]) {
        auto const f = [&](std::size_t k) {
          return (patch.low[k] + double(s[k]) / patch.finer) / grid.n[k];
        };
        places[at(s)] = grid.cell.to_cartesian({f(0), f(1), f(2)});
      }
  std::vector<double> energy(places.size());
  model.energies(places, energy);

  auto const steps = kuhn_steps(step_of(grid));
  Vertices out;
  for (std::array<int, 3> s{1, 1, 1}; s[0] < n[0] - 1; ++s[0])
    for (s[1] = 1; s[1] < n[1] - 1; ++s[1])
      for (s[2] = 1; s[2] < n[2] - 1; ++s[2]) {
        std::size_t const p = at(s);
        if (!(energy[p] < level)) continue;
        Link link{energy[p]};
        for (int k = 0; k < kuhn_neighbours; ++k) {
          auto const& d = steps[std::size_t(k)];
          std::size_t const q = at({s[0] + d[0], s[1] + d[1], s[2] + d[2]});
          link.add(k, energy[q], energy[q] != energy[p] ? energy[q] < energy[p] : q < p);
        }
        link.finish(places[p], out);
      }
  return out;
}

std::vector<int> indices(VertexKind const& kind) {
  std::vector<int> out;
  if (kind.minimum()) out.push_back(0);
  if (kind.saddles1() > 0) out.push_back(1);
  if (kind.saddles2() > 0) out.push_back(2);
  if (kind.maximum()) out.push_back(3);
  return out;
}

}  // namespace ionscape::detail
