#include <ionscape/core/io/csv.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_text.hpp>

#include "text.hpp"

namespace ionscape {

namespace {

/// Takes one record, which may span lines inside quotes, from the front of `text`; counts its
/// lines.
std::vector<std::string> take_record(std::string_view& text, std::filesystem::path const& file,
                                     int& line) {
  int const first_line = line++;
  std::vector<std::string> fields(1);
  bool inside = false, was_quoted = false;
  std::size_t i = 0;
  for (; i < text.size() && (inside || text[i] != '\n'); ++i) {
    char const c = text[i];
    bool const next_is_quote = i + 1 < text.size() && text[i + 1] == '"';
    if (inside) {
      if (c == '\n') ++line;
      if (c != '"')
        fields.back() += c;
      else if (next_is_quote)
        fields.back() += text[i++];
      else
        inside = false;
    } else if (c == ',') {
      fields.emplace_back();
      was_quoted = false;
    } else if (c == '"' && trimmed(fields.back()).empty() && !was_quoted) {
      fields.back().clear();
      inside = was_quoted = true;
    } else if (!was_quoted) {
      fields.back() += c;
    } else if (!trimmed(text.substr(i, 1)).empty()) {
      fail_input({file, first_line}, "found text behind the closing quote of ",
                 in_quotes(fields.back()));
    }
    // Blanks around an unquoted field do not belong to it.
    bool const ends = i + 1 >= text.size() || text[i + 1] == ',' || text[i + 1] == '\n';
    if (ends && !was_quoted) fields.back() = trimmed(fields.back());
  }
  if (inside) fail_input({file, first_line}, "a quote is not closed");
  text.remove_prefix(std::min(i + 1, text.size()));
  return fields;
}

}  // namespace

CsvTable CsvTable::read(std::filesystem::path const& file) {
  return from_text(read_text(file), file);
}

CsvTable CsvTable::from_text(std::string_view text, std::filesystem::path const& file) {
  CsvTable table;
  table.file_ = file;
  text = without_byte_order_mark(text);
  for (int next_line = 1; !text.empty();) {
    int const line = next_line;
    std::string_view const start = trimmed(text.substr(0, text.find('\n')));
    if (start.empty() || start.starts_with('#')) {
      text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
      ++next_line;
      continue;
    }
    std::vector<std::string> fields = take_record(text, file, next_line);
    if (table.columns_.empty()) {
      table.columns_ = std::move(fields);
      table.header_line_ = line;
      for (auto column = table.columns_.begin(); column != table.columns_.end(); ++column)
        if (column->empty() || std::find(table.columns_.begin(), column, *column) != column)
          fail_input({file, line}, "found ", in_quotes(*column),
                     ", expected a header of different column names");
    } else if (fields.size() != table.columns_.size()) {
      fail_input({file, line}, "found ", fields.size(), " fields, expected ", table.columns_.size(),
                 " as in the header");
    } else {
      table.rows_.push_back({line, std::move(fields)});
    }
  }
  if (table.columns_.empty()) fail_input({file}, "no header row");
  return table;
}

bool CsvTable::has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::string const& CsvTable::text(std::size_t row, std::string_view column) const {
  auto const found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end())
    fail_input({file_, header_line_}, "no column '", column, "'; columns: ", joined(columns_),
               suggestion(column, columns_));
  return rows_.at(row).fields[static_cast<std::size_t>(found - columns_.begin())];
}

double CsvTable::number(std::size_t row, std::string_view column) const {
  return to_number(text(row, column), where(row), column);
}

std::optional<double> CsvTable::optional_number(std::size_t row, std::string_view column) const {
  if (text(row, column).empty()) return {};
  return number(row, column);
}

std::string csv_field(double number) {
  return std::isnan(number) ? std::string{} : shortest(number);
}

std::string csv_field(std::string_view text) {
  bool const plain = text.find_first_of(",\"\r\n#") == text.npos && trimmed(text) == text;
  if (plain) return std::string(text);
  std::string field = "\"";
  for (char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

}  // namespace ionscape
