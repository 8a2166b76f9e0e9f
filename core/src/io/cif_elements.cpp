#include "cif_elements.hpp"

#include <algorithm>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

std::string letters_of(std::string_view label) {
  auto const is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return {label.begin(), std::find_if_not(label.begin(), label.end(), is_letter)};
}

namespace {

std::string capitalised(std::string letters) {
  for (char& c : letters) c = char(c | 0x20);
  if (!letters.empty()) letters[0] = char(letters[0] & ~0x20);
  return letters;
}

}  // namespace

std::string element_of_symbol(std::string const& symbol, SourceLocation const& where,
                              std::string const& site) {
  std::string const letters = letters_of(symbol);
  // "0.8Nb + 0.2Zr"
  if (letters.empty() && symbol.find('+') != symbol.npos)
    fail_input(where, "site ", site, " is shared by ", in_quotes(symbol), make_ordered);
  if (auto element = find_element(symbol)) {
    // "O-H": a group of atoms on one site.
    std::string_view const rest = trimmed(std::string_view(symbol).substr(letters.size()));
    if (rest.size() > 1 && (rest[0] == '-' || rest[0] == '+') &&
        !letters_of(rest.substr(1)).empty())
      fail_input(where, "site ", site, " holds ", in_quotes(symbol),
                 ": a group of atoms, expected one element");
    return *std::move(element);
  }
  if (auto element = find_element(capitalised(letters))) return *std::move(element);
  return element_of(symbol, where);
}

std::string element_of_label(std::string const& label, SourceLocation const& where) {
  std::string const letters = letters_of(label);
  if (label.size() > letters.size() + 1 && label[letters.size()] == '-' &&
      !letters_of(label.substr(letters.size() + 1)).empty())
    fail_input(where, "site ", label,
               " may be a group of atoms, expected a column _atom_site_type_symbol");
  if (auto element = find_element(letters)) return *std::move(element);
  if (letters.empty() || letters.size() > 2) return element_of(label, where);
  auto const two = find_element(capitalised(letters));
  auto one = find_element(capitalised(letters.substr(0, 1)));
  // "V" may stand for a vacancy, "W" for water, "D" for a dummy.
  if (one && letters.size() == 2 && std::string_view("VWD").find((*one)[0]) != std::string::npos)
    one.reset();
  // "Lx", "Va": a small second letter belongs to the symbol, but for the water "Ow", "Hw".
  if (letters.size() == 2 && letters[1] >= 'a' && letters[1] != 'w' && letters[0] <= 'Z')
    one.reset();
  if (letters.size() == 2 && two && one)
    fail_input(where, "site ", label, " may be ", *two, " or ", *one,
               ", expected a column _atom_site_type_symbol that says which");
  if (two) return *two;
  if (one) return *one;
  return element_of(label, where);
}

}  // namespace ionscape
