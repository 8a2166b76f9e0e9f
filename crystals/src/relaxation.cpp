#include "relaxation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <ionscape/core/io/format.hpp>
#include <ionscape/crystals/ion_name.hpp>

namespace ionscape::detail {

namespace {

/// Beyond it a crystal has left the cell that its tuning was made for.
constexpr double largest_strain = 0.02;
constexpr int most_legs = 6;

std::string name_of_contact(Crystal const& crystal, CloseContact const& c) {
  std::string const pair =
      c.ion == c.partner
          ? "ion " + ion_name(crystal, c.ion) + " and its own image fell"
          : "ions " + ion_name(crystal, c.ion) + " and " + ion_name(crystal, c.partner) + " fell";
  return pair + " into the well of their pair term: " + decimals(c.distance, 3) +
         " Å apart, below its inner maximum at " + decimals(c.turnover, 3) + " Å";
}

/// How far a cell is from another, as the largest element of the strain between them.
double strain_between(Cell const& from, Cell const& to) {
  double largest = 0;
  for (Vec3 const axis : {Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}}) {
    Vec3 const off = to.to_cartesian(from.to_fractional(axis)) - axis;
    largest = std::max({largest, std::fabs(off.x), std::fabs(off.y), std::fabs(off.z)});
  }
  return largest;
}

char const* reason_of(DescentStatus status) {
  switch (status) {
    case DescentStatus::step_limit:
      return "the steps were not enough";
    case DescentStatus::bad_step:
      return "no step lowers the energy any more, though forces or stress are still large: energy "
             "and forces do not go together, as where pairs are cut off at a large energy";
    case DescentStatus::not_finite:
      return "energy, forces or stress are not finite numbers";
    default:
      return "";
  }
}

}  // namespace

Relaxation::Relaxation(Crystal const& crystal, PotentialSet const& set,
                       CrystalRelaxOptions const& options)
    : set_(&set), options_(&options), reference_(crystal), first_volume_(crystal.cell.volume()) {
  begin_leg();
}

void Relaxation::begin_leg() {
  ++legs_;
  ewald.reset();
  particles_ = particles_of(reference_, *set_);
  n_particles_ = particles_.size();
  coordinates_.emplace(reference_, particles_, options_->cell);
  DescentOptions descent;
  descent.tolerance = 0;  // judged in take()
  descent.max_step_length = options_->max_step_length;
  descent.max_steps = std::max(0, options_->max_steps - last_.steps);
  descent.noise = noise();
  std::vector<double> x(coordinates_->size(), 0.0);
  // Shells begin where they were.
  for (std::size_t s = 0; s < particles_.springs.size() && !last_.shells.empty(); ++s) {
    Vec3 const d = last_.shells[std::size_t(particles_.springs[s].core)];
    std::size_t const k = 3 * (std::size_t(particles_.ions) + s);
    x[k] = d.x, x[k + 1] = d.y, x[k + 2] = d.z;
  }
  descent_.emplace(x, coordinates_->stiffness(estimated_stiffness(particles_, *set_)), descent);
  state_ = State::running;
}

/// What energies may differ by without meaning: errors of the lattice sums, and the jumps of pairs
/// that pass a plain cutoff, a shell of neighbours at once.
double Relaxation::noise() const {
  double jump = 0;
  PairSums const sums = *options_->energy.pairs;
  for (PairTerm const& pair : set_->pairs) {
    PairFunction const function = set_->function(pair.species[0], pair.species[1], sums);
    if (function.truncation == Truncation::plain && function.cutoff > 0)
      jump = std::max(jump, std::fabs(evaluate(function.form, function.cutoff).energy));
  }
  return n_particles_ * (1e-3 * options_->energy.force_error + jump);
}

void Relaxation::renew() {
  reference_ = current();
  begin_leg();
}

Crystal Relaxation::current() const {
  Crystal crystal = reference_;
  crystal.cell = coordinates_->cell(descent_->point());
  std::vector<Vec3> all(std::size_t(n_particles_), Vec3{});
  coordinates_->positions(descent_->point(), all);
  crystal.positions.assign(all.begin(), all.begin() + particles_.ions);
  return crystal;
}

/// Why a point has no energy that means anything; empty: it has one.
std::string Relaxation::what_is_broken(Evaluated const& evaluated) const {
  if (!evaluated.contacts.empty()) return name_of_contact(reference_, evaluated.contacts.front());
  for (std::size_t s = 0; s < particles_.springs.size(); ++s) {
    double const length = norm(coordinates_->shell(descent_->wanted(), s));
    if (!(length <= longest_shell))
      return "the shell of ion " + ion_name(reference_, particles_.springs[s].core) +
             " left its core: " + decimals(length, 3) + " Å away (polarisation catastrophe)";
  }
  return {};
}

