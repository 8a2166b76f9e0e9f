#include <algorithm>

#include <gemmi/elem.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

std::optional<std::string> find_element(std::string_view label) {
  auto const is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  std::string symbol(label.begin(), std::find_if_not(label.begin(), label.end(), is_letter));
  if (symbol.empty() || symbol.size() > 2) return {};
  gemmi::El const element = gemmi::find_element(symbol.c_str());
  if (element == gemmi::El::X || gemmi::element_name(element) != symbol) return {};
  return symbol;
}

std::string symbol_of(std::string const& species) {
  return find_element(species).value_or(species);
}

std::string element_of(std::string_view label, SourceLocation const& where) {
  auto symbol = find_element(label);
  if (!symbol)
    fail_input(where, "found ", in_quotes(label), ", expected an element, as Li or Li_sv or Li1");
  return *std::move(symbol);
}

std::string element_of_number(std::string_view number, SourceLocation const& where) {
  int const z = to_integer(number, where, "an atomic number", 1);
  constexpr int last = 118;
  if (z > last) fail_input(where, "found ", z, ", expected an atomic number, 1 to ", last);
  return gemmi::element_name(static_cast<gemmi::El>(z));
}

}  // namespace ionscape
