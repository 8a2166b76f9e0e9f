// The landscape of a crystal: where an ion of one element sits in it, how it travels, in how many
// directions, over which barriers, and how fast.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/landscape/bond_valence_energy.hpp>
#include <ionscape/landscape/network_diffusion.hpp>
#include <ionscape/landscape/oxidation_states.hpp>
#include <ionscape/landscape/site_network.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

struct LandscapeOptions {
  std::string mobile;                 // element
  PotentialSet const* set = nullptr;  // its energies; null: bond valence
  BondValenceOptions bond_valence;    // `mobile` and `vacancy` follow from above
  HostMobileIons host_mobile = HostMobileIons::left_out;
  std::map<std::string, double> states;  // of elements, e, given by the user
  EnergyGridOptions grid;
  CriticalPointOptions points;
  std::vector<double> temperatures;  // K, for the diffusion
  double mass = 0;                   // u, of the mobile ion
};

struct CrystalLandscape {
  std::optional<IonStates> states;  // of a bond-valence landscape
  Symmetry symmetry;                // of the host
  EnergyGrid grid;
  SiteNetwork network;
  NetworkOrbits orbits;
  std::vector<NetworkDiffusion> diffusion;
  std::vector<std::string> warnings;
};

/// The crystal's own ions of the mobile element are part of the host or not, as the options say.
/// Kokkos must be running. Throws InputError where the model has no constants for an ion, no energy is
/// finite, or the grid does not fit into memory.
CrystalLandscape crystal_landscape(Crystal const& crystal, LandscapeOptions const& options);

/// The element that would move, where nobody says: the only one of Li, Na, K, Ag, Cu, Mg, Ca, Zn, Al
/// (in this order of preference) that the crystal has. Empty: none of them.
std::string likely_mobile(Crystal const& crystal);

}  // namespace ionscape
