// Checked reading of TOML: every value is asked for by key, with its type and limits, and a key
// that nobody asked for is an error. All errors are InputError with file, line, what was found and
// what was expected.
//
//   TomlReader file = TomlReader::from_file("S.toml");
//   std::string name = file.required<std::string>("name");
//   TomlReader neb = file.table("neb");
//   int images = neb.optional<int>("images", at_least(1)).value_or(7);
//   for (TomlReader& pair : file.tables("pair")) {
//     double rho = pair.required<double>("rho", above(0));
//     if (...) pair.fail("rho", "rho = ", rho, " Å is ...");  // at the line of `rho`
//   }
//   file.reject_unknown_keys();  // sub-tables that were read included
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// Limits of a number. Infinite ends do not limit; NaN and infinite values are always refused.
struct Limits {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_excluded = false;
};
constexpr Limits above(double min) { return {.min = min, .min_excluded = true}; }
constexpr Limits at_least(double min) { return {.min = min}; }
constexpr Limits at_most(double max) { return {.max = max}; }
constexpr Limits between(double min, double max) { return {.min = min, .max = max}; }

/// One table of a TOML file. Copies share their state, and keep the file's contents alive.
class TomlReader {
 public:
  /// The whole file. Throws InputError if it cannot be read or is not TOML.
  static TomlReader from_file(std::filesystem::path const& file);
  /// The same from text; `name` stands for the file in errors.
  static TomlReader from_text(std::string_view text, std::filesystem::path const& name);

  /// The value of a key that must be there. T: bool, int, double (an integer will do), std::string,
  /// std::vector<double>, std::vector<std::string>. `limits` hold for numbers, and for each number
  /// of a list.
  template <class T>
  T required(std::string_view key, Limits limits = {});

  /// The same for a key that may be left out.
  template <class T>
  std::optional<T> optional(std::string_view key, Limits limits = {});

  /// The points of a grid axis that must be there: a number, a list of numbers, or a range `{from =
  /// 30, to = 60, points = 13}` or `{from = -2, to = -1, step = 0.25}`, both ends included.
  std::vector<double> axis(std::string_view key, Limits limits = {});

  bool has(std::string_view key) const;
  /// Whether there is such a key and its value is a table.
  bool is_table(std::string_view key) const;
  /// Lets the table [key], if there is one, pass without a look at what is in it.
  void ignore_table(std::string_view key);
  /// The keys of this table in the order of the file (for tables with free keys, as [charges]).
  std::vector<std::string> keys() const;

  /// The table [key], which must be there.
  TomlReader table(std::string_view key);
  std::optional<TomlReader> optional_table(std::string_view key);
  /// The tables [[key]] in order; none if the key is left out.
  std::vector<TomlReader> tables(std::string_view key);

  /// Where this table, or the value of `key`, stands in the file.
  SourceLocation where() const;
  SourceLocation where(std::string_view key) const;

  /// Throws InputError at the line of `key` (of the table where there is no such key).
  template <class... Pieces>
  [[noreturn]] void fail(std::string_view key, Pieces const&... pieces) const {
    fail_input(where(key), pieces...);
  }

  /// Throws InputError on the first key of this table, and of those read through it, that was never
  /// asked for.
  void reject_unknown_keys() const;

 private:
  struct Node;
  explicit TomlReader(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::shared_ptr<Node> node_;
};

}  // namespace ionscape
