#include <ionscape/crystals/elasticity.hpp>

#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "strain.hpp"

namespace ionscape {

double ElasticModuli::young_hill() const {
  double const B = bulk.hill(), G = shear.hill();
  return 9 * B * G / (3 * B + G);
}

double ElasticModuli::poisson_hill() const {
  double const B = bulk.hill(), G = shear.hill();
  return (3 * B - 2 * G) / (2 * (3 * B + G));
}

ElasticModuli elastic_moduli(Matrix6 const& C) {
  Eigen::FullPivLU<Matrix6> const solver(C);
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  Matrix6 const S = solver.isInvertible() ? Matrix6(solver.inverse()) : Matrix6::Constant(nothing);
  auto const diagonal = [](Matrix6 const& M) { return M.diagonal().head<3>().sum(); };
  auto const beside = [](Matrix6 const& M) { return M(0, 1) + M(0, 2) + M(1, 2); };
  auto const shears = [](Matrix6 const& M) { return M.diagonal().tail<3>().sum(); };
  ElasticModuli out;
  out.bulk = {(diagonal(C) + 2 * beside(C)) / 9, 1 / (diagonal(S) + 2 * beside(S))};
  out.shear = {(diagonal(C) - beside(C) + 3 * shears(C)) / 15,
               15 / (4 * diagonal(S) - 4 * beside(S) + 3 * shears(S))};
  out.young = S.diagonal().head<3>().cwiseInverse();
  out.compressibility = diagonal(S) + 2 * beside(S);
  return out;
}

Vector6 elastic_eigenvalues(Matrix6 const& constants) {
  return Eigen::SelfAdjointEigenSolver<Matrix6>(constants, Eigen::EigenvaluesOnly).eigenvalues();
}

Elasticity elasticity(CoreExpansion const& cores, InternalResponse const& response, double volume) {
  double const unit = gigapascal_per_eV_per_A3 / volume;
  Matrix6 const follow = cores.coupling.transpose() * response.solve(cores.coupling);
  Elasticity out{unit * cores.strain_hessian,
                 unit * (cores.strain_hessian - follow),
                 {},
                 unit * cores.strain_gradient};
  for (Matrix6* const m : {&out.clamped, &out.relaxed})
    *m = (0.5 * (*m + m->transpose())).eval();  // rounding
  out.stress_strain = stress_strain_constants(out.relaxed, out.stress);
  return out;
}

Matrix6 stress_strain_constants(Matrix6 const& constants, Vector6 const& stress) {
  using detail::voigt;
  Eigen::Matrix3d s;
  for (int I = 0; I < 6; ++I) s(voigt[I][0], voigt[I][1]) = s(voigt[I][1], voigt[I][0]) = stress[I];
  auto const d = [](int a, int b) { return a == b ? 1.0 : 0.0; };
  Matrix6 out = constants;
  for (int I = 0; I < 6; ++I)
    for (int K = 0; K < 6; ++K) {
      auto const [i, j] = voigt[I];
      auto const [k, l] = voigt[K];
      out(I, K) += 0.5 * (d(i, k) * s(j, l) + d(i, l) * s(j, k) + d(j, k) * s(i, l) +
                          d(j, l) * s(i, k) - 2 * d(k, l) * s(i, j));
    }
  return 0.5 * (out + out.transpose());
}

}  // namespace ionscape
