#include "energy_run.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/units.hpp>

#include "output.hpp"

namespace ionscape::app {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

// --- structures ----------------------------------------------------------------------------------

std::vector<std::filesystem::path> files_of(EnergyRun& run,
                                            std::vector<std::filesystem::path> const& paths) {
  std::vector<std::filesystem::path> files;
  for (auto const& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::filesystem::path> found;
    for (auto const& entry : std::filesystem::directory_iterator(path))
      if (entry.is_regular_file())
        (has_structure_name(entry) ? found : run.passed_over).push_back(entry.path());
    if (found.empty())
      fail_input({path},
                 "no structures in this folder (*POSCAR*, *CONTCAR*, .vasp, .cif, .extxyz, .xyz)");
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  std::sort(run.passed_over.begin(), run.passed_over.end());
  return files;
}

/// Gives the crystal the set's charges, and says if its file has others.
std::vector<Warning> take_charges_of_set(Crystal& crystal, PotentialSet const& set,
                                         std::string const& name) {
  auto const stated = crystal.charges;
  try {
    assign_charges(crystal, set);
  } catch (InputError const& error) {
    throw InputError(name + ": " + error.what());
  }
  std::vector<Warning> warnings;
  for (std::size_t i = 0; i < stated.size() && warnings.empty(); ++i)
    if (std::fabs(stated[i] - crystal.charges[i]) > 1e-6)
      warnings.push_back({"other_charges_in_file",
                          "the structure file states other charges (" + crystal.species[i] + " " +
                              shortest(stated[i]) + " e); those of the set were taken"});
  if (double const net = net_charge(crystal); net != 0)
    warnings.push_back({"net_charge", "the cell has a net charge of " + shortest(net) +
                                          " e: a uniform background makes it neutral, and the "
                                          "energy depends on the cell's size"});
  return warnings;
}

bool present(Crystal const& crystal, PairTerm const& pair) {
  return std::ranges::all_of(pair.species, [&](std::string const& s) {
    return std::ranges::find(crystal.species, s) != crystal.species.end();
  });
}

std::string name_of(PairTerm const& pair) { return pair.species[0] + "-" + pair.species[1]; }

/// Nothing to be summed: a Buckingham term of zeros.
bool is_nothing(PairForm const& form) {
  auto const* const term = std::get_if<Buckingham>(&form);
  return term && term->repulsion.A == 0 && term->C == 0;
}

// --- evaluation ----------------------------------------------------------------------------------

/// The oracle knows no close contacts: pair by pair, then, among the nearest images.
std::vector<CloseContact> close_contacts(Crystal const& crystal, PotentialSet const& set) {
  Cell const shortest = reduced(crystal.cell).cell;
  double const to_own_image = std::min({norm(shortest.a), norm(shortest.b), norm(shortest.c)});
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
        contacts.push_back({i, j, distance, turnover});
    }
  std::ranges::stable_sort(contacts, {},
                           [](CloseContact const& c) { return c.distance / c.turnover; });
  return contacts;
}

/// Scale for relative errors; without charges there is none, and 1 eV/Å serves.
double scale_of(Crystal const& crystal) {
  double const scale = force_scale(crystal);
  return scale > 0 ? scale : 1;
}

EwaldSettings tuned(EnergyRun const& run, Crystal const& crystal, PairSums const& sums,
                    EnergyOptions options) {
  options.pairs = sums;
  if (!run.reference)
    return EnergyModel<Exec::memory_space>(std::span(&crystal, 1), run.set, options).ewald(0);
  // The parameters' accuracy is relative to the forces of neighbours, in the leading terms.
  double const accuracy = std::clamp(0.1 * options.force_error / scale_of(crystal), 1e-17, 1e-3);
  EwaldSettings settings;
  settings.sum = ewald_parameters(crystal.cell, crystal.size(), accuracy);
  return settings;
}

EnergyResult evaluate_with(EnergyRun const& run, Crystal const& crystal, PotentialSet const& set,
                           PairSums const& sums, EwaldSettings const& ewald) {
  if (!run.reference) {
    EnergyOptions options = run.options;
    options.pairs = sums;
    options.ewald = ewald;
    return std::move(evaluate_crystals(Exec(), std::span(&crystal, 1), set, options).front());
  }
  ReferenceResult reference = evaluate_reference(crystal, set, ewald.sum, sums);
  EnergyResult result;
  result.coulomb = reference.coulomb, result.short_range = reference.short_range;
  result.dispersion = reference.dispersion, result.tail = reference.tail;
  result.forces = std::move(reference.forces);
  result.stress = reference.stress;
  result.site_potential = std::move(reference.site_potential);
  result.ion_energy = std::move(reference.ion_energy);
  result.contacts = close_contacts(crystal, set);
  result.ewald = ewald;
  result.ewald.estimated_force_error = std::numeric_limits<double>::quiet_NaN();
  return result;
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

std::string ion_name(Crystal const& crystal, int ion) {
  return std::to_string(ion + 1) + " (" + crystal.species[std::size_t(ion)] + ")";
}

/// Ions that their terms do not keep apart: pairs closer than the radius where the term turns over,
/// and terms that attract at every distance.
void warn_of_wells(std::vector<Warning>& warnings, Crystal const& crystal, PotentialSet const& set,
                   std::vector<CloseContact> const& contacts) {
  constexpr std::size_t most = 10;  // pairs named
  std::string const note = "inside_buckingham_well";
  for (PairTerm const& pair : set.pairs)
    if (pair.wall == 0 && std::isinf(turnover_radius(pair.term)) && present(crystal, pair))
      warnings.push_back({note, "the term " + name_of(pair) + " attracts at every distance"});
  for (CloseContact const& c : std::span(contacts).first(std::min(most, contacts.size())))
    warnings.push_back(
        {note, (c.ion == c.partner
                    ? "ion " + ion_name(crystal, c.ion) + " and its image"
                    : "ions " + ion_name(crystal, c.ion) + " and " + ion_name(crystal, c.partner)) +
                   " are " + fixed(c.distance, 3) + " Å apart, inside the Buckingham well below " +
                   fixed(c.turnover, 3) + " Å: the energy means nothing"});
  if (contacts.size() > most)
    warnings.push_back({note, std::to_string(contacts.size() - most) +
                                  " more pairs of ions are inside Buckingham wells"});
}

}  // namespace

void read_structures(EnergyRun& run, std::vector<std::filesystem::path> const& paths) {
  for (auto const& file : files_of(run, paths)) {
    std::vector<Crystal> frames = read_crystals(file);
    bool const several = frames.size() > 1;
    for (std::size_t f = 0; f < frames.size(); ++f) {
      int const frame = int(f) + 1;
      std::string const name = file.string() + (several ? "#" + std::to_string(frame) : "");
      for (std::string const& note : frames[f].notes)
        std::cerr << "note: " << name << ": " << note << '\n';
      run.warnings.push_back(take_charges_of_set(frames[f], run.set, name));
      run.sources.push_back({file, frame, name});
      run.crystals.push_back(std::move(frames[f]));
    }
  }
}

double absolute_force_error(EnergyRun const& run, double relative) {
  double least = std::numeric_limits<double>::infinity();
  for (Crystal const& crystal : run.crystals) least = std::min(least, scale_of(crystal));
  return relative * least;
}

void evaluate(EnergyRun& run, Progress const& progress) {
  run.sums = pair_sums(run.set, run.crystals, run.options.force_error);
  run.options.pairs = run.sums;
  if (!run.reference)
    run.results = evaluate_crystals(Exec(), run.crystals, run.set, run.options, progress);
  else
    for (Crystal const& crystal : run.crystals) {
      run.results.push_back(evaluate_with(run, crystal, run.set, run.sums,
                                          tuned(run, crystal, run.sums, run.options)));
      progress(run.results.size());
    }
  for (std::size_t k = 0; k < run.crystals.size(); ++k) {
    std::vector<Warning>& warnings = run.warnings[k];
    warn_of_wells(warnings, run.crystals[k], run.set, run.results[k].contacts);
    if (!run.results[k].finite())
      warnings.push_back({"not_finite",
                          "energy, forces or stress are not finite numbers: ions lie in "
                          "each other, or a term of the set grows beyond all bounds"});
  }
}

void certify(EnergyRun& run, Progress const& progress) {
  for (std::size_t k = 0; k < run.crystals.size(); ++k) {
    Crystal const& crystal = run.crystals[k];
    EnergyOptions options = run.options;
    options.force_error = std::max(options.force_error / 100, 2e-13 * scale_of(crystal));
    options.method = EwaldMethod::automatic;
    PairSums const sums = pair_sums(run.set, run.crystals, options.force_error);
    EwaldSettings tight = tuned(run, crystal, sums, options);
    // A longer real-space sum of a wider splitting is as exact, and the reciprocal part then is
    // more so.
    double const same = tight.sum.alpha / run.results[k].ewald.sum.alpha / 1.15;
    double const wider = std::fabs(same - 1) < 0.05 ? 1.3 : 1.15;
    tight.sum.alpha /= wider;
    tight.sum.real_cutoff *= wider;
    Measured const measured =
        difference(run.results[k], evaluate_with(run, crystal, run.set, sums, tight));
    run.measured.push_back(measured);
    if (!(measured.force_rms <= run.options.force_error))
      run.warnings[k].push_back(
          {"measured_worse_than_asked", "the measured force error is larger than asked"});
    progress(k + 1);
  }
}

std::vector<PairEnding> pair_endings(EnergyRun const& run, Crystal const& crystal) {
  std::vector<PairEnding> endings;
  auto const count = [&](std::string const& s) {
    return double(std::ranges::count(crystal.species, s));
  };
  for (PairTerm const& pair : run.set.pairs) {
    auto const& [a, b] = pair.species;
    if (is_nothing(pair.term) || !present(crystal, pair)) continue;
    PairFunction const function = run.set.function(a, b, run.sums);
    PairEnding ending{name_of(pair), pair.form, function.cutoff, "chosen", pair.wall};
    if (pair.cutoff)
      ending.origin = "of the pair";
    else if (run.set.cutoff)
      ending.origin = run.cutoff_asked ? "asked for" : "of the set";
    using enum PairEnding::Dispersion;
    if (dispersion_coefficient(pair.term) != 0)
      ending.dispersion = run.sums.dispersion_lattice_sum ? lattice_sum : cut_off;
    if (!run.sums.tail)
      ending.left_out = (a == b ? 1 : 2) * count(a) *
                        tail_correction(function, count(b) / crystal.cell.volume()).energy;
    endings.push_back(ending);
  }
  return endings;
}

bool all_finite(EnergyRun const& run) {
  return std::ranges::all_of(run.results, &EnergyResult::finite);
}

double left_out(EnergyRun const& run, Crystal const& crystal) {
  double sum = 0;
  for (PairEnding const& ending : pair_endings(run, crystal)) sum += ending.left_out;
  return sum;
}

std::string describe_pairs(EnergyRun const& run, Crystal const& crystal) {
  std::vector<std::string> parts;
  for (PairEnding const& e : pair_endings(run, crystal))
    parts.push_back(e.pair + " " + e.form + " to " + shortest(e.cutoff) + " Å (" + e.origin + ")" +
                    (e.wall > 0 ? ", wall below " + shortest(e.wall) + " Å" : "") +
                    (e.dispersion == PairEnding::Dispersion::lattice_sum
                         ? ", -C/r^6 summed over the lattice"
                         : ""));
  if (parts.empty()) return "none";
  return joined(parts) + "; " + truncation_names()[std::size_t(run.sums.truncation)] +
         " truncation, " + (run.sums.tail ? "with" : "no") + " tail correction";
}

std::vector<std::string> const& truncation_names() {
  static std::vector<std::string> const names{"plain", "shifted", "force-shifted"};
  return names;
}

std::vector<std::string> const& method_names() {
  static std::vector<std::string> const names{"auto", "direct", "mesh", "reference"};
  return names;
}

std::string method_name(EnergyRun const& run, EwaldMethod method) {
  return method_names()[run.reference ? 3 : std::size_t(method)];
}

std::vector<PairEnergy> pair_energies(EnergyRun const& run, std::size_t structure) {
  Crystal neutral = run.crystals[structure];
  std::ranges::fill(neutral.charges, 0.0);
  std::vector<PairEnergy> energies;
  for (PairTerm const& pair : run.set.pairs) {
    if (is_nothing(pair.term) || !present(neutral, pair)) continue;
    PotentialSet one;
    one.pairs = {pair};
    energies.push_back(
        {name_of(pair),
         evaluate_with(run, neutral, one, run.sums, run.results[structure].ewald).short_range});
  }
  return energies;
}

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

}  // namespace ionscape::app
