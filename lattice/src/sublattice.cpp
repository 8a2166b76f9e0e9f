#include "sublattice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <ionscape/core/error.hpp>

#include "periodic_points.hpp"

namespace ionscape {

namespace {

std::vector<std::size_t> anion_indices(Crystal const& crystal,
                                       std::vector<std::string> const& anions, char const* caller) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    if (anions.empty() || std::ranges::find(anions, crystal.species.at(i)) != anions.end())
      indices.push_back(i);
  if (indices.empty()) {
    std::string wanted;
    for (std::string const& label : anions) wanted += " " + label;
    fail_input({}, caller, ": none of the ", crystal.size(), " ions is an anion (expected:", wanted,
               ")");
  }
  return indices;
}

void require_apart(Sublattice const& anions, char const* caller) {
  constexpr double least = 0.1;  // Å
  auto const [first, second, distance] = closest_pair(anions.cell(), anions.positions);
  if (distance >= least) return;
  std::size_t const i = anions.ions[first.ion] + 1, j = anions.ions[second.ion] + 1;
  if (i == j)
    fail_input({}, caller, ": ion ", i, " is ", distance,
               " Å from its own periodic image, expected at least ", least, " Å");
  fail_input({}, caller, ": ions ", i, " and ", j, " are ", distance,
             " Å apart, expected at least ", least, " Å");
}

}  // namespace

double Sublattice::spacing() const { return std::cbrt(cell().volume() / double(size())); }

Shift Sublattice::given(Shift s) const {
  auto const number = [&](int column) {
    auto const& m = reduced.transformation;
    std::int64_t const n = std::int64_t(s.a) * m[0][column] + std::int64_t(s.b) * m[1][column] +
                           std::int64_t(s.c) * m[2][column];
    // Half of the range, so that shifts may be added.
    if (std::abs(n) > std::numeric_limits<int>::max() / 2)
      fail_input({}, "the cell is too skewed: an ion's neighbours are ", n, " cells away");
    return static_cast<int>(n);
  };
  return {number(0), number(1), number(2)};
}

Vertex Sublattice::given(Vertex v) const { return {ions[v.ion], given(v.shift + wrapping[v.ion])}; }

Sublattice sublattice(Crystal const& crystal, std::vector<std::string> const& anions,
                      char const* caller) {
  Sublattice result{anion_indices(crystal, anions, caller), {}, {}, {}};
  try {
    result.reduced = reduced(crystal.cell);
  } catch (InputError const& error) {
    fail_input({}, caller, ": ", error.what());
  }
  Cell const& cell = result.cell();
  for (std::size_t ion : result.ions) {
    Vec3 const r = crystal.positions[ion], f = cell.to_fractional(r);
    constexpr double farthest = 1e6;  // cells: beyond, the digits of a position are lost
    double const cells = std::max({std::fabs(f.x), std::fabs(f.y), std::fabs(f.z)});
    if (!std::isfinite(norm(r)) || !std::isfinite(f.x + f.y + f.z))
      fail_input({}, caller, ": the position of ion ", ion + 1, " is not finite");
    if (cells > farthest)
      fail_input({}, caller, ": ion ", ion + 1, " is ", cells,
                 " cells away from the origin, expected at most ", farthest);
    Shift const home{-int(std::floor(f.x)), -int(std::floor(f.y)), -int(std::floor(f.z))};
    result.wrapping.push_back(home);
    result.positions.push_back(r + translation(cell, home));
  }
  require_apart(result, caller);
  return result;
}

}  // namespace ionscape
