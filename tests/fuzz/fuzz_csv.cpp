// Any bytes as a CSV table, every field read as text and as a number.
#include <ionscape/core/io/csv.hpp>

#include "target.hpp"

using ionscape_fuzz::allow_refusal;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return allow_refusal([&] {
    auto const table = ionscape::CsvTable::from_text(
        std::string_view(reinterpret_cast<char const*>(data), size), "x.csv");
    for (std::size_t row = 0; row < table.rows(); ++row)
      for (std::string const& column : table.columns()) {
        table.text(row, column);
        allow_refusal([&] { table.optional_number(row, column); });
      }
  });
}
