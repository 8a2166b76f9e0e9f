// What binds ions beside pair terms: the spring between a core and its shell, and angles.
//
// Shell model (Dick and Overhauser, Phys. Rev. 112, 90 (1958)): an ion is a core, which has its mass
// and its position in files, and a massless shell, bound by
//     E = k2 x^2/2 + k4 x^4/24,   x = |shell - core|.
// The charges of core and shell add up to the ion's. Core and own shell meet through the spring
// only: no Coulomb, no pair term. Shells follow the cores at once (adiabatically), where the energy
// is least.
//
// Angle (GULP's `three`, LAMMPS' angle_style harmonic with half of k):
//     E = k (theta - theta0)^2/2,   theta between the two legs from the centre, in radians.
// Angles are listed once by the geometry that is handed over and then kept.
#pragma once

#include <array>
#include <string>

namespace ionscape {

struct ShellTerm {
  std::string species;    // of the whole ion
  double charge = 0;      // of the shell, e
  double k2 = 0, k4 = 0;  // eV/Å^2, eV/Å^4
};

struct AngleTerm {
  std::string centre;  // labels of particles, as in PairTerm
  std::array<std::string, 2> outer;
  double k = 0;       // eV/rad^2
  double theta0 = 0;  // rad
  /// Å: the longest leg to the first and to the second outer ion, and the longest distance of these
  /// two; infinity: no bound.
  std::array<double, 3> cutoffs{};
};

/// The label of a species' core and of its shell; a species without a shell is its own label.
inline std::string core_label(std::string const& species) { return species + " core"; }
inline std::string shell_label(std::string const& species) { return species + " shell"; }

}  // namespace ionscape
