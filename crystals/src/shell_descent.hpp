// The shells of one crystal on their way to rest, counted from their cores.
#pragma once

#include <span>
#include <vector>

#include <ionscape/crystals/shell_model.hpp>

namespace ionscape::detail {

class ShellDescent {
 public:
  /// The particles, which have shells, stay where they are in memory.
  ShellDescent(Particles const& particles, PotentialSet const& set, ShellOptions const& options);

  /// The ions have moved: begins anew, from where the shells are and with what is known.
  void restart();

  /// Calls put(particle, from its core in Å) for each shell, as wanted next; after the end, where
  /// they came to rest.
  template <class Put>
  void for_each(Put const& put) const {
    std::span<double const> const x = running() ? descent_.wanted() : descent_.point();
    for (std::size_t k = 0; k < particles_->springs.size(); ++k)
      put(particles_->springs[k], Vec3{x[3 * k], x[3 * k + 1], x[3 * k + 2]});
  }

  /// Takes in the energy (eV) and the forces on the particles (force(particle), eV/Å). Whether
  /// another evaluation is wanted.
  template <class Force>
  bool take(double energy, Force const& force) {
    std::vector<double> gradient;
    for (Spring const& spring : particles_->springs) {
      Vec3 const f = force(spring.shell);
      gradient.insert(gradient.end(), {-f.x, -f.y, -f.z});
    }
    return descent_.take(energy, gradient) == DescentStatus::running;
  }

  bool running() const { return descent_.status() == DescentStatus::running; }
  ShellRest rest() const;

 private:
  Particles const* particles_;
  Descent descent_;
};

}  // namespace ionscape::detail
