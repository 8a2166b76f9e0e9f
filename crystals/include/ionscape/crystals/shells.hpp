// Shells brought to rest in one crystal, by Newton's method with the exact Hessian of the shells.
#pragma once

#include <ionscape/potentials/ions/particles.hpp>

namespace ionscape {

struct ShellRelaxation {
  int steps = 0;
  double largest_force = 0;  // eV/Å, left on a shell
};

/// Moves the shells to the minimum of the energy beside the cores where they are, until no component
/// of a force on a shell is above `tolerance` (eV/Å; below 1e-9 rounding decides). Starts where the
/// shells are. A few evaluations for small crystals; the Hessian is dense: for thousands of shells
/// use an iteration without it. Throws InputError for a shell that leaves its core (polarisation
/// catastrophe), with its ion and distance, and where the shells come to no rest.
ShellRelaxation relax_shells(Particles& particles, PotentialSet const& set, PairSums const& ends,
                             double tolerance = 1e-9);

}  // namespace ionscape
