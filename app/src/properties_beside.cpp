#include "properties_beside.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>

namespace ionscape::app {

namespace {

using Quantity = double (*)(PropertiesRun const&);

double third_of_trace(Eigen::Matrix3d const& m) { return m.trace() / 3; }

std::map<std::string, Quantity> const& known() {
  static std::map<std::string, Quantity> const all{
      {"bulk", [](PropertiesRun const& r) { return r.properties.moduli.bulk.hill(); }},
      {"shear", [](PropertiesRun const& r) { return r.properties.moduli.shear.hill(); }},
      {"young", [](PropertiesRun const& r) { return r.properties.moduli.young_hill(); }},
      {"eps_0",
       [](PropertiesRun const& r) {
         return third_of_trace(r.properties.dielectric.zero_frequency);
       }},
      {"eps_inf",
       [](PropertiesRun const& r) {
         return third_of_trace(r.properties.dielectric.high_frequency);
       }},
      {"a", [](PropertiesRun const& r) { return norm(r.crystal.cell.a); }},
      {"b", [](PropertiesRun const& r) { return norm(r.crystal.cell.b); }},
      {"c", [](PropertiesRun const& r) { return norm(r.crystal.cell.c); }},
      {"volume", [](PropertiesRun const& r) { return r.properties.volume; }},
  };
  return all;
}

/// The row and column of "C44", from 0.
std::optional<std::array<int, 2>> place_in_elastic(std::string const& name) {
  auto const digit = [](char c) { return c >= '1' && c <= '6'; };
  if (name.size() != 3 || name[0] != 'C' || !digit(name[1]) || !digit(name[2])) return {};
  return std::array{name[1] - '1', name[2] - '1'};
}

}  // namespace

std::vector<std::string> quantities() {
  std::vector<std::string> names;
  for (char i = '1'; i <= '6'; ++i)
    for (char j = i; j <= '6'; ++j) names.push_back(std::string("C") + i + j);
  for (auto const& [name, value] : known()) names.push_back(name);
  return names;
}

std::vector<GivenValue> read_given_values(std::filesystem::path const& file) {
  CsvTable const table = CsvTable::read(file);
  std::vector<GivenValue> all;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    GivenValue given{table.text(row, "quantity"),
                     table.has("source") ? table.text(row, "source") : "",
                     table.number(row, "value")};
    if (!place_in_elastic(given.quantity) && !known().contains(given.quantity)) {
      std::vector<std::string> const names = quantities();
      fail_input(table.where(row), "unknown quantity '", given.quantity,
                 "', expected C11 ... C66, bulk, shear, young, eps_0, eps_inf, a, b, c or volume",
                 suggestion(given.quantity, names));
    }
    if (given.value == 0)
      fail_input(table.where(row), "the value of ", given.quantity,
                 " is 0, expected another number: differences are relative");
    all.push_back(given);
  }
  if (all.empty()) fail_input({file}, "no values");
  return all;
}

double computed_value(PropertiesRun const& run, std::string const& quantity) {
  if (auto const place = place_in_elastic(quantity))
    return run.properties.elastic.stress_strain((*place)[0], (*place)[1]);
  return known().at(quantity)(run);
}

void print_beside(PropertiesRun const& run) {
  if (run.given.empty()) return;
  std::cout << "\nbeside given values\n";
  TextTable table({"quantity", "computed", "given", "difference/%", "  source"});
  for (GivenValue const& given : run.given) {
    double const computed = computed_value(run, given.quantity);
    table.row({given.quantity, fixed(computed, 4), shortest(given.value),
               fixed(100 * (computed - given.value) / given.value, 1), "  " + given.source});
  }
  table.print(std::cout);
}

}  // namespace ionscape::app
