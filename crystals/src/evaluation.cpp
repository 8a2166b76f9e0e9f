#include <ionscape/crystals/evaluation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/units.hpp>
#include <ionscape/crystals/ion_name.hpp>
#include <ionscape/potentials/pair/pair_endings.hpp>

#include "shell_descent.hpp"

namespace ionscape {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

/// Scale for relative errors; without charges there is none, and 1 eV/Å serves.
double scale_of(Crystal const& crystal) {
  double const scale = force_scale(crystal);
  return scale > 0 ? scale : 1;
}

// --- by the engine, or by the oracle -------------------------------------------------------------

/// The oracle knows no close contacts: pair by pair, then, among the nearest images.
std::vector<CloseContact> close_contacts(Particles const& particles, PotentialSet const& set) {
  Crystal const& crystal = particles.crystal;
  Cell const shortest = reduced(crystal.cell).cell;
  double const to_own_image = std::min({norm(shortest.a), norm(shortest.b), norm(shortest.c)});
  std::vector<int> const ion = ions_of(particles);
  std::vector<CloseContact> contacts;
  for (int i = 0; i < int(crystal.size()); ++i)
    for (int j = i; j < int(crystal.size()); ++j) {
      PairTerm const* const pair = set.find(crystal.species[i], crystal.species[j]);
      if (!pair || pair->wall > 0) continue;
      double const turnover = turnover_radius(pair->term);
      double const distance =
          i == j ? to_own_image
                 : norm(minimum_image(crystal.cell, crystal.positions[j] - crystal.positions[i]));
      if (distance < turnover && std::isfinite(turnover))
        contacts.push_back({ion[i], ion[j], distance, turnover});
    }
  std::ranges::stable_sort(contacts, {},
                           [](CloseContact const& c) { return c.distance / c.turnover; });
  return contacts;
}

EwaldSettings tuned(EvaluationPlan const& plan, Crystal const& crystal, PairSums const& sums,
                    EnergyOptions options) {
  options.pairs = sums;
  if (!plan.reference)
    return EnergyModel<Exec::memory_space>(std::span(&crystal, 1), plan.set, options).ewald(0);
  // The parameters' accuracy is relative to the forces of neighbours, in the leading terms.
  double const accuracy = std::clamp(0.1 * options.force_error / scale_of(crystal), 1e-17, 1e-3);
  EwaldSettings settings;
  settings.sum = ewald_parameters(crystal.cell, crystal.size(), accuracy);
  return settings;
}

/// The oracle's sums once its shells are at rest.
ReferenceResult reference_at_rest(Particles& particles, PotentialSet const& set,
                                  EwaldParameters const& ewald, PairSums const& sums,
                                  ShellOptions const& how, ShellRest& rest) {
  if (particles.springs.empty()) return evaluate_reference(particles, set, ewald, sums);
  detail::ShellDescent shells(particles, set, how);
  auto const evaluate = [&] {
    std::vector<Vec3>& r = particles.crystal.positions;
    shells.for_each([&](Spring const& spring, Vec3 x) {
      r[std::size_t(spring.shell)] = r[std::size_t(spring.core)] + x;
    });
    return evaluate_reference(particles, set, ewald, sums);
  };
  ReferenceResult result;
  do result = evaluate();
  while (shells.take(result.energy(),
                     [&](int particle) { return result.forces[std::size_t(particle)]; }));
  if (!shells.rest().at_rest()) result = evaluate();
  rest = shells.rest();
  return result;
}

/// Shells that lie on their ions count as one with them.
EnergyResult counted_by_ions(ReferenceResult reference, Particles const& particles) {
  EnergyResult result;
  result.coulomb = reference.coulomb, result.short_range = reference.short_range;
  result.dispersion = reference.dispersion, result.tail = reference.tail;
  result.bonded = reference.bonded;
  result.stress = reference.stress;
  result.forces = std::move(reference.forces);
  result.site_potential = std::move(reference.site_potential);
  result.ion_energy = std::move(reference.ion_energy);
  add_shells_to_ions(result, particles, particles.crystal.positions);
  return result;
}

struct Outcome {
  EnergyResult result;
  ShellRest shells;
};

Outcome evaluate_with(EvaluationPlan const& plan, Crystal const& crystal, PotentialSet const& set,
                      PairSums const& sums, EwaldSettings const& ewald) {
  if (!plan.reference) {
    EnergyOptions options = plan.options;
    options.pairs = sums;
    options.ewald = ewald;
    std::vector<ShellRest> rest;
    EnergyResult result =
        std::move(energies_of(std::span(&crystal, 1), set, options, plan.shells, &rest).front());
    return {std::move(result), rest.front()};
  }
  Particles particles = particles_of(crystal, set);
  Outcome outcome;
  outcome.result = counted_by_ions(
      reference_at_rest(particles, set, ewald.sum, sums, plan.shells, outcome.shells), particles);
  outcome.result.contacts = close_contacts(particles, set);
  outcome.result.ewald = ewald;
  outcome.result.ewald.estimated_force_error = std::numeric_limits<double>::quiet_NaN();
  return outcome;
}

/// As the plan says, tuned for this crystal alone.
Outcome evaluate_alone(EvaluationPlan const& plan, Crystal const& crystal) {
  return evaluate_with(plan, crystal, plan.set, plan.sums,
                       tuned(plan, crystal, plan.sums, plan.options));
}

Measured difference(EnergyResult const& a, EnergyResult const& b) {
  Measured d;
  d.energy = std::fabs(a.energy() - b.energy());
  for (std::size_t i = 0; i < a.forces.size(); ++i) {
    double const f = norm(a.forces[i] - b.forces[i]);
    d.force_rms += f * f / double(a.forces.size());
    d.force_max = std::max(d.force_max, f);
  }
  d.force_rms = std::sqrt(d.force_rms);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      d.stress = std::max(d.stress, std::fabs(a.stress[i][j] - b.stress[i][j]));
  return d;
}

// --- warnings ------------------------------------------------------------------------------------

/// Ions that their terms do not keep apart: pairs closer than the radius where the term turns over,
/// and terms that attract at every distance.
void warn_of_wells(std::vector<Warning>& warnings, Crystal const& crystal, PotentialSet const& set,
                   std::vector<CloseContact> const& contacts) {
  constexpr std::size_t most = 10;  // pairs named
  std::string const note = "inside_buckingham_well";
  for (PairTerm const& pair : set.pairs)
    if (pair.wall == 0 && std::isinf(turnover_radius(pair.term)) && acts_in(pair, crystal))
      warnings.push_back({note, "the term " + name_of(pair) + " attracts at every distance"});
  for (CloseContact const& c : std::span(contacts).first(std::min(most, contacts.size())))
    warnings.push_back(
        {note, (c.ion == c.partner
                    ? "ion " + ion_name(crystal, c.ion) + " and its image"
                    : "ions " + ion_name(crystal, c.ion) + " and " + ion_name(crystal, c.partner)) +
                   " are " + decimals(c.distance, 3) +
                   " Å apart, inside the Buckingham well below " + decimals(c.turnover, 3) +
                   " Å: the energy means nothing"});
  if (contacts.size() > most)
    warnings.push_back({note, std::to_string(contacts.size() - most) +
                                  " more pairs of ions are inside Buckingham wells"});
}

/// Shells that ran away, or did not come to rest.
void warn_of_shells(std::vector<Warning>& warnings, Crystal const& crystal,
                    ShellRest const& shells) {
  if (shells.ran_away())
    warnings.push_back(
        {"shell_ran_away", "the shell of ion " + ion_name(crystal, shells.farthest_ion) + " lies " +
                               decimals(shells.farthest, 3) +
                               " Å from its core: it has run away (polarisation catastrophe), and "
                               "the energy means nothing"});
  else if (!shells.at_rest())
    warnings.push_back({"shells_not_at_rest", "the shells did not come to rest (" +
                                                  std::string(to_string(shells.status)) +
                                                  "): a force of " + shortest(shells.force) +
                                                  " eV/Å is left on one"});
}

/// An angle whose legs are straight has no direction to bend to, where its term wants it bent: a
/// cusp of the energy, at which forces are zero without meaning rest.
void warn_of_straight_angles(std::vector<Warning>& warnings, Crystal const& crystal,
                             Particles const& particles) {
  constexpr double straight = 0.02 * pi / 180;
  for (Angle const& angle : particles.angles) {
    Vec3 const a = particles.crystal.cell.to_cartesian(angle.legs[0]),
               b = particles.crystal.cell.to_cartesian(angle.legs[1]);
    if (pi - angle.theta0 < straight || pi - std::atan2(norm(cross(a, b)), dot(a, b)) > straight)
      continue;
    int const centre = ions_of(particles)[std::size_t(angle.centre)];
    warnings.push_back(
        {"straight_angle", "an angle at ion " + ion_name(crystal, centre) +
                               " is straight, where its term wants it bent: the energy has a cusp "
                               "there, and forces of zero do not mean rest"});
    return;
  }
}

}  // namespace

