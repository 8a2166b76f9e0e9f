#include <ionscape/potentials/host/host_model.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/error.hpp>

namespace ionscape {

HostModel rigid_host(Crystal const& host, PotentialSet const& set, std::string const& mobile) {
  if (set.charges.empty()) fail_input({set.file}, "the set has no [charges]");
  Crystal charged = host;
  assign_charges(charged, set);
  Crystal mobile_ion{host.cell, {mobile}, {{}}, {}, ""};
  assign_charges(mobile_ion, set);
  std::string const& moving = mobile_ion.species[0];
  std::vector<std::string> all = charged.species;
  all.push_back(moving);
  refuse_unsummed(set, all);

  HostModel model;
  model.framework.cell = host.cell;
  model.framework.positions = host.positions;
  model.surface.charge_factor = mobile_ion.charges[0];
  model.surface.dispersion_factor = 1;
  std::vector<std::string> species;
  for (std::size_t i = 0; i < host.size(); ++i) {
    auto const known = std::find(species.begin(), species.end(), charged.species[i]);
    model.framework.type_of.push_back(int(known - species.begin()));
    if (known != species.end()) continue;
    species.push_back(charged.species[i]);
    Buckingham const term = set.buckingham(moving, charged.species[i]);
    model.framework.types.push_back({charged.charges[i], term.C});
    model.surface.types.push_back({0, {term.repulsion}});
  }
  return model;
}

HostSurface insertion_surface(int framework, double volume_per_anion, double anion_charge,
                              PotentialSet const& set) {
  if (!set.insertion) fail_input({set.file}, "the set has no [insertion]");
  HostSurface surface{framework,
                      std::cbrt(4 * volume_per_anion),
                      set.insertion->charge_product(anion_charge),
                      0,
                      {}};
  HostSurface::Type anion{set.insertion->reduced_width(anion_charge), {}};
  for (Buckingham const& term : set.insertion_terms(anion_charge)) {
    anion.repulsion.push_back(term.repulsion);
    surface.dispersion_factor += term.C;
  }
  surface.types = {anion};
  return surface;
}

void check_volume(PotentialSet const& set, double volume_per_anion, SourceLocation const& where) {
  constexpr double narrowest = 0.12;  // of a
  double const a = std::cbrt(4 * volume_per_anion), width = set.insertion->reduced_screening(a);
  if (width > 0 && width < narrowest)
    fail_input(where, "potential ", set.file.string(), ": at a volume of ", volume_per_anion,
               " Å^3 per anion the screening cloud is ", width * a, " Å wide, expected at least ",
               narrowest, " a = ", narrowest * a, " Å");
}

HostFramework insertion_framework(Crystal const& anions, double volume_per_anion,
                                  PotentialSet const& set) {
  double const scale = 1 / std::cbrt(4 * anions.cell.volume() / double(anions.size()));
  double const a = std::cbrt(4 * volume_per_anion);
  HostFramework framework;
  framework.cell = {scale * anions.cell.a, scale * anions.cell.b, scale * anions.cell.c};
  for (Vec3 r : anions.positions) framework.positions.push_back(scale * r);
  framework.type_of.assign(anions.size(), 0);
  framework.types = {{1, 1}};
  framework.screening_width = set.insertion->reduced_screening(a);
  check_volume(set, volume_per_anion, {set.file});
  return framework;
}

HostModel insertion_host(Crystal const& anions, double anion_charge, PotentialSet const& set) {
  if (!set.insertion) fail_input({set.file}, "the set has no [insertion]");
  if (!(anion_charge < 0))
    fail_input({}, "anion charge ", anion_charge, " e, expected a negative number");
  for (std::string const& species : anions.species)
    if (species != set.insertion->framework)
      fail_input({set.file}, "the set is for frameworks of ", set.insertion->framework,
                 ", the structure has ", species);
  double const volume_per_anion = anions.cell.volume() / double(anions.size());
  HostModel model;
  model.surface = insertion_surface(0, volume_per_anion, anion_charge, set);
  model.framework = insertion_framework(anions, volume_per_anion, set);
  return model;
}

}  // namespace ionscape
