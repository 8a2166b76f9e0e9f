// Where the gradient of the energy is zero: sites, passes and tops, refined to the last digit, with a
// proof that none was missed which the grid can see.
//
// Candidates are the points of the grid at which the topology of the region below changes, of each
// kind as many as the Euler characteristic asks for (Edelsbrunner, Harer, Natarajan, Pascucci, Proc.
// 19th Symp. Comput. Geom. (2003) 361). Each is followed to a critical point by Newton steps along the
// eigenvectors of the Hessian, up along as many as its index says (Cerjan, Miller, J. Chem. Phys. 75,
// 2800 (1981)). Then every region of the grid is asked whether what was found there is what its
// topology needs; where it is not, a finer grid looks.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <ionscape/landscape/energy_grid.hpp>

namespace ionscape {

struct CriticalPoint {
  Vec3 place;           // Å, in the model's cell: fractional coordinates in [0, 1)
  double energy = 0;    // eV
  double gradient = 0;  // eV/Å: what is left of it
  /// Of the Hessian, ascending, eV/Å^2, and their directions.
  std::array<double, 3> curvature{};
  std::array<Vec3, 3> direction;
  int index = 0;  // negative curvatures: 0 a minimum, 1 and 2 saddles, 3 a maximum
  bool degenerate =
      false;  // a curvature is zero: the point may be one of a line, its index is open
};

/// Morse's relation for the region below a level, which is no critical value: minima - saddles of
/// index 1 + saddles of index 2 - maxima = Euler characteristic.
struct MorseRelation {
  double level = 0;  // eV
  int euler = 0;     // of the region, from the grid
  int sum = 0;       // of the points found
  bool holds() const { return euler == sum; }
};

struct CriticalPoints {
  /// Below the grid's closed_above: minima, then saddles of index 1, of index 2, maxima; in each,
  /// energies ascend.
  std::vector<CriticalPoint> points;
  std::array<std::size_t, 5> first{};  // index k: points [first[k], first[k + 1])
  MorseRelation morse;
  /// Å: around these places the topology of the surface asks for other points than those found.
  std::vector<Vec3> unresolved;
  /// Points of the grid between neighbours of equal energy: there a surface has no critical points
  /// to be found.
  std::size_t flat = 0;

  std::span<CriticalPoint const> of_index(int k) const {
    return std::span(points).subspan(first[k], first[k + 1] - first[k]);
  }
  std::span<CriticalPoint const> minima() const { return of_index(0); }
  std::span<CriticalPoint const> saddles() const { return of_index(1); }
  std::size_t degenerate() const;
  /// All that the grid sees was found, and nothing is degenerate.
  bool complete() const {
    return morse.holds() && unresolved.empty() && flat == 0 && degenerate() == 0;
  }
};

struct CriticalPointOptions {
  double gradient = 1e-8;  // eV/Å: no more is left of it at a point
  double same = 1e-3;      // Å: points closer than this are one
  double flat = 1e-4;      // eV/Å^2: a smaller curvature is zero
};

/// `grid` is of this model. The relation is checked at the highest level up to closed_above at which
/// it holds, or else at closed_above: near there, points of the grid lie on one side of the level and
/// what they stand for on the other. Levels below closed_above - emax/5 are not tried.
CriticalPoints critical_points(SiteEnergy const& model, EnergyGrid const& grid,
                               CriticalPointOptions const& options = {});

}  // namespace ionscape
