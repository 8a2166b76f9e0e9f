// The tables of Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023).
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>

#include "reference_sources.hpp"

namespace ionscape {

namespace {

using Path = std::filesystem::path;

/// The point of a row of an [O23] table.
ReferenceValue point_of(CsvTable const& table, std::size_t row, std::string_view distortion,
                        std::string const& source) {
  ReferenceValue v;
  v.anion = table.text(row, "anion");
  v.volume_A3 = table.number(row, "volume_per_anion_A3");
  v.charge_e = table.number(row, "charge_e");
  v.distortion = table.number(row, distortion);
  check_point(v.anion, v.volume_A3, v.charge_e, v.distortion, table.where(row));
  v.source = source;
  v.uncertainty_eV = source_noise;
  return v;
}

/// Markers hidden behind others can be misread. All quantities are nearly linear in the charge: a
/// value that misses the mean of its two neighbours by more than anything else does, and by more
/// than its neighbours miss theirs, is doubtful. (Known: D of O at 12.64 Å^3 and -1.5 e, 0.39 eV
/// too low.)
void mark_misread(std::vector<ReferenceValue>& decoded) {
  constexpr double too_far = 0.1;  // eV; the others miss by 0.04 at most
  std::map<std::tuple<std::string, Quantity, double, double>, std::map<double, ReferenceValue*>>
      lines;
  for (ReferenceValue& v : decoded)
    if (!v.bound && v.quantity != Quantity::E_tet)
      lines[{v.anion, v.quantity, v.distortion, v.volume_A3}][v.charge_e] = &v;
  for (auto const& [key, line] : lines) {
    std::vector<ReferenceValue*> row;
    for (auto const& [charge, v] : line) row.push_back(v);
    std::vector<double> miss(row.size(), 0);
    for (std::size_t i = 1; i + 1 < row.size(); ++i)
      miss[i] = std::fabs(row[i]->value_eV - 0.5 * (row[i - 1]->value_eV + row[i + 1]->value_eV));
    for (std::size_t i = 1; i + 1 < row.size(); ++i)
      row[i]->doubtful |= miss[i] > too_far && miss[i] > miss[i - 1] && miss[i] > miss[i + 1];
  }
}

}  // namespace

/// Colours of 3-D scatter plots turned into numbers.
void read_decoded(Path const& file, Values& values) {
  CsvTable const table = CsvTable::read(file);
  std::vector<ReferenceValue> decoded;
  std::map<std::string, Quantity> const quantities{{"Ea", Quantity::barrier_three_point},
                                                   {"E_tet_minus_E_oct", Quantity::tet_minus_oct},
                                                   {"dE_oct_rel_undistorted", Quantity::dE_oct},
                                                   {"E_tet_insertion", Quantity::E_tet}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ReferenceValue v =
        point_of(table, row, "distortion_factor", "[O23] " + file.filename().string());
    std::string const& name = table.text(row, "quantity");
    auto const quantity = quantities.find(name);
    if (quantity == quantities.end())
      fail_input(table.where(row), "quantity '", name,
                 "', expected Ea, E_tet_minus_E_oct, dE_oct_rel_undistorted or E_tet_insertion");
    v.quantity = quantity->second;
    if (v.quantity == Quantity::dE_oct && v.distortion == 1) continue;  // zero by definition
    v.source += ", " + table.text(row, "source_figure");
    v.value_eV = table.number(row, "value_eV");
    v.uncertainty_eV = table.number(row, "uncertainty_eV");
    // What cannot be told from an end of the scale is a bound as well: 0.996 +- 0.007 of a scale
    // that ends at 1.
    double const low = table.number(row, "scale_min_eV"), high = table.number(row, "scale_max_eV");
    bool const at_high = v.value_eV + v.uncertainty_eV >= high,
               at_low = v.value_eV - v.uncertainty_eV <= low;
    v.bound = table.number(row, "saturated") != 0 || at_high || at_low;
    if (v.bound) v.bound_sign = v.value_eV > 0.5 * (low + high) ? 1 : -1;
    // Read from a scale 13 eV wide, never checked against a printed number.
    v.doubtful = v.quantity == Quantity::E_tet;
    decoded.push_back(v);
  }
  mark_misread(decoded);
  values.insert(values.end(), decoded.begin(), decoded.end());
}

/// The printed grid at d = 1; blank where the source hides what lies above 0.4 eV.
void read_printed_grid(Path const& file, Values& values) {
  constexpr double mask = 0.4;  // eV
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ReferenceValue v =
        point_of(table, row, "distortion_factor", "[O23] " + file.filename().string());
    v.quantity = Quantity::barrier_three_point;
    auto const printed = table.optional_number(row, "Ea_eV");
    v.bound = !printed;
    v.bound_sign = printed ? 0 : 1;
    v.value_eV = printed.value_or(mask);
    values.push_back(v);
  }
}

/// Printed rows of the big tables. Their labels Etet and Eoct are exchanged, which the corrected
/// column has undone.
void read_printed_rows(Path const& file, Values& values) {
  CsvTable const table = CsvTable::read(file);
  std::pair<char const*, Quantity> const columns[] = {
      {"Ea_eV", Quantity::barrier_three_point},
      {"E_tet_minus_E_oct_corrected_eV", Quantity::tet_minus_oct}};
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (auto const& [column, quantity] : columns)
      if (auto const number = table.optional_number(row, column)) {
        ReferenceValue v =
            point_of(table, row, "distortion_factor", "[O23] " + file.filename().string());
        v.quantity = quantity;
        v.value_eV = *number;
        values.push_back(v);
      }
}

/// Markers of line plots. The legends say CSM 0.0 where d = 1.04 (O) and 1.12 (S) are drawn: the
/// column of what is drawn counts, not the legend's.
void read_curves(Path const& file, Values& values) {
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string const& name = table.text(row, "quantity");
    if (name != "Ea" && name != "E_tet_minus_E_oct")
      fail_input(table.where(row), "quantity '", name, "', expected Ea or E_tet_minus_E_oct");
    ReferenceValue v =
        point_of(table, row, "distortion_factor_plotted",
                 "[O23] " + file.filename().string() + ", " + table.text(row, "source_figure"));
    v.quantity = name == "Ea" ? Quantity::barrier_three_point : Quantity::tet_minus_oct;
    v.value_eV = table.number(row, "value_eV");
    v.uncertainty_eV = table.number(row, "uncertainty_eV");
    values.push_back(v);
  }
}

/// Shares of the plane. The rows of 0.2 eV are copies of those of 0.3 eV, and those of 1.2 eV are 1
/// although larger barriers exist: the table marks both as suspect.
void read_coverage(Path const& file, std::vector<ReferenceShare>& shares) {
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.text(row, "quantity") == "coverage_fraction")
      shares.push_back({table.text(row, "anion"), table.number(row, "distortion_factor"),
                        table.number(row, "Ea_threshold_eV"), table.number(row, "value"),
                        table.number(row, "suspect") != 0});
}

}  // namespace ionscape
