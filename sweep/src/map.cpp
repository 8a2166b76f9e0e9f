#include <ionscape/sweep/map.hpp>

#include <cmath>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/version.hpp>

#include <ionscape/sweep/map_files.hpp>

namespace ionscape {

namespace {

using Json = nlohmann::ordered_json;

#define NUMBER(name, member)                                                                    \
  {                                                                                             \
    name, [](MapRow const& row) -> double { return double(row.member); }, nullptr,              \
        [](MapRow& row, std::string const&, double x) { row.member = decltype(row.member)(x); } \
  }
#define TEXT(name, member)                                                      \
  {                                                                             \
    name, nullptr, [](MapRow const& row) { return row.member; },                \
        [](MapRow& row, std::string const& text, double) { row.member = text; } \
  }

constexpr MapColumn columns[] = {
    TEXT("anion", point.anion),
    NUMBER("volume_A3", point.volume_A3),
    NUMBER("charge_e", point.charge_e),
    NUMBER("distortion", point.distortion),
    NUMBER("csm_tet", csm_tet),
    NUMBER("csm_oct", csm_oct),
    NUMBER("tet_volume_A3", tet_volume_A3),
    NUMBER("oct_volume_A3", oct_volume_A3),
    NUMBER("bottleneck_area_A2", bottleneck_area_A2),
    NUMBER("bottleneck_radius_A", bottleneck_radius_A),
    NUMBER("shortest_anion_distance_A", shortest_anion_distance_A),
    NUMBER("E_tet_eV", E_tet_eV),
    NUMBER("E_oct_eV", E_oct_eV),
    NUMBER("E_face_eV", E_face_eV),
    NUMBER("dE_tet_eV", dE_tet_eV),
    NUMBER("dE_oct_eV", dE_oct_eV),
    NUMBER("E_tet_minus_E_oct_eV", E_tet_minus_E_oct_eV),
    NUMBER("Ea_three_point_eV", Ea_three_point_eV),
    NUMBER("Ea_neb_eV", Ea_neb_eV),
    NUMBER("Ea_three_point_error_eV", Ea_three_point_error_eV),
    NUMBER("Ea_neb_error_eV", Ea_neb_error_eV),
    NUMBER("depth_below_ends_eV", depth_below_ends_eV),
    NUMBER("barrier_oct_tet_eV", barrier_oct_tet_eV),
    NUMBER("barrier_tet_oct_eV", barrier_tet_oct_eV),
    NUMBER("saddle_progress", saddle_progress),
    NUMBER("max_force_eV_per_A", max_force_eV_per_A),
    NUMBER("steps", steps),
    TEXT("status", status),
    TEXT("notes", notes),
};

#undef NUMBER
#undef TEXT

void add_parameters(Json&, std::monostate) {}
void add_parameters(Json& j, Buckingham const& term) {
  j["A_eV"] = term.repulsion.A;
  j["inverse_rho_per_A"] = term.repulsion.inverse_rho;
  j["C_eV_A6"] = term.C;
}
void add_parameters(Json& j, Morse const& term) {
  j["D_eV"] = term.D;
  j["a_per_A"] = term.a;
  j["r0_A"] = term.r0;
}
void add_parameters(Json& j, LennardJones const& term) {
  j["A_eV_A12"] = term.A;
  j["C_eV_A6"] = term.C;
}
void add_parameters(Json& j, PairTable const& table) {
  j["first_A"] = table.first;
  j["step_A"] = table.step;
  j["coefficients_eV"] = *table.coefficients;
}

Json pair_json(PairTerm const& pair) {
  Json j{{"species", pair.species}, {"form", pair.form}};
  std::visit([&j](auto const& term) { add_parameters(j, term); }, pair.term);
  if (pair.cutoff) j["cutoff_A"] = *pair.cutoff;
  if (pair.wall > 0) j["wall_A"] = pair.wall;
  if (pair.growth != 0) j["growth"] = pair.growth;
  return j;
}

Json potential_json(PotentialSet const& set) {
  Json j{{"name", set.name}, {"source", set.source}, {"file", set.file.string()}};
  if (set.insertion)
    j["insertion"] = {{"mobile", set.insertion->mobile},
                      {"framework", set.insertion->framework},
                      {"z", set.insertion->z},
                      {"z0", set.insertion->z0},
                      {"z2", set.insertion->z2},
                      {"gaussian_width", set.insertion->gaussian_width},
                      {"gaussian_growth", set.insertion->gaussian_growth},
                      {"screening_length_A", set.insertion->screening_length},
                      {"screening_exponent", set.insertion->screening_exponent}};
  if (set.fitted) {
    j["fitted"] = {{"charge_e", set.fitted->charge_e}, {"volume_A3", set.fitted->volume_A3}};
    if (set.fitted->distortion) j["fitted"]["distortion"] = *set.fitted->distortion;
    if (!set.fitted->error_eV.empty()) j["fitted"]["error_eV"] = set.fitted->error_eV;
  }
  for (PairTerm const& pair : set.pairs) j["pairs"].push_back(pair_json(pair));
  return j;
}

Json settings(SweepPlan const& plan) {
  Json j;
  for (auto const& [anion, set] : plan.potentials) j["potentials"][anion] = potential_json(set);
  NebOptions const& neb = plan.neb;
  j["settings"] = {{"supercell", plan.supercell},
                   {"neb",
                    {{"images", neb.images},
                     {"force_tolerance_eV_per_A", neb.force_tolerance},
                     {"spring_eV_per_A2", neb.spring},
                     {"climb", neb.climb},
                     {"climb_threshold_eV_per_A", neb.climb_threshold},
                     {"optimizer", to_string(neb.optimizer)},
                     {"max_step_length_A", neb.max_step_length},
                     {"max_steps", neb.max_steps},
                     {"ends", "held at the centres of the undistorted sites"}}}};
  j["accuracy"] = {{"asked_eV", plan.accuracy}};
  return j;
}

}  // namespace

std::span<MapColumn const> map_columns() { return columns; }

std::string settings_json(SweepPlan const& plan) { return settings(plan).dump(); }

void write_rows(std::ostream& out, std::span<MapRow const> rows) {
  char const* separator = "";
  for (MapColumn const& column : columns) out << std::exchange(separator, ",") << column.name;
  out << '\n';
  for (MapRow const& row : rows) {
    separator = "";
    for (MapColumn const& column : columns)
      out << std::exchange(separator, ",")
          << (column.number ? csv_field(column.number(row)) : csv_field(column.text(row)));
    out << '\n';
  }
}

void write_map(std::filesystem::path const& directory, SweepPlan const& plan,
               SweepResult const& result) {
  Json j{{"program", "ionscape"},      {"version", version()},   {"commit", commit()},
         {"build_type", build_type()}, {"compiler", compiler()}, {"points", result.rows.size()}};
  j.update(settings(plan));
  if (result.verified_points > 0)
    j["accuracy"].update({{"measured_eV", result.measured_accuracy},
                          {"measured_at_points", result.verified_points}});
  SweepTimings const& t = result.timings;
  j["timings_s"] = {{"geometry", t.geometry},
                    {"tables", t.tables},
                    {"sites", t.sites},
                    {"neb", t.neb},
                    {"certificates", t.certificates},
                    {"verification", t.verification}};
  j["evaluations"] = t.evaluations;
  for (MapColumn const& column : columns) j["columns"].push_back(column.name);

  AtomicFile csv(directory / "map.csv"), json(directory / "map.json");
  write_rows(csv.stream(), result.rows);
  json.stream() << j.dump(2) << '\n';
  csv.commit();
  json.commit();
}

std::vector<MapRow> read_map(std::filesystem::path const& path) {
  CsvTable const table =
      CsvTable::read(std::filesystem::is_directory(path) ? path / "map.csv" : path);
  std::vector<MapRow> rows(table.rows());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (MapColumn const& column : columns) {
      if (column.number)
        column.set(rows[i], "", table.optional_number(i, column.name).value_or(std::nan("")));
      else
        column.set(rows[i], table.text(i, column.name), 0);
    }
  return rows;
}

}  // namespace ionscape
