// A CIF file as tables of text: data blocks with named columns of values, before any meaning.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// The values of one item: several in a loop, else one. Quotes are taken off; the two null values
/// stand as "?" (not known) and "." (does not apply, or the dictionary's default).
struct CifColumn {
  std::vector<std::string> values;
  SourceLocation where;  // the line of the item or of its loop

  std::size_t size() const { return values.size(); }
  /// True if there is a value i that is not null.
  bool has(std::size_t i) const {
    return i < values.size() && values[i] != "?" && values[i] != ".";
  }
};

struct CifBlock {
  std::filesystem::path file;
  std::string name;
  std::map<std::string, CifColumn> items;  // by plain_name

  /// The first of these items (by plain_name) that begins with a value, else the first that is
  /// there, else an empty column.
  CifColumn const& find(std::initializer_list<char const*> names) const;
};

/// The name under which an item is kept: small letters, and '_' for the '.' of DDLm and mmCIF
/// names, so that _cell.length_a and _cell_length_a are one.
std::string plain_name(std::string name);

/// The data blocks of a CIF file's text. Throws InputError with the line for what is not valid CIF.
std::vector<CifBlock> parse_cif(std::string_view text, std::filesystem::path const& file);

}  // namespace ionscape
