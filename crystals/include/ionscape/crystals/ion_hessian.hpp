// How the energy of the ions of a crystal curves at a stationary point, shells following: the Hessian
// and its directions. What minima, saddles and harmonic rates are told by.
#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/ions/particles.hpp>

namespace ionscape {

/// eV/Å^2: a direction counts as falling below minus this; forces of 1e-4 eV/Å leave so much open.
inline constexpr double least_curvature = 1e-3;

/// The particles of one crystal with its ions at `positions` (Å) and shells at `shells` from their
/// ions (Å, of each ion, as in RelaxedCrystal; empty: on them). Springs and angles stay as listed.
Particles moved_to(Particles particles, std::span<Vec3 const> positions,
                   std::span<Vec3 const> shells);

struct IonHessian {
  Eigen::MatrixXd matrix;  // (3 ions, 3 ions), eV/Å^2; empty without a minimum of the shells
  bool shells_at_minimum = true;
};

/// Analytic (second_derivatives.hpp), in a cell that stays. `ends`: how pair terms end. `accuracy` is
/// what the Ewald sums leave out. Dense: for some thousand ions at the most.
IonHessian ion_hessian(Particles const& particles, PotentialSet const& set, PairSums const& ends,
                       double accuracy = 1e-10);

/// The directions along which a crystal may move (what is not fixed; without fixed ions, what is no
/// translation), by their curvature.
struct Directions {
  Eigen::VectorXd curvature;  // (m), eV/Å^2, ascending
  Eigen::MatrixXd direction;  // (3 ions, m), orthonormal columns
  int falling() const;        // how many curve down: below -least_curvature
  /// Sum over the directions d of f(curvature of d) d (d.v).
  template <class F>
  Eigen::VectorXd apply(Eigen::VectorXd const& v, F const& f) const {
    Eigen::VectorXd along = direction.transpose() * v;
    for (Eigen::Index k = 0; k < along.size(); ++k) along[k] *= f(curvature[k]);
    return direction * along;
  }
};

/// `crystal`: whose `fixed` counts. With `masses` (u, of each ion) of the matrix M^-1/2 H M^-1/2, in
/// eV/(Å^2 u).
Directions directions_of(Eigen::MatrixXd const& hessian, Crystal const& crystal,
                         std::span<double const> masses = {});

}  // namespace ionscape
