#include <ionscape/landscape/energy_grid.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>

#include "threads.hpp"

namespace ionscape {

namespace {

using Matrix = std::array<std::array<int, 3>, 3>;

LatticeShift product(LatticeShift v, Matrix const& m) {
  LatticeShift out{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) out[j] += v[i] * m[i][j];
  return out;
}

/// Of a matrix of determinant 1.
Matrix inverse(Matrix const& m) {
  Matrix out;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      int const a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      out[i][j] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
    }
  return out;
}

std::array<int, 3> grid_size(Cell const& cell, double resolution) {
  constexpr double least = 8, bytes_each = 60;  // of energies, order, sets and topology
  auto const steps = [&](Vec3 v) {
    return std::max(least, std::ceil(norm(v) / resolution - 1e-9));
  };
  double const n[] = {steps(cell.a), steps(cell.b), steps(cell.c)}, points = n[0] * n[1] * n[2];
  double const most = std::min(double(std::numeric_limits<std::int32_t>::max()),
                               available_memory() / 2 / bytes_each);
  if (!(points <= most))
    fail_input({}, "a grid of ", resolution, " Å has ", points, " points, expected at most ", most,
               " for the memory that is free: take a coarser one");
  return {int(n[0]), int(n[1]), int(n[2])};
}

void fill(EnergyGrid& grid, SiteEnergy const& model) {
  constexpr std::size_t chunk = 256;
  detail::on_threads(
      "ionscape::landscape::energy_grid", (grid.size() + chunk - 1) / chunk, [&](std::size_t i) {
        std::size_t const begin = i * chunk, count = std::min(chunk, grid.size() - begin);
        std::array<Vec3, chunk> places;
        for (std::size_t k = 0; k < count; ++k) places[k] = grid.place(begin + k);
        model.energies(std::span(places).first(count),
                       std::span(grid.energy).subspan(begin, count));
      });
}

}  // namespace

std::array<int, 3> EnergyGrid::steps(std::size_t p) const {
  // 32 bits divide faster; a grid has no more points.
  auto const point = std::uint32_t(p), line = point / std::uint32_t(n[2]),
             plane = line / std::uint32_t(n[1]);
  return {int(plane), int(line - plane * std::uint32_t(n[1])),
          int(point - line * std::uint32_t(n[2]))};
}

std::size_t EnergyGrid::point(std::array<int, 3> s) const {
  return (std::size_t(s[0]) * std::size_t(n[1]) + std::size_t(s[1])) * std::size_t(n[2]) +
         std::size_t(s[2]);
}

Vec3 EnergyGrid::fractional(std::size_t p) const {
  auto const s = steps(p);
  return {double(s[0]) / n[0], double(s[1]) / n[1], double(s[2]) / n[2]};
}

EnergyGrid::Nearest EnergyGrid::nearest(Vec3 r) const {
  Vec3 const f = cell.to_fractional(r);
  double const fractions[] = {f.x, f.y, f.z};
  std::array<int, 3> s;
  LatticeShift shift;
  for (int k = 0; k < 3; ++k) {
    double const step = std::round(fractions[k] * n[k]);
    shift[k] = int(std::floor(step / n[k]));
    s[k] = int(step - double(shift[k]) * n[k]);
  }
  return {point(s), shift};
}

LatticeShift EnergyGrid::of_model(LatticeShift shift) const {
  return product(shift, transformation);
}
LatticeShift EnergyGrid::of_grid(LatticeShift shift) const {
  return product(shift, inverse(transformation));
}

double EnergyGrid::longest_step() const {
  return std::max({norm(cell.a) / n[0], norm(cell.b) / n[1], norm(cell.c) / n[2]});
}

EnergyGrid energy_grid(SiteEnergy const& model, EnergyGridOptions const& options) {
  if (!(options.resolution > 0))
    fail_input({}, "resolution ", options.resolution, " Å, expected above 0");
  if (!(options.emax > 0)) fail_input({}, "emax ", options.emax, " eV, expected above 0");
  auto const [cell, transformation] = reduced(model.cell());
  EnergyGrid grid{cell, transformation, grid_size(cell, options.resolution), {}, 0, 0};
  grid.energy.resize(std::size_t(grid.n[0]) * std::size_t(grid.n[1]) * std::size_t(grid.n[2]));
  fill(grid, model);
  grid.lowest = std::numeric_limits<double>::infinity();
  for (double e : grid.energy) {
    if (std::isnan(e)) fail_input({}, "the model's energy is not a number somewhere in the cell");
    grid.lowest = std::min(grid.lowest, e);
  }
  if (!std::isfinite(grid.lowest))
    fail_input({}, "the lowest energy of the grid is ", grid.lowest, " eV, expected a finite one");
  grid.closed_above = grid.lowest + options.emax;
  return grid;
}

}  // namespace ionscape
