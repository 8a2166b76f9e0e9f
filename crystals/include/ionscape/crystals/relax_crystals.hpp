// Crystals relaxed: all ions, their shells and, if asked, the cell, for one crystal or thousands of
// any sizes in one batch.
//
// The coordinates of one minimisation are the displacements of the ions (with their shells) in the
// unstrained cell, the displacement of each shell from its core, and a symmetric strain e, which
// takes everything with it: r = (1 + e) u. What is minimised is the enthalpy H = E + p V.
// docs/relaxation.md says more.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/units.hpp>
#include <ionscape/crystals/evaluation.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>

namespace ionscape {

enum class CellFreedom {
  none,    // the cell stays
  volume,  // it keeps its shape
  full,    // lengths and angles
};

struct CrystalRelaxOptions {
  CellFreedom cell = CellFreedom::none;
  double force_tolerance = 1e-4;  // eV/Å: on any ion, and what is left on any shell
  double stress_tolerance = 0.01 / gigapascal_per_eV_per_A3;  // eV/Å^3: of stress + pressure
  double pressure = 0;           // eV/Å^3; positive: the cell is pressed together
  double max_step_length = 0.2;  // Å, of any ion in one step
  int max_steps = 1000;
  /// How energies are computed. Their force error is no larger than a hundredth of force_tolerance;
  /// a skin of 0 Å means 0.4 Å, so that neighbour lists live through many steps.
  EnergyOptions energy;
};

enum class CrystalStatus : int {
  converged,
  step_limit,      // max_steps were not enough
  bad_step,        // no step lowers the enthalpy any more, and forces or stress are still large
  collapsed,       // two ions fell into the well that a Buckingham term has at short distance
  shell_ran_away,  // a shell left its core (polarisation catastrophe)
  cell_ran_away,   // the cell collapsed or flew apart
  not_finite,      // energies that are no numbers
  refused,         // it could not be computed at all
};

char const* to_string(CrystalStatus status);

/// What an accepted step left.
struct RelaxationStep {
  double enthalpy = 0;   // eV
  double max_force = 0;  // as in RelaxedCrystal
  double max_stress = 0;
};

/// How it ended. All but the status and the reason is of the last structure.
struct RelaxedCrystal {
  CrystalStatus status = CrystalStatus::refused;
  std::string reason;  // a sentence where it did not converge
  int steps = 0, evaluations = 0;
  bool by_fire = false;             // L-BFGS failed, FIRE did the rest
  Crystal crystal;                  // cell and positions of the ions (cores), continuous
  std::vector<Vec3> shells;         // Å, from core to shell, zero where there is none; empty: none
  double energy = 0, enthalpy = 0;  // eV
  double max_force = 0;             // eV/Å, on an ion along what is free, or left on a shell
  double max_stress = 0;  // eV/Å^3, largest element of what the cell has to follow; 0: none
  Matrix3 stress{};       // eV/Å^3, positive: the cell wants to shrink
  std::vector<RelaxationStep> history;  // the start and all steps
  std::vector<Warning> warnings;

  bool converged() const { return status == CrystalStatus::converged; }
};

/// Relaxes all crystals, which have charges. `finished(k, result)`, if given, is called for each as
/// soon as it has ended, by one thread, in no particular order. A crystal that cannot be computed is
/// refused alone. Kokkos must be running. Throws InputError for options out of range.
///
/// The same bits on any number of threads. In another batch a crystal gets new neighbour lists at
/// other times, and their order rounds its sums otherwise (1e-14 of the energy); with a skin of 1e-9
/// Å all lists are always new, and its result is the same in any batch, in about four times the time.
std::vector<RelaxedCrystal> relax_crystals(
    std::span<Crystal const> crystals, PotentialSet const& set,
    CrystalRelaxOptions const& options = {},
    std::function<void(std::size_t, RelaxedCrystal const&)> const& finished = {});

}  // namespace ionscape
