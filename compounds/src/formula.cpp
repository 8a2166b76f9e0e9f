// Formulas and compositions.
#include <charconv>
#include <cmath>
#include <numeric>

#include <ionscape/compounds/charges.hpp>

#include "elements.hpp"

namespace ionscape {

Composition composition_of(Crystal const& crystal) {
  Composition composition;
  for (std::string const& species : crystal.species) composition[species] += 1;
  return composition;
}

Composition parse_formula(std::string_view formula, SourceLocation const& where) {
  auto const fail = [&](char const* expected) {
    fail_input(where, "formula '", formula, "': expected ", expected,
               ", as in Li2S or LiTi2(PO4)3");
  };
  char const* at = formula.data();
  char const* const end = at + formula.size();
  auto const take_number = [&] {
    double number = 1;
    if (at < end && (std::isdigit(static_cast<unsigned char>(*at)) || *at == '.')) {
      auto const [stop, error] = std::from_chars(at, end, number, std::chars_format::fixed);
      if (error != std::errc{} || !(number > 0)) fail("a number above 0");
      at = stop;
    }
    return number;
  };
  std::vector<Composition> open(1);  // the innermost bracket last
  while (at < end) {
    char const c = *at;
    if (c == '(') {
      open.emplace_back();
      ++at;
    } else if (c == ')') {
      if (open.size() == 1) fail("brackets in pairs");
      ++at;
      double const times = take_number();
      Composition const inner = std::move(open.back());
      open.pop_back();
      for (auto const& [species, n] : inner) open.back()[species] += times * n;
    } else if (std::isupper(static_cast<unsigned char>(c))) {
      std::string symbol(1, c);
      for (++at; at < end && std::islower(static_cast<unsigned char>(*at)); ++at) symbol += *at;
      if (!properties_of(symbol)) fail("elements");
      open.back()[symbol] += take_number();
    } else {
      fail("elements and numbers");
    }
  }
  if (open.size() > 1) fail("brackets in pairs");
  if (open[0].empty()) fail("elements");
  return open[0];
}

std::string reduced_formula(Composition const& composition, std::string const& first,
                            std::string const& last) {
  long factor = 0;
  for (auto const& [species, n] : composition) factor = std::gcd(factor, std::lround(n));
  std::string begin, middle, end;
  for (auto const& [species, n] : composition) {
    long const count = std::lround(n) / std::max(factor, 1L);
    std::string& part = species == first ? begin : species == last ? end : middle;
    part += species + (count == 1 ? "" : std::to_string(count));
  }
  return begin + middle + end;
}

}  // namespace ionscape
