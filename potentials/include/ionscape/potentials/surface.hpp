// The one evaluation contract: many points on many energy surfaces, evaluated in one call. What
// relaxes, bends bands or certifies knows a model by nothing else.
//
// A point is what a model takes the energy of: one ion in its host (three numbers, FrozenHost), or
// all ions of a crystal (3 n_ions, IonSurface). A model is any class with
//
//   template <class Exec>
//   void evaluate(Exec const& exec, Points<typename Exec::memory_space> const& points);
//
// which assigns the results of the active points. The work is launched on the instance `exec`;
// whether the call waits for it is the model's own affair, so that a caller fences before it reads
// results on the host, and kernels on `exec` need no fence. A point's results depend on its own
// coordinates and surface only, never on the rest of the list. A model whose evaluate() is const
// may be used by several threads at once; another keeps memory and lists from call to call.
#pragma once

#include <Kokkos_Core.hpp>

namespace ionscape {

template <class MemorySpace>
struct Points {
  using Matrix = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace> coordinates;  // (n, dof), Å
  Kokkos::View<int const*, MemorySpace> surface;  // (n), which surface (host, crystal) each is on
  Kokkos::View<int const*, MemorySpace> active;   // (n_active), what to evaluate, ascending
  Kokkos::View<double*, MemorySpace> energy;      // (n), eV
  Matrix force;                                   // (n, dof), -dE/dx in eV/Å
  /// (n, 6), dE/d(strain) in eV, xx, yy, zz, yz, xz, xy of a symmetric strain that takes the
  /// coordinates with it; n = 0: not asked for. Models of one ion in a fixed cell have none.
  Matrix strain_derivative;
};

template <class Model, class Exec>
concept EnergySurface = requires(Model& model, Exec const& exec,
                                 Points<typename Exec::memory_space> const& points) {
  model.evaluate(exec, points);
};

}  // namespace ionscape
