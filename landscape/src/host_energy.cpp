#include <ionscape/landscape/host_energy.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/host/frozen_host.hpp>
#include <ionscape/potentials/pair/pair_terms.hpp>

namespace ionscape {

namespace {

using Host = FrozenHost<Kokkos::DefaultHostExecutionSpace::memory_space>;

/// An ion that attracts without bound from within `radius`.
struct Well {
  Vec3 position;  // Å
  double radius;  // Å
};

Cell cell_of(HostModel const& model) {
  double const s = model.surface.length;
  Cell const& cell = model.framework.cell;
  return {s * cell.a, s * cell.b, s * cell.c};
}

/// Where the wall around an ion of a type ends: inside, a point charge or -C/r^6 attracts more than
/// the repulsion repels. 0: nowhere. Found by steps of 1 %, inwards from 3 Å.
double well_radius(HostModel const& model, std::size_t type) {
  auto const& ion = model.framework.types[type];
  auto const& here = model.surface.types[type];
  double const q = coulomb_constant * model.surface.charge_factor * ion.charge,
               width = model.surface.length * here.width,
               C = model.surface.dispersion_factor * ion.dispersion;
  if (!(q < 0 && width == 0) && !(C > 0)) return 0;
  auto const repels = [&](double r) {
    double force = -6 * C / std::pow(r, 7) + (width == 0 ? q / (r * r) : 0);
    for (BornMayer const& term : here.repulsion)
      force += term.A * term.inverse_rho * std::exp(-r * term.inverse_rho);
    return force > 0;
  };
  double r = 3;
  while (r > 1e-3 && !repels(r)) r *= 0.99;
  if (r <= 1e-3)
    fail_input({}, "nothing keeps the ion from falling into a host ion of charge ", ion.charge,
               ": the set has no repulsion between them");
  while (r > 1e-3 && repels(r)) r *= 0.99;
  return r;
}

std::vector<Well> wells_of(HostModel const& model) {
  std::vector<double> radius;
  for (std::size_t type = 0; type < model.surface.types.size(); ++type)
    radius.push_back(well_radius(model, type));
  std::vector<Well> out;
  for (std::size_t i = 0; i < model.framework.positions.size(); ++i)
    if (double const r = radius[std::size_t(model.framework.type_of[i])]; r > 0)
      out.push_back({model.surface.length * model.framework.positions[i], r});
  return out;
}

Host host(HostModel const& model, double accuracy) {
  return {std::span(&model.framework, 1), std::span(&model.surface, 1), {accuracy}};
}

}  // namespace

struct HostSurfaceEnergy::Parts {
  Cell cell, reduced_cell;
  std::vector<Well> wells;
  Host coarse, fine;

  /// A well is smaller than half the distance of any two faces, or the host is nothing but wells.
  bool inside_well(Vec3 place) const {
    for (Well const& well : wells) {
      Vec3 f = reduced_cell.to_fractional(place - well.position);
      f = {f.x - std::round(f.x), f.y - std::round(f.y), f.z - std::round(f.z)};
      if (norm(reduced_cell.to_cartesian(f)) < well.radius) return true;
    }
    return false;
  }
};

HostSurfaceEnergy::HostSurfaceEnergy(HostModel const& model)
    : parts_(new Parts{cell_of(model), reduced(cell_of(model)).cell, wells_of(model),
                       host(model, 1e-5), host(model, 1e-9)}) {}

HostSurfaceEnergy::~HostSurfaceEnergy() = default;

Cell const& HostSurfaceEnergy::cell() const { return parts_->cell; }

void HostSurfaceEnergy::energies(std::span<Vec3 const> places, std::span<double> energies) const {
  parts_->coarse.evaluate_here(0, places, energies);
  for (std::size_t i = 0; i < places.size(); ++i)
    if (!std::isfinite(energies[i]) || parts_->inside_well(places[i]))
      energies[i] = std::numeric_limits<double>::infinity();
}

LocalEnergy HostSurfaceEnergy::local(Vec3 place) const {
  LocalEnergy out;
  if (parts_->inside_well(place)) {
    out.energy = std::numeric_limits<double>::infinity();
    return out;
  }
  Vec3 force;
  out.energy = parts_->fine.evaluate_here(0, place, force, out.hessian);
  out.gradient = -force;
  return out;
}

}  // namespace ionscape