void add_warnings(Evaluation& evaluation, Crystal const& crystal, PotentialSet const& set) {
  std::vector<Warning>& warnings = evaluation.warnings;
  if (double const net = net_charge(crystal); net != 0)
    warnings.push_back({"net_charge", "the cell has a net charge of " + shortest(net) +
                                          " e: a uniform background makes it neutral, and the "
                                          "energy depends on the cell's size"});
  if (auto const slab = polar_slab(crystal))
    warnings.push_back(
        {"polar_slab",
         "a polar slab: " + decimals(slab->vacuum, 1) + " Å of vacuum along cell vector " +
             std::string(1, char('a' + slab->axis)) + " and a dipole moment of " +
             decimals(slab->dipole_per_area, 4) +
             " e/Å per area along its normal. The tin-foil Ewald sum makes no slab (dipole) "
             "correction: the vacuum has a field of " +
             decimals(slab->field, 4) + " V/Å, and the correction of Yeh and Berkowitz would add " +
             decimals(slab->missing_correction, 4) + " eV"});
  warn_of_shells(warnings, crystal, evaluation.shells);
  if (!set.angles.empty()) warn_of_straight_angles(warnings, crystal, particles_of(crystal, set));
  warn_of_wells(warnings, crystal, set, evaluation.result.contacts);
  if (!evaluation.result.finite())
    warnings.push_back({"not_finite",
                        "energy, forces or stress are not finite numbers: ions lie in each other, "
                        "or a term of the set grows beyond all bounds"});
}

