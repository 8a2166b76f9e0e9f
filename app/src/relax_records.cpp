#include "relax_records.hpp"

#include <fstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/json_text.hpp>

#include "records.hpp"

namespace ionscape::app {

namespace {

using Json = nlohmann::json;
using record::hash_of, record::Text, record::to_json, record::vec, record::vecs;

std::string common_text(PotentialSet const& set, CrystalRelaxOptions const& o) {
  Text out;
  out.program() << double(o.cell) << o.force_tolerance << o.stress_tolerance << o.pressure
                << o.max_step_length << double(o.max_steps) << o.energy.force_error << set;
  return out.text;
}

Json to_json(RelaxedCrystal const& r) {
  Json json{{"status", int(r.status)},
            {"reason", r.reason},
            {"steps", r.steps},
            {"evaluations", r.evaluations},
            {"by_fire", r.by_fire},
            {"numbers", {r.energy, r.enthalpy, r.max_force, r.max_stress}},
            {"stress", r.stress},
            {"cell", to_json({r.crystal.cell.a, r.crystal.cell.b, r.crystal.cell.c})},
            {"positions", to_json(r.crystal.positions)},
            {"shells", to_json(r.shells)},
            {"warnings", Json::array()}};
  for (Warning const& warning : r.warnings)
    json["warnings"].push_back({warning.note, warning.text});
  return json;
}

/// Throws Json::exception where a record is not what to_json() made.
RelaxedCrystal from_json(Json const& json, Crystal const& start) {
  RelaxedCrystal r;
  r.status = CrystalStatus(json.at("status").get<int>());
  r.reason = json.at("reason");
  r.steps = json.at("steps"), r.evaluations = json.at("evaluations");
  r.by_fire = json.at("by_fire");
  auto const numbers = json.at("numbers").get<std::array<double, 4>>();
  r.energy = numbers[0], r.enthalpy = numbers[1];
  r.max_force = numbers[2], r.max_stress = numbers[3];
  r.stress = json.at("stress").get<Matrix3>();
  r.crystal = start;
  r.crystal.cell = {vec(json.at("cell").at(0)), vec(json.at("cell").at(1)),
                    vec(json.at("cell").at(2))};
  r.crystal.positions = vecs(json.at("positions"));
  r.shells = vecs(json.at("shells"));
  for (Json const& warning : json.at("warnings"))
    r.warnings.push_back({warning.at(0), warning.at(1)});
  return r;
}

}  // namespace

RelaxRecords::RelaxRecords(std::filesystem::path folder, PotentialSet const& set,
                           CrystalRelaxOptions const& options)
    : folder_(std::move(folder)), common_(common_text(set, options)) {}

std::filesystem::path RelaxRecords::file(Crystal const& start) const {
  Text own;
  own << start;
  return folder_ / (hash_of(common_ + own.text) + ".json");
}

std::optional<RelaxedCrystal> RelaxRecords::read(Crystal const& start) const {
  std::ifstream in(file(start), std::ios::binary);
  if (!in) return {};
  try {
    RelaxedCrystal result = from_json(Json::parse(in), start);
    if (result.crystal.positions.size() == start.size()) return result;
  } catch (Json::exception const&) {
    // Damaged: it is computed again.
  }
  return {};
}

void RelaxRecords::write(Crystal const& start, RelaxedCrystal const& result) const {
  write_text(file(start), json_text(to_json(result)));
}

void RelaxRecords::remove(Crystal const& start) const {
  std::error_code ignored;
  std::filesystem::remove(file(start), ignored);
  std::filesystem::remove(folder_, ignored);  // does nothing to one that is not empty
}

}  // namespace ionscape::app
