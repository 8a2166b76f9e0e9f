// What subcommands print and write: numbers, tables, JSON.
#pragma once

#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <ionscape/core/cell.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape::app {

using Json = nlohmann::ordered_json;

/// For people: a fixed number of decimals, "-" for NaN, no "-0.00".
std::string fixed(double number, int decimals);

/// "1.2e-09": sizes of errors.
std::string scientific(double number);

/// "low .. high" of a list, "-" if it is empty.
std::string range(std::vector<double> const& numbers, int decimals);

/// Columns under their headings: text to the left, numbers to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void row(std::vector<std::string> fields) { rows_.push_back(std::move(fields)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

Json to_json(Vec3 v);
Json to_json(PotentialSet const& set);
/// As every JSON result begins.
inline Json provenance() { return ionscape::provenance<Json>(); }

/// Results are good without their pictures: what keeps `draw` from drawing is a warning.
template <class Draw>
void draw_if_possible(Draw const& draw) {
  try {
    draw();
  } catch (InputError const& error) {
    std::cout.flush();
    std::cerr << "ionscape: warning: no pictures: " << error.what() << '\n';
  }
}

/// Numbers in their shortest exact form, NaN as null, lists of numbers on one line.
void write_json(std::ostream& out, Json const& json);

}  // namespace ionscape::app
