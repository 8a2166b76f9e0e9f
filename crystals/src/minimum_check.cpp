#include <ionscape/crystals/minimum_check.hpp>

#include <algorithm>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/core_expansion.hpp>
#include <ionscape/crystals/second_derivatives.hpp>

namespace ionscape {

namespace {

constexpr double zero = 1e-3;  // eV/Å^2: what forces of 1e-4 eV/Å leave open

Particles particles_at(RelaxedCrystal const& relaxed, PotentialSet const& set) {
  Particles particles = particles_of(relaxed.crystal, set);
  for (Spring const& spring : particles.springs)
    particles.crystal.positions[std::size_t(spring.shell)] +=
        relaxed.shells.at(std::size_t(spring.core));
  return particles;
}

/// Orthonormal directions along which ions are free, in columns; empty: all are.
Eigen::MatrixXd free_directions(Crystal const& crystal) {
  std::vector<std::pair<std::size_t, Vec3>> directions;
  bool any_fixed = false;
  Vec3 const vectors[3] = {crystal.cell.a, crystal.cell.b, crystal.cell.c};
  for (std::size_t i = 0; i < crystal.fixed.size(); ++i) {
    std::size_t const first = directions.size();
    for (std::size_t k = 0; k < 3; ++k) {
      if (crystal.fixed[i][k]) {
        any_fixed = true;
        continue;
      }
      Vec3 v = vectors[k];
      for (std::size_t d = first; d < directions.size(); ++d)
        v -= dot(directions[d].second, v) * directions[d].second;
      directions.emplace_back(i, (1 / norm(v)) * v);
    }
  }
  if (!any_fixed) return {};
  Eigen::MatrixXd basis =
      Eigen::MatrixXd::Zero(3 * Eigen::Index(crystal.size()), Eigen::Index(directions.size()));
  for (std::size_t d = 0; d < directions.size(); ++d) {
    auto const [ion, v] = directions[d];
    basis.block<3, 1>(3 * Eigen::Index(ion), Eigen::Index(d)) << v.x, v.y, v.z;
  }
  return basis;
}

Eigen::VectorXd curvatures(Eigen::MatrixXd const& hessian, Crystal const& crystal) {
  Eigen::MatrixXd const basis = free_directions(crystal);
  if (basis.rows() == 0) return InternalResponse(hessian).stiffness();
  if (basis.cols() == 0) return {};
  Eigen::MatrixXd const projected = basis.transpose() * hessian * basis;
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(projected, Eigen::EigenvaluesOnly)
      .eigenvalues();
}

}  // namespace

MinimumCheck check_minimum(RelaxedCrystal const& relaxed, PotentialSet const& set,
                           PairSums const& ends, int most) {
  Particles const particles = particles_at(relaxed, set);
  Expansion const expansion = SecondDerivatives(particles, set, ends, 1e-10).expansion();
  MinimumCheck check;
  Eigen::Index const shells = expansion.hessian.rows() - 3 * particles.ions;
  if (shells > 0) {
    Eigen::LLT<Eigen::MatrixXd> const stiff(expansion.hessian.bottomRightCorner(shells, shells));
    check.shells_at_minimum = stiff.info() == Eigen::Success;
    if (!check.shells_at_minimum) return check;
  }
  Eigen::VectorXd const all =
      curvatures(eliminate_shells(expansion, particles).hessian, relaxed.crystal);
  check.negative = int((all.array() < -zero).count());
  check.lowest.assign(all.data(), all.data() + std::min(all.size(), Eigen::Index(most)));
  return check;
}

}  // namespace ionscape
