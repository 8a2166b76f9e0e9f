// The host oracle: Ewald and pair sums written as plainly as the formulas, in double precision, on
// one thread and without any list or table. Slow on purpose; every fast kernel is tested against
// it, and it stays.
//
// Conventions: tin-foil boundary; a charged cell gets the uniform background E_bg = -pi k_e Q^2 /
// (2 V alpha^2) in energy and stress; stress sigma = +(1/V) dE/d(strain) in eV/Å^3 (positive: the
// cell wants to shrink); forces -dE/dr in eV/Å. Pair terms end as the set or the caller says
// (pair_form.hpp); periodic images count as often as they occur. Shells are particles like others
// here, and stay where they are put; a core and its own shell, the nearest of its images, meet
// through their spring only.
#pragma once

#include <array>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/ions/particles.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// alpha in Å^-1: the splitting of 1/r into erfc(alpha r)/r and the rest; cutoffs in Å and Å^-1.
struct EwaldParameters {
  double alpha = 0;
  double real_cutoff = 0;
  double reciprocal_cutoff = 0;
};

/// Parameters for which both truncated sums have a relative error of about exp(-x^2) with x =
/// sqrt(-ln accuracy), balanced for a cell of this volume and number of ions (Kolafa and Perram,
/// Mol. Simul. 9, 351 (1992), leading terms).
EwaldParameters ewald_parameters(Cell const& cell, std::size_t ions, double accuracy);

using Matrix3 = std::array<std::array<double, 3>, 3>;

struct ReferenceResult {
  double coulomb = 0, short_range = 0;  // eV; short_range includes the two parts named next
  double dispersion = 0;                // eV, the lattice sum of -C/r^6, if asked for
  double tail = 0;                      // eV, the analytic tail correction, if asked for
  double bonded = 0;                    // eV, springs and angles
  std::vector<Vec3> forces;             // eV/Å, (n_particles, 3)
  Matrix3 stress{};                     // eV/Å^3
  std::vector<double> site_potential;   // V = eV/e at each ion, its own point charge left out
  /// eV, half of each pair and spring to each of its ions, a third of each angle; the sum is
  /// energy().
  std::vector<double> ion_energy;
  // The parts of the Coulomb energy in eV; their sum does not depend on alpha.
  double real = 0, reciprocal = 0, self = 0, background = 0;
  double energy() const { return coulomb + short_range + bonded; }
};

/// All particles where they are. Vectors of the result run over the particles.
ReferenceResult evaluate_reference(Particles const& particles, PotentialSet const& set,
                                   EwaldParameters const& ewald, PairSums const& ends);
/// Coulomb energy of the crystal's charges (needed: crystal.charges) plus the pair terms of `set`,
/// which end as `ends` says; with shells that lie on their cores, as particles_of() puts them. The
/// lattice sum of -C/r^6, with any C for each pair of species, uses
/// `ewald` too. The tail correction goes to the energies and the stress; forces do not know of it.
ReferenceResult evaluate_reference(Crystal const& crystal, PotentialSet const& set,
                                   EwaldParameters const& ewald, PairSums const& ends);
/// The same with plain truncation at `cutoff` Å.
ReferenceResult evaluate_reference(Crystal const& crystal, PotentialSet const& set,
                                   EwaldParameters const& ewald, double cutoff);

/// One fixed ion as a mobile ion sees it.
struct HostIon {
  Vec3 position;                          // Å
  double charge_product = 0;              // its charge times that of the mobile ion, e^2
  double width = 0;                       // sigma in Å of its Gaussian charge; 0 = point charge
  std::vector<BornMayer> repulsion = {};  // all are added, eV and Å^-1
  double C = 0;                           // of -C/r^6, eV Å^6
};

/// Interaction energy of one mobile ion with a fixed periodic host, without the mobile ion's own
/// periodic images.
struct HostEnergy {
  double coulomb = 0, short_range = 0;  // eV
  Vec3 force;                           // eV/Å
  double energy() const { return coulomb + short_range; }
};

/// All sums are complete: Coulomb by Ewald (zero mean potential), C/r^6 by its own Ewald sum, the
/// repulsions directly up to the radius where their tails are below 1e-16 of their values at 1 Å.
HostEnergy reference_site_energy(Cell const& cell, std::vector<HostIon> const& host, Vec3 point,
                                 EwaldParameters const& ewald);

}  // namespace ionscape
