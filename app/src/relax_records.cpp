#include "relax_records.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/core/version.hpp>

namespace ionscape::app {

namespace {

using Json = nlohmann::json;

/// Numbers and words as text, each with an end.
class Text {
 public:
  Text& operator<<(double number) { return *this << shortest(number); }
  Text& operator<<(std::string_view word) {
    text.append(word).push_back('\n');
    return *this;
  }
  Text& operator<<(Vec3 v) { return *this << v.x << v.y << v.z; }
  std::string text;
};

void add(Text& out, PotentialSet const& set) {
  for (auto const& [species, charge] : set.charges) out << species << charge;
  out << set.cutoff.value_or(0) << double(set.truncation) << double(set.tail)
      << double(set.dispersion_lattice_sum) << set.coulomb_constant.value_or(0);
  for (PairTerm const& pair : set.pairs) {
    out << pair.species[0] << pair.species[1] << pair.form << pair.cutoff.value_or(0) << pair.wall;
    // Whatever its parameters are called: they show in the values.
    for (double r = 0.5; r < 15; r += 0.25) out << evaluate(pair.term, r).energy;
  }
  for (ShellTerm const& shell : set.shells)
    out << shell.species << shell.charge << shell.k2 << shell.k4;
  for (AngleTerm const& angle : set.angles)
    out << angle.centre << angle.outer[0] << angle.outer[1] << angle.k << angle.theta0
        << angle.cutoffs[0] << angle.cutoffs[1] << angle.cutoffs[2];
}

std::string common_text(PotentialSet const& set, CrystalRelaxOptions const& o) {
  Text out;
  out << version() << commit() << double(o.cell) << o.force_tolerance << o.stress_tolerance
      << o.pressure << o.max_step_length << double(o.max_steps) << o.energy.force_error;
  add(out, set);
  return out.text;
}

/// 64-bit FNV-1a.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  std::string digits;
  for (int i = 60; i >= 0; i -= 4) digits += "0123456789abcdef"[(hash >> i) & 15];
  return digits;
}

Json to_json(Vec3 v) { return Json::array({v.x, v.y, v.z}); }
Vec3 vec(Json const& json) { return {json.at(0), json.at(1), json.at(2)}; }

Json to_json(std::vector<Vec3> const& list) {
  Json json = Json::array();
  for (Vec3 v : list) json.push_back(to_json(v));
  return json;
}
std::vector<Vec3> vecs(Json const& json) {
  std::vector<Vec3> list;
  for (Json const& entry : json) list.push_back(vec(entry));
  return list;
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
  own << start.cell.a << start.cell.b << start.cell.c;
  for (std::size_t i = 0; i < start.size(); ++i)
    own << start.species[i] << start.positions[i] << start.charges[i];
  for (auto const& fixed : start.fixed)
    for (bool flag : fixed) own << (flag ? "F" : "T");
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