void Relaxation::take(Evaluated const& evaluated) {
  std::string const broken = what_is_broken(evaluated);
  double enthalpy = evaluated.energy + options_->pressure * cell().volume();
  if (!broken.empty()) {
    broken_ = broken;
    broken_status_ =
        evaluated.contacts.empty() ? CrystalStatus::shell_ran_away : CrystalStatus::collapsed;
    enthalpy = std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<double> gradient(coordinates_->size());
  coordinates_->gradient(descent_->wanted(), evaluated.found, options_->pressure, gradient);
  auto const left = coordinates_->residual(descent_->wanted(), evaluated.found, options_->pressure);
  bool const good =
      left.force < options_->force_tolerance &&
      (options_->cell == CellFreedom::none || left.stress < options_->stress_tolerance);
  int const steps = descent_->steps();
  bool const first = descent_->evaluations() == 0;
  DescentStatus const status = descent_->take(enthalpy, gradient, good);
  ++last_.evaluations;
  if (first || descent_->steps() > steps) {
    last_.steps += descent_->steps() - steps;
    last_.energy = evaluated.energy;
    last_.enthalpy = enthalpy;
    accept(evaluated, left);
  }
  if (status != DescentStatus::running) return end(status);
  if (cell_ran_away()) {
    end(DescentStatus::stopped);
    last_.status = CrystalStatus::cell_ran_away;
    last_.reason = "the cell collapsed or flew apart: its volume went from " +
                   decimals(first_volume_, 2) + " to " + decimals(cell().volume(), 2) + " Å^3";
  }
}

/// Nobody means such cells, and lists of them do not end.
bool Relaxation::cell_ran_away() const {
  constexpr double most_times = 10, least_height = 0.5;  // Å
  Cell const wanted = cell();
  double const times = wanted.volume() / first_volume_;
  Vec3 const heights = reduced(wanted).cell.face_distances();
  return !(times < most_times && times > 1 / most_times &&
           std::min({heights.x, heights.y, heights.z}) > least_height);
}

void Relaxation::accept(Evaluated const& evaluated, CrystalCoordinates::Residual const& left) {
  last_.max_force = left.force;
  last_.max_stress = left.stress;
  if (last_.history.empty() || descent_->steps() > 0)  // a new leg begins where the last one ended
    last_.history.push_back({last_.enthalpy, left.force, left.stress});
  last_.stress = evaluated.found.stress;
  last_.by_fire = last_.by_fire || descent_->by_fire();
  last_.shells.assign(particles_.springs.empty() ? 0 : std::size_t(particles_.ions), Vec3{});
  for (std::size_t s = 0; s < particles_.springs.size(); ++s)
    last_.shells[std::size_t(particles_.springs[s].core)] =
        coordinates_->shell(descent_->point(), s);
}

/// Whether the structure of now has other angles than those that it was relaxed with.
bool Relaxation::angles_have_changed() const {
  if (set_->angles.empty()) return false;
  auto const names = [](Particles const& particles) {
    std::vector<std::array<int, 3>> all;
    for (Angle const& angle : particles.angles)
      all.push_back({angle.centre, std::min(angle.outer[0], angle.outer[1]),
                     std::max(angle.outer[0], angle.outer[1])});
    std::ranges::sort(all);
    return all;
  };
  return names(particles_) != names(particles_of(current(), *set_));
}

void Relaxation::end(DescentStatus status) {
  state_ = State::ended;
  if (status == DescentStatus::converged) {
    Cell const cell = coordinates_->cell(descent_->point());
    bool const other_angles = angles_have_changed();
    if ((other_angles || strain_between(reference_.cell, cell) > largest_strain) &&
        legs_ < most_legs) {
      state_ = State::waits;
      return;
    }
    last_.status = other_angles ? CrystalStatus::bad_step : CrystalStatus::converged;
    if (other_angles)
      last_.reason =
          "angles pass their cutoffs to and fro: at rest with those listed before, the "
          "structure is not at rest with those that it has";
  } else {
    last_.status = status == DescentStatus::step_limit ? CrystalStatus::step_limit
                   : status == DescentStatus::bad_step ? CrystalStatus::bad_step
                                                       : CrystalStatus::not_finite;
    last_.reason = reason_of(status);
    if (!broken_.empty() && status != DescentStatus::step_limit) {
      last_.status = broken_status_;
      last_.reason = broken_;
    }
  }
  last_.crystal = current();
}

RelaxedCrystal Relaxation::result() const {
  RelaxedCrystal result = last_;
  Evaluation evaluation;
  evaluation.result.coulomb = last_.energy;
  add_warnings(evaluation, result.crystal, *set_);
  result.warnings = std::move(evaluation.warnings);
  return result;
}

}  // namespace ionscape::detail
