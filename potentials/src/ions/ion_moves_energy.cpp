// Real space of IonMoves, and the energy of a step and of the whole crystal.
#include <cmath>

#include <ionscape/core/error.hpp>

#include "ions/ion_moves_state.hpp"

namespace ionscape {

using detail::far_away;
using detail::horizontal_min;
using detail::Lanes;
using detail::Neighbours;
using detail::moves::closest_allowed;

double IonMoves::State::real_difference(Place const& place, Step const& step,
                                        double& approach) const {
  Occupant const &before = place.before, &after = place.after;
  double const charge = after.charge * (after.type >= 0) - before.charge * (before.type >= 0);
  double energy = 0;
  for (int t = 0; t < types(); ++t) {
    if (bins[t].size() == 0) continue;
    PairRule const *const rule_after = after.type >= 0 ? &rule(after.type, t) : nullptr,
                          *const rule_before = before.type >= 0 ? &rule(before.type, t) : nullptr;
    double const C = (rule_after ? rule_after->C : 0) - (rule_before ? rule_before->C : 0);
    double const lattice_limit = charge != 0 || C != 0 ? real_cutoff * real_cutoff : -1;
    double const pair_limit = before.type == after.type
                                  ? -1
                                  : std::max(rule_after ? rule_after->cutoff_square : -1,
                                             rule_before ? rule_before->cutoff_square : -1);
    Neighbours pairs, lattice;
    auto const flush_pairs = [&] {
      pairs.pad();
      if (rule_after) energy += pair_energy(*rule_after, pairs);
      if (rule_before) energy -= pair_energy(*rule_before, pairs);
      pairs.n = 0;
    };
    auto const flush_lattice = [&] {
      lattice.pad();
      if (charge != 0) energy += coulomb_constant * charge * screened_sum(alpha, lattice);
      if (C != 0) energy += dispersion_energy(C, alpha, lattice);
      lattice.n = 0;
    };
    int without[2] = {-1, -1};
    for (int i = 0; i < 2; ++i)
      if (step.part[i] >= 0 && type_of[std::size_t(step.part[i])] == t)
        without[i] = slot_of[std::size_t(step.part[i])];
    Lanes closest(far_away * far_away);
    bins[t].visit(place.point, without, [&](Lanes square, Lanes charges) {
      closest = detail::min(closest, square);
      if (pair_limit > 0) {
        if (pairs.full()) flush_pairs();
        pairs.append(square, charges, pair_limit);
      }
      if (lattice_limit > 0) {
        if (lattice.full()) flush_lattice();
        lattice.append(square, charges, lattice_limit);
      }
    });
    if (pairs.n > 0) flush_pairs();
    if (lattice.n > 0) flush_lattice();
    if (!rule_after) continue;
    double const distance = std::sqrt(horizontal_min(closest));
    if (distance < closest_allowed && before.type < 0)
      fail_input({}, "an ion at ", place.point.r.x, " ", place.point.r.y, " ", place.point.r.z,
                 " Å would be ", distance, " Å from another, at least ", closest_allowed,
                 " Å are needed");
    if (rule_after->turnover > 0 && distance <= reach)
      approach = std::min(approach, distance / rule_after->turnover);
  }
  return energy;
}

IonMoves::Difference IonMoves::State::difference(Operation operation) const {
  Step const step = plan(operation);
  Difference result{0, infinity, std::move(operation)};
  for (int p = 0; p < step.n_places; ++p) {
    Place const& place = step.places[p];
    result.energy += real_difference(place, step, result.approach);
    for (auto const& [o, sign] : {std::pair{place.after, 1.0}, std::pair{place.before, -1.0}})
      if (o.type >= 0)
        result.energy += sign * (0.5 * coulomb_constant * o.charge * o.charge * own_screened +
                                 own_pairs[std::size_t(o.type)]);
    if (place.after.type < 0) continue;
    if (double const turnover = rule(place.after.type, place.after.type).turnover; turnover > 0)
      result.approach = std::min(result.approach, own_distance / turnover);
  }
  if (step.swapped) {
    Vec3 const d = minimum_image(cell, step.places[1].point.r - step.places[0].point.r);
    if (double const turnover = rule(step.places[0].after.type, step.places[1].after.type).turnover;
        turnover > 0)
      result.approach = std::min(result.approach, norm(d) / turnover);
  }
  if (ends.tail) result.energy += tail_difference(step);
  result.energy += reciprocal_difference(step);
  return result;
}

double IonMoves::State::tail_difference(Step const& step) const {
  double energy = 0;
  std::array<Occupant, 4> changed;  // what came and went so far
  std::array<double, 4> sign{};
  int n = 0;
  for (int p = 0; p < step.n_places; ++p)
    for (auto const& [o, s] :
         {std::pair{step.places[p].before, -1.0}, std::pair{step.places[p].after, 1.0}}) {
      if (o.type < 0) continue;
      for (int t = 0; t < types(); ++t)
        energy += s * 2 * count_of[std::size_t(t)] * rule(o.type, t).tail;
      for (int i = 0; i < n; ++i) energy += s * 2 * sign[i] * rule(o.type, changed[i].type).tail;
      energy += rule(o.type, o.type).tail;
      changed[n] = o, sign[n++] = s;
    }
  return energy;
}

double IonMoves::State::energy() const {
  double sum = 0, unused = infinity;
  std::vector<double> squares(lattice_sums.size(), 0.0);
  for (int i = 0; i < int(crystal.size()); ++i) {
    Occupant const o = occupant(i);
    Step step;
    step.part[0] = i;
    sum -= 0.5 * real_difference({point(i), o, {}}, step, unused);  // the ion leaves
    sum += 0.5 * coulomb_constant * o.charge * o.charge * own_screened +
           own_pairs[std::size_t(o.type)];
    for (std::size_t c = 0; c < lattice_sums.size(); ++c)
      squares[c] += lattice_sums[c].s(o) * lattice_sums[c].s(o);
    if (ends.tail)
      for (int t = 0; t < types(); ++t) sum += count_of[std::size_t(t)] * rule(o.type, t).tail;
  }
  for (std::size_t c = 0; c < lattice_sums.size(); ++c) {
    LatticeSum const& lattice_sum = lattice_sums[c];
    for (std::size_t g = 0; g < lattice_sum.weight.size(); ++g)
      sum += lattice_sum.weight[g] * (lattice_sum.real[g] * lattice_sum.real[g] +
                                      lattice_sum.imag[g] * lattice_sum.imag[g]);
    sum += 0.5 * lattice_sum.kernel.mean() * lattice_sum.total * lattice_sum.total -
           0.5 * lattice_sum.kernel.self() * squares[c];
  }
  return sum;
}

}  // namespace ionscape
