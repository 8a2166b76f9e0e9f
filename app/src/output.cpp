#include "output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/json_text.hpp>

namespace ionscape::app {

std::string fixed(double number, int decimals) {
  if (std::isnan(number)) return "-";
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  std::string const result(text);
  return result.find_first_of("123456789i") == result.npos && result[0] == '-' ? result.substr(1)
                                                                               : result;
}

std::string scientific(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", number);
  return text;
}

std::string range(std::vector<double> const& numbers, int decimals) {
  double low = INFINITY, high = -INFINITY;
  for (double number : numbers)
    if (std::isfinite(number)) low = std::min(low, number), high = std::max(high, number);
  if (low > high) return "-";
  std::string const first = fixed(low, decimals), last = fixed(high, decimals);
  return first == last ? first : first + " .. " + last;
}

namespace {

/// Characters on the screen of UTF-8 text (Å counts one).
std::size_t width(std::string const& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Numbers and ranges, not names that end with a number.
bool is_number(std::string const& text) {
  auto const digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  return text == "-" ||
         (!text.empty() && digit(text.back()) && (digit(text.front()) || text.front() == '-'));
}

}  // namespace

void TextTable::print(std::ostream& out) const {
  std::size_t const columns = rows_[0].size();
  std::vector<std::size_t> widths(columns, 0);
  std::vector<bool> numeric(columns, rows_.size() > 1);
  for (std::size_t r = 0; r < rows_.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      widths[c] = std::max(widths[c], width(rows_[r][c]));
      if (r > 0 && !rows_[r][c].empty() && !is_number(rows_[r][c])) numeric[c] = false;
    }
  for (auto const& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      std::string const space(widths[c] - width(row[c]), ' ');
      line += c == 0 ? "  " : "   ";
      line += numeric[c] ? space + row[c] : row[c] + space;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

Json to_json(Vec3 v) { return Json::array({v.x, v.y, v.z}); }

Json to_json(PotentialSet const& set) {
  Json json;
  json["name"] = set.name;
  json["source"] = set.source;
  json["file"] = set.file.string();
  return json;
}

namespace {

void write(std::ostream& out, Json const& json, std::string const& indent) {
  bool const flat = std::none_of(json.begin(), json.end(), [](Json const& entry) {
    return entry.is_structured() ||
           (entry.is_string() && entry.get_ref<std::string const&>().size() > 20);
  });
  if (json.is_number_float()) {
    double const number = json.get<double>();
    out << (std::isfinite(number) ? shortest(number) : "null");
  } else if (!json.is_structured() || json.empty()) {
    out << json_text(json);
  } else if (json.is_array()) {
    char const* separator = "[";
    for (Json const& entry : json) {
      out << separator;
      if (!flat) out << '\n' << indent << "  ";
      write(out, entry, indent + "  ");
      separator = flat ? ", " : ",";
    }
    if (!flat) out << '\n' << indent;
    out << ']';
  } else {
    char const* separator = "{";
    for (auto const& [key, entry] : json.items()) {
      out << separator << '\n' << indent << "  " << Json(key).dump() << ": ";
      write(out, entry, indent + "  ");
      separator = ",";
    }
    out << '\n' << indent << '}';
  }
}

}  // namespace

void write_json(std::ostream& out, Json const& json) {
  write(out, json, "");
  out << '\n';
}

}  // namespace ionscape::app
