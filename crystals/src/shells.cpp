#include <ionscape/crystals/shells.hpp>

#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/second_derivatives.hpp>

namespace ionscape {

namespace {

constexpr int most_steps = 60;
constexpr double longest_step = 0.15;  // Å: within the reach of a quadratic, away from the well

/// The step to the minimum of the quadratic, downhill where there is none.
Eigen::VectorXd newton_step(Eigen::MatrixXd const& hessian, Eigen::VectorXd const& gradient) {
  Eigen::VectorXd step;
  Eigen::LLT<Eigen::MatrixXd> const stiff(hessian);
  if (stiff.info() == Eigen::Success) {
    step = -stiff.solve(gradient);
  } else {
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(hessian);
    Eigen::ArrayXd const sizes = solver.eigenvalues().array().abs();
    Eigen::ArrayXd const along = (solver.eigenvectors().transpose() * gradient).array();
    step = -solver.eigenvectors() * (along / sizes.max(1e-3 * sizes.maxCoeff())).matrix();
  }
  double longest = 0;
  for (Eigen::Index k = 0; k < step.size(); k += 3)
    longest = std::max(longest, step.segment<3>(k).norm());
  return longest > longest_step ? Eigen::VectorXd(step * (longest_step / longest)) : step;
}

void refuse_runaways(Particles const& particles) {
  Crystal const& all = particles.crystal;
  for (Spring const& spring : particles.springs) {
    auto const core = std::size_t(spring.core), shell = std::size_t(spring.shell);
    double const x = norm(all.positions[shell] - all.positions[core]);
    if (!(x <= longest_shell))
      fail_input({}, "polarisation catastrophe: the shell of ion ", spring.core + 1, " (",
                 all.species[core].substr(0, all.species[core].find(' ')), ") is ", x,
                 " Å from its core; the potential does not hold this structure");
  }
}

}  // namespace

ShellRelaxation relax_shells(Particles& particles, PotentialSet const& set, PairSums const& ends,
                             double tolerance) {
  Eigen::Index const shells = 3 * (particles.size() - particles.ions);
  // From core to shell without periodic images: steps then follow each shell.
  for (Spring const& spring : particles.springs) {
    auto& positions = particles.crystal.positions;
    Vec3 const core = positions[std::size_t(spring.core)];
    Vec3& shell = positions[std::size_t(spring.shell)];
    shell = core + minimum_image(particles.crystal.cell, shell - core);
  }
  ShellRelaxation done;
  for (; shells > 0; ++done.steps) {
    Expansion const e = SecondDerivatives(particles, set, ends).expansion();
    Eigen::VectorXd const gradient = e.gradient.tail(shells);
    done.largest_force = gradient.cwiseAbs().maxCoeff();
    if (done.largest_force <= tolerance) break;
    if (done.steps == most_steps || !std::isfinite(done.largest_force))
      fail_input({}, "the shells come to no rest: after ", done.steps,
                 " steps the largest force on one is ", done.largest_force, " eV/Å");
    Eigen::VectorXd const step = newton_step(e.hessian.bottomRightCorner(shells, shells), gradient);
    for (Eigen::Index s = 0; s < shells / 3; ++s) {
      Eigen::Vector3d const move = step.segment<3>(3 * s);
      particles.crystal.positions[std::size_t(particles.ions + s)] +=
          Vec3{move[0], move[1], move[2]};
    }
    refuse_runaways(particles);
  }
  return done;
}

}  // namespace ionscape