std::vector<Warning> take_charges_of_set(Crystal& crystal, PotentialSet const& set) {
  auto const stated = crystal.charges;
  assign_charges(crystal, set);
  for (std::size_t i = 0; i < stated.size(); ++i)
    if (std::fabs(stated[i] - crystal.charges[i]) > 1e-6)
      return {{"other_charges_in_file", "the structure file states other charges (" +
                                            crystal.species[i] + " " + shortest(stated[i]) +
                                            " e); those of the set were taken"}};
  return {};
}

double absolute_force_error(std::span<Crystal const> crystals,
                            std::span<Evaluation const> evaluations, double relative) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < crystals.size(); ++k)
    if (evaluations[k].computed()) least = std::min(least, scale_of(crystals[k]));
  return relative * least;
}

void evaluate(EvaluationPlan& plan, std::span<Crystal const> crystals,
              std::span<Evaluation> evaluations, EvaluationProgress const& progress) {
  auto const finished = [&](std::size_t n) {
    if (progress) progress(n);
  };
  std::vector<std::size_t> places;
  std::vector<Crystal> batch;
  for (std::size_t k = 0; k < crystals.size(); ++k)
    if (evaluations[k].computed()) places.push_back(k), batch.push_back(crystals[k]);
  plan.sums = pair_sums(plan.set, batch, plan.options.force_error);
  plan.options.pairs = plan.sums;
  std::vector<EnergyResult> results;
  std::vector<ShellRest> rest;
  if (!plan.reference) try {
      results = energies_of(batch, plan.set, plan.options, plan.shells, &rest, progress);
    } catch (InputError const&) {
      // One of them cannot be computed: which one shows below.
    }
  for (std::size_t k = 0; k < places.size(); ++k) {
    Evaluation& evaluation = evaluations[places[k]];
    try {
      Outcome outcome = results.empty() ? evaluate_alone(plan, batch[k])
                                        : Outcome{std::move(results[k]), rest[k]};
      evaluation.result = std::move(outcome.result);
      evaluation.shells = outcome.shells;
      add_warnings(evaluation, batch[k], plan.set);
    } catch (InputError const& error) {
      evaluation.error = error.what();
    }
    if (results.empty()) finished(k + 1);
  }
}

