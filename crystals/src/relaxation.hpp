// One crystal on its way to a minimum.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/crystals/descent.hpp>
#include <ionscape/crystals/relax_crystals.hpp>

#include "crystal_coordinates.hpp"

namespace ionscape::detail {

/// Energy and its derivatives of all particles at the wanted place.
struct Evaluated {
  double energy = 0;  // eV
  CrystalCoordinates::Found found;
  std::vector<CloseContact> contacts;
};

class Relaxation {
 public:
  /// Throws InputError for a crystal that cannot be computed with the set.
  Relaxation(Crystal const& crystal, PotentialSet const& set, CrystalRelaxOptions const& options);

  /// In the unstrained cell, as it was at the start of this leg: what lists, tunings and angles are
  /// made for.
  Crystal const& reference() const { return reference_; }
  int particles() const { return n_particles_; }
  std::optional<EwaldSettings> ewald;  // of the reference, once it was tuned

  /// Where an evaluation is wanted next.
  Cell cell() const { return coordinates_->cell(descent_->wanted()); }
  void positions(std::span<Vec3> particles) const {
    coordinates_->positions(descent_->wanted(), particles);
  }
  void take(Evaluated const& evaluated);

  bool running() const { return state_ == State::running; }
  bool ended() const { return state_ == State::ended; }
  /// Converged in a cell that is far from its reference: new lists and tunings are wanted. Call
  /// renew() before the next evaluation.
  bool waits() const { return state_ == State::waits; }
  void renew();

  /// Once it has ended.
  RelaxedCrystal result() const;

 private:
  enum class State { running, waits, ended };

  void begin_leg();
  std::string what_is_broken(Evaluated const& evaluated) const;
  void accept(Evaluated const& evaluated, CrystalCoordinates::Residual const& left);
  bool angles_have_changed() const;
  void end(DescentStatus status);
  bool cell_ran_away() const;
  Crystal current() const;
  double noise() const;

  PotentialSet const* set_;
  CrystalRelaxOptions const* options_;
  Crystal reference_;
  double first_volume_;  // Å^3
  Particles particles_;
  int n_particles_ = 0, legs_ = 0;
  std::optional<CrystalCoordinates> coordinates_;
  std::optional<Descent> descent_;
  State state_ = State::running;

  RelaxedCrystal last_;  // of the point accepted last
  std::string broken_;   // why the last trial without an energy had none
  CrystalStatus broken_status_ = CrystalStatus::not_finite;
};

}  // namespace ionscape::detail
