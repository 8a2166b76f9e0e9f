// What a path solver hands to a model: many points on many energy surfaces, evaluated in one call.
//
// A model ("surface") is any class with
//
//   template <class Exec>
//   void evaluate(Exec const& exec, Images<typename Exec::memory_space> const& images) const;
//
// which launches its work on the instance `exec`, need not wait for it, and assigns energy and
// force of the active images. An image's result must depend on its own coordinates and surface
// only, never on the rest of the list.
#pragma once

#include <Kokkos_Core.hpp>

namespace ionscape {

template <class MemorySpace>
struct Images {
  Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace> coordinates;  // (n_images, dof), Å
  Kokkos::View<int const*, MemorySpace>
      surface;  // (n_images), which surface (host, band) an image lives on
  Kokkos::View<int const*, MemorySpace> active;  // (n_active), the images to evaluate, ascending
  Kokkos::View<double*, MemorySpace> energy;     // (n_images), eV, assigned for active images
  Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>
      force;  // (n_images, dof), -dE/dx in eV/Å, assigned for active images
};

template <class Model, class Exec>
concept EnergySurface = requires(Model const& model, Exec const& exec,
                                 Images<typename Exec::memory_space> const& images) {
  model.evaluate(exec, images);
};

}  // namespace ionscape
