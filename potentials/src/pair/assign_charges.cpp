// Which species of a set an ion of a structure is.
#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/gulp_input.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

namespace {

bool is_bonded(Crystal const& crystal, Cell const& cell, std::size_t i, LabelRule const& rule) {
  for (std::size_t j = 0; j < crystal.size(); ++j)
    if (j != i && element_of_label(crystal.species[j]) == rule.bonded_to &&
        norm(minimum_image(cell, crystal.positions[j] - crystal.positions[i])) <= rule.within)
      return true;
  return false;
}

/// The species of the set that ion i is; "" if it has none. `cell`: reduced, where there are rules.
std::string species_in_set(Crystal const& crystal, Cell const& cell, std::size_t i,
                           PotentialSet const& set) {
  std::string const& own = crystal.species[i];
  std::string const element = element_of_label(own);
  if (own != element && set.charges.contains(own)) return own;
  std::vector<std::string> without_rule;
  for (LabelRule const& rule : set.labels) {
    if (rule.element != element) continue;
    if (rule.bonded_to.empty())
      without_rule.push_back(rule.name);
    else if (is_bonded(crystal, cell, i, rule))
      return rule.name;
  }
  if (set.charges.contains(element)) return element;
  if (without_rule.size() > 1)
    fail_input({set.file}, "ion ", i + 1, " (", own, ") may be ", joined(without_rule),
               " of the set, expected a structure that says which (as GULP's input can)");
  return without_rule.empty() ? "" : without_rule[0];
}

}  // namespace

void refuse_unsummed(PotentialSet const& set, std::vector<std::string> const& species) {
  for (UnsummedTerm const& term : set.unsummed)
    if (std::ranges::all_of(term.species, [&](std::string const& s) {
          return std::ranges::find(species, s) != species.end();
        }))
      fail_input(term.where, "the structure has ", joined(term.species), ", and here stands ",
                 term.why);
}

void assign_charges(Crystal& crystal, PotentialSet const& set) {
  crystal.charges.clear();
  std::vector<std::string> species;
  Cell const cell = set.labels.empty() ? crystal.cell : reduced(crystal.cell).cell;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    species.push_back(species_in_set(crystal, cell, i, set));
    auto const charge = set.charges.find(species.back());
    if (charge == set.charges.end())
      fail_input({set.file}, "no charge for species ", crystal.species[i], " in [charges]");
    crystal.charges.push_back(charge->second);
  }
  refuse_unsummed(set, species);
  crystal.species = std::move(species);
}

}  // namespace ionscape
