#include <ionscape/landscape/bond_valence_parameters.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>

#include "bond_valence_data.hpp"

namespace ionscape {

namespace {

template <class Value>
Value named(CsvTable const& table, std::size_t row, char const* column,
            std::map<std::string, Value> const& names) {
  auto const at = names.find(table.text(row, column));
  if (at == names.end()) fail_input(table.where(row), "what is '", table.text(row, column), "'?");
  return at->second;
}

std::vector<BondValenceRow> read_pairs() {
  CsvTable const table = CsvTable::from_text(bond_valence_csv, "bond_valence.csv");
  std::map<std::string, BondValenceSource> const sources = {
      {"table", BondValenceSource::table},
      {"formula", BondValenceSource::formula},
      {"estimate", BondValenceSource::estimate}};
  std::vector<BondValenceRow> rows;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    BondValenceRow row;
    row.cation = table.text(i, "cation"), row.anion = table.text(i, "anion");
    row.cation_state = int(table.number(i, "state_cation"));
    row.anion_state = int(table.number(i, "state_anion"));
    row.pair = {table.number(i, "D0_eV"), table.number(i, "Rmin_A"), table.number(i, "alpha_per_A"),
                table.number(i, "R0_A"), table.number(i, "cutoff_A")};
    row.coordination = table.optional_number(i, "coordination");
    row.source = named(table, i, "source", sources);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<BondValenceIon> read_ions() {
  CsvTable const table = CsvTable::from_text(ions_csv, "ions.csv");
  std::map<std::string, StateUse> const uses = {
      {"common", StateUse::common}, {"redox", StateUse::redox}, {"rare", StateUse::rare}};
  std::vector<BondValenceIon> ions;
  for (std::size_t i = 0; i < table.rows(); ++i)
    ions.push_back({table.text(i, "element"), int(table.number(i, "state")),
                    int(table.number(i, "n")), int(table.number(i, "block")),
                    table.number(i, "radius_A"), table.number(i, "cordero_A"),
                    table.optional_number(i, "softness"), named(table, i, "use", uses)});
  return ions;
}

/// "Li +1", "Fe +2.5".
std::string in_words(std::string const& element, double state) {
  return element + (state > 0 ? " +" : " ") + significant(state, 4);
}

BondValencePair mean(BondValencePair const& a, BondValencePair const& b, double weight_of_b) {
  auto const between = [&](double x, double y) { return x + weight_of_b * (y - x); };
  return {between(a.depth, b.depth), between(a.minimum, b.minimum),
          between(a.steepness, b.steepness), between(a.unit, b.unit), between(a.cutoff, b.cutoff)};
}

/// The rows of two elements, by ascending state of the cation.
std::vector<BondValenceRow const*> rows_of(std::string const& cation, std::string const& anion) {
  std::vector<BondValenceRow const*> rows;
  for (BondValenceRow const& row : bond_valence_table())
    if (row.cation == cation && row.anion == anion) rows.push_back(&row);
  return rows;
}

[[noreturn]] void fail_without_row(std::string const& cation, std::string const& anion) {
  std::vector<std::string> partners;
  for (BondValenceRow const& row : bond_valence_table())
    if (row.cation == cation && std::ranges::find(partners, row.anion) == partners.end())
      partners.push_back(row.anion);
  fail_input(
      {}, "no bond-valence constants are known for ", cation, " and ", anion,
      partners.empty() ? "" : " (of " + cation + " there are some with " + joined(partners) + ")");
}

}  // namespace

std::vector<BondValenceRow> const& bond_valence_table() {
  static std::vector<BondValenceRow> const rows = read_pairs();
  return rows;
}

std::vector<BondValenceIon> const& bond_valence_ions() {
  static std::vector<BondValenceIon> const ions = read_ions();
  return ions;
}

BondValenceChoice bond_valence_pair(std::string const& cation, double cation_state,
                                    std::string const& anion, double anion_state) {
  auto const rows = rows_of(cation, anion);
  if (rows.empty()) fail_without_row(cation, anion);
  std::string const pair = in_words(cation, cation_state) + " and " + in_words(anion, anion_state);
  std::vector<std::string> remarks;
  auto const above = std::ranges::find_if(
      rows, [&](auto const* row) { return row->cation_state >= cation_state - 1e-9; });
  BondValenceRow const& upper = above == rows.end() ? *rows.back() : **above;
  BondValenceRow const& lower =
      above == rows.begin() || above == rows.end() ? upper : **(above - 1);
  bool const exact = std::fabs(upper.cation_state - cation_state) <= 1e-9;
  BondValenceChoice choice{upper.pair, {}};
  if (!exact && &lower != &upper) {
    choice.pair =
        mean(lower.pair, upper.pair,
             (cation_state - lower.cation_state) / (upper.cation_state - lower.cation_state));
    remarks.push_back("mean of those of " + in_words(cation, lower.cation_state) + " and " +
                      in_words(cation, upper.cation_state));
  } else if (!exact) {
    remarks.push_back("those of " + in_words(cation, upper.cation_state));
  }
  if (std::fabs(upper.anion_state - anion_state) > 1e-9)
    remarks.push_back("those of " + in_words(anion, upper.anion_state));
  bool const made_up = upper.source == BondValenceSource::estimate ||
                       (!exact && lower.source == BondValenceSource::estimate);
  if (made_up) remarks.push_back("an estimate, not published");
  if (!remarks.empty()) choice.remark = "constants of " + pair + ": " + joined(remarks);
  return choice;
}

BondValenceIon const& bond_valence_ion(std::string const& element, double state) {
  BondValenceIon const* nearest = nullptr;
  bool known = false;
  for (BondValenceIon const& ion : bond_valence_ions()) {
    if (ion.element != element) continue;
    known = true;
    if ((ion.state > 0) != (state > 0)) continue;
    if (!nearest || std::fabs(ion.state - state) < std::fabs(nearest->state - state))
      nearest = &ion;
  }
  if (!known) fail_input({}, "'", element, "' is no element that the bond-valence tables know");
  if (!nearest)
    fail_input({}, "the bond-valence tables know no ", state > 0 ? "cations" : "anions", " of ",
               element);
  return *nearest;
}

BondValencePair softbv_pair(BondValenceIon const& cation, BondValenceIon const& anion, double R0,
                            double b, double coordination) {
  for (BondValenceIon const* ion : {&cation, &anion})
    if (!ion->softness) fail_input({}, "the softness of ", ion->element, " is not known");
  double const product = double(cation.state) * std::abs(anion.state);
  double const charges = cation.block >= 2 ? 2 * std::sqrt(2 * product) : product;
  BondValencePair pair;
  pair.minimum = R0 * (0.9185 + 0.2285 * std::fabs(*cation.softness - *anion.softness)) -
                 b * std::log(cation.state / coordination);
  pair.depth =
      14.4 * charges * b * b /
      (2 * pair.minimum * std::sqrt(double(cation.principal_number) * anion.principal_number));
  pair.steepness = 1 / b;
  pair.unit = R0;
  return pair;
}

}  // namespace ionscape
