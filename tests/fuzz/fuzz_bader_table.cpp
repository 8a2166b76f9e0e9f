// Any bytes as Bader's table, with and without its heading before them.
#include <cmath>

#include <ionscape/core/io/bader_table.hpp>

#include "target.hpp"

using ionscape_fuzz::allow_refusal;

namespace {

void read(std::string_view text) {
  allow_refusal([&] {
    auto const table = ionscape::read_bader_table(text, "ACF.dat");
    if (table.positions.size() != table.electrons.size()) __builtin_trap();
    for (double electrons : table.electrons)
      if (!std::isfinite(electrons)) __builtin_trap();
    for (ionscape::Vec3 r : table.positions)
      for (double x : {r.x, r.y, r.z})
        if (!std::isfinite(x)) __builtin_trap();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  ionscape::is_bader_table(text);
  read(text);
  read("#  X  Y  Z  CHARGE\n" + std::string(text));
  return 0;
}