namespace {

/// The difference to a sum of another splitting.
Measured measured_error(EvaluationPlan const& plan, std::span<Crystal const> batch,
                        Crystal const& crystal, EnergyResult const& result) {
  EnergyOptions options = plan.options;
  options.force_error = std::max(options.force_error / 100, 2e-13 * scale_of(crystal));
  options.method = EwaldMethod::automatic;
  PairSums const sums = pair_sums(plan.set, batch, options.force_error);
  EwaldSettings tight = tuned(plan, crystal, sums, options);
  // A longer real-space sum of a wider splitting is as exact, and the reciprocal part then is more
  // so.
  double const same = tight.sum.alpha / result.ewald.sum.alpha / 1.15;
  double const wider = std::fabs(same - 1) < 0.05 ? 1.3 : 1.15;
  tight.sum.alpha /= wider;
  tight.sum.real_cutoff *= wider;
  return difference(result, evaluate_with(plan, crystal, plan.set, sums, tight).result);
}

}  // namespace

void certify(EvaluationPlan const& plan, std::span<Crystal const> crystals,
             std::span<Evaluation> evaluations, EvaluationProgress const& progress) {
  std::vector<std::size_t> places;
  std::vector<Crystal> batch;
  for (std::size_t k = 0; k < crystals.size(); ++k)
    if (evaluations[k].computed()) places.push_back(k), batch.push_back(crystals[k]);
  for (std::size_t k = 0; k < places.size(); ++k) {
    Evaluation& evaluation = evaluations[places[k]];
    try {
      evaluation.measured = measured_error(plan, batch, batch[k], evaluation.result);
      if (!(evaluation.measured->force_rms <= plan.options.force_error))
        evaluation.warnings.push_back(
            {"measured_worse_than_asked", "the measured force error is larger than asked"});
    } catch (InputError const& error) {
      evaluation.warnings.push_back(
          {"not_certified", std::string("the error could not be measured: ") + error.what()});
    }
    if (progress) progress(k + 1);
  }
}

std::vector<PairEnergy> pair_energies(EvaluationPlan const& plan, Crystal const& crystal,
                                      Evaluation const& evaluation) {
  // Particles without charges and springs, at rest where they are.
  Crystal held = particles_of(crystal, plan.set).crystal;
  std::ranges::fill(held.charges, 0.0);
  std::size_t shell = crystal.size();
  for (std::size_t i = 0; i < crystal.size(); ++i)
    if (plan.set.shell(crystal.species[i])) held.positions[shell++] += evaluation.result.shells[i];
  std::vector<PairEnergy> energies;
  for (PairTerm const& pair : plan.set.pairs) {
    if (is_nothing(pair.term) || !acts_in(pair, held)) continue;
    PotentialSet one;
    one.pairs = {pair};
    energies.push_back(
        {name_of(pair),
         evaluate_with(plan, held, one, plan.sums, evaluation.result.ewald).result.short_range});
  }
  return energies;
}

// --- numbers of a result -------------------------------------------------------------------------

double net_charge(Crystal const& crystal) {
  double net = 0;
  for (double q : crystal.charges) net += q;
  return std::round(net * 1e9) / 1e9 +
         0.0;  // without what is left of the sum's rounding, and no "-0"
}

double largest_force(EnergyResult const& result) {
  double largest = 0;
  for (Vec3 f : result.forces) largest = std::max(largest, norm(f));
  return largest;
}

double rms_force(EnergyResult const& result) {
  double squares = 0;
  for (Vec3 f : result.forces) squares += dot(f, f);
  return std::sqrt(squares / double(result.forces.size()));
}

double pressure(EnergyResult const& result) {
  return -(result.stress[0][0] + result.stress[1][1] + result.stress[2][2]) / 3 *
         gigapascal_per_eV_per_A3;
}

}  // namespace ionscape
