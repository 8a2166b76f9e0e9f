// All that is known of one crystal at a stationary point of its energy: elastic and dielectric
// constants, vibrations at rest, and what there is to doubt.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include <ionscape/crystals/dielectric.hpp>
#include <ionscape/crystals/elasticity.hpp>
#include <ionscape/crystals/evaluation.hpp>
#include <ionscape/crystals/phonons.hpp>
#include <ionscape/crystals/shells.hpp>

namespace ionscape {

/// Below these a crystal counts as being at rest: 1e-3 eV/Å, 0.01 GPa.
inline constexpr double small_force = 1e-3, small_stress = 0.01;

struct CrystalProperties {
  Particles particles;  // shells at rest
  ShellRelaxation shells;
  double volume = 0;         // Å^3
  double energy = 0;         // eV, static
  double largest_force = 0;  // eV/Å, on an ion, shells at rest
  int largest_force_ion = 0;
  Elasticity elastic;
  ElasticModuli moduli;    // of elastic.stress_strain
  Vector6 born_stability;  // eigenvalues of elastic.stress_strain, GPa
  Dielectric dielectric;
  /// Frequencies at rest in THz, ascending: without a field, and with the field of a long wave along
  /// x, y and z.
  std::vector<double> at_rest;
  std::array<std::vector<double>, 3> with_field;
  std::vector<Warning> warnings;
  std::shared_ptr<SecondDerivatives const> derivatives;  // for phonons elsewhere

  Phonons phonons() const { return {*derivatives, masses_of(particles)}; }
};

/// Of the ions where they are; their shells are brought to rest first. The crystal has charges.
/// Throws InputError where that fails (relax_shells, SecondDerivatives), for species that are no
/// elements, and where the dense matrices do not fit into memory.
CrystalProperties crystal_properties(Crystal const& crystal, PotentialSet const& set,
                                     PairSums const& ends);

}  // namespace ionscape
