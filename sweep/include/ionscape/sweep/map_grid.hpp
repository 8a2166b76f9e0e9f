// A map as planes: the rows of one anion on the axes volume, charge and distortion.
#pragma once

#include <string>
#include <vector>

#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// The rows of one anion as planes of one distortion each.
struct MapGrid {
  std::string anion;
  std::vector<double> volumes, charges, distortions;  // ascending
  std::vector<std::vector<MapRow const*>> planes;     // per distortion: charge outermost

  std::size_t cells() const { return volumes.size() * charges.size(); }
};

/// Place of a value, which must be there, on an axis.
std::size_t index_of(std::vector<double> const& axis, double value);

/// Throws InputError unless the rows, all of one anion, are every combination of at least 2
/// volumes, 2 charges and some distortions once, and the anion's name can stand in file names.
MapGrid make_grid(std::string const& anion, std::vector<MapRow const*> const& rows);

}  // namespace ionscape
