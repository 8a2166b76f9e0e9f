#include <ionscape/crystals/charged_defects.hpp>

#include <cmath>

#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reference.hpp>

namespace ionscape {

namespace {

/// Energy in eV of one charge with its images in the background of the opposite charge.
double madelung_energy(Cell const& cell, double charge) {
  Crystal const one{cell, {"charge"}, {{0, 0, 0}}, {charge}, ""};
  Particles const particles{1, one, {}, {}};
  return evaluate_reference(particles, PotentialSet{}, ewald_parameters(cell, 1, 1e-14), PairSums{})
      .coulomb;
}

}  // namespace

double mean_square_radius(Cell const& given) {
  // The midpoint rule over one cell, each point moved to its nearest image.
  Cell const cell = reduced(given).cell;
  constexpr int n = 24;
  double sum = 0;
  auto const at = [](int k) { return (k + 0.5) / n; };
  for (int a = 0; a < n; ++a)
    for (int b = 0; b < n; ++b)
      for (int c = 0; c < n; ++c) {
        Vec3 const r = minimum_image(cell, cell.to_cartesian({at(a), at(b), at(c)}));
        sum += dot(r, r);
      }
  return sum / (double(n) * n * n);
}

ChargeCorrection charge_correction(Cell const& cell, double charge, Eigen::Matrix3d const& eps) {
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> const solver(eps);
  if (!(solver.eigenvalues()[0] > 0))
    fail_input({}, "a dielectric tensor with the eigenvalue ", solver.eigenvalues()[0],
               ", expected positive ones");
  // In x' = eps^(-1/2) x the medium is a vacuum, and the potential that of charge/sqrt(det eps).
  Eigen::Matrix3d const stretch = solver.operatorInverseSqrt();
  auto const stretched = [&](Vec3 v) {
    Eigen::Vector3d const w = stretch * Eigen::Vector3d(v.x, v.y, v.z);
    return Vec3{w[0], w[1], w[2]};
  };
  Cell const image{stretched(cell.a), stretched(cell.b), stretched(cell.c)};
  double const first = madelung_energy(image, charge) * stretch.determinant();
  double const mean = eps.trace() / 3;
  double const third = 2 * pi * coulomb_constant * charge * charge * (1 - 1 / mean) *
                       mean_square_radius(cell) / (3 * mean * cell.volume());
  return {-first, -first - third};
}

}  // namespace ionscape
