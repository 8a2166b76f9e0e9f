// Points on the host, and their way to a model.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <ionscape/potentials/surface.hpp>

namespace ionscape {

/// Points of one number of coordinates, in the order in which their results come back.
struct PointSet {
  int dof = 0;
  std::vector<double> coordinates;  // (n, dof), Å
  std::vector<int> surface;         // (n), the model's surface that a point is on

  int size() const { return static_cast<int>(surface.size()); }
  std::span<double const> point(int i) const {
    return {coordinates.data() + std::size_t(i) * dof, std::size_t(dof)};
  }

  /// Throws InputError on another number of coordinates than dof.
  void add(std::vector<double> const& point, int surface_index);
};

/// Throws InputError on points without coordinates, on lists of the wrong length, on a coordinate
/// that is not finite.
void validate(PointSet const& points);

/// The points where a model wants them, all active, with room for energies and forces. Waits.
template <class Exec>
Points<typename Exec::memory_space> upload_points(Exec const& exec, PointSet const& set) {
  using MemorySpace = typename Exec::memory_space;
  int const n = set.size();
  auto const named = [&](char const* name) {
    return Kokkos::view_alloc(exec, std::string("ionscape::potentials::point_") + name);
  };
  Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace> coordinates(named("coordinates"), n,
                                                                       set.dof),
      force(named("force"), n, set.dof);
  Kokkos::View<int*, MemorySpace> surface(named("surface"), n), active(named("active"), n);
  Kokkos::View<double*, MemorySpace> energy(named("energy"), n);
  auto const host_coordinates = Kokkos::create_mirror_view(coordinates);
  auto const host_surface = Kokkos::create_mirror_view(surface);
  auto const host_active = Kokkos::create_mirror_view(active);
  exec.fence("ionscape::potentials::upload_points: views are filled");
  std::copy(set.coordinates.begin(), set.coordinates.end(), host_coordinates.data());
  std::copy(set.surface.begin(), set.surface.end(), host_surface.data());
  for (int i = 0; i < n; ++i) host_active(i) = i;
  Kokkos::deep_copy(exec, coordinates, host_coordinates);
  Kokkos::deep_copy(exec, surface, host_surface);
  Kokkos::deep_copy(exec, active, host_active);
  exec.fence("ionscape::potentials::upload_points: points have arrived");
  return {coordinates, surface, active, energy, force, {}};
}

}  // namespace ionscape
