// How stiff a crystal is along each coordinate of its relaxation, as far as pairs of near particles
// tell: what a descent is preconditioned with.
#pragma once

#include <vector>

#include <ionscape/potentials/ions/particles.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape::detail {

/// A Coulomb field has no Laplacian: the trace of an ion's own block of second derivatives, V'' + 2
/// V'/r summed over its partners, is that of the short-range terms alone. A third of it stands for
/// each direction.
struct StiffnessEstimate {
  std::vector<double> ions;    // eV/Å^2: of each ion, moved with its shell
  std::vector<double> shells;  // eV/Å^2: of each shell against its core, the spring included
  double strain = 0;           // eV: d2E/d(strain)^2 of the cell
};

/// Of the particles where they are; all numbers are positive.
StiffnessEstimate estimated_stiffness(Particles const& particles, PotentialSet const& set);

}  // namespace ionscape::detail
