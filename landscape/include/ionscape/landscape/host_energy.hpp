// The landscape of a potential set: one ion among fixed ions of any kind, all sums complete.
#pragma once

#include <memory>

#include <ionscape/landscape/site_energy.hpp>
#include <ionscape/potentials/host/host_model.hpp>

namespace ionscape {

/// A frozen host (frozen_host.hpp) as a landscape: energies() to 1e-5 eV, which is enough to see a grid's
/// topology, local() to 1e-9. Inside the
/// well of a host ion, where Coulomb attraction or -C/r^6 beats the repulsion, the energy is +infinity
/// and the gradient 0.
class HostSurfaceEnergy : public SiteEnergy {
 public:
  /// Throws InputError as FrozenHost does, and if nothing keeps the ion out of a host ion that attracts
  /// it.
  explicit HostSurfaceEnergy(HostModel const& model);
  ~HostSurfaceEnergy() override;

  Cell const& cell() const override;
  void energies(std::span<Vec3 const> places, std::span<double> energies) const override;
  LocalEnergy local(Vec3 place) const override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ionscape
