// L-BFGS over all images of a band at once ("global L-BFGS"): Sheppard, Terrell, Henkelman, J.
// Chem. Phys. 128, 134106 (2008); two-loop recursion of Nocedal, Math. Comp. 35, 773 (1980). No
// line search: a band has a force, but no energy.
#pragma once

#include <ionscape/relax/vectors.hpp>

namespace ionscape::relax {

struct Lbfgs {
  static constexpr int memory = 4;         // pairs of steps and force changes kept
  static constexpr int rows = memory + 1;  // one more holds the step in progress

  struct State {
    int stored = 0;             // usable pairs
    int newest = 0;             // their newest row
    bool has_step = false;      // row newest + 1 holds a step whose force change is not known yet
    double inverse[rows] = {};  // 1 / (step . change), per row
  };

  double max_step_length;  // Å, for any one ion
  int dof_per_ion;

  /// Vectors of n numbers that one chain keeps between steps: the last force, the steps, the force
  /// changes.
  static constexpr int n_vectors = 1 + 2 * rows;

  /// Moves x (n numbers, Å) along `force` (n numbers, eV/Å).
  KOKKOS_FUNCTION void step(int n, double const* force, State& state, double* vectors,
                            double* x) const {
    constexpr double first_inverse_curvature = 0.05;  // Å^2/eV, before anything is known
    double* const last_force = vectors;
    double* const steps = vectors + n;
    double* const changes = steps + rows * n;

    if (state.has_step) learn(n, force, last_force, steps, changes, state);

    double* const direction = steps + row_after(state.newest) * n;
    for (int k = 0; k < n; ++k) direction[k] = force[k];
    double weight[memory];
    for (int p = 0, row = state.newest; p < state.stored; ++p, row = row_before(row)) {
      weight[p] = state.inverse[row] * dot(n, steps + row * n, direction);
      for (int k = 0; k < n; ++k) direction[k] -= weight[p] * changes[row * n + k];
    }
    double scale = first_inverse_curvature;
    if (state.stored > 0) {
      double const* const change = changes + state.newest * n;
      scale = 1 / (state.inverse[state.newest] * dot(n, change, change));
    }
    for (int k = 0; k < n; ++k) direction[k] *= scale;
    for (int p = state.stored - 1; p >= 0; --p) {
      int const row = (state.newest + rows - p) % rows;
      double const correction =
          weight[p] - state.inverse[row] * dot(n, changes + row * n, direction);
      for (int k = 0; k < n; ++k) direction[k] += correction * steps[row * n + k];
    }

    double const length = largest_ion_norm(n, dof_per_ion, direction);
    double const shorten = length > max_step_length ? max_step_length / length : 1;
    for (int k = 0; k < n; ++k) {
      direction[k] *= shorten;
      x[k] += direction[k];
      last_force[k] = force[k];
    }
    state.has_step = true;
  }

  /// The force law has changed (in a band, an image begins to climb): what was learned about its
  /// curvature is void.
  KOKKOS_FUNCTION void restart(int, State& state, double*) const { state = State{}; }

  KOKKOS_FUNCTION static int row_after(int row) { return row + 1 == rows ? 0 : row + 1; }
  KOKKOS_FUNCTION static int row_before(int row) { return row == 0 ? rows - 1 : row - 1; }

  /// Takes in the last step and the force change it made. Along a step of negative curvature the
  /// memory is dropped, so that every direction stays a descent direction.
  KOKKOS_FUNCTION static void learn(int n, double const* force, double const* last_force,
                                    double const* steps, double* changes, State& state) {
    int const row = row_after(state.newest);
    double const* const step = steps + row * n;
    double* const change = changes + row * n;
    for (int k = 0; k < n; ++k) change[k] = last_force[k] - force[k];
    double const curvature = dot(n, step, change);
    if (curvature > 1e-3 * dot(n, step, step)) {
      state.inverse[row] = 1 / curvature;
      state.newest = row;
      state.stored = state.stored < memory ? state.stored + 1 : memory;
    } else {
      state.stored = 0;
    }
  }
};

}  // namespace ionscape::relax
