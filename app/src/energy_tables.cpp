// Tables of `ionscape energy`.
#include "energy_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/units.hpp>

namespace ionscape::app {

namespace {

constexpr std::size_t most_ions_printed = 200;  // beyond, tables are of no use to a reader

/// Not more digits than the asked force error has, an energy's error being up to that much for each
/// ion and Å.
int decimals(double error, int most) {
  return int(std::clamp(std::round(-std::log10(error)), 0.0, double(most)));
}

/// An energy of so many ions together.
std::string energy_text(EnergyRun const& run, double energy, std::size_t ions, int most = 8) {
  return fixed(energy, decimals(run.plan.options.force_error * double(ions), most));
}

/// "direct Ewald sum, alpha 0.6 /Å, ..."
std::string describe(EnergyRun const& run, EwaldSettings const& ewald) {
  std::string text = run.plan.reference                  ? "plain reference sum"
                     : ewald.method == EwaldMethod::mesh ? "mesh Ewald sum"
                                                         : "direct Ewald sum";
  if (ewald.sum.real_cutoff == 0) return text + " of nothing: no charges";
  text += ", alpha " + fixed(ewald.sum.alpha, 4) + " Å^-1, real space to " +
          fixed(ewald.sum.real_cutoff, 3) + " Å, ";
  if (ewald.method != EwaldMethod::mesh)
    return text + "wave vectors to " + fixed(ewald.sum.reciprocal_cutoff, 3) + " Å^-1";
  auto const& n = ewald.mesh.size;
  return text + std::to_string(n[0]) + " x " + std::to_string(n[1]) + " x " + std::to_string(n[2]) +
         " mesh, splines of order " + std::to_string(ewald.mesh.order);
}

std::string set_line(EnergyRun const& run) {
  return "potential: " + run.plan.set.name + " (" + run.plan.set.file.string() + ")\n";
}

void print_passed_over(EnergyRun const& run) {
  if (run.structures.passed_over.empty()) return;
  std::cout << "passed over, no structures by their names:";
  for (std::size_t i = 0; i < std::min<std::size_t>(run.structures.passed_over.size(), 5); ++i)
    std::cout << ' ' << run.structures.passed_over[i].filename().string();
  std::cout << (run.structures.passed_over.size() > 5 ? " ...\n" : "\n");
}

void print_pair_terms(EnergyRun const& run, Crystal const& crystal) {
  auto const endings = pair_endings(run.plan.set, run.plan.sums, crystal);
  if (endings.empty()) {
    std::cout << "no pair terms\n";
    return;
  }
  bool const walls = std::ranges::any_of(endings, [](PairEnding const& e) { return e.wall > 0; });
  std::vector<std::string> headings{"pair term",  "form",   "cutoff/Å",   "",
                                    "truncation", "-C/r^6", "left out/eV"};
  if (walls) headings.push_back("wall/Å");
  TextTable table(headings);
  for (PairEnding const& e : endings) {
    std::vector<std::string> row{
        e.pair,
        e.form,
        shortest(e.cutoff),
        origin_of_cutoff(run, e),
        truncation_names()[std::size_t(run.plan.sums.truncation)],
        std::array{"none", "cut off", "lattice sum"}[std::size_t(e.dispersion)],
        run.plan.sums.tail ? "tail added" : fixed(e.left_out, 6)};
    if (walls) row.push_back(e.wall > 0 ? shortest(e.wall) : "-");
    table.row(row);
  }
  table.print(std::cout);
}

void print_terms(EnergyRun const& run) {
  EnergyResult const& result = run.evaluations[0].result;
  TextTable terms({"energy", "eV"});
  std::size_t const n = run.crystal(0).size();
  auto const row = [&](std::string const& name, double energy) {
    terms.row({name, energy_text(run, energy, n)});
  };
  row("Coulomb", result.coulomb);
  if (n <= most_ions_by_pair)
    if (auto const by_pair = pair_energies(run.plan, run.crystal(0), run.evaluations[0]);
        by_pair.size() > 1)
      for (PairEnergy const& pair : by_pair) row("short range " + pair.pair, pair.energy);
  row("short range", result.short_range);
  if (run.plan.sums.dispersion_lattice_sum)
    row("  of which lattice sum of -C/r^6", result.dispersion);
  if (run.plan.sums.tail) row("  of which tail correction", result.tail);
  if (!run.plan.set.shells.empty() || !run.plan.set.angles.empty())
    row("springs and angles", result.bonded);
  row("total", result.energy());
  terms.row({"total per ion", energy_text(run, result.energy() / double(n), 1)});
  terms.print(std::cout);
}

void print_ions(EnergyRun const& run, bool all_ions) {
  Crystal const& crystal = run.crystal(0);
  EnergyResult const& result = run.evaluations[0].result;
  std::size_t const shown = all_ions ? crystal.size() : std::min(crystal.size(), most_ions_printed);
  int const digits = decimals(run.plan.options.force_error, 6);
  TextTable ions({"ion", "species", "charge/e", "force/(eV/Å): x", "y", "z", "site potential/V"});
  for (std::size_t i = 0; i < shown; ++i)
    ions.row({std::to_string(i + 1), crystal.species[i], fixed(crystal.charges[i], 4),
              fixed(result.forces[i].x, digits), fixed(result.forces[i].y, digits),
              fixed(result.forces[i].z, digits), fixed(result.site_potential[i], digits)});
  ions.print(std::cout);
  if (shown < crystal.size())
    std::cout << "  ... " << crystal.size() - shown << " more ions (--all-ions prints them)\n";
  std::cout << "largest force " << fixed(largest_force(result), digits) << " eV/Å, rms "
            << fixed(rms_force(result), digits) << " eV/Å\n";
  if (ShellRest const& shells = run.evaluations[0].shells; shells.farthest_ion >= 0)
    std::cout << "shells at rest: largest force on one " << fixed(shells.force, 8)
              << " eV/Å, farthest from its core " << fixed(shells.farthest, 4) << " Å (ion "
              << shells.farthest_ion + 1 << ")\n";
}

void print_stress(EnergyResult const& result) {
  std::cout << "\nstress (positive: the cell wants to shrink)\n";
  TextTable stress({"eV/Å^3: x", "y", "z", "GPa: x", "y", "z"});
  for (auto const& row : result.stress) {
    std::vector<std::string> fields;
    for (double s : row) fields.push_back(fixed(s, 8));
    for (double s : row) fields.push_back(fixed(s * gigapascal_per_eV_per_A3, 4));
    stress.row(fields);
  }
  stress.print(std::cout);
}

/// Warnings of all structures, each kind once.
void print_warnings(EnergyRun const& run) {
  struct Note {
    std::size_t structures = 0;
    std::string first;
  };
  std::map<std::string, Note> notes;
  for (std::size_t k = 0; k < run.size(); ++k) {
    auto const& warnings = run.evaluations[k].warnings;
    for (std::string const& note : notes_of(warnings)) {
      Note& n = notes[note];
      if (n.structures++ > 0) continue;
      auto const warning = std::ranges::find(warnings, note, &Warning::note);
      n.first = run.structure(k).name + ": " + warning->text;
    }
  }
  if (notes.empty()) return;
  std::cout << "\nnotes\n";
  TextTable table({"structures", "note", "the first"});
  for (auto const& [name, note] : notes)
    table.row({std::to_string(note.structures), name, note.first});
  table.print(std::cout);
}

/// What all structures that were computed have in common.
void print_common(EnergyRun const& run) {
  std::set<std::string> methods, species;
  std::vector<double> missing, estimates;
  std::optional<Measured> worst;
  for (std::size_t k = 0; k < run.size(); ++k) {
    Evaluation const& e = run.evaluations[k];
    if (!e.computed()) continue;
    species.insert(run.crystal(k).species.begin(), run.crystal(k).species.end());
    methods.insert(method_name(run, e.result.ewald.method));
    missing.push_back(left_out(run, run.crystal(k)) / double(run.crystal(k).size()));
    estimates.push_back(e.result.ewald.estimated_force_error);
    if (!e.measured) continue;
    if (!worst) worst.emplace();
    worst->energy = std::max(worst->energy, e.measured->energy);
    worst->force_rms = std::max(worst->force_rms, e.measured->force_rms);
    worst->force_max = std::max(worst->force_max, e.measured->force_max);
    worst->stress = std::max(worst->stress, e.measured->stress);
  }
  Crystal all;  // the species of all structures: which terms there are
  all.cell = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  all.species.assign(species.begin(), species.end());
  std::cout << "pair terms: " << describe_pairs(run, all)
            << "\nleft out by the cutoffs, about: " << range(missing, 6) << " eV per ion\n"
            << "Coulomb: " << joined(std::vector(methods.begin(), methods.end()))
            << "; rms force error asked " << scientific(run.plan.options.force_error) << " eV/Å";
  if (double const most = std::ranges::max(estimates); std::isfinite(most))
    std::cout << ", estimated at most " << scientific(most) << " eV/Å";
  if (worst)
    std::cout << "\nmeasured, the worst: energy " << scientific(worst->energy) << " eV, force "
              << scientific(worst->force_rms) << " eV/Å rms, " << scientific(worst->force_max)
              << " eV/Å at most, stress " << scientific(worst->stress) << " eV/Å^3";
  std::cout << "\n\n";
}

}  // namespace

void print_structure(EnergyRun const& run, bool all_ions) {
  Crystal const& crystal = run.crystal(0);
  EnergyResult const& result = run.evaluations[0].result;
  std::cout << run.structure(0).name << ": " << crystal.size() << " ions, "
            << fixed(crystal.cell.volume(), 4) << " Å^3\n"
            << set_line(run);
  print_passed_over(run);
  std::cout << "Coulomb: " << describe(run, result.ewald) << "\nrms force error: asked "
            << scientific(run.plan.options.force_error) << " eV/Å";
  if (double const estimate = result.ewald.estimated_force_error; std::isfinite(estimate))
    std::cout << ", estimated " << scientific(estimate) << " eV/Å";
  std::cout << "\n";
  if (run.evaluations[0].measured) {
    Measured const& m = *run.evaluations[0].measured;
    std::cout << "measured against a sum of another splitting, up to a hundred times more exact:\n"
              << "  energy " << scientific(m.energy) << " eV, force " << scientific(m.force_rms)
              << " eV/Å rms, " << scientific(m.force_max) << " eV/Å at most, stress "
              << scientific(m.stress) << " eV/Å^3\n";
  }
  std::cout << '\n';
  print_pair_terms(run, crystal);
  std::cout << '\n';
  print_terms(run);
  std::cout << '\n';
  print_ions(run, all_ions);
  print_stress(result);
  std::cout << "\nnet charge " << fixed(net_charge(crystal), 6) << " e\n";
  for (std::string const& text : sentences(run, 0)) std::cout << "warning: " << text << '\n';
}

void print_structures(EnergyRun const& run) {
  std::cout << set_line(run);
  print_passed_over(run);
  print_common(run);
  int const digits = decimals(run.plan.options.force_error, 6);
  TextTable table({"structure", "ions", "energy/eV", "per ion/eV", "largest force/(eV/Å)",
                   "pressure/GPa", "notes"});
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (!run.evaluations[k].computed()) {
      table.row({run.structure(k).name, "-", "-", "-", "-", "-", "failed"});
      continue;
    }
    EnergyResult const& result = run.evaluations[k].result;
    std::size_t const ions = run.crystal(k).size();
    table.row({run.structure(k).name, std::to_string(ions),
               energy_text(run, result.energy(), ions, 6),
               energy_text(run, result.energy() / double(ions), 1, 6),
               fixed(largest_force(result), digits), fixed(pressure(result), 4),
               joined(notes_of(run.evaluations[k].warnings))});
  }
  table.print(std::cout);
  print_warnings(run);
  for (Evaluation const& e : run.evaluations)
    if (!e.computed()) std::cout << "failed: " << e.error << '\n';
}

}  // namespace ionscape::app
