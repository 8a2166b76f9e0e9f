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

bool shorten(Vec3& vector, Vec3 shorter) {
  // The margin keeps the choice between equally long vectors from hanging on the last bit, and
  // loops from going on.
  if (!(dot(shorter, shorter) < dot(vector, vector) * (1 - 1e-12))) return false;
  vector = shorter;
  return true;
}

/// The same lattice with shortest vectors, a <= b <= c (Minkowski): greedy reduction, Nguyen and
/// Stehle, ACM Trans. Algorithms 5, 46 (2009). However skewed the cell was, the faces of this one
/// lie far apart.
Cell reduced(Cell cell) {
  auto& [a, b, c] = cell;
  auto const shorter = [](Vec3 u, Vec3 v) { return dot(u, u) < dot(v, v); };
  for (bool changed = true; changed;) {
    changed = false;
    do {
      if (shorter(b, a)) std::swap(a, b);
    } while (shorten(b, b - std::round(dot(a, b) / dot(a, a)) * a));
    if (shorter(c, b)) {
      std::swap(b, c);
      changed = true;
      continue;
    }
    // The vector of the lattice (a, b) nearest to c is one of those around its projection.
    double const aa = dot(a, a), ab = dot(a, b), bb = dot(b, b), ac = dot(a, c), bc = dot(b, c);
    double const determinant = aa * bb - ab * ab;
    double const na = std::round((bb * ac - ab * bc) / determinant),
                 nb = std::round((aa * bc - ab * ac) / determinant);
    Vec3 const start = c - na * a - nb * b;
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j) changed |= shorten(c, start + double(i) * a + double(j) * b);
  }
  return cell;
}

}  // namespace

Vec3 minimum_image(Cell const& cell, Vec3 difference) {
  Cell const shortest = reduced(cell);
  Vec3 best = shortest.to_cartesian(wrapped(shortest.to_fractional(difference)));
  // The vectors that bound the Voronoi cell of a reduced lattice are among these 26: when none of
  // them shortens the difference any more, it lies in the Voronoi cell of the origin, which makes
  // it the shortest.
  for (bool changed = true; changed;) {
    changed = false;
    Vec3 const start = best;
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j)
        for (int k = -1; k <= 1; ++k)
          changed |=
              shorten(best, start + shortest.to_cartesian({double(i), double(j), double(k)}));
  }
  return best;
}

void validate(Crystal const& crystal, std::string const& what, double closest) {
  Cell const& cell = crystal.cell;
  if (!finite(cell.a) || !finite(cell.b) || !finite(cell.c))
    fail_input({}, what, ": a lattice vector is not a finite number");
  double const lengths = norm(cell.a) * norm(cell.b) * norm(cell.c);
  if (!(cell.volume() > 1e-6 * lengths) || lengths == 0)
    fail_input({}, what, ": the cell is singular (volume ", cell.volume(), " Å^3)");
  if (crystal.positions.empty()) fail_input({}, what, ": no ions");
  if (crystal.species.size() != crystal.size())
    fail_input({}, what, ": ", crystal.species.size(), " species for ", crystal.size(),
               " positions");
  if (!crystal.charges.empty() && crystal.charges.size() != crystal.size())
    fail_input({}, what, ": ", crystal.charges.size(), " charges for ", crystal.size(),
               " positions");
  for (std::size_t i = 0; i < crystal.charges.size(); ++i)
    if (!std::isfinite(crystal.charges[i]))
      fail_input({}, what, ": the charge of ion ", i + 1, " is not finite");
  std::vector<Vec3> fractional;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    fractional.push_back(cell.to_fractional(crystal.positions[i]));
    if (!finite(fractional.back()))
      fail_input({}, what, ": the position of ion ", i + 1, " is not finite");
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
