// Charges without a calculation: common oxidation states that sum to zero, and the model of
// ionicity that begins from them.
#include <algorithm>
#include <cmath>
#include <optional>

#include <ionscape/core/io/format.hpp>

#include "charge_words.hpp"
#include "elements.hpp"

namespace ionscape {

namespace {

/// A species and the states that it may have.
struct Choice {
  std::string species;
  double count;
  std::vector<double> states;
};

std::vector<Choice> choices_of(Composition const& composition,
                               std::vector<std::string> const& anions, SpeciesMap const& chosen,
                               SourceLocation const& where) {
  std::vector<Choice> choices;
  for (auto const& [species, count] : composition) {
    Choice choice{species, count, {}};
    if (auto const at = chosen.find(species); at != chosen.end()) {
      choice.states = {at->second};
    } else if (Element const* element = properties_of(species)) {
      bool const anion = contains(anions, species);
      for (int state : element->states)
        if (state < 0 || !anion) choice.states.push_back(state);
    }
    if (choice.states.empty())
      fail_input(where, "no common oxidation state of ", species,
                 " is known: give it with --states ", species, "=N");
    choices.push_back(std::move(choice));
  }
  return choices;
}

/// All combinations that sum to zero.
std::vector<SpeciesMap> neutral_states(std::vector<Choice> const& choices) {
  std::vector<SpeciesMap> neutral;
  std::vector<std::size_t> pick(choices.size(), 0);
  for (bool more = true; more;) {
    double sum = 0;
    SpeciesMap states;
    for (std::size_t k = 0; k < choices.size(); ++k) {
      states[choices[k].species] = choices[k].states[pick[k]];
      sum += choices[k].count * choices[k].states[pick[k]];
    }
    if (std::fabs(sum) < 1e-6) neutral.push_back(states);
    more = false;
    for (std::size_t k = 0; k < choices.size() && !more; ++k) {
      more = ++pick[k] < choices[k].states.size();
      if (!more) pick[k] = 0;
    }
  }
  return neutral;
}

/// Mixed valence: the average of the one species that leaves a choice. Nothing where there are
/// several, or where the average is not between its states.
std::optional<OxidationStates> mixed_valence(std::vector<Choice> const& choices) {
  std::vector<Choice const*> flexible;
  SpeciesMap states;
  double rest = 0;
  for (Choice const& choice : choices) {
    if (choice.states.size() > 1) {
      flexible.push_back(&choice);
    } else {
      states[choice.species] = choice.states[0];
      rest += choice.count * choice.states[0];
    }
  }
  if (flexible.size() != 1) return {};
  auto const [low, high] = std::ranges::minmax(flexible[0]->states);
  double const average = -rest / flexible[0]->count;
  if (!(average > low && average < high && low * high > 0)) return {};
  states[flexible[0]->species] = average;
  return OxidationStates{
      states,
      {"mixed valence: " + flexible[0]->species + " " + rounded(average, 3) + " on average"}};
}

}  // namespace

OxidationStates oxidation_states(Composition const& composition,
                                 std::vector<std::string> const& anions, SpeciesMap const& chosen,
                                 SourceLocation const& where) {
  for (auto const& [species, state] : chosen)
    if (!composition.contains(species))
      fail_input(where, "oxidation state of ", species, ": no such species here");
  auto const choices = choices_of(composition, anions, chosen, where);
  auto const neutral = neutral_states(choices);
  if (neutral.size() == 1) return {neutral[0], {}};
  if (neutral.size() > 1) {
    std::string list;
    for (SpeciesMap const& states : neutral)
      list += (list.empty() ? "" : "; or ") + in_words(states);
    fail_input(where, "several oxidation states are neutral: ", list, "; choose with --states");
  }
  if (auto average = mixed_valence(choices)) return *std::move(average);
  std::string tried;
  for (Choice const& choice : choices) {
    tried += (tried.empty() ? "" : "; ") + choice.species;
    for (double state : choice.states) tried += " " + shortest(state);
  }
  fail_input(where, "no choice of common oxidation states is neutral (", tried,
             "); give them with --states");
}

ChargeAssignment formal_charges(Crystal const& crystal, std::vector<std::string> const& anions,
                                SpeciesMap const& chosen, SourceLocation const& where) {
  OxidationStates const formal = oxidation_states(composition_of(crystal), anions, chosen, where);
  ChargeAssignment result = spread_over_ions(
      crystal, formal.states, "formal oxidation states (" + in_words(formal.states) + ")");
  result.remarks = formal.remarks;
  result.remarks.push_back(formal_is_large);
  return result;
}

double ionicity_anion_charge(Composition const& composition, SpeciesMap const& states,
                             std::vector<std::string> const& anions, SourceLocation const& where) {
  auto const electronegativity = [&](std::string const& species) {
    Element const* const element = properties_of(species);
    if (!element || element->electronegativity == 0)
      fail_input(where, "no electronegativity of ", species,
                 " is known: name another source of charges");
    return element->electronegativity;
  };
  double n_anions = 0, chi_anion = 0;
  for (std::string const& anion : anions) {
    n_anions += composition.at(anion);
    chi_anion += composition.at(anion) * electronegativity(anion);
  }
  chi_anion /= n_anions;
  double electrons = 0;
  for (auto const& [species, count] : composition) {
    if (contains(anions, species)) continue;
    if (states.at(species) < 0)
      fail_input(where, "the model 'ionicity' is for compounds of one anion, but ", species,
                 " is a second one (", in_words(states), "): name another source of charges");
    electrons += count * states.at(species) *
                 (ionicity_intercept + ionicity_slope * (chi_anion - electronegativity(species)));
  }
  return -electrons / n_anions;
}

ChargeAssignment ionicity_charges(Crystal const& crystal, std::vector<std::string> const& anions,
                                  SpeciesMap const& chosen, SourceLocation const& where) {
  Composition const composition = composition_of(crystal);
  OxidationStates const formal = oxidation_states(composition, anions, chosen, where);
  double const charge = ionicity_anion_charge(composition, formal.states, anions, where);
  SpeciesMap by_species;
  for (std::string const& anion : anions) by_species[anion] = charge;
  ChargeAssignment result = spread_over_ions(
      crystal, by_species, "model 'ionicity' from formal states (" + in_words(formal.states) + ")");
  result.uncertainty = ionicity_error;
  result.remarks = formal.remarks;
  for (std::string const& anion : anions)
    if (anion != "O" && anion != "S")
      result.remarks.push_back(
          "the charge model was fitted to oxides and sulfides; its error for " + anion +
          " is not known");
  return result;
}

}  // namespace ionscape
