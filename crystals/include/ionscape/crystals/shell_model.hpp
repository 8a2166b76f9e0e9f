// Crystals whose shells follow their ions at once: energies, forces and stress as functions of the
// ions alone (adiabatic shells, Dick and Overhauser 1958). Without shells: an EnergyModel.
//
// Shells are counted from their cores, so that a shell not quite at rest costs the forces on ions
// only its own force times how much it follows them (Hellmann and Feynman), a fraction of
// shell_tolerance. The way down is a Descent for each crystal, preconditioned by springs and pair
// terms; it keeps what it has learned of the curvature, and its shells, from call to call.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ionscape/crystals/descent.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>

namespace ionscape {

struct ShellOptions {
  double tolerance = 1e-6;  // eV/Å: the largest force that is left on a shell
  int max_steps = 500;
};

/// How the shells of one crystal came to rest.
struct ShellRest {
  DescentStatus status = DescentStatus::converged;
  double force = 0;  // eV/Å, the largest on a shell
  /// The ion whose shell lies farthest from its core, -1 where there are none, and how far (Å). A
  /// shell beyond longest_shell (particles.hpp) has run away: nothing in the result counts then.
  int farthest_ion = -1;
  double farthest = 0;
  bool at_rest() const { return status == DescentStatus::converged; }
  bool ran_away() const { return !(farthest <= longest_shell); }
};

class ShellModel {
 public:
  using Exec = Kokkos::DefaultExecutionSpace;
  using Model = EnergyModel<Exec::memory_space>;

  /// As EnergyModel's constructor. Where there are shells, lists get a skin of at least 0.6 Å, to
  /// serve while shells move.
  ShellModel(std::span<Crystal const> crystals, PotentialSet const& set,
             EnergyOptions const& options = {}, ShellOptions const& shells = {});
  ~ShellModel();
  ShellModel(ShellModel&&) noexcept;
  ShellModel& operator=(ShellModel&&) noexcept;

  int ions() const;  // of all crystals

  /// Brings the shells of all crystals to rest, ions at `positions` (ions(), Å, any image). A
  /// crystal's results do not depend on the rest of the batch. Evaluations made are added to
  /// evaluations().
  void evaluate(std::span<Vec3 const> positions);

  /// Of the last evaluate(): forces are on ions.
  std::vector<EnergyResult> results() const { return model().results(); }
  std::vector<ShellRest> const& rest() const;
  /// The model of all particles, as it was evaluated last.
  Model const& model() const;
  long evaluations() const;  // of the whole batch, since the beginning

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Evaluates crystals as they are, shells at rest: as evaluate_crystals() (energy_model.hpp), in
/// batches that fit into the memory limit, in input order. `rest`, if given, is assigned.
std::vector<EnergyResult> energies_of(std::span<Crystal const> crystals, PotentialSet const& set,
                                      EnergyOptions const& options = {},
                                      ShellOptions const& shells = {},
                                      std::vector<ShellRest>* rest = nullptr,
                                      std::function<void(std::size_t)> const& progress = {});

}  // namespace ionscape
