// The certificate of a stationary point: how large the force still is and in how many directions
// the energy falls.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/neb/path.hpp>
#include <ionscape/neb/vectors.hpp>
#include <ionscape/potentials/images.hpp>

namespace ionscape {

struct Curvature {
  double force = 0;  // norm of the true force, eV/Å
  std::vector<double>
      eigenvalues;  // of the Hessian d2E/dx2, ascending, eV/Å^2; NaN where the model's forces are

  /// Directions in which the energy falls: eigenvalues below -zero (eV/Å^2). 0 at a minimum, 1 at a
  /// first-order saddle; -1 if an eigenvalue is NaN. An eigenvalue within +-zero says nothing about
  /// its direction.
  int index(double zero = 1e-3) const;
};

/// Eigenvalues of the symmetric part of a Hessian, (dof, dof), ascending.
std::vector<double> hessian_eigenvalues(std::span<double const> hessian, int dof);

/// Curvature at many points in one call of the model: `points` holds paths of one image. Hessians
/// by central differences of the forces, with error of order displacement^2 (Å) times the fourth
/// derivative: 2 dof + 1 evaluations per point, so for few degrees of freedom. Throws InputError on
/// a set that is not one of single finite points.
template <class Exec, EnergySurface<Exec> Model>
std::vector<Curvature> curvature_at(Exec const& exec, Model const& model, PathSet const& points,
                                    double displacement = 1e-3) {
  using MemorySpace = typename Exec::memory_space;
  validate(points, 1);
  if (points.n_images != 1)
    fail_input({}, "curvature of paths of ", points.n_images, " images, expected single points");
  if (!(displacement > 0))
    fail_input({}, "displacement ", displacement, " Å, expected a positive number");
  int const dof = points.dof, per_point = 2 * dof + 1, rows = points.n_bands() * per_point;

  // Per point: the point itself, then +h and -h along each coordinate.
  Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace> x("ionscape::neb::displaced", rows, dof);
  Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace> force("ionscape::neb::displaced_force",
                                                                 rows, dof);
  Kokkos::View<double*, MemorySpace> energy("ionscape::neb::displaced_energy", rows);
  Kokkos::View<int*, MemorySpace> surface("ionscape::neb::displaced_surface", rows);
  Kokkos::View<int*, MemorySpace> active("ionscape::neb::displaced_active", rows);
  auto const host_x = Kokkos::create_mirror_view(x);
  auto const host_surface = Kokkos::create_mirror_view(surface);
  auto const host_active = Kokkos::create_mirror_view(active);
  auto const host_force = Kokkos::create_mirror_view(force);
  for (int row = 0; row < rows; ++row) {
    int const point = row / per_point, k = row % per_point;
    host_surface(row) = points.surface[point];
    host_active(row) = row;
    for (int j = 0; j < dof; ++j) host_x(row, j) = points.coordinates[std::size_t(point) * dof + j];
    if (k > 0) host_x(row, (k - 1) / 2) += k % 2 == 1 ? displacement : -displacement;
  }
  Kokkos::deep_copy(exec, x, host_x);
  Kokkos::deep_copy(exec, surface, host_surface);
  Kokkos::deep_copy(exec, active, host_active);
  model.evaluate(exec, Images<MemorySpace>{x, surface, active, energy, force});
  Kokkos::deep_copy(exec, host_force, force);
  exec.fence("ionscape::neb::curvature_at: forces have arrived");

  std::vector<Curvature> curvatures(points.n_bands());
  std::vector<double> hessian(std::size_t(dof) * dof);
  for (int point = 0; point < points.n_bands(); ++point) {
    int const row = point * per_point;
    double const* const here = &host_force(row, 0);
    for (int i = 0; i < dof; ++i)
      for (int j = 0; j < dof; ++j)
        hessian[std::size_t(i) * dof + j] =
            (host_force(row + 2 * i + 2, j) - host_force(row + 2 * i + 1, j)) / (2 * displacement);
    curvatures[point] = {Kokkos::sqrt(neb::dot(dof, here, here)),
                         hessian_eigenvalues(hessian, dof)};
  }
  return curvatures;
}

}  // namespace ionscape
