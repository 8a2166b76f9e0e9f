// Tidy tables as CSV: a header row, columns by name, lines that start with '#' are comments, quotes
// as in RFC 4180.
#pragma once

#include <concepts>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/error.hpp>

namespace ionscape {

class CsvTable {
 public:
  /// Throws InputError if the file cannot be read, has no header, or has rows that do not match the
  /// header.
  static CsvTable read(std::filesystem::path const& file);
  /// The same from text; `name` stands for the file in errors.
  static CsvTable from_text(std::string_view text, std::filesystem::path const& name);

  std::vector<std::string> const& columns() const { return columns_; }
  std::size_t rows() const { return rows_.size(); }
  bool has(std::string_view column) const;

  /// One field. Throws InputError if there is no such column or, for a number, if the field is not
  /// a finite number.
  std::string const& text(std::size_t row, std::string_view column) const;
  double number(std::size_t row, std::string_view column) const;
  /// Nothing where the field is empty: how a missing result is written.
  std::optional<double> optional_number(std::size_t row, std::string_view column) const;

  /// Where a row stands in the file, for errors about its meaning.
  SourceLocation where(std::size_t row) const { return {file_, rows_[row].line}; }

 private:
  struct Row {
    int line;
    std::vector<std::string> fields;
  };
  std::filesystem::path file_;
  std::vector<std::string> columns_;
  int header_line_ = 0;
  std::vector<Row> rows_;
};

/// A field as it stands in a file: numbers in their shortest exact form, NaN as nothing, text in
/// quotes where needed.
std::string csv_field(double number);
std::string csv_field(std::string_view text);
std::string csv_field(std::integral auto number) { return std::to_string(number); }

/// Writes one row: write_csv_row(out, "S", 38.5, -2.0, 120, "converged").
template <class First, class... Others>
void write_csv_row(std::ostream& out, First const& first, Others const&... others) {
  out << csv_field(first);
  ((out << ',' << csv_field(others)), ...);
  out << '\n';
}

}  // namespace ionscape
