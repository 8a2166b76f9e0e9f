// The certificate of a stationary point: how large the force still is and in how many directions
// the energy falls.
#pragma once

#include <span>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/point_set.hpp>
#include <ionscape/relax/vectors.hpp>

namespace ionscape {

struct Curvature {
  double force = 0;  // norm of the true force, eV/Å
  /// Of the Hessian d2E/dx2, ascending, eV/Å^2; NaN where the model's forces are.
  std::vector<double> eigenvalues;

  /// Directions in which the energy falls: eigenvalues below -zero (eV/Å^2). 0 at a minimum, 1 at a
  /// first-order saddle; -1 if an eigenvalue is NaN. An eigenvalue within +-zero says nothing about
  /// its direction.
  int index(double zero = 1e-3) const;
};

/// Eigenvalues of the symmetric part of a Hessian, (dof, dof), ascending.
std::vector<double> hessian_eigenvalues(std::span<double const> hessian, int dof);

/// Each point, and behind it the points moved by +displacement and -displacement (Å) along each of
/// its coordinates: 2 dof + 1 in place of one.
PointSet displaced(PointSet const& points, double displacement);

/// Curvature at many points in one call of the model. Hessians by central differences of the
/// forces, with error of order displacement^2 (Å) times the fourth derivative: 2 dof + 1
/// evaluations per point, so for few degrees of freedom. Throws InputError on a point that is not
/// finite.
template <class Exec, EnergySurface<Exec> Model>
std::vector<Curvature> curvature_at(Exec const& exec, Model&& model, PointSet const& points,
                                    double displacement = 1e-3) {
  validate(points);
  if (!(displacement > 0))
    fail_input({}, "displacement ", displacement, " Å, expected a positive number");
  int const dof = points.dof, per_point = 2 * dof + 1;
  auto const on_device = upload_points(exec, displaced(points, displacement));
  model.evaluate(exec, on_device);
  auto const force = Kokkos::create_mirror_view(on_device.force);
  Kokkos::deep_copy(exec, force, on_device.force);
  exec.fence("ionscape::relax::curvature_at: forces have arrived");

  std::vector<Curvature> curvatures(points.size());
  std::vector<double> hessian(std::size_t(dof) * dof);
  for (int point = 0; point < points.size(); ++point) {
    int const row = point * per_point;
    double const* const here = &force(row, 0);
    for (int i = 0; i < dof; ++i)
      for (int j = 0; j < dof; ++j)
        hessian[std::size_t(i) * dof + j] =
            (force(row + 2 * i + 2, j) - force(row + 2 * i + 1, j)) / (2 * displacement);
    curvatures[point] = {Kokkos::sqrt(relax::dot(dof, here, here)),
                         hessian_eigenvalues(hessian, dof)};
  }
  return curvatures;
}

}  // namespace ionscape
