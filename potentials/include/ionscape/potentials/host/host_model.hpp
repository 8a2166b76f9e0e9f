// From structures and potential sets to the frozen hosts of frozen_host.hpp.
#pragma once

#include <string>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/potentials/host/frozen_host.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// One host and the one surface on it; the framework's lengths are Å, or a fraction of
/// `surface.length`.
struct HostModel {
  HostFramework framework;
  HostSurface surface;
};

/// A host of rigid ions as one `mobile` ion sees it: charges and pair terms from `set`, which has
/// [charges]. All ions of `host` stay fixed, those of the mobile species included. A cutoff of the
/// set is not applied: a frozen host sums its terms completely. Throws InputError for a species
/// without a charge.
HostModel rigid_host(Crystal const& host, PotentialSet const& set, std::string const& mobile);

/// An anion framework with `anion_charge` e per anion as the mobile ion of `set` sees it; `set` has
/// [insertion]. Gaussian widths belong to a = (4V)^(1/3), V the volume per anion. Throws InputError
/// if ions are no anions of the set's framework or the charge is not negative.
HostModel insertion_host(Crystal const& anions, double anion_charge, PotentialSet const& set);

/// Throws InputError at `where` if the set's screening cloud is too narrow for the sums at this
/// volume per anion in Å^3.
void check_volume(PotentialSet const& set, double volume_per_anion, SourceLocation const& where);

/// The anions of an insertion host in units of a, as insertion_surface needs them: one type, unit
/// charge and dispersion, screened as the set says at this volume per anion in Å^3. The size of
/// `anions` does not matter. All hosts that differ by charge share one, and all that differ by
/// volume where screening_exponent is 1. Throws InputError if the cloud would be narrower than 0.12
/// a: that is no screening, and its sum would converge slowly.
HostFramework insertion_framework(Crystal const& anions, double volume_per_anion,
                                  PotentialSet const& set);

/// The surface of an insertion host whose framework is given in units of a = (4V)^(1/3), V the
/// volume per anion in Å^3: all that the set says at this volume and anion charge (e). Throws
/// InputError if `set` has no [insertion].
HostSurface insertion_surface(int framework, double volume_per_anion, double anion_charge,
                              PotentialSet const& set);

}  // namespace ionscape
