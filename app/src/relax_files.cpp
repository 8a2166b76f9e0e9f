// Results of `ionscape relax` as files.
#include <cmath>
#include <set>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>

#include "relax_report.hpp"

namespace ionscape::app {

namespace {

constexpr char const* extensions[] = {".vasp", ".extxyz", ".cif"};

/// "LiFePO4" of "set/LiFePO4.cif.gz".
std::string stem_of(std::filesystem::path const& file) {
  std::string name = file.filename().string();
  for (std::string const ending : {".gz", ".vasp", ".cif", ".extxyz", ".xyz", ".data", ".lmp"})
    if (name.ends_with(ending) && name.size() > ending.size())
      name.resize(name.size() - ending.size());
  return name;
}

std::vector<std::string> keywords(RelaxRun const& run, std::size_t k) {
  std::vector<std::string> words;
  for (auto const* list : {&run.warnings[k], &run.results[k].warnings})
    for (Warning const& warning : *list)
      if (std::ranges::find(words, warning.note) == words.end()) words.push_back(warning.note);
  return words;
}

/// What CSV and JSON have of each structure.
Json summary(RelaxRun const& run, std::size_t k) {
  RelaxedCrystal const& result = run.results[k];
  Cell const& cell = result.crystal.cell;
  bool const known = run.computed(k);
  auto const number = [&](double value) { return known ? value : std::nan(""); };
  Json row;
  row["structure"] = run.structure(k).name;
  row["relaxed"] = known ? run.files[k] : "";
  row["status"] = to_string(result.status);
  row["steps"] = result.steps;
  row["evaluations"] = result.evaluations;
  row["ions"] = run.start(k).size();
  row["energy_eV"] = number(result.energy);
  row["energy_per_ion_eV"] = number(result.energy / double(run.start(k).size()));
  row["enthalpy_eV"] = number(result.enthalpy);
  row["a_A"] = number(norm(cell.a));
  row["b_A"] = number(norm(cell.b));
  row["c_A"] = number(norm(cell.c));
  row["alpha_deg"] = number(angle_deg(cell.b, cell.c));
  row["beta_deg"] = number(angle_deg(cell.c, cell.a));
  row["gamma_deg"] = number(angle_deg(cell.a, cell.b));
  row["volume_A3"] = number(cell.volume());
  row["initial_volume_A3"] = number(run.start(k).cell.volume());
  row["initial_space_group"] = run.space_groups[k].start;
  row["space_group"] = run.space_groups[k].relaxed;
  row["max_force_eV_per_A"] = number(result.max_force);
  row["max_stress_GPa"] = number(result.max_stress * gigapascal_per_eV_per_A3);
  if (!run.checks.empty()) {
    auto const& check = run.checks[k];
    row["negative_modes"] = check ? double(check->negative) : std::nan("");
    row["lowest_mode_eV_per_A2"] =
        check && !check->lowest.empty() ? check->lowest.front() : std::nan("");
  }
  row["reason"] = run.structure(k).error.empty() ? result.reason : run.structure(k).error;
  return row;
}

Json vectors(std::vector<Vec3> const& list) {
  Json json = Json::array();
  for (Vec3 v : list) json.push_back(to_json(v));
  return json;
}

Json structure_json(RelaxRun const& run, std::size_t k) {
  RelaxedCrystal const& result = run.results[k];
  Json json = summary(run, k);
  if (run.computed(k)) {
    json["cell_A"] = vectors({result.crystal.cell.a, result.crystal.cell.b, result.crystal.cell.c});
    json["stress_GPa"] = Json::array();
    for (auto const& row : result.stress) {
      Json numbers = Json::array();
      for (double element : row) numbers.push_back(element * gigapascal_per_eV_per_A3);
      json["stress_GPa"].push_back(numbers);
    }
    json["by_fire"] = result.by_fire;
    if (!run.checks.empty() && run.checks[k])
      json["lowest_modes_eV_per_A2"] = run.checks[k]->lowest;
    if (!result.shells.empty()) json["shells_A"] = vectors(result.shells);
  }
  json["warnings"] = Json::array();
  for (auto const* list : {&run.warnings[k], &result.warnings})
    for (Warning const& warning : *list) json["warnings"].push_back(warning.text);
  json["assumed_by_reader"] = run.start(k).notes;
  return json;
}

std::string csv_text(Json const& value) {
  if (value.is_number_float()) return csv_field(value.get<double>());
  return value.is_string() ? csv_field(value.get<std::string>()) : value.dump();
}

void write_rows(std::ostream& out, RelaxRun const& run) {
  Json const first = summary(run, 0);
  for (auto const& [name, value] : first.items()) out << name << ',';
  out << "warnings\n";
  for (std::size_t k = 0; k < run.size(); ++k) {
    Json const row = summary(run, k);
    for (auto const& [name, value] : row.items()) out << csv_text(value) << ',';
    out << csv_field(joined(keywords(run, k))) << '\n';
  }
}

Json whole_json(RelaxRun const& run) {
  CrystalRelaxOptions const& options = run.options;
  Json json = provenance();
  json["potential"] = to_json(run.set);
  json["cell"] = cell_names()[std::size_t(options.cell)];
  json["force_tolerance_eV_per_A"] = options.force_tolerance;
  json["stress_tolerance_GPa"] = options.stress_tolerance * gigapascal_per_eV_per_A3;
  json["pressure_GPa"] = options.pressure * gigapascal_per_eV_per_A3;
  json["max_steps"] = options.max_steps;
  json["structures"] = Json::array();
  for (std::size_t k = 0; k < run.size(); ++k) json["structures"].push_back(structure_json(run, k));
  if (!run.structures.passed_over.empty()) json["passed_over"] = Json::array();
  for (auto const& file : run.structures.passed_over) json["passed_over"].push_back(file.string());
  return json;
}

}  // namespace

double angle_deg(Vec3 u, Vec3 v) { return std::atan2(norm(cross(u, v)), dot(u, v)) * 180 / pi; }

std::vector<std::string> const& cell_names() {
  static std::vector<std::string> const names{"none", "volume", "full"};
  return names;
}

std::vector<std::string> const& format_names() {
  static std::vector<std::string> const names{"poscar", "extxyz", "cif"};
  return names;
}

std::vector<std::string> result_files(Structures const& structures, StructureFormat format) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (Structure const& structure : structures.list) {
    std::string base = stem_of(structure.file);
    if (structure.name != structure.file.string())  // one of several frames
      base += "_" + std::to_string(structure.frame);
    std::string name = base;
    for (int again = 2; !taken.insert(name).second; ++again)
      name = base + "-" + std::to_string(again);
    names.push_back(name + extensions[std::size_t(format)]);
  }
  return names;
}

void write_structure(RelaxRun const& run, std::size_t k) {
  RelaxedCrystal const& result = run.results[k];
  std::filesystem::path const file = run.folder / run.files[k];
  switch (run.format) {
    case StructureFormat::poscar:
      return write_poscar(file, result.crystal);
    case StructureFormat::cif:
      return write_cif(file, result.crystal);
    case StructureFormat::extxyz:
      Calculated const calculated{result.energy, {}, result.stress};
      return write_extxyz(file, std::span(&result.crystal, 1), std::span(&calculated, 1));
  }
}

void write_tables(RelaxRun const& run) {
  AtomicFile csv(run.folder / "relax.csv"), json(run.folder / "relax.json");
  write_rows(csv.stream(), run);
  write_json(json.stream(), whole_json(run));
  csv.commit();
  json.commit();
}

}  // namespace ionscape::app
