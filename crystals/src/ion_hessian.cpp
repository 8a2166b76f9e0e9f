#include <ionscape/crystals/ion_hessian.hpp>

#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <ionscape/crystals/core_expansion.hpp>
#include <ionscape/crystals/free_motion.hpp>
#include <ionscape/crystals/second_derivatives.hpp>

namespace ionscape {

namespace {

/// In columns.
Eigen::MatrixXd basis_of(FreeMotion const& free, Eigen::Index n) {
  auto const& directions = free.directions();
  Eigen::MatrixXd basis = Eigen::MatrixXd::Zero(n, Eigen::Index(directions.size()));
  for (std::size_t d = 0; d < directions.size(); ++d) {
    auto const [ion, v] = directions[d];
    basis.block<3, 1>(3 * Eigen::Index(ion), Eigen::Index(d)) << v.x, v.y, v.z;
  }
  return basis;
}

/// The matrix without its three translations, which are columns of `still`: they come last.
Directions without(Eigen::MatrixXd matrix, Eigen::MatrixXd const& still) {
  double const beyond = 2 * matrix.cwiseAbs().rowwise().sum().maxCoeff() + 1;
  matrix -= still * (still.transpose() * matrix);
  matrix -= (matrix * still) * still.transpose();
  matrix += beyond * still * still.transpose();
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(matrix);
  Eigen::Index const n = matrix.rows() - still.cols();
  return {solver.eigenvalues().head(n), solver.eigenvectors().leftCols(n)};
}

}  // namespace

Particles moved_to(Particles particles, std::span<Vec3 const> positions,
                   std::span<Vec3 const> shells) {
  std::vector<Vec3>& all = particles.crystal.positions;
  std::copy(positions.begin(), positions.end(), all.begin());
  for (Spring const& spring : particles.springs) {
    auto const core = std::size_t(spring.core);
    all[std::size_t(spring.shell)] = all[core] + (shells.empty() ? Vec3{} : shells[core]);
  }
  return particles;
}

IonHessian ion_hessian(Particles const& particles, PotentialSet const& set, PairSums const& ends,
                       double accuracy) {
  Expansion const expansion = SecondDerivatives(particles, set, ends, accuracy).expansion();
  Eigen::Index const shells = expansion.hessian.rows() - 3 * particles.ions;
  if (shells > 0) {
    Eigen::LLT<Eigen::MatrixXd> const stiff(expansion.hessian.bottomRightCorner(shells, shells));
    if (stiff.info() != Eigen::Success) return {{}, false};
  }
  return {eliminate_shells(expansion, particles).hessian, true};
}

int Directions::falling() const { return int((curvature.array() < -least_curvature).count()); }

Directions directions_of(Eigen::MatrixXd const& hessian, Crystal const& crystal,
                         std::span<double const> masses) {
  Eigen::Index const n = hessian.rows();
  Eigen::VectorXd root = Eigen::VectorXd::Ones(n);  // of the masses
  for (std::size_t i = 0; i < masses.size(); ++i)
    root.segment<3>(3 * Eigen::Index(i)).setConstant(std::sqrt(masses[i]));
  Eigen::MatrixXd matrix =
      root.cwiseInverse().asDiagonal() * hessian * root.cwiseInverse().asDiagonal();
  matrix = 0.5 * (matrix + matrix.transpose()).eval();
  if (FreeMotion const free(crystal); free.any_fixed()) {
    Eigen::MatrixXd const basis = basis_of(free, n);
    if (basis.cols() == 0) return {};
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(basis.transpose() * matrix * basis);
    return {solver.eigenvalues(), basis * solver.eigenvectors()};
  }
  Eigen::MatrixXd translations = Eigen::MatrixXd::Zero(n, 3);
  for (Eigen::Index k = 0; k < n; ++k) translations(k, k % 3) = root[k];
  translations /= root.norm() / std::sqrt(3.0);
  return without(matrix, translations);
}

}  // namespace ionscape
