// Any bytes as TOML, asked for keys of every type.
#include <string>
#include <vector>

#include <ionscape/core/io/toml.hpp>

#include "target.hpp"

using ionscape::TomlReader;
using ionscape_fuzz::allow_refusal;

namespace {

/// One level of what the program asks for; `depth` tables below it.
void ask(TomlReader table, int depth) {
  for (std::string const& key : table.keys()) {
    allow_refusal([&] { table.optional<bool>(key); });
    allow_refusal([&] { table.optional<int>(key, ionscape::at_least(1)); });
    allow_refusal([&] { table.optional<double>(key, ionscape::above(0)); });
    allow_refusal([&] { table.optional<std::string>(key); });
    allow_refusal([&] { table.optional<std::vector<double>>(key); });
    allow_refusal([&] { table.optional<std::vector<std::string>>(key); });
    allow_refusal([&] { table.axis(key); });
    if (depth == 0) continue;
    allow_refusal([&] { ask(table.table(key), depth - 1); });
    allow_refusal([&] {
      for (TomlReader& entry : table.tables(key)) ask(entry, depth - 1);
    });
  }
  allow_refusal([&] { table.reject_unknown_keys(); });
  allow_refusal([&] { table.required<double>("no such key"); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return allow_refusal([&] {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    ask(TomlReader::from_text(text, "x.toml"), 2);
  });
}
