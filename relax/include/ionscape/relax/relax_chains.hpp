// The loop that relaxes many chains at once. What drives a chain is a force rule, what moves it an
// optimizer.
//
// One step: the model evaluates the moving points of all running chains; one kernel, a chain per
// thread, makes the driving forces, decides, and moves the points; chains that are done leave the
// list. Nothing is allocated in the loop, and the only read-back is the number of chains still
// running.
#pragma once

#include <ionscape/relax/chains.hpp>
#include <ionscape/relax/fire.hpp>
#include <ionscape/relax/lbfgs.hpp>
#include <ionscape/relax/options.hpp>

namespace ionscape::relax {

/// The true force drives every moving point: minimisation. All rules have these two members.
struct PlainForce {
  int dof_per_ion;

  /// Assigns chains.driving; returns its largest norm on one ion. `law_changed` tells that earlier
  /// driving forces mean nothing to the optimizer (in a band, an image began or ceased to climb).
  template <class MemorySpace>
  KOKKOS_FUNCTION double operator()(Chains<MemorySpace> const& chains, int chain,
                                    bool& law_changed) const {
    int const row = chain * chains.n_points + chains.first_moving, n = chains.n_moving * chains.dof;
    double const* force = chains.row(chains.force, row);
    double* driving = chains.row(chains.driving, row);
    for (int k = 0; k < n; ++k) driving[k] = force[k];
    law_changed = false;
    return largest_ion_norm(n, dof_per_ion, driving);
  }

  /// The chain starts again from where it began: forget what was learned on the way.
  KOKKOS_FUNCTION void restart(int) const {}
};

/// One chain's part of a step, after the model's evaluation. Counts the chains that go on.
template <class MemorySpace, class Rule, class Optimizer>
struct Advance {
  Chains<MemorySpace> chains;
  Rule rule;
  Optimizer optimizer;
  double tolerance;                                                  // eV/Å
  bool is_last;                                                      // no step is left
  Kokkos::View<typename Optimizer::State*, MemorySpace> memory;      // (chains)
  Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace> vectors;  // (chains, n_vectors * n)

  KOKKOS_FUNCTION void operator()(int index, int& n_going_on) const {
    int const chain = chains.running(index), first = chain * chains.n_points + chains.first_moving;
    int const n = chains.n_moving * chains.dof;
    bool law_changed = false;
    if (!finite(chain)) {
      chains.largest_force(chain) = Kokkos::Experimental::quiet_NaN_v<double>;
      chains.status(chain) = RelaxStatus::not_finite;
      return;
    }
    double const largest = rule(chains, chain, law_changed);
    chains.largest_force(chain) = largest;
    if (largest < tolerance) {
      chains.status(chain) = RelaxStatus::converged;
    } else if (is_last) {
      chains.status(chain) = RelaxStatus::step_limit;
    } else {
      double* const kept = chains.row(vectors, chain);
      if (law_changed) optimizer.restart(n, memory(chain), kept);
      optimizer.step(n, chains.row(chains.driving, first), memory(chain), kept,
                     chains.row(chains.coordinates, first));
      ++chains.steps(chain);
      ++n_going_on;
    }
  }

  KOKKOS_FUNCTION bool finite(int chain) const {
    int const begin = chain * chains.n_points, end = begin + chains.n_points;
    for (int row = begin; row < end; ++row) {
      if (!Kokkos::isfinite(chains.energy(row))) return false;
      for (int k = 0; k < chains.dof; ++k)
        if (!Kokkos::isfinite(chains.force(row, k))) return false;
    }
    return true;
  }
};

/// Writes the running chains and their moving rows, both ascending.
template <class MemorySpace>
struct ListRunning {
  Chains<MemorySpace> chains;

