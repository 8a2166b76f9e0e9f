// The loop that relaxes many chains of images at once. A chain is a band with fixed ends, or a lone
// point on its way to a minimum; what drives it is a force rule, what moves it an optimizer.
//
// One step: the model evaluates the moving images of all running chains; one kernel, a chain per
// thread, projects the forces, decides, and moves the images; chains that are done leave the list.
// Nothing is allocated in the loop, and the only read-back is the number of chains still running.
#pragma once

#include <string>

#include <Kokkos_Core.hpp>

#include <ionscape/neb/forces.hpp>
#include <ionscape/neb/result.hpp>
#include <ionscape/neb/tangent.hpp>
#include <ionscape/potentials/images.hpp>

namespace ionscape::neb {

/// n_chains chains of n_images images with dof numbers each; image i of chain c is row c * n_images
/// + i. The images from first_moving to first_moving + n_moving - 1 move.
template <class MemorySpace>
struct Chains {
  template <class T>
  using Vector = Kokkos::View<T*, MemorySpace>;
  using Matrix = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  int n_chains, n_images, dof, first_moving, n_moving;
  Matrix coordinates;            // (rows, dof), Å
  Vector<int> surface;           // (rows)
  Vector<double> energy;         // (rows), eV
  Matrix force;                  // (rows, dof), eV/Å: the model's
  Matrix driving;                // (rows, dof), eV/Å: the rule's, of moving images
  Matrix tangent;                // (rows, dof), room for the rule
  Vector<BandStatus> status;     // (chains); zero is `running`
  Vector<int> steps;             // (chains), taken so far
  Vector<int> climber;           // (chains), the climbing image; 0 = none
  Vector<double> largest_force;  // (chains), eV/Å
  Vector<int> running;           // (chains), the chains to work on: the first n_running entries
  Vector<int> active;            // (rows), the rows to evaluate

  template <class Exec>
  Chains(Exec const& exec, int n_chains_, int n_images_, int dof_, int first_moving_, int n_moving_)
      : n_chains(n_chains_),
        n_images(n_images_),
        dof(dof_),
        first_moving(first_moving_),
        n_moving(n_moving_) {
    int const rows = n_chains * n_images;
    auto named = [&](char const* name) {
      return Kokkos::view_alloc(exec, std::string("ionscape::neb::") + name);
    };
    coordinates = Matrix(named("coordinates"), rows, dof);
    surface = Vector<int>(named("surface"), rows);
    energy = Vector<double>(named("energy"), rows);
    force = Matrix(named("force"), rows, dof);
    driving = Matrix(named("driving"), rows, dof);
    tangent = Matrix(named("tangent"), rows, dof);
    status = Vector<BandStatus>(named("status"), n_chains);
    steps = Vector<int>(named("steps"), n_chains);
    climber = Vector<int>(named("climber"), n_chains);
    largest_force = Vector<double>(named("largest_force"), n_chains);
    running = Vector<int>(named("running"), n_chains);
    active = Vector<int>(named("active"), rows);
  }

  /// The row's dof numbers, and those of the chain's following rows behind them.
  KOKKOS_FUNCTION static double* row(Matrix const& m, int r) {
    return m.data() + std::size_t(r) * m.extent(1);
  }
};

/// The true force drives every moving image: minimisation.
struct PlainForce {
  int dof_per_ion;

  /// Assigns chains.driving; returns its largest norm on one ion. `law_changed` tells that an image
  /// began or ceased to climb, so that earlier forces mean nothing to the optimizer.
  template <class MemorySpace>
  KOKKOS_FUNCTION double operator()(Chains<MemorySpace> const& chains, int chain,
                                    bool& law_changed) const {
    int const row = chain * chains.n_images + chains.first_moving, n = chains.n_moving * chains.dof;
    double const* force = chains.row(chains.force, row);
    double* driving = chains.row(chains.driving, row);
    for (int k = 0; k < n; ++k) driving[k] = force[k];
    law_changed = false;
    return largest_ion_norm(n, dof_per_ion, driving);
  }
};

/// The nudged elastic band with improved tangent and climbing image. Climbing starts once the
/// largest force is below the threshold, and then goes over to whichever image is the highest; only
/// an image above both ends climbs.
struct BandForce {
  int dof_per_ion;
  double spring;           // eV/Å^2
  double climb_threshold;  // eV/Å; 0 = no climbing
  bool kink_springs;       // let the springs pull across sharp turns

