#include <ionscape/sweep/map.hpp>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/core/version.hpp>

#include <ionscape/sweep/settings.hpp>

namespace ionscape {

namespace {

using Json = nlohmann::ordered_json;

#define NUMBER(name, member)                                             \
  {                                                                      \
    name, [](MapRow const& row) { return double(row.member); }, nullptr, \
        [](MapRow& row, Field field) {                                   \
          return row.member = decltype(row.member)(field.number), true;  \
        }                                                                \
  }

bool set_status(MapRow& row, Field field) {
  auto const status = parse_band_status(field.text);
  if (status) row.status = *status;
  return status.has_value();
}
bool set_notes(MapRow& row, Field field) {
  auto const notes = parse_notes(field.text);
  if (notes) row.notes = *notes;
  return notes.has_value();
}

constexpr Column<MapRow> columns[] = {
    {"anion", nullptr, [](MapRow const& row) { return row.point.anion; },
     [](MapRow& row, Field field) { return row.point.anion = field.text, true; }},
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
    {"status", nullptr, [](MapRow const& row) { return std::string(to_string(row.status)); },
     set_status},
    {"notes", nullptr, [](MapRow const& row) { return to_string(row.notes); }, set_notes},
};

#undef NUMBER

void add_parameters(Json&, std::monostate) {}
void add_parameters(Json& j, Buckingham const& term) {
  j["A_eV"] = term.repulsion.A;
  j["inverse_rho_per_A"] = term.repulsion.inverse_rho;
  j["C_eV_A6"] = term.C;
}
void add_parameters(Json& j, BornMayerHuggins const& term) {
  add_parameters(j, Buckingham{term.repulsion, term.C});
  j["D_eV_A8"] = term.D;
}
void add_parameters(Json& j, Morse const& term) {
  j["D_eV"] = term.D;
  j["a_per_A"] = term.a;
  j["r0_A"] = term.r0;
  j["C_eV_A12"] = term.C;
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

std::span<Column<MapRow> const> map_columns() { return columns; }

std::string settings_json(SweepPlan const& plan) { return json_text(settings(plan)); }

void write_map(std::filesystem::path const& directory, SweepPlan const& plan,
               SweepResult const& result) {
  auto j = provenance<Json>();
  j["build_type"] = build_type();
  j["compiler"] = compiler();
  j["points"] = result.rows.size();
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
  for (auto const& column : columns) j["columns"].push_back(column.name);

  AtomicFile csv(directory / "map.csv"), json(directory / "map.json");
  write_csv(csv.stream(), map_columns(), std::span<MapRow const>(result.rows));
  json.stream() << json_text(j, 2) << '\n';
  csv.commit();
  json.commit();
}

std::vector<MapRow> read_map(std::filesystem::path const& path) {
  return read_rows(CsvTable::read(std::filesystem::is_directory(path) ? path / "map.csv" : path),
                   map_columns());
}

}  // namespace ionscape
