// Energies on a regular grid through one cell.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <ionscape/core/cell.hpp>
#include <ionscape/landscape/site_energy.hpp>
#include <ionscape/landscape/winding_sets.hpp>

namespace ionscape {

struct EnergyGridOptions {
  double resolution = 0.2;  // Å, the longest step along a cell vector
  double emax = 5;          // eV above the lowest point; places above it are closed
};

/// Points at (i/n0, j/n1, k/n2) of `cell`, the reduced cell of the model: however skewed the given one
/// is, steps are short and nearly at right angles.
struct EnergyGrid {
  Cell cell;  // Å
  /// Rows: vectors of `cell` in those of the model's.
  std::array<std::array<int, 3>, 3> transformation;
  std::array<int, 3> n;
  std::vector<double> energy;  // (n0, n1, n2), the last index runs fastest; eV, finite or +infinity
  double lowest = 0;           // eV
  double closed_above = 0;     // eV: lowest + emax

  std::size_t size() const { return energy.size(); }
  bool open(std::size_t point) const { return energy[point] < closed_above; }
  std::array<int, 3> steps(std::size_t point) const;
  std::size_t point(std::array<int, 3> steps) const;  // each in [0, n)
  Vec3 fractional(std::size_t point) const;           // in `cell`, [0, 1)
  Vec3 place(std::size_t point) const { return cell.to_cartesian(fractional(point)); }  // Å
  /// The grid's point next to a place (Å), and the cell of `cell` that its image there is in.
  struct Nearest {
    std::size_t point;
    LatticeShift shift;
  };
  Nearest nearest(Vec3 place) const;
  /// In vectors of the model's cell, given in those of `cell`; and back.
  LatticeShift of_model(LatticeShift shift) const;
  LatticeShift of_grid(LatticeShift shift) const;
  double longest_step() const;  // Å, along a cell vector
};

/// At least eight steps along each vector. Energies are computed on the threads of Kokkos' host space;
/// their number does not change a bit. Throws InputError if resolution or emax is not above 0, the cell
/// is singular, the grid and what is made of it would take more than half of the memory that is free,
/// and if no energy is finite or one is NaN or -infinity.
EnergyGrid energy_grid(SiteEnergy const& model, EnergyGridOptions const& options = {});

}  // namespace ionscape
