#include <ionscape/core/crystal.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

bool finite(Vec3 v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); }

/// A difference of fractional coordinates moved to [-1/2, 1/2].
Vec3 wrapped(Vec3 f) {
  return {f.x - std::round(f.x), f.y - std::round(f.y), f.z - std::round(f.z)};
}

/// Slabs, wires and boxes of gas are far below it; a unit or a decimal point went wrong above.
constexpr double longest_vector = 1e5;  // Å
/// Farther out, the last digits of a position are lost, and whole numbers of cells overflow.
constexpr double most_cells_away = 1e6;

/// Refuses cells that nobody means, and those in which an ion meets its own image.
void check_cell(Cell const& cell, std::string const& what, double closest) {
  struct Named {
    char name;
    Vec3 vector;
  };
  for (auto const [name, vector] : {Named{'a', cell.a}, {'b', cell.b}, {'c', cell.c}}) {
    if (!finite(vector)) fail_input({}, what, ": lattice vector ", name, " is not a finite number");
    double const length = std::hypot(vector.x, vector.y, vector.z);
    if (!(length >= closest && length <= longest_vector))
      fail_input({}, what, ": lattice vector ", name, " is ", length, " Å long, expected between ",
                 closest, " and ", longest_vector, " Å");
  }
  double const lengths = norm(cell.a) * norm(cell.b) * norm(cell.c);
  if (!(cell.volume() > 1e-6 * lengths))
    fail_input({}, what, ": the cell is singular (volume ", cell.volume(), " Å^3)");
  if (double const shortest = norm(reduced(cell).cell.a); shortest < closest)
    fail_input({}, what, ": ions overlap with their own images, ", shortest,
               " Å away, expected at least ", closest, " Å");
}

}  // namespace

void validate(Crystal const& crystal, std::string const& what, double closest) {
  Cell const& cell = crystal.cell;
  check_cell(cell, what, closest);
  if (crystal.positions.empty()) fail_input({}, what, ": no ions");
  if (crystal.species.size() != crystal.size())
    fail_input({}, what, ": ", crystal.species.size(), " species for ", crystal.size(),
               " positions");
  if (!crystal.charges.empty() && crystal.charges.size() != crystal.size())
    fail_input({}, what, ": ", crystal.charges.size(), " charges for ", crystal.size(),
               " positions");
  if (!crystal.fixed.empty() && crystal.fixed.size() != crystal.size())
    fail_input({}, what, ": flags of selective dynamics for ", crystal.fixed.size(), " of ",
               crystal.size(), " ions");
  for (std::size_t i = 0; i < crystal.charges.size(); ++i)
    if (!std::isfinite(crystal.charges[i]))
      fail_input({}, what, ": the charge of ion ", i + 1, " is not finite");
  std::vector<Vec3> fractional;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    fractional.push_back(cell.to_fractional(crystal.positions[i]));
    if (!finite(fractional.back()))
      fail_input({}, what, ": the position of ion ", i + 1, " is not finite");
    Vec3 const f = fractional.back();
    if (double const far = std::max({std::fabs(f.x), std::fabs(f.y), std::fabs(f.z)});
        far > most_cells_away)
      fail_input({}, what, ": ion ", i + 1, " lies ", far,
                 " cells away from the origin, expected at most ", most_cells_away);
  }

  // Ions in layers along a: only those whose layers are closer than `closest` need to be looked at.
  std::vector<std::size_t> order(crystal.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const layer = [&](std::size_t i) { return fractional[i].x - std::floor(fractional[i].x); };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return layer(i) < layer(j); });
  Vec3 const faces = cell.face_distances();
  for (std::size_t at = 0; at < order.size(); ++at)
    for (std::size_t step = 1; step < order.size(); ++step) {
      std::size_t i = order[at], j = order[(at + step) % order.size()];
      double const rise = layer(j) - layer(i) + (at + step < order.size() ? 0 : 1);
      if (rise * faces.x >= closest) break;
      Vec3 const apart = wrapped(fractional[j] - fractional[i]);
      if (std::fabs(apart.y) * faces.y >= closest || std::fabs(apart.z) * faces.z >= closest)
        continue;
      double const distance = norm(minimum_image(cell, cell.to_cartesian(apart)));
      if (distance >= closest) continue;
      if (j < i) std::swap(i, j);
      fail_input({}, what, ": ions ", i + 1, " (", crystal.species[i], ") and ", j + 1, " (",
                 crystal.species[j], ") overlap: ", distance, " Å apart, expected at least ",
                 closest, " Å");
    }
}

}  // namespace ionscape
