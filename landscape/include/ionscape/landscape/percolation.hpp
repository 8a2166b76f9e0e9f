// A grid flooded from below: where water stands first, which pools meet where, and at which levels it
// runs through the whole crystal. All levels are minimax energies on the grid; what the continuous
// surface has is site_network.hpp's.
//
// Neighbours on the grid are the ends of the edges of the Kuhn triangulation, 14 of each point, the
// body diagonal being the shortest of the four. A level's region then is, up to deformation, that of
// the function which is linear in each tetrahedron.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include <ionscape/landscape/energy_grid.hpp>

namespace ionscape {

/// The lowest level at which one connected region goes on without end in at least `dimension`
/// independent directions.
struct PercolationLevel {
  int dimension = 0;
  double energy = std::numeric_limits<double>::infinity();  // eV; infinite: never while open
  double lowest = std::numeric_limits<double>::infinity();  // eV, of the region's lowest place
  std::size_t bottleneck = 0;                               // the point that opened it
  /// All lattice vectors, of the model's cell, by which the region hangs together with itself:
  /// WindingLattice::basis(). More of them than `dimension` where several open at once.
  std::vector<LatticeShift> windings;

  bool found() const { return energy < std::numeric_limits<double>::infinity(); }
  double barrier() const { return found() ? energy - lowest : energy; }  // eV
};

/// A pool: it begins where no neighbour is lower.
struct Basin {
  std::size_t point;
  double energy;  // eV
};

/// Two pools meet. The one of the lower bottom lives on.
struct BasinMerge {
  double energy;           // eV
  std::size_t point;       // the one that joined them
  std::size_t kept, gone;  // basins
};

struct GridFlood {
  std::vector<Basin> basins;                    // ascending
  std::vector<BasinMerge> merges;               // ascending
  std::array<PercolationLevel, 3> percolation;  // in 1, 2, 3 dimensions
};

/// Of the open points. Of equal energies the first point floods first.
GridFlood flood(EnergyGrid const& grid);

/// The lowest level (eV) at which the points next to two places (Å) are connected, to this image of
/// the second and no other; infinite if they are not while the grid is open.
double grid_minimax(EnergyGrid const& grid, Vec3 from, Vec3 to);

}  // namespace ionscape
