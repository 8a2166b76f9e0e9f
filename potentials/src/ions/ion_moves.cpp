// The operations of IonMoves: what they are asked for, and how they are applied.
#include <cmath>

#include <ionscape/core/error.hpp>

#include "ions/ion_moves_state.hpp"

namespace ionscape {

void IonMoves::State::check_index(int ion) const {
  if (ion < 0 || ion >= int(crystal.size()))
    fail_input({}, "no ion ", ion, ", the crystal has ", crystal.size(), " ions, counted from 0");
}

detail::HomePoint IonMoves::State::checked_point(Vec3 r) const {
  if (!std::isfinite(r.x + r.y + r.z))
    fail_input({}, "a position of ", r.x, " ", r.y, " ", r.z, " Å");
  return detail::home_point(cell, r);
}

double IonMoves::State::charge_for(std::string const& species, std::optional<double> charge) const {
  if (charge) {
    if (!std::isfinite(*charge)) fail_input({}, "a charge of ", *charge, " e");
    return *charge;
  }
  auto const known = set.charges.find(species);
  if (known == set.charges.end())
    fail_input({set.file}, "no charge for species ", species, " in [charges], and none was given");
  return known->second;
}

detail::moves::Step IonMoves::State::plan(Operation const& o) const {
  Step step;
  if (o.kind != Operation::add) {
    check_index(o.ion);
    step.part[0] = o.ion;
  }
  auto const put = [&](HomePoint const& point, Occupant before, Occupant after) {
    step.places[std::size_t(step.n_places++)] = {point, before, after};
  };
  switch (o.kind) {
    case Operation::move:
      put(point(o.ion), occupant(o.ion), {});
      put(checked_point(o.to), {}, occupant(o.ion));
      break;
    case Operation::add:
      put(checked_point(o.to), {}, {type_named(o.species), o.charge});
      break;
    case Operation::remove:
      put(point(o.ion), occupant(o.ion), {});
      break;
    case Operation::change:
      put(point(o.ion), occupant(o.ion), {type_named(o.species), o.charge});
      break;
    case Operation::swap:
      check_index(o.other);
      if (o.other == o.ion) {
        put(point(o.ion), occupant(o.ion), occupant(o.ion));
        break;
      }
      step.part[1] = o.other;
      step.swapped = true;
      put(point(o.ion), occupant(o.ion), occupant(o.other));
      put(point(o.other), occupant(o.other), occupant(o.ion));
      break;
  }
  return step;
}

void IonMoves::State::apply(Operation const& o) {
  Step const step = plan(o);
  add_to_structure_factors(step);
  for (int p = 0; p < step.n_places; ++p) {
    Place const& place = step.places[p];
    if (place.before.type >= 0) --count_of[place.before.type];
    if (place.after.type >= 0) ++count_of[place.after.type];
  }
  auto const last = int(crystal.size()) - 1;
  switch (o.kind) {
    case Operation::move:
      take_out(o.ion);
      crystal.positions[o.ion] = o.to;
      put_in(o.ion);
      break;
    case Operation::add:
      crystal.species.push_back(o.species);
      crystal.positions.push_back(o.to);
      crystal.charges.push_back(o.charge);
      crystal.fixed.clear();
      type_of.push_back(type_named(o.species));
      slot_of.push_back(-1);
      put_in(last + 1);
      break;
    case Operation::remove:
      take_out(o.ion);
      if (o.ion != last) {
        bins[type_of[last]].rename(slot_of[last], o.ion);
        std::swap(crystal.species[o.ion], crystal.species[last]);
        crystal.positions[o.ion] = crystal.positions[last];
        crystal.charges[o.ion] = crystal.charges[last];
        type_of[o.ion] = type_of[last], slot_of[o.ion] = slot_of[last];
      }
      crystal.species.pop_back(), crystal.positions.pop_back(), crystal.charges.pop_back();
      type_of.pop_back(), slot_of.pop_back();
      break;
    case Operation::change:
      take_out(o.ion);
      crystal.species[o.ion] = o.species;
      crystal.charges[o.ion] = o.charge;
      type_of[o.ion] = type_named(o.species);
      put_in(o.ion);
      break;
    case Operation::swap:
      if (o.ion == o.other) break;
      take_out(o.ion), take_out(o.other);
      std::swap(crystal.species[o.ion], crystal.species[o.other]);
      std::swap(crystal.charges[o.ion], crystal.charges[o.other]);
      std::swap(type_of[o.ion], type_of[o.other]);
      put_in(o.ion), put_in(o.other);
      break;
  }
}

IonMoves::IonMoves(Crystal crystal, PotentialSet const& set, PairSums const& ends, double accuracy)
    : state_(std::make_unique<State>(std::move(crystal), set, ends, accuracy)) {}
IonMoves::~IonMoves() = default;
IonMoves::IonMoves(IonMoves const& other) : state_(std::make_unique<State>(*other.state_)) {}
IonMoves& IonMoves::operator=(IonMoves const& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
IonMoves::IonMoves(IonMoves&&) noexcept = default;
IonMoves& IonMoves::operator=(IonMoves&&) noexcept = default;

IonMoves::Difference IonMoves::move(int ion, Vec3 to) const {
  return state_->difference({Operation::move, ion, 0, to, {}, 0});
}
IonMoves::Difference IonMoves::add(std::string const& species, Vec3 at,
                                   std::optional<double> charge) const {
  return state_->difference(
      {Operation::add, 0, 0, at, species, state_->charge_for(species, charge)});
}
IonMoves::Difference IonMoves::remove(int ion) const {
  return state_->difference({Operation::remove, ion, 0, {}, {}, 0});
}
IonMoves::Difference IonMoves::swap(int ion, int other) const {
  return state_->difference({Operation::swap, ion, other, {}, {}, 0});
}
IonMoves::Difference IonMoves::change(int ion, std::string const& species,
                                      std::optional<double> charge) const {
  return state_->difference(
      {Operation::change, ion, 0, {}, species, state_->charge_for(species, charge)});
}

void IonMoves::apply(Difference const& difference) { state_->apply(difference.operation); }
void IonMoves::refresh() { state_->build(); }
Crystal const& IonMoves::crystal() const { return state_->crystal; }
double IonMoves::energy() const { return state_->energy(); }

IonMoves::Work IonMoves::work() const {
  State const& s = *state_;
  double const density = double(s.crystal.size()) / s.cell.volume();
  return {s.alpha, s.real_cutoff, s.reciprocal_cutoff, s.wave_vectors,
          4 * pi / 3 * density * std::pow(s.real_cutoff, 3)};
}

}  // namespace ionscape