  KOKKOS_FUNCTION void operator()(int chain, int& position, bool is_final) const {
    if (chains.status(chain) != RelaxStatus::running) return;
    if (is_final) {
      chains.running(position) = chain;
      for (int i = 0; i < chains.n_moving; ++i)
        chains.active(position * chains.n_moving + i) =
            chain * chains.n_points + chains.first_moving + i;
    }
    ++position;
  }
};

/// Energies and forces of the first n rows of chains.active.
template <class Exec, class Model, class MemorySpace>
void evaluate(Exec const& exec, Model& model, Chains<MemorySpace> const& chains, int n) {
  Points<MemorySpace> const points{chains.coordinates,
                                   chains.surface,
                                   Kokkos::subview(chains.active, Kokkos::pair<int, int>(0, n)),
                                   chains.energy,
                                   chains.force,
                                   {}};
  model.evaluate(exec, points);
}

/// Energies and forces of all rows, of chains that are not running too.
template <class Exec, class Model, class MemorySpace>
void evaluate_all(Exec const& exec, Model& model, Chains<MemorySpace> const& chains) {
  auto const active = chains.active;
  Kokkos::parallel_for(
      "ionscape::relax::list_all", Kokkos::RangePolicy<Exec>(exec, 0, chains.rows()),
      KOKKOS_LAMBDA(int row) { active(row) = row; });
  evaluate(exec, model, chains, chains.rows());
}

/// Relaxes every chain whose status is `running` with one optimizer, and leaves none so.
/// `progress(n)` hears after each step how many chains have stopped.
template <class Exec, class Model, class MemorySpace, class Rule, class Optimizer, class Progress>
void relax_with(Optimizer const& optimizer, Exec const& exec, Model& model,
                Chains<MemorySpace> const& chains, Rule const& rule, RelaxOptions const& options,
                Progress const& progress) {
  using Kokkos::view_alloc;
  Advance<MemorySpace, Rule, Optimizer> advance{chains, rule, optimizer, options.force_tolerance,
                                                false,  {},   {}};
  advance.memory = decltype(advance.memory)(view_alloc(exec, "ionscape::relax::optimizer_state"),
                                            chains.n_chains);
  advance.vectors = decltype(advance.vectors)(
      view_alloc(exec, "ionscape::relax::optimizer_vectors"), chains.n_chains,
      std::size_t(Optimizer::n_vectors) * chains.n_moving * chains.dof);
  auto const list_running = [&] {
    int n = 0;
    Kokkos::parallel_scan("ionscape::relax::list_running",
                          Kokkos::RangePolicy<Exec>(exec, 0, chains.n_chains),
                          ListRunning<MemorySpace>{chains}, n);
    return n;
  };

  evaluate_all(exec, model, chains);
  int n_running = list_running();
  for (int step = 0; n_running > 0; ++step) {
    if (step > 0) evaluate(exec, model, chains, n_running * chains.n_moving);
    advance.is_last = step == options.max_steps;
    int n_going_on = 0;
    Kokkos::parallel_reduce("ionscape::relax::advance",
                            Kokkos::RangePolicy<Exec>(exec, 0, n_running), advance, n_going_on);
    if (n_going_on < n_running) n_running = list_running();
    progress(chains.n_chains - n_running);
  }
}

/// Puts the chains that did not converge back to where they were at `start`; returns their number.
template <class Exec, class MemorySpace, class Rule>
int start_again(Exec const& exec, Chains<MemorySpace> const& chains, Rule const& rule,
                typename Chains<MemorySpace>::Matrix const& start) {
  int n_again = 0;
  Kokkos::parallel_reduce(
      "ionscape::relax::start_again", Kokkos::RangePolicy<Exec>(exec, 0, chains.n_chains),
      KOKKOS_LAMBDA(int chain, int& n) {
        RelaxStatus const status = chains.status(chain);
        if (status != RelaxStatus::step_limit && status != RelaxStatus::not_finite) return;
        for (int row = chain * chains.n_points; row < (chain + 1) * chains.n_points; ++row)
          for (int k = 0; k < chains.dof; ++k) chains.coordinates(row, k) = start(row, k);
        chains.status(chain) = RelaxStatus::running;
        rule.restart(chain);
        ++n;
      },
      n_again);
  return n_again;
}

/// Relaxes every chain whose status is `running` with the chosen optimizer, and leaves none so.
/// Nothing guards L-BFGS (a band has no energy that could), and about one band in ten thousand
/// wanders off or falls onto an ion; a chain that it has not finished starts again with FIRE, which
/// is slower and stays near its path, and has max_steps of its own. `progress(n)` hears after each
/// step how many chains are done.
template <class Exec, class Model, class MemorySpace, class Rule, class Progress>
void relax_chains(Exec const& exec, Model& model, Chains<MemorySpace> const& chains,
                  Rule const& rule, RelaxOptions const& o, Progress const& progress) {
  Fire const fire{o.max_step_length, o.dof_per_ion};
  if (o.optimizer == Optimizer::fire) {
    relax_with(fire, exec, model, chains, rule, o, progress);
    return;
  }
  typename Chains<MemorySpace>::Matrix start(
      Kokkos::view_alloc(exec, Kokkos::WithoutInitializing, "ionscape::relax::start"),
      chains.coordinates.extent(0), chains.coordinates.extent(1));
  Kokkos::deep_copy(exec, start, chains.coordinates);
  // The last call would count chains as done that start again.
  relax_with(Lbfgs{o.max_step_length, o.dof_per_ion}, exec, model, chains, rule, o,
             [&](int n_done) {
               if (n_done < chains.n_chains) progress(n_done);
             });
  if (start_again(exec, chains, rule, start) > 0)
    relax_with(fire, exec, model, chains, rule, o, progress);
  else
    progress(chains.n_chains);
}

}  // namespace ionscape::relax
