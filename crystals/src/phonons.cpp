#include <ionscape/crystals/phonons.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Kokkos_Core.hpp>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/atomic_weights.hpp>

namespace ionscape {

namespace {

/// M - B A^-1 B^H. False if A is not positive.
bool eliminate_shells(Eigen::MatrixXcd& dynamical, Eigen::Index cores) {
  Eigen::Index const shells = dynamical.rows() - cores;
  if (shells > 0) {
    Eigen::LLT<Eigen::MatrixXcd> const stiff(dynamical.bottomRightCorner(shells, shells));
    if (stiff.info() != Eigen::Success) return false;
    Eigen::MatrixXcd const to_shells = dynamical.bottomLeftCorner(shells, cores);
    Eigen::MatrixXcd const answer = stiff.solve(to_shells);
    dynamical = (dynamical.topLeftCorner(cores, cores) - to_shells.adjoint() * answer).eval();
  }
  return true;
}

/// Takes uniform displacements out of a matrix that holds no force against them but rounding.
void remove_translations(Eigen::MatrixXcd& dynamical) {
  Eigen::Index const n = dynamical.rows();
  Eigen::MatrixXcd translations = Eigen::MatrixXcd::Zero(n, 3);
  for (Eigen::Index k = 0; k < n; ++k) translations(k, k % 3) = std::sqrt(3.0 / double(n));
  dynamical -= (translations * (translations.adjoint() * dynamical)).eval();
  dynamical -= ((dynamical * translations) * translations.adjoint()).eval();
}

}  // namespace

std::vector<double> masses_of(Particles const& particles) {
  std::vector<double> masses;
  for (int i = 0; i < particles.ions; ++i) {
    std::string const& label = particles.crystal.species[std::size_t(i)];
    auto const mass = atomic_weight(label);
    if (!mass) fail_input({}, "no element for the species ", label, ": its mass is not known");
    masses.push_back(*mass);
  }
  return masses;
}

Phonons::Phonons(SecondDerivatives const& derivatives, std::vector<double> masses)
    : derivatives_(derivatives), masses_(std::move(masses)) {}

std::vector<double> Phonons::frequencies(Vec3 q, std::optional<Vec3> direction) const {
  Eigen::MatrixXcd dynamical = derivatives_.at(q);
  if (direction) dynamical += derivatives_.field_term(*direction);
  if (!eliminate_shells(dynamical, modes()))
    fail_input({}, "the shells are not at a minimum of the energy for the wave vector (", q.x, ", ",
               q.y, ", ", q.z, ") Å^-1");
  bool const still = dot(q, q) == 0;
  if (still) remove_translations(dynamical);
  for (Eigen::Index k = 0; k < dynamical.rows(); ++k) {
    double const factor = 1 / std::sqrt(masses_[std::size_t(k / 3)]);
    dynamical.row(k) *= factor, dynamical.col(k) *= factor;
  }
  Eigen::VectorXd squares =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd>(dynamical, Eigen::EigenvaluesOnly)
          .eigenvalues();
  // The three smallest at rest are rounding.
  if (still) {
    std::vector<Eigen::Index> order(std::size_t(squares.size()));
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = Eigen::Index(k);
    std::ranges::sort(order, {}, [&](Eigen::Index k) { return std::fabs(squares[k]); });
    for (std::size_t k = 0; k < 3; ++k) squares[order[k]] = 0;
  }
  std::vector<double> found;
  for (double const w2 : squares) found.push_back(frequency_of(w2));
  std::ranges::sort(found);
  return found;
}

std::vector<std::vector<double>> Phonons::frequencies_at(std::span<Vec3 const> q) const {
  std::vector<std::vector<double>> all(q.size());
  std::vector<std::string> errors(q.size());
  using Space = Kokkos::DefaultHostExecutionSpace;
  Kokkos::parallel_for(
      "ionscape::phonons",
      Kokkos::RangePolicy<Space, Kokkos::Schedule<Kokkos::Dynamic>>(0, int(q.size())), [&](int k) {
        auto const at = std::size_t(k);
        try {
          all[at] = frequencies(q[at]);
        } catch (std::exception const& error) {
          errors[at] = error.what();
        }
      });
  Space().fence();
  for (std::string const& error : errors)
    if (!error.empty()) throw InputError(error);
  return all;
}

}  // namespace ionscape
