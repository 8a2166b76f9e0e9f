// Structures evaluated as a user needs it: energies of many in one batch, how exact they are, and
// what there is to doubt. One structure that cannot be computed costs only its own result.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/crystals/shell_model.hpp>

namespace ionscape {

/// Something to doubt: a word for tables, and a sentence.
struct Warning {
  std::string note, text;
};

/// How far a result lies from one that is a hundred times more exact.
struct Measured {
  double energy = 0;                    // eV
  double force_rms = 0, force_max = 0;  // eV/Å
  double stress = 0;                    // eV/Å^3, largest element
};

/// How structures are evaluated.
struct EvaluationPlan {
  PotentialSet set;
  EnergyOptions options;  // force_error holds for all structures
  ShellOptions shells;
  bool reference = false;  // by the plain oracle (reference.hpp) in place of the engine
  PairSums sums;           // assigned by evaluate()
};

/// What came out for one structure.
struct Evaluation {
  EnergyResult result;
  ShellRest shells;
  std::optional<Measured> measured;  // by certify()
  std::vector<Warning> warnings;
  std::string error;  // why there is no result; empty: there is one

  bool computed() const { return error.empty(); }
};

/// Gives a crystal the charges of the set. Throws InputError for a species that the set does not
/// have. Warns where the crystal had other charges.
std::vector<Warning> take_charges_of_set(Crystal& crystal, PotentialSet const& set);

/// Adds what there is to doubt in a result: net charge, polar slabs, close contacts, numbers that are
/// not finite.
void add_warnings(Evaluation& evaluation, Crystal const& crystal, PotentialSet const& set);

/// A fraction of the smallest force scale of the structures (tune_ewald.hpp), in eV/Å; for
/// structures without charges, which have no scale, of 1 eV/Å.
double absolute_force_error(std::span<Crystal const> crystals,
                            std::span<Evaluation const> evaluations, double relative);

using EvaluationProgress = std::function<void(std::size_t finished)>;

/// Evaluates all crystals whose `evaluations` entry has no error yet, in one batch, and adds the
/// warnings that belong to them. Where the batch is refused, each crystal is tried alone, and those
/// that are refused get their `error`. Kokkos must be running.
void evaluate(EvaluationPlan& plan, std::span<Crystal const> crystals,
              std::span<Evaluation> evaluations, EvaluationProgress const& progress = {});

/// The same once more with a force error a hundred times smaller (where double precision can keep
/// it) and another splitting; the differences are the errors (`measured`).
void certify(EvaluationPlan const& plan, std::span<Crystal const> crystals,
             std::span<Evaluation> evaluations, EvaluationProgress const& progress = {});

/// A slab between vacuum that has a dipole moment along its normal: a tin-foil sum puts a field
/// into the vacuum which a single slab does not have.
struct PolarSlab {
  int axis = 0;                   // of the cell vector that crosses the vacuum
  double vacuum = 0;              // Å, along the normal, from ion to ion
  double dipole_per_area = 0;     // e/Å
  double field = 0;               // V/Å in the vacuum: 4 pi k_e (dipole per volume)
  double missing_correction = 0;  // eV: 2 pi k_e M^2 / V
};

/// Nothing for a charged cell, or where not exactly one axis crosses a gap of more than 8 Å without
/// ions, or where the dipole is below 1e-3 e/Å. The correction is that of Yeh and Berkowitz, J.
/// Chem. Phys. 111, 3155 (1999), eq. 9.
std::optional<PolarSlab> polar_slab(Crystal const& crystal);

struct PairEnergy {
  std::string pair;  // "Mg-O"
  double energy;     // eV
};
/// The short-range energy of one structure by pairs of species: the same sum, all other terms and
/// charges left out.
std::vector<PairEnergy> pair_energies(EvaluationPlan const& plan, Crystal const& crystal,
                                      Evaluation const& evaluation);

double net_charge(Crystal const& crystal);         // e
double largest_force(EnergyResult const& result);  // eV/Å
double rms_force(EnergyResult const& result);      // eV/Å
double pressure(EnergyResult const& result);       // GPa, positive: the cell wants to grow

}  // namespace ionscape
