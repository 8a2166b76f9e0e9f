#include "energy_report.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/core/units.hpp>
#include <ionscape/potentials/ewald/interaction_matrix.hpp>

namespace ionscape::app {

namespace {

// Beyond these, a structure's tables are of no use to a reader, and energies by pair take long.
constexpr std::size_t most_ions_printed = 200, most_ions_by_pair = 20'000;

/// Energies smaller than this are not worth a sentence, in eV for each ion.
constexpr double negligible = 1e-6;

/// Not more digits than the asked force error has, an energy's error being up to that much for each
/// ion and Å.
int decimals(double error, int most) {
  return int(std::clamp(std::round(-std::log10(error)), 0.0, double(most)));
}

/// An energy of so many ions together.
std::string energy_text(EnergyRun const& run, double energy, std::size_t ions, int most = 8) {
  return fixed(energy, decimals(run.options.force_error * double(ions), most));
}

std::vector<std::string> notes_of(std::vector<Warning> const& warnings) {
  std::vector<std::string> notes;
  for (Warning const& warning : warnings)
    if (std::ranges::find(notes, warning.note) == notes.end()) notes.push_back(warning.note);
  return notes;
}

/// The structure's warnings, and what its cutoffs leave out.
std::vector<std::string> sentences(EnergyRun const& run, std::size_t k) {
  std::vector<std::string> texts;
  for (Warning const& warning : run.warnings[k]) texts.push_back(warning.text);
  double const missing = left_out(run, run.crystals[k]);
  if (std::fabs(missing) > negligible * double(run.crystals[k].size())) {
    bool const dispersion = std::ranges::any_of(
        pair_endings(run, run.crystals[k]),
        [](PairEnding const& e) { return e.dispersion == PairEnding::Dispersion::cut_off; });
    texts.push_back("the cutoffs leave out about " + fixed(missing, 6) +
                    " eV (--tail adds this estimate" +
                    (dispersion ? ", --dispersion lattice-sum all of -C/r^6)" : ")"));
  }
  return texts;
}

/// What a table has of each structure; CSV and JSON are made of it.
Json summary(EnergyRun const& run, std::size_t k) {
  Crystal const& crystal = run.crystals[k];
  EnergyResult const& result = run.results[k];
  Json row;
  row["file"] = run.sources[k].file.string();
  row["frame"] = run.sources[k].frame;
  row["ions"] = crystal.size();
  row["volume_A3"] = crystal.cell.volume();
  row["net_charge_e"] = net_charge(crystal);
  row["energy_eV"] = result.energy();
  row["energy_per_ion_eV"] = result.energy() / double(crystal.size());
  row["coulomb_eV"] = result.coulomb;
  row["short_range_eV"] = result.short_range;
  row["dispersion_lattice_sum_eV"] = result.dispersion;
  row["tail_correction_eV"] = result.tail;
  row["left_out_by_cutoffs_eV"] = left_out(run, crystal);
  row["largest_force_eV_per_A"] = largest_force(result);
  row["rms_force_eV_per_A"] = rms_force(result);
  row["pressure_GPa"] = pressure(result);
  row["method"] = method_name(run, result.ewald.method);
  row["force_error_asked_eV_per_A"] = run.options.force_error;
  row["force_error_estimated_eV_per_A"] = result.ewald.estimated_force_error;
  if (!run.measured.empty()) {
    Measured const& measured = run.measured[k];
    row["measured_energy_error_eV"] = measured.energy;
    row["measured_rms_force_error_eV_per_A"] = measured.force_rms;
    row["measured_largest_force_error_eV_per_A"] = measured.force_max;
    row["measured_stress_error_eV_per_A3"] = measured.stress;
  }
  row["pair_terms"] = describe_pairs(run, crystal);
  row["notes"] = notes_of(run.warnings[k]);
  return row;
}

Json pair_terms(EnergyRun const& run, Crystal const& crystal) {
  Json list = Json::array();
  for (PairEnding const& ending : pair_endings(run, crystal)) {
    Json json;
    json["species"] = ending.pair;
    json["form"] = ending.form;
    json["cutoff_A"] = ending.cutoff;
    json["cutoff_origin"] = ending.origin;
    json["truncation"] = truncation_names()[std::size_t(run.sums.truncation)];
    json["dispersion"] =
        std::array{"none", "cutoff", "lattice-sum"}[std::size_t(ending.dispersion)];
    json["tail_correction"] = run.sums.tail;
    if (ending.wall > 0) json["wall_A"] = ending.wall;
    json["left_out_eV"] = ending.left_out;
    list.push_back(json);
  }
  return list;
}

Json ewald_json(EnergyRun const& run, EwaldSettings const& ewald) {
  Json json;
  json["method"] = method_name(run, ewald.method);
  json["alpha_per_A"] = ewald.sum.alpha;
  json["real_cutoff_A"] = ewald.sum.real_cutoff;
  if (ewald.method == EwaldMethod::mesh) {
    json["mesh"] = ewald.mesh.size;
    json["mesh_order"] = ewald.mesh.order;
  } else {
    json["reciprocal_cutoff_per_A"] = ewald.sum.reciprocal_cutoff;
  }
  return json;
}

/// "direct Ewald sum, alpha 0.6 /Å, ..."
std::string describe(EnergyRun const& run, EwaldSettings const& ewald) {
  std::string text = run.reference                       ? "plain reference sum"
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

Json rows_of(Matrix3 const& m) {
  Json rows = Json::array();
  for (auto const& row : m) rows.push_back(Json(row));
  return rows;
}

Json structure_json(EnergyRun const& run) {
  Crystal const& crystal = run.crystals[0];
  EnergyResult const& result = run.results[0];
  Json json = provenance();
  json["structure"] = run.sources[0].name;
  json["potential"] = to_json(run.set);
  json["energy_eV"] = result.energy();
  json["terms_eV"] = {{"coulomb", result.coulomb},
                      {"short_range", result.short_range},
                      {"of_which_dispersion_lattice_sum", result.dispersion},
                      {"of_which_tail_correction", result.tail}};
  json["pair_terms"] = pair_terms(run, crystal);
  if (crystal.size() <= most_ions_by_pair)
    for (PairEnergy const& pair : pair_energies(run, 0))
      json["short_range_by_pair_eV"][pair.pair] = pair.energy;
  json["left_out_by_cutoffs_eV"] = left_out(run, crystal);
  json["species"] = crystal.species;
  json["charges_e"] = crystal.charges;
  json["net_charge_e"] = net_charge(crystal);
  json["forces_eV_per_A"] = Json::array();
  for (Vec3 f : result.forces) json["forces_eV_per_A"].push_back(to_json(f));
  json["stress_eV_per_A3"] = rows_of(result.stress);
  json["pressure_GPa"] = pressure(result);
  json["site_potential_V"] = result.site_potential;
  json["ion_energy_eV"] = result.ion_energy;
  json["ewald"] = ewald_json(run, result.ewald);
  json["accuracy"] = {{"force_error_asked_eV_per_A", run.options.force_error},
                      {"force_error_estimated_eV_per_A", result.ewald.estimated_force_error}};
  if (!run.measured.empty())
    json["accuracy"]["measured"] = {{"energy_eV", run.measured[0].energy},
                                    {"rms_force_eV_per_A", run.measured[0].force_rms},
                                    {"largest_force_eV_per_A", run.measured[0].force_max},
                                    {"stress_eV_per_A3", run.measured[0].stress}};
  json["close_contacts"] = Json::array();
  for (CloseContact const& c : result.contacts)
    json["close_contacts"].push_back({{"ions", {c.ion + 1, c.partner + 1}},
                                      {"distance_A", c.distance},
                                      {"turnover_A", c.turnover}});
  json["warnings"] = sentences(run, 0);
  return json;
}

std::string set_line(EnergyRun const& run) {
  return "potential: " + run.set.name + " (" + run.set.file.string() + ")\n";
}

void print_passed_over(EnergyRun const& run) {
  if (run.passed_over.empty()) return;
  std::cout << "passed over, no structures by their names:";
  for (std::size_t i = 0; i < std::min<std::size_t>(run.passed_over.size(), 5); ++i)
    std::cout << ' ' << run.passed_over[i].filename().string();
  std::cout << (run.passed_over.size() > 5 ? " ...\n" : "\n");
}

void print_pair_terms(EnergyRun const& run, Crystal const& crystal) {
  auto const endings = pair_endings(run, crystal);
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
        e.origin,
        truncation_names()[std::size_t(run.sums.truncation)],
        std::array{"none", "cut off", "lattice sum"}[std::size_t(e.dispersion)],
        run.sums.tail ? "tail added" : fixed(e.left_out, 6)};
    if (walls) row.push_back(e.wall > 0 ? shortest(e.wall) : "-");
    table.row(row);
  }
  table.print(std::cout);
}

void print_terms(EnergyRun const& run) {
  EnergyResult const& result = run.results[0];
  TextTable terms({"energy", "eV"});
  std::size_t const n = run.crystals[0].size();
  auto const row = [&](std::string const& name, double energy) {
    terms.row({name, energy_text(run, energy, n)});
  };
  row("Coulomb", result.coulomb);
  if (n <= most_ions_by_pair)
    if (auto const by_pair = pair_energies(run, 0); by_pair.size() > 1)
      for (PairEnergy const& pair : by_pair) row("short range " + pair.pair, pair.energy);
  row("short range", result.short_range);
  if (run.sums.dispersion_lattice_sum) row("  of which lattice sum of -C/r^6", result.dispersion);
  if (run.sums.tail) row("  of which tail correction", result.tail);
  row("total", result.energy());
  terms.row({"total per ion", energy_text(run, result.energy() / double(n), 1)});
  terms.print(std::cout);
}

void print_ions(EnergyRun const& run, bool all_ions) {
  Crystal const& crystal = run.crystals[0];
  EnergyResult const& result = run.results[0];
  std::size_t const shown = all_ions ? crystal.size() : std::min(crystal.size(), most_ions_printed);
  int const digits = decimals(run.options.force_error, 6);
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
void print_notes(EnergyRun const& run) {
  struct Note {
    std::size_t structures = 0;
    std::string first;
  };
  std::map<std::string, Note> notes;
  for (std::size_t k = 0; k < run.crystals.size(); ++k) {
    for (std::string const& note : notes_of(run.warnings[k])) {
      Note& n = notes[note];
      if (n.structures++ > 0) continue;
      auto const warning = std::ranges::find(run.warnings[k], note, &Warning::note);
      n.first = run.sources[k].name + ": " + warning->text;
    }
  }
  if (notes.empty()) return;
  std::cout << "\nnotes\n";
  TextTable table({"structures", "note", "the first"});
  for (auto const& [name, note] : notes)
    table.row({std::to_string(note.structures), name, note.first});
  table.print(std::cout);
}

}  // namespace

Json to_json(EnergyRun const& run) {
  if (run.crystals.size() == 1) return structure_json(run);
  Json json = provenance();
  json["potential"] = to_json(run.set);
  json["structures"] = Json::array();
  for (std::size_t k = 0; k < run.crystals.size(); ++k)
    json["structures"].push_back(summary(run, k));
  if (!run.passed_over.empty()) json["passed_over"] = Json::array();
  for (auto const& file : run.passed_over) json["passed_over"].push_back(file.string());
  return json;
}

void print_structure(EnergyRun const& run, bool all_ions) {
  Crystal const& crystal = run.crystals[0];
  EnergyResult const& result = run.results[0];
  std::cout << run.sources[0].name << ": " << crystal.size() << " ions, "
            << fixed(crystal.cell.volume(), 4) << " Å^3\n"
            << set_line(run);
  print_passed_over(run);
  std::cout << "Coulomb: " << describe(run, result.ewald) << "\nrms force error: asked "
            << scientific(run.options.force_error) << " eV/Å";
  if (double const estimate = result.ewald.estimated_force_error; std::isfinite(estimate))
    std::cout << ", estimated " << scientific(estimate) << " eV/Å";
  std::cout << "\n";
  if (!run.measured.empty()) {
    Measured const& m = run.measured[0];
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
  std::set<std::string> methods;
  Crystal all = run.crystals[0];  // the species of all structures: which terms there are
  std::vector<double> missing, estimates;
  for (std::size_t k = 0; k < run.crystals.size(); ++k) {
    for (std::string const& species : run.crystals[k].species)
      if (std::ranges::find(all.species, species) == all.species.end())
        all.species.push_back(species);
    methods.insert(method_name(run, run.results[k].ewald.method));
    missing.push_back(left_out(run, run.crystals[k]) / double(run.crystals[k].size()));
    estimates.push_back(run.results[k].ewald.estimated_force_error);
  }
  std::cout << "pair terms: " << describe_pairs(run, all)
            << "\nleft out by the cutoffs, about: " << range(missing, 6) << " eV per ion\n"
            << "Coulomb: " << joined(std::vector(methods.begin(), methods.end()))
            << "; rms force error asked " << scientific(run.options.force_error) << " eV/Å";
  if (double const worst = std::ranges::max(estimates); std::isfinite(worst))
    std::cout << ", estimated at most " << scientific(worst) << " eV/Å";
  if (!run.measured.empty()) {
    Measured worst;
    for (Measured const& m : run.measured)
      worst = {std::max(worst.energy, m.energy), std::max(worst.force_rms, m.force_rms),
               std::max(worst.force_max, m.force_max), std::max(worst.stress, m.stress)};
    std::cout << "\nmeasured, the worst: energy " << scientific(worst.energy) << " eV, force "
              << scientific(worst.force_rms) << " eV/Å rms, " << scientific(worst.force_max)
              << " eV/Å at most, stress " << scientific(worst.stress) << " eV/Å^3";
  }
  std::cout << "\n\n";
  int const digits = decimals(run.options.force_error, 6);
  TextTable table({"structure", "ions", "energy/eV", "per ion/eV", "largest force/(eV/Å)",
                   "pressure/GPa", "notes"});
  for (std::size_t k = 0; k < run.crystals.size(); ++k) {
    EnergyResult const& result = run.results[k];
    std::size_t const ions = run.crystals[k].size();
    table.row({run.sources[k].name, std::to_string(ions),
               energy_text(run, result.energy(), ions, 6),
               energy_text(run, result.energy() / double(ions), 1, 6),
               fixed(largest_force(result), digits), fixed(pressure(result), 4),
               joined(notes_of(run.warnings[k]))});
  }
  table.print(std::cout);
  print_notes(run);
}

void check_result_name(std::filesystem::path const& file) {
  std::vector<std::string> const known{".csv", ".json", ".extxyz"};
  if (std::ranges::find(known, file.extension().string()) == known.end())
    fail_input({file}, "unknown format of a result, expected .csv, .json or .extxyz");
}

void write_result(std::filesystem::path const& file, EnergyRun const& run) {
  std::size_t const n = run.crystals.size();
  if (file.extension() == ".extxyz") {
    std::vector<Crystal> frames = run.crystals;
    std::vector<Calculated> calculated;
    for (std::size_t k = 0; k < n; ++k) {
      EnergyResult const& result = run.results[k];
      std::string& comment = frames[k].comment;
      comment += (comment.empty() ? "" : "; ") + ("ionscape energy: " + run.set.name + ": ") +
                 describe_pairs(run, frames[k]);
      calculated.push_back({result.energy(), result.forces, result.stress});
    }
    write_extxyz(file, frames, calculated);
    return;
  }
  AtomicFile out(file);
  if (file.extension() == ".json") {
    write_json(out.stream(), to_json(run));
  } else {
    for (std::size_t k = 0; k < n; ++k) {
      std::vector<std::string> header, fields;
      Json const row = summary(run, k);
      for (auto const& [name, value] : row.items()) {
        header.push_back(csv_field(std::string_view(name)));
        fields.push_back(value.is_number_float() ? csv_field(value.get<double>())
                         : value.is_array()
                             ? csv_field(joined(value.get<std::vector<std::string>>()))
                         : value.is_string() ? csv_field(value.get<std::string>())
                                             : value.dump());
      }
      auto const line = [&](std::vector<std::string> const& words) {
        for (std::size_t i = 0; i < words.size(); ++i)
          out.stream() << (i > 0 ? "," : "") << words[i];
        out.stream() << '\n';
      };
      if (k == 0) line(header);
      line(fields);
    }
  }
  out.commit();
}

void write_matrix(std::filesystem::path const& file, EnergyRun const& run) {
  constexpr double accuracy = 1e-10;  // eV
  double const limit = run.options.memory_limit;
  SquareMatrix const matrix = limit > 0 ? interaction_matrix(run.crystals[0], accuracy, limit)
                                        : interaction_matrix(run.crystals[0], accuracy);
  AtomicFile out(file);
  out.stream() << "# Coulomb energies in eV of the ions of " << run.sources[0].name
               << ": half of each pair off the diagonal, an ion and its images on it; the sum of "
                  "all is the energy\n";
  for (std::size_t i = 0; i < matrix.n; ++i) {
    char const* separator = "";
    for (double e : matrix.row(i)) {
      out.stream() << separator << csv_field(e);
      separator = ",";
    }
    out.stream() << '\n';
  }
  out.commit();
}

}  // namespace ionscape::app
