// The energy of one ion as a function of where it is in a host that does not answer: three
// dimensions, periodic. What the search for sites, saddles and ways knows of a model.
#pragma once

#include <array>
#include <span>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// Energy (eV), gradient (eV/Å) and Hessian (eV/Å^2, symmetric) at one place.
struct LocalEnergy {
  double energy = 0;
  Vec3 gradient;
  std::array<std::array<double, 3>, 3> hessian{};
};

/// Smooth but where ions lie on the ion itself: energies may be large there, or infinite, never NaN.
class SiteEnergy {
 public:
  virtual ~SiteEnergy() = default;

  virtual Cell const& cell() const = 0;
  /// Places in Å, any periodic image; energies assigned, one for each place. The same bits for a
  /// place in any list. Several threads may call at once.
  virtual void energies(std::span<Vec3 const> places, std::span<double> energies) const = 0;
  virtual LocalEnergy local(Vec3 place) const = 0;
};

}  // namespace ionscape
