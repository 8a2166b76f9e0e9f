// The coordinates of a crystal's relaxation as one list of numbers, all in Å: displacements of the
// ions in the unstrained cell, of the shells from their cores, and the strain times a length.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <ionscape/crystals/free_motion.hpp>
#include <ionscape/crystals/relax_crystals.hpp>

#include "stiffness.hpp"

namespace ionscape::detail {

/// Rows times columns.
using Matrix = std::array<std::array<double, 3>, 3>;

class CrystalCoordinates {
 public:
  /// `crystal`: whose `fixed` counts; `particles` are its own.
  CrystalCoordinates(Crystal const& crystal, Particles const& particles, CellFreedom cell);

  /// How many; a multiple of three. All are zero at the start.
  std::size_t size() const { return std::size_t(3) * (ions_ + shells_) + strains(); }
  std::vector<double> stiffness(StiffnessEstimate const& pairs) const;

  Cell cell(std::span<double const> x) const;
  /// Of all particles, assigned (particles).
  void positions(std::span<double const> x, std::span<Vec3> particles) const;
  Vec3 shell(std::span<double const> x, std::size_t shell) const;  // Å, from its core

  /// What an evaluation found at x.
  struct Found {
    std::span<Vec3 const> forces;  // eV/Å, on particles
    Matrix stress;                 // eV/Å^3
  };
  /// Assigns dH/dx (size()), eV/Å.
  void gradient(std::span<double const> x, Found const& found, double pressure,
                std::span<double> out) const;

  /// What is left to follow.
  struct Residual {
    double force = 0;   // eV/Å, the largest on an ion (with its shell) or a shell
    double stress = 0;  // eV/Å^3
  };
  Residual residual(std::span<double const> x, Found const& found, double pressure) const;

 private:
  std::size_t strains() const { return cell_ == CellFreedom::none ? 0 : 6; }
  /// 1 + e.
  Matrix stretch(std::span<double const> x) const;
  /// The force on an ion with its shell.
  Vec3 ion_force(Found const& found, std::size_t ion) const;

  CellFreedom cell_;
  Cell reference_;
  std::size_t ions_, shells_;
  std::vector<Vec3> start_;              // of the particles
  std::vector<int> core_of_, shell_of_;  // of shells; of ions, -1: none
  FreeMotion free_;
};

}  // namespace ionscape::detail
