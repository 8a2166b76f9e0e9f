// Slabs between vacuum that a tin-foil sum does not treat as single ones.
#include <algorithm>
#include <array>
#include <cmath>

#include <ionscape/core/units.hpp>
#include <ionscape/crystals/evaluation.hpp>

namespace ionscape {

namespace {

/// The widest part without ions along one cell vector, as fractions of it.
struct Gap {
  double width = 0, end = 0;
};

Gap widest_gap(std::vector<double> fractions) {
  std::ranges::sort(fractions);
  Gap gap{fractions.front() + 1 - fractions.back(), fractions.front()};
  for (std::size_t i = 1; i < fractions.size(); ++i)
    if (double const width = fractions[i] - fractions[i - 1]; width > gap.width)
      gap = {width, fractions[i]};
  return gap;
}

}  // namespace

std::optional<PolarSlab> polar_slab(Crystal const& crystal) {
  constexpr double vacuum = 8;           // Å
  constexpr double least_dipole = 1e-3;  // e/Å
  if (crystal.charges.empty() || net_charge(crystal) != 0) return {};
  Cell const& cell = crystal.cell;
  std::array<double, 3> const area{norm(cross(cell.b, cell.c)), norm(cross(cell.c, cell.a)),
                                   norm(cross(cell.a, cell.b))};
  std::optional<PolarSlab> slab;
  for (int axis = 0; axis < 3; ++axis) {
    double const height = cell.volume() / area[axis];
    std::vector<double> fractions;
    for (Vec3 r : crystal.positions) {
      Vec3 const f = cell.to_fractional(r);
      double const along = std::array{f.x, f.y, f.z}[axis];
      fractions.push_back(along - std::floor(along));
    }
    Gap const gap = widest_gap(fractions);
    if (gap.width * height <= vacuum) continue;
    if (slab) return {};  // a wire or a molecule
    double dipole = 0;    // e Å, along the normal, the slab in one piece
    for (std::size_t i = 0; i < fractions.size(); ++i)
      dipole +=
          crystal.charges[i] * (fractions[i] < gap.end ? fractions[i] + 1 : fractions[i]) * height;
    slab = PolarSlab{axis, gap.width * height, dipole / area[axis],
                     4 * pi * coulomb_constant * std::fabs(dipole) / cell.volume(),
                     2 * pi * coulomb_constant * dipole * dipole / cell.volume()};
  }
  if (!slab || std::fabs(slab->dipole_per_area) < least_dipole) return {};
  return slab;
}

}  // namespace ionscape
