// What is relaxed: many chains of points at once. A chain is a lone point on its way to a minimum
// (one crystal, one ion in its host), or a band whose points are coupled and whose ends stay.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include <Kokkos_Core.hpp>

#include <ionscape/potentials/surface.hpp>
#include <ionscape/relax/status.hpp>
#include <ionscape/relax/vectors.hpp>

namespace ionscape::relax {

/// n_chains chains of n_points points with dof numbers each; point i of chain c is row
/// c * n_points + i. The points from first_moving to first_moving + n_moving - 1 move.
template <class MemorySpace>
struct Chains {
  template <class T>
  using Vector = Kokkos::View<T*, MemorySpace>;
  using Matrix = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  int n_chains, n_points, dof, first_moving, n_moving;
  Matrix coordinates;            // (rows, dof), Å
  Vector<int> surface;           // (rows)
  Vector<double> energy;         // (rows), eV
  Matrix force;                  // (rows, dof), eV/Å: the model's
  Matrix driving;                // (rows, dof), eV/Å: the rule's, of moving points
  Vector<RelaxStatus> status;    // (chains); zero is `running`
  Vector<int> steps;             // (chains), taken so far
  Vector<double> largest_force;  // (chains), eV/Å
  Vector<int> running;           // (chains), the chains to work on: the first n_running entries
  Vector<int> active;            // (rows), the rows to evaluate

  template <class Exec>
  Chains(Exec const& exec, int n_chains_, int n_points_, int dof_, int first_moving_, int n_moving_)
      : n_chains(n_chains_),
        n_points(n_points_),
        dof(dof_),
        first_moving(first_moving_),
        n_moving(n_moving_) {
    auto const named = [&](char const* name) {
      return Kokkos::view_alloc(exec, std::string("ionscape::relax::") + name);
    };
    coordinates = Matrix(named("coordinates"), rows(), dof);
    surface = Vector<int>(named("surface"), rows());
    energy = Vector<double>(named("energy"), rows());
    force = Matrix(named("force"), rows(), dof);
    driving = Matrix(named("driving"), rows(), dof);
    status = Vector<RelaxStatus>(named("status"), n_chains);
    steps = Vector<int>(named("steps"), n_chains);
    largest_force = Vector<double>(named("largest_force"), n_chains);
    running = Vector<int>(named("running"), n_chains);
    active = Vector<int>(named("active"), rows());
  }

  KOKKOS_FUNCTION int rows() const { return n_chains * n_points; }

  /// The row's dof numbers, and those of the chain's following rows behind them.
  KOKKOS_FUNCTION static double* row(Matrix const& m, int r) {
    return m.data() + std::size_t(r) * m.extent(1);
  }

  /// Uploads where the chains start, (rows, dof) in Å, and the surface of each chain.
  template <class Exec>
  void start_at(Exec const& exec, std::span<double const> from,
                std::span<int const> chain_surface) const {
    auto const host_coordinates = Kokkos::create_mirror_view(coordinates);
    auto const host_surface = Kokkos::create_mirror_view(surface);
    exec.fence("ionscape::relax::start_at: views are filled");
    std::copy(from.begin(), from.end(), host_coordinates.data());
    for (int row = 0; row < rows(); ++row) host_surface(row) = chain_surface[row / n_points];
    Kokkos::deep_copy(exec, coordinates, host_coordinates);
    Kokkos::deep_copy(exec, surface, host_surface);
    exec.fence("ionscape::relax::start_at: chains have arrived");
  }
};

/// A copy on the host, complete once `exec` is fenced.
template <class Exec, class T, class... P>
auto on_host(Exec const& exec, Kokkos::View<T, P...> const& view) {
  auto host = Kokkos::create_mirror_view(view);
  Kokkos::deep_copy(exec, host, view);
  return host;
}

}  // namespace ionscape::relax
