// FIRE: Bitzek, Koskinen, Gähler, Moseler, Gumbsch, Phys. Rev. Lett. 97, 170201 (2006), with its
// recommended numbers; unit masses, time in Å / sqrt(eV). Asks nothing of the force's curvature,
// but needs about three times the steps of L-BFGS, and on a coarse band (3 to 5 images, strongly
// bent path) the climbing image may circle the saddle for ever.
#pragma once

#include <ionscape/relax/vectors.hpp>

namespace ionscape::relax {

struct Fire {
  struct State {
    double time_step = 0.1, mixing = 0.1;
    int downhill_steps = 0;
  };

  double max_step_length;  // Å, for any one ion
  int dof_per_ion;

  /// Vectors of n numbers that one chain keeps between steps: the velocity, zero at the start.
  static constexpr int n_vectors = 1;

  /// Moves x (n numbers, Å) along `force` (n numbers, eV/Å).
  KOKKOS_FUNCTION void step(int n, double const* force, State& state, double* velocity,
                            double* x) const {
    constexpr double start_mixing = 0.1, mixing_decay = 0.99, growth = 1.1, shrink = 0.5,
                     longest = 1.0;
    constexpr int delay = 5;

    double const power = dot(n, force, velocity);
    if (power > 0) {
      double const along =
          state.mixing * Kokkos::sqrt(dot(n, velocity, velocity) / dot(n, force, force));
      for (int k = 0; k < n; ++k) velocity[k] = (1 - state.mixing) * velocity[k] + along * force[k];
      if (++state.downhill_steps > delay) {
        state.time_step = Kokkos::fmin(growth * state.time_step, longest);
        state.mixing *= mixing_decay;
      }
    } else {
      if (power < 0) state.time_step *= shrink;  // not at the start, where the velocity is zero
      state.mixing = start_mixing;
      state.downhill_steps = 0;
      for (int k = 0; k < n; ++k) velocity[k] = 0;
    }
    for (int k = 0; k < n; ++k) velocity[k] += state.time_step * force[k];
    double const length = state.time_step * largest_ion_norm(n, dof_per_ion, velocity);
    double const scale =
        state.time_step * (length > max_step_length ? max_step_length / length : 1);
    for (int k = 0; k < n; ++k) x[k] += scale * velocity[k];
  }

  /// The force law has changed (in a band, an image begins to climb): start again from rest.
  KOKKOS_FUNCTION void restart(int n, State& state, double* velocity) const {
    state = State{};
    for (int k = 0; k < n; ++k) velocity[k] = 0;
  }
};

}  // namespace ionscape::relax
