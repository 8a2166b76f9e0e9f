// All ions of a crystal as one point of 3 n_ions numbers: EnergyModel behind the contract of
// surface.hpp, for the relaxation of crystals, for bands in which all ions move, for certificates.
#pragma once

#include <span>
#include <vector>

#include <ionscape/potentials/ions/energy_model.hpp>
#include <ionscape/potentials/point_set.hpp>

namespace ionscape {

/// One surface for each crystal: its cell, charges and species. A batch holds `copies` points of
/// every surface; longer lists of points take several batches, one after the other. Places of a
/// batch that a call does not need are computed all the same and cost as much.
template <class MemorySpace>
class IonSurface {
 public:
  /// All crystals have charges and one number of ions; their positions do not matter. Throws
  /// InputError for others, for a set with shells, and as EnergyModel does.
  IonSurface(std::span<Crystal const> crystals, PotentialSet const& set,
             EnergyOptions const& options = {}, int copies = 1);

  int surfaces() const { return int(volume_.size()); }
  int dof() const { return 3 * n_ions_; }

  /// The EnergySurface of surface.hpp: coordinates (n, 3 n_ions) in Å, any periodic image of each
  /// ion. Assigns energy, force and, where asked for, the strain derivative. Waits for `exec`.
  template <class Exec>
  void evaluate(Exec const& exec, Points<MemorySpace> const& points);

 private:
  int n_ions_, copies_;
  std::vector<double> volume_;                            // of each surface, Å^3
  EnergyModel<MemorySpace> model_;                        // system = surface * copies + copy
  typename EnergyModel<MemorySpace>::Vectors positions_;  // of the batch
};

/// The crystals' positions as points, each on the surface of its own number.
PointSet ion_points(std::span<Crystal const> crystals);

}  // namespace ionscape
