#include <ionscape/landscape/crystal_landscape.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/supercell.hpp>
#include <ionscape/landscape/host_energy.hpp>

namespace ionscape {

namespace {

/// What stays fixed.
Crystal host_of(Crystal crystal, LandscapeOptions const& options) {
  bool taken = false;
  for (std::size_t k = crystal.size(); k-- > 0;) {
    if (crystal.species[k] != options.mobile) continue;
    bool const leave = options.host_mobile == HostMobileIons::kept ||
                       (options.host_mobile == HostMobileIons::one_vacancy && taken);
    if (leave) continue;
    crystal = without_ion(std::move(crystal), k);
    taken = true;
  }
  return crystal;
}

std::unique_ptr<SiteEnergy> energy_of_set(CrystalLandscape& result, Crystal const& host,
                                          LandscapeOptions const& options) {
  if (!options.set->shells.empty())
    result.warnings.push_back(
        "the set has shells: they are held on their ions, as those are in their places");
  Crystal charged = host;
  assign_charges(charged, *options.set);
  double net = 0;
  for (double q : charged.charges) net += q;
  auto const own = options.set->charges.find(options.mobile);
  if (own != options.set->charges.end()) net += own->second;
  if (std::fabs(net) > 1e-6)
    result.warnings.push_back("host and ion have a net charge of " + shortest(net) +
                              " e, which a uniform background makes neutral: energies differ by "
                              "a constant");
  return std::make_unique<HostSurfaceEnergy>(rigid_host(host, *options.set, options.mobile));
}

std::unique_ptr<SiteEnergy> energy_of_bonds(CrystalLandscape& result, Crystal const& crystal,
                                            LandscapeOptions const& options) {
  result.states = ion_states(crystal, options.states, crystal.charges);
  BondValenceOptions how = options.bond_valence;
  how.mobile = options.mobile;
  how.host_mobile = options.host_mobile;
  if (how.host_mobile == HostMobileIons::one_vacancy)
    // As host_of(): the last one is taken out.
    for (std::size_t k = 0; k < crystal.size(); ++k)
      if (crystal.species[k] == options.mobile) how.vacancy = int(k);
  auto energy = std::make_unique<BondValenceEnergy>(crystal, result.states->states, how);
  for (std::string const& remark : energy->remarks()) result.warnings.push_back(remark);
  for (std::string const& note : result.states->remarks) result.warnings.push_back(note);
  return energy;
}

}  // namespace

std::string likely_mobile(Crystal const& crystal) {
  for (char const* element : {"Li", "Na", "K", "Ag", "Cu", "Mg", "Ca", "Zn", "Al"})
    if (std::ranges::find(crystal.species, element) != crystal.species.end()) return element;
  return "";
}

CrystalLandscape crystal_landscape(Crystal const& crystal, LandscapeOptions const& options) {
  if (std::ranges::find(crystal.species, options.mobile) == crystal.species.end())
    fail_input({}, "no ", options.mobile, " in the structure");
  CrystalLandscape result;
  Crystal const host = host_of(crystal, options);
  if (host.size() == 0) fail_input({}, "no host is left without the ", options.mobile);
  std::unique_ptr<SiteEnergy> const energy = options.set
                                                 ? energy_of_set(result, host, options)
                                                 : energy_of_bonds(result, crystal, options);
  result.symmetry = find_symmetry(host);
  result.grid = energy_grid(*energy, options.grid);
  result.network = site_network(*energy, result.grid, options.points);
  result.orbits = network_orbits(result.network, result.symmetry);
  if (!options.temperatures.empty())
    result.diffusion = network_diffusion(result.network, options.mass, options.temperatures);
  for (std::string const& note : result.network.notes) result.warnings.push_back(note);
  return result;
}

}  // namespace ionscape
