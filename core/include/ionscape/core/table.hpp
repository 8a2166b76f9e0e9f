// A table's columns, named once: what is written, read back and listed comes from one place.
//
//   constexpr Column<Row> columns[] = {
//       {"volume_A3", [](Row const& row) { return row.volume; }, nullptr,
//        [](Row& row, Field field) { row.volume = field.number; return true; }},
//       {"status", nullptr, [](Row const& row) { return row.status; }, nullptr}};
//   write_csv(out, columns, rows);
#pragma once

#include <cmath>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/words.hpp>

namespace ionscape {

/// What stands in a row under a column: NaN for a number that is missing.
struct Field {
  std::string const& text;
  double number = 0;
};

/// One column over rows of type Row; of number and text one is null. `set` takes what was read back
/// and is false for a text that means nothing; it is null in tables that are only written.
template <class Row>
struct Column {
  char const* name;  // with the unit: E_tet_eV
  double (*number)(Row const&) = nullptr;
  std::string (*text)(Row const&) = nullptr;
  bool (*set)(Row&, Field) = nullptr;

  std::string csv(Row const& row) const {
    return number ? csv_field(number(row)) : csv_field(text(row));
  }
};

/// The header and one line a row.
template <class Row>
void write_csv(std::ostream& out, std::span<Column<Row> const> columns, std::span<Row const> rows) {
  for (auto const& column : columns) out << (&column == columns.data() ? "" : ",") << column.name;
  out << '\n';
  for (Row const& row : rows) {
    for (auto const& column : columns)
      out << (&column == columns.data() ? "" : ",") << column.csv(row);
    out << '\n';
  }
}

/// The rows of a table that has all of `columns`. Throws InputError with file and line.
template <class Row>
std::vector<Row> read_rows(CsvTable const& table, std::span<Column<Row> const> columns) {
  std::vector<Row> rows(table.rows());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (auto const& column : columns) {
      std::string const& text = table.text(i, column.name);
      double const number =
          column.number ? table.optional_number(i, column.name).value_or(std::nan("")) : 0;
      if (!column.set(rows[i], {text, number}))
        fail_input(table.where(i), column.name, ": found ", in_quotes(text),
                   ", which has no meaning here");
    }
  return rows;
}

}  // namespace ionscape
