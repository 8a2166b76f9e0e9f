// The one place that sees gemmi's CIF parser (0.5.7 to 0.7).
//
// This file is compiled as C++17 (core/CMakeLists.txt). In gemmi 0.5.7 `cif::Block` has inline
// constructors over a std::vector of `cif::Item`, which is complete only further down in
// cifdoc.hpp. In C++20 the members of std::vector are constexpr, and clang instantiates constexpr
// functions where they are first used: there Item is incomplete ("arithmetic on a pointer to an
// incomplete type"). g++ waits until the end of the file. In C++17 both wait.
#include "cif_blocks.hpp"

#include <cstdlib>
#include <exception>

#include <gemmi/cif.hpp>

namespace ionscape {

std::string plain_name(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    if (c == '.') c = '_';
  }
  return name;
}

CifColumn const& CifBlock::find(std::initializer_list<char const*> names) const {
  static CifColumn const none;
  CifColumn const* first = &none;
  for (char const* each : names)
    if (auto const at = items.find(plain_name(each)); at != items.end()) {
      if (at->second.has(0)) return at->second;
      if (first == &none) first = &at->second;
    }
  return *first;
}

namespace {

namespace cif = gemmi::cif;

/// gemmi gives the line as text only: "cif:12:3: message" for syntax, "cif:12 in data_x: message"
/// for tags.
cif::Document parse(std::string_view text, std::filesystem::path const& file) {
  try {
    return cif::read_memory(text.data(), text.size(), "cif");
  } catch (std::exception const& error) {
    std::string message = error.what();
    int line = 0;
    if (message.compare(0, 4, "cif:") == 0) {
      line = std::atoi(message.c_str() + 4);
      if (std::size_t const end = message.find(": "); end != message.npos)
        message.erase(0, end + 2);
    }
    fail_input({file, line}, "not valid CIF: ", message);
  }
}

void add(CifBlock& block, std::string const& tag, std::string const& raw,
         SourceLocation const& where) {
  CifColumn& column = block.items[plain_name(tag)];
  column.where = where;
  column.values.push_back(cif::is_null(raw) ? raw : cif::as_string(raw));
}

}  // namespace

std::vector<CifBlock> parse_cif(std::string_view text, std::filesystem::path const& file) {
  std::vector<CifBlock> blocks;
  for (cif::Block const& from : parse(text, file).blocks) {
    CifBlock block;
    block.file = file;
    block.name = from.name;
    auto const is_new = [&](std::string const& tag) { return !block.items.count(plain_name(tag)); };
    for (cif::Item const& item : from.items) {
      SourceLocation const where{file, int(item.line_number)};
      if (item.type == cif::ItemType::Pair && is_new(item.pair[0])) {
        add(block, item.pair[0], item.pair[1], where);
      } else if (item.type == cif::ItemType::Loop) {
        std::size_t const width = item.loop.tags.size();
        for (std::size_t k = 0; k < width; ++k)
          if (is_new(item.loop.tags[k]))
            for (std::size_t i = k; i < item.loop.values.size(); i += width)
              add(block, item.loop.tags[k], item.loop.values[i], where);
      }
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace ionscape
