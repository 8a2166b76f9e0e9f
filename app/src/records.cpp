#include "records.hpp"

#include <cstdint>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/version.hpp>

namespace ionscape::app::record {

using Json = nlohmann::json;

Text& Text::operator<<(double number) { return *this << shortest(number); }

Text& Text::program() { return *this << version() << commit(); }

Text& Text::operator<<(PotentialSet const& set) {
  Text& out = *this;
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
  return *this;
}

Text& Text::operator<<(Crystal const& crystal) {
  *this << crystal.cell.a << crystal.cell.b << crystal.cell.c;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    *this << crystal.species[i] << crystal.positions[i];
  for (double charge : crystal.charges) *this << charge;
  for (auto const& fixed : crystal.fixed)
    for (bool flag : fixed) *this << (flag ? "F" : "T");
  return *this;
}

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

}  // namespace ionscape::app::record
