#include "charge_words.hpp"

#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>

namespace ionscape {

std::vector<std::string> distinct(std::vector<std::string> const& labels) {
  std::vector<std::string> list;
  for (std::string const& label : labels)
    if (std::ranges::find(list, label) == list.end()) list.push_back(label);
  return list;
}

bool contains(std::vector<std::string> const& list, std::string const& word) {
  return std::ranges::find(list, word) != list.end();
}

std::string rounded(double x, int decimals) {
  double const scale = std::pow(10, decimals);
  return shortest(std::round(scale * x) / scale);
}

std::string in_words(SpeciesMap const& values) {
  std::string text;
  for (auto const& [species, value] : values)
    text += (text.empty() ? "" : ", ") + species + " " + rounded(value, 3);
  return text.empty() ? "none" : text;
}

void refuse_unknown_species(Crystal const& crystal, SpeciesMap const& given,
                            SourceLocation const& where, char const* what) {
  auto const present = distinct(crystal.species);
  for (auto const& [species, value] : given)
    if (!contains(present, species))
      fail_input(where, what, " of ", species, ": the structure has no such species, only ",
                 joined(present));
}

ChargeAssignment spread_over_ions(Crystal const& crystal, SpeciesMap const& by_species,
                                  std::string source) {
  ChargeAssignment result{{}, 0, std::move(source), {}};
  for (std::string const& species : crystal.species) {
    auto const at = by_species.find(species);
    result.charges.push_back(at == by_species.end() ? std::nan("") : at->second);
  }
  return result;
}

void note_total(ChargeAssignment& assignment) {
  double sum = 0;  // NaN where some are not known
  for (double charge : assignment.charges) sum += charge;
  if (std::fabs(sum) > 0.01 * double(assignment.charges.size()))
    assignment.remarks.push_back("the charges sum to " + rounded(sum, 3) + " e, not to zero (" +
                                 assignment.source + ")");
}

}  // namespace ionscape