  template <class MemorySpace>
  KOKKOS_FUNCTION double operator()(Chains<MemorySpace> const& chains, int chain,
                                    bool& law_changed) const {
    int const begin = chain * chains.n_images, last = chains.n_images - 1, dof = chains.dof;
    double const* energy = chains.energy.data() + begin;
    int top = 0;
    for (int i = 1; i <= last; ++i)
      if (energy[i] > energy[top]) top = i;
    if (top == last) top = 0;

    int const before = chains.climber(chain);
    int climber = before == 0 ? 0 : top;
    for (int i = 1; i < last; ++i) {
      double const* x = chains.row(chains.coordinates, begin + i);
      double* tangent = chains.row(chains.tangent, begin + i);
      unit_tangent(dof, x - dof, x, x + dof,
                   tangent_weights(energy[i - 1], energy[i], energy[i + 1]), tangent);
      if (i == climber) {
        climb(chains, begin + i);
        continue;
      }
      double* driving = chains.row(chains.driving, begin + i);
      nudged_force(dof, chains.row(chains.force, begin + i), tangent,
                   spring_force(spring, distance(dof, x - dof, x), distance(dof, x, x + dof)),
                   driving);
      if (kink_springs) add_kink_force(dof, x - dof, x, x + dof, tangent, spring, driving);
    }
    double const* driving = chains.row(chains.driving, begin + 1);
    double largest = largest_ion_norm((last - 1) * dof, dof_per_ion, driving);
    if (climber == 0 && top != 0 && largest < climb_threshold) {
      climber = top;
      climb(chains, begin + top);
      largest = largest_ion_norm((last - 1) * dof, dof_per_ion, driving);
    }
    chains.climber(chain) = climber;
    law_changed = climber != before;
    return largest;
  }

  template <class MemorySpace>
  KOKKOS_FUNCTION static void climb(Chains<MemorySpace> const& chains, int row) {
    climbing_force(chains.dof, chains.row(chains.force, row), chains.row(chains.tangent, row),
                   chains.row(chains.driving, row));
  }
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
    int const chain = chains.running(index), first = chain * chains.n_images + chains.first_moving;
    int const n = chains.n_moving * chains.dof;
    bool law_changed = false;
    if (!finite(chain)) {
      chains.largest_force(chain) = Kokkos::Experimental::quiet_NaN_v<double>;
      chains.status(chain) = BandStatus::not_finite;
      return;
    }
    double const largest = rule(chains, chain, law_changed);
    chains.largest_force(chain) = largest;
    if (largest < tolerance) {
      chains.status(chain) = BandStatus::converged;
    } else if (is_last) {
      chains.status(chain) = BandStatus::step_limit;
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
    int const begin = chain * chains.n_images, end = begin + chains.n_images;
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
    if (chains.status(chain) != BandStatus::running) return;
    if (is_final) {
      chains.running(position) = chain;
      for (int i = 0; i < chains.n_moving; ++i)
        chains.active(position * chains.n_moving + i) =
            chain * chains.n_images + chains.first_moving + i;
    }
    ++position;
  }
};

/// Energies and forces of the first n rows of chains.active.
template <class Exec, class Model, class MemorySpace>
void evaluate(Exec const& exec, Model const& model, Chains<MemorySpace> const& chains, int n) {
  model.evaluate(exec,
                 Images<MemorySpace>{chains.coordinates, chains.surface,
                                     Kokkos::subview(chains.active, Kokkos::pair<int, int>(0, n)),
                                     chains.energy, chains.force});
}

/// Energies and forces of all rows, of chains that are not running too.
template <class Exec, class Model, class MemorySpace>
void evaluate_all(Exec const& exec, Model const& model, Chains<MemorySpace> const& chains) {
  int const rows = chains.n_chains * chains.n_images;
  auto const active = chains.active;
  Kokkos::parallel_for(
      "ionscape::neb::list_all", Kokkos::RangePolicy<Exec>(exec, 0, rows),
      KOKKOS_LAMBDA(int row) { active(row) = row; });
  evaluate(exec, model, chains, rows);
}

/// Relaxes every chain whose status is `running`, and leaves none so. `progress(n)` hears after
/// each step how many chains have stopped.
template <class Exec, class Model, class MemorySpace, class Rule, class Optimizer, class Progress>
void relax(Exec const& exec, Model const& model, Chains<MemorySpace> const& chains,
           Rule const& rule, Optimizer const& optimizer, double tolerance, int max_steps,
           Progress const& progress) {
  using Kokkos::view_alloc;
  Advance<MemorySpace, Rule, Optimizer> advance{chains, rule, optimizer, tolerance, false, {}, {}};
  advance.memory =
      decltype(advance.memory)(view_alloc(exec, "ionscape::neb::optimizer_state"), chains.n_chains);
  advance.vectors = decltype(advance.vectors)(
      view_alloc(exec, "ionscape::neb::optimizer_vectors"), chains.n_chains,
      std::size_t(Optimizer::n_vectors) * chains.n_moving * chains.dof);
  auto list_running = [&] {
    int n = 0;
    Kokkos::parallel_scan("ionscape::neb::list_running",
                          Kokkos::RangePolicy<Exec>(exec, 0, chains.n_chains),
                          ListRunning<MemorySpace>{chains}, n);
    return n;
  };

  evaluate_all(exec, model, chains);
  int n_running = list_running();
  for (int step = 0; n_running > 0; ++step) {
    if (step > 0) evaluate(exec, model, chains, n_running * chains.n_moving);
    advance.is_last = step == max_steps;
    int n_going_on = 0;
    Kokkos::parallel_reduce("ionscape::neb::advance", Kokkos::RangePolicy<Exec>(exec, 0, n_running),
                            advance, n_going_on);
    if (n_going_on < n_running) n_running = list_running();
    progress(chains.n_chains - n_running);
  }
}

}  // namespace ionscape::neb
