// What an energy is a sum over: the cores of all ions, then the shells of those that have one; and
// the springs and angles that bind them.
#pragma once

#include <array>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

struct Spring {
  int core = 0, shell = 0;  // particles
  double k2 = 0, k4 = 0;    // eV/Å^2, eV/Å^4
};

struct Angle {
  int centre = 0;
  std::array<int, 2> outer{};  // particles
  /// The legs as they were when the angle was listed, fractional in the particles' cell: a leg is
  /// always the periodic image nearest to this. Positions may be wrapped, cells may be strained.
  std::array<Vec3, 2> legs{};
  double k = 0, theta0 = 0;  // eV/rad^2, rad
};

/// Å: a shell that is farther from its core has run away (polarisation catastrophe), and its
/// energies mean nothing.
inline constexpr double longest_shell = 1.2;

/// How near (Å) a shell must be to its core to be known as the core's own, in a lattice of these
/// shortest vectors: nearer images of it are other ions' partners.
double shells_within(Cell const& shortest);

/// The particles of one crystal. Particle i < ions is ion i, or its core.
struct Particles {
  int ions = 0;
  /// Species are labels (bonded_terms.hpp), the cell is the given one, shells lie on their cores.
  /// Charges in units of e sqrt(k_set/k_e): with k_e of units.hpp they give the set's energies.
  Crystal crystal;
  std::vector<Spring> springs;  // in the order of the shells
  std::vector<Angle> angles;

  int size() const { return static_cast<int>(crystal.size()); }
  /// k_set/k_e, see above.
  double coulomb_scale = 1;
};

/// The crystal has charges: those of its ions, whole. The core of an ion with a shell has what the
/// shell leaves of them. Without shells, angles and a Coulomb constant of its own in the set, the
/// particles are the crystal. Throws InputError for a crystal without charges, and where two ions
/// lie in each other so that an angle between them means nothing.
Particles particles_of(Crystal const& crystal, PotentialSet const& set);

/// The ion that each particle belongs to, (size()).
std::vector<int> ions_of(Particles const& particles);

/// The vector of a leg in Å, from `centre` to the right image of `outer` (positions in Å, any
/// image), for a leg listed as `listed` (fractional in `cell`).
IONSCAPE_FUNCTION Vec3 leg_vector(Cell const& cell, Vec3 listed, Vec3 centre, Vec3 outer) {
  Vec3 const f = cell.to_fractional(outer - centre);
  return cell.to_cartesian({f.x + std::round(listed.x - f.x), f.y + std::round(listed.y - f.y),
                            f.z + std::round(listed.z - f.z)});
}

}  // namespace ionscape
