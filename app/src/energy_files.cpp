// Results of `ionscape energy` as JSON and as files.
#include <algorithm>
#include <cmath>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/potentials/ewald/interaction_matrix.hpp>

#include "energy_report.hpp"

namespace ionscape::app {

namespace {

char const* status_of(Evaluation const& evaluation) {
  if (!evaluation.computed()) return "failed";
  if (!evaluation.result.finite()) return "not_finite";
  if (evaluation.shells.ran_away()) return "shell_ran_away";
  return evaluation.shells.at_rest() ? "computed" : "shells_not_at_rest";
}

/// What a table has of each structure; CSV and JSON are made of it.
Json summary(EnergyRun const& run, std::size_t k) {
  Crystal const& crystal = run.crystal(k);
  Evaluation const& evaluation = run.evaluations[k];
  EnergyResult const& result = evaluation.result;
  Json row;
  row["file"] = run.structure(k).file.string();
  row["frame"] = run.structure(k).frame;
  auto const finish = [&] {
    row["status"] = status_of(evaluation);
    row["error"] = evaluation.error;
    return row;
  };
  if (!evaluation.computed()) return finish();
  row["ions"] = crystal.size();
  row["volume_A3"] = crystal.cell.volume();
  row["net_charge_e"] = net_charge(crystal);
  row["energy_eV"] = result.energy();
  row["energy_per_ion_eV"] = result.energy() / double(crystal.size());
  row["coulomb_eV"] = result.coulomb;
  row["short_range_eV"] = result.short_range;
  row["bonded_eV"] = result.bonded;
  row["dispersion_lattice_sum_eV"] = result.dispersion;
  row["tail_correction_eV"] = result.tail;
  row["left_out_by_cutoffs_eV"] = left_out(run, crystal);
  row["largest_force_eV_per_A"] = largest_force(result);
  row["rms_force_eV_per_A"] = rms_force(result);
  row["pressure_GPa"] = pressure(result);
  row["method"] = method_name(run, result.ewald.method);
  row["force_error_asked_eV_per_A"] = run.plan.options.force_error;
  row["force_error_estimated_eV_per_A"] = result.ewald.estimated_force_error;
  if (evaluation.measured) {
    Measured const& measured = *evaluation.measured;
    row["measured_energy_error_eV"] = measured.energy;
    row["measured_rms_force_error_eV_per_A"] = measured.force_rms;
    row["measured_largest_force_error_eV_per_A"] = measured.force_max;
    row["measured_stress_error_eV_per_A3"] = measured.stress;
  }
  row["pair_terms"] = describe_pairs(run, crystal);
  row["notes"] = notes_of(evaluation.warnings);
  row["assumed_by_reader"] = crystal.notes;
  return finish();
}

Json pair_terms(EnergyRun const& run, Crystal const& crystal) {
  Json list = Json::array();
  for (PairEnding const& ending : pair_endings(run.plan.set, run.plan.sums, crystal)) {
    Json json;
    json["species"] = ending.pair;
    json["form"] = ending.form;
    json["cutoff_A"] = ending.cutoff;
    json["cutoff_origin"] = origin_of_cutoff(run, ending);
    json["truncation"] = truncation_names()[std::size_t(run.plan.sums.truncation)];
    json["dispersion"] =
        std::array{"none", "cutoff", "lattice-sum"}[std::size_t(ending.dispersion)];
    json["tail_correction"] = run.plan.sums.tail;
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

Json rows_of(Matrix3 const& m) {
  Json rows = Json::array();
  for (auto const& row : m) rows.push_back(Json(row));
  return rows;
}

Json structure_json(EnergyRun const& run) {
  Crystal const& crystal = run.crystal(0);
  EnergyResult const& result = run.evaluations[0].result;
  Json json = provenance();
  json["structure"] = run.structure(0).name;
  json["potential"] = to_json(run.plan.set);
  json["energy_eV"] = result.energy();
  json["terms_eV"] = {{"coulomb", result.coulomb},
                      {"short_range", result.short_range},
                      {"springs_and_angles", result.bonded},
                      {"of_which_dispersion_lattice_sum", result.dispersion},
                      {"of_which_tail_correction", result.tail}};
  json["pair_terms"] = pair_terms(run, crystal);
  if (crystal.size() <= most_ions_by_pair)
    for (PairEnergy const& pair : pair_energies(run.plan, run.crystal(0), run.evaluations[0]))
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
  if (!result.shells.empty()) {
    json["shells_from_cores_A"] = Json::array();
    for (Vec3 x : result.shells) json["shells_from_cores_A"].push_back(to_json(x));
    json["largest_shell_force_eV_per_A"] = result.shell_force;
  }
  json["ewald"] = ewald_json(run, result.ewald);
  json["accuracy"] = {{"force_error_asked_eV_per_A", run.plan.options.force_error},
                      {"force_error_estimated_eV_per_A", result.ewald.estimated_force_error}};
  if (auto const& measured = run.evaluations[0].measured)
    json["accuracy"]["measured"] = {{"energy_eV", measured->energy},
                                    {"rms_force_eV_per_A", measured->force_rms},
                                    {"largest_force_eV_per_A", measured->force_max},
                                    {"stress_eV_per_A3", measured->stress}};
  json["close_contacts"] = Json::array();
  for (CloseContact const& c : result.contacts)
    json["close_contacts"].push_back({{"ions", {c.ion + 1, c.partner + 1}},
                                      {"distance_A", c.distance},
                                      {"turnover_A", c.turnover}});
  json["warnings"] = sentences(run, 0);
  json["assumed_by_reader"] = crystal.notes;
  return json;
}

}  // namespace

Json to_json(EnergyRun const& run) {
  if (run.size() == 1) return structure_json(run);
  Json json = provenance();
  json["potential"] = to_json(run.plan.set);
  json["structures"] = Json::array();
  for (std::size_t k = 0; k < run.size(); ++k) json["structures"].push_back(summary(run, k));
  if (!run.structures.passed_over.empty()) json["passed_over"] = Json::array();
  for (auto const& file : run.structures.passed_over) json["passed_over"].push_back(file.string());
  return json;
}

void check_result_name(std::filesystem::path const& file) {
  std::vector<std::string> const known{".csv", ".json", ".extxyz"};
  if (std::ranges::find(known, file.extension().string()) == known.end())
    fail_input({file}, "unknown format of a result, expected .csv, .json or .extxyz");
}

namespace {

void write_frames(std::filesystem::path const& file, EnergyRun const& run) {
  std::vector<Crystal> frames;
  std::vector<Calculated> calculated;
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (!run.evaluations[k].computed()) continue;
    EnergyResult const& result = run.evaluations[k].result;
    frames.push_back(run.crystal(k));
    std::string& comment = frames.back().comment;
    comment += (comment.empty() ? "" : "; ") + ("ionscape energy: " + run.plan.set.name + ": ") +
               describe_pairs(run, frames.back());
    calculated.push_back({result.energy(), result.forces, result.stress});
  }
  write_extxyz(file, frames, calculated);
}

std::string csv_text(Json const& value) {
  if (value.is_number_float()) return csv_field(value.get<double>());
  if (value.is_array()) return csv_field(joined(value.get<std::vector<std::string>>()));
  return value.is_string() ? csv_field(value.get<std::string>()) : json_text(value);
}

/// The columns are those of a structure that was computed; what failed leaves most of them empty.
void write_rows(std::ostream& out, EnergyRun const& run) {
  std::vector<Json> rows;
  for (std::size_t k = 0; k < run.size(); ++k) rows.push_back(summary(run, k));
  Json const& widest =
      *std::ranges::max_element(rows, {}, [](Json const& row) { return row.size(); });
  char const* separator = "";
  for (auto const& [name, value] : widest.items()) {
    out << separator << csv_field(std::string_view(name));
    separator = ",";
  }
  out << '\n';
  for (Json const& row : rows) {
    separator = "";
    for (auto const& [name, value] : widest.items()) {
      out << separator << (row.contains(name) ? csv_text(row[name]) : "");
      separator = ",";
    }
    out << '\n';
  }
}

}  // namespace

void write_result(std::filesystem::path const& file, EnergyRun const& run) {
  if (file.extension() == ".extxyz") return write_frames(file, run);
  AtomicFile out(file);
  if (file.extension() == ".json")
    write_json(out.stream(), to_json(run));
  else
    write_rows(out.stream(), run);
  out.commit();
}

void write_matrix(std::filesystem::path const& file, EnergyRun const& run) {
  constexpr double accuracy = 1e-10;  // eV
  double const limit = run.plan.options.memory_limit;
  SquareMatrix const matrix = limit > 0 ? interaction_matrix(run.crystal(0), accuracy, limit)
                                        : interaction_matrix(run.crystal(0), accuracy);
  AtomicFile out(file);
  out.stream() << "# Coulomb energies in eV of the ions of " << run.structure(0).name
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
