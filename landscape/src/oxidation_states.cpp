#include <ionscape/landscape/oxidation_states.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>

#include "state_search.hpp"

namespace ionscape {

namespace {

using detail::BestChoice;
using detail::Choice;
using detail::ChoiceRule;
using detail::IonKind;

/// Valence units: above the first, structures are strained or states doubtful; choices that differ
/// by less than the second are as good.
constexpr double doubtful_instability = 0.35, as_good_within = 0.05;

std::string with_sign(double state) {
  return (state > 0 ? "+" : "") + significant(std::round(state * 1e4) / 1e4, 5);
}

/// "Li +1, Fe +2.25, O -2"; the states of an element's kinds with "/" between.
std::string in_words(std::vector<std::string> const& species, std::vector<double> const& states) {
  std::vector<std::string> elements;
  std::map<std::string, std::vector<double>> of_element;
  for (std::size_t i = 0; i < species.size(); ++i) {
    auto& values = of_element[species[i]];
    if (values.empty()) elements.push_back(species[i]);
    if (std::ranges::find(values, states[i]) == values.end()) values.push_back(states[i]);
  }
  std::vector<std::string> words;
  for (std::string const& element : elements) {
    std::ranges::sort(of_element[element], std::greater<>());
    std::string word = element + " ";
    for (std::size_t k = 0; k < of_element[element].size(); ++k)
      word += (k ? "/" : "") + with_sign(of_element[element][k]);
    words.push_back(word);
  }
  return joined(words);
}

std::vector<double> spread(std::vector<IonKind> const& kinds, Choice const& choice, std::size_t n) {
  std::vector<double> states(n, 0.0);
  for (std::size_t k = 0; k < kinds.size(); ++k)
    for (std::size_t i : kinds[k].ions) states[i] = choice[k];
  return states;
}

void set_charge_and_instability(Crystal const& crystal, IonStates& result) {
  result.net_charge = 0;
  for (double state : result.states) result.net_charge += state;
  if (std::fabs(result.net_charge) < 1e-6) result.net_charge = 0;
  auto const sums = bond_valence_sums(crystal, result.states);
  result.instability = global_instability(sums, result.states);
  if (result.net_charge != 0)
    result.remarks.push_back("the cell keeps a net charge of " + with_sign(result.net_charge) +
                             " e");
  if (result.instability > doubtful_instability)
    result.remarks.push_back("bond-valence sums are off by " + significant(result.instability, 2) +
                             " valence units (root mean square): a strained structure, or wrong "
                             "states");
}

/// States that somebody else vouches for.
IonStates taken(Crystal const& crystal, std::vector<double> states, StateOrigin origin) {
  IonStates result{std::move(states), origin, 0, 0, "", {}};
  result.source = (origin == StateOrigin::given ? "given: " : "of the structure's file: ") +
                  in_words(crystal.species, result.states);
  set_charge_and_instability(crystal, result);
  return result;
}

bool all_whole(std::span<double const> numbers) {
  return std::ranges::all_of(
      numbers, [](double x) { return std::isfinite(x) && std::fabs(x - std::round(x)) < 1e-6; });
}

/// p-block cations that may differ by two electrons (Sb +3 and +5) become kinds of their own, each
/// ion in the state that its own bond-valence sum is nearest to.
bool split_by_valence(Crystal const& crystal, std::vector<IonKind>& kinds, Choice const& start) {
  std::vector<IonKind> split;
  bool any = false;
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    IonKind const& kind = kinds[k];
    if (!kind.cation || !kind.redox.empty() || kind.common.size() < 2 || kind.ions.size() < 2) {
      split.push_back(kind);
      continue;
    }
    std::map<double, IonKind> parts;
    std::vector<double> least(kind.ions.size(), 1e9), nearest(kind.ions.size(), kind.common[0]);
    for (double state : kind.common) {
      Choice choice = start;
      choice[k] = state;
      auto const sums = bond_valence_sums(crystal, spread(kinds, choice, crystal.size()));
      for (std::size_t n = 0; n < kind.ions.size(); ++n)
        if (double const off = std::fabs(sums[kind.ions[n]] - state); off < least[n])
          least[n] = off, nearest[n] = state;
    }
    for (std::size_t n = 0; n < kind.ions.size(); ++n) {
      IonKind& part = parts[nearest[n]];
      part.element = kind.element;
      part.common = {nearest[n]};
      part.ions.push_back(kind.ions[n]);
    }
    any |= parts.size() > 1;
    for (auto& [state, part] : parts) split.push_back(std::move(part));
  }
  if (any) kinds = std::move(split);
  return any;
}

std::string of_rule(ChoiceRule rule) {
  switch (rule) {
    case ChoiceRule::common:
      return "";
    case ChoiceRule::mixed_valence:
      return "mixed valence: a metal has a mean state";
    case ChoiceRule::rare:
      return "no common states balance: a rare one is among these";
    case ChoiceRule::below_known:
      return "no known states balance: a metal is below those that it commonly has";
    case ChoiceRule::charged:
      return "no states balance: these are common ones";
  }
  return "";
}

/// Elements with their given states, all of an element's ions in one kind.
std::vector<IonKind> with_given(std::vector<IonKind> kinds,
                                std::map<std::string, double> const& given) {
  for (IonKind& kind : kinds)
    if (auto const at = given.find(kind.element); at != given.end()) {
      kind.common = {at->second};
      kind.rare.clear(), kind.redox.clear();
    }
  return kinds;
}

/// The best states of the kinds that bonds make.
struct Attempt {
  std::vector<IonKind> kinds;
  std::vector<std::string> remarks;
  BestChoice best;
  bool has_like_bonds = false;
};

Attempt attempt(Crystal const& crystal, std::map<std::string, double> const& given,
                bool like_bonds) {
  Attempt made;
  made.kinds = with_given(detail::ion_kinds(crystal, like_bonds, made.remarks), given);
  for (IonKind const& kind : made.kinds) made.has_like_bonds |= kind.like_bonds > 0;
  auto const instability = [&](Choice const& choice) {
    auto const states = spread(made.kinds, choice, crystal.size());
    return global_instability(bond_valence_sums(crystal, states), states);
  };
  made.best = detail::best_choice(made.kinds, instability);
  if (made.best.rule != ChoiceRule::common &&
      split_by_valence(crystal, made.kinds, made.best.states)) {
    made.best = detail::best_choice(made.kinds, instability);
    made.remarks.push_back("ions of one element have several states, each that of its bonds");
  }
  return made;
}

IonStates assigned(Crystal const& crystal, std::map<std::string, double> const& given) {
  Attempt found = attempt(crystal, given, true);
  // Bonds between like ions that nothing balances with may be none.
  if (found.has_like_bonds && found.best.rule != ChoiceRule::common)
    if (Attempt without = attempt(crystal, given, false); without.best.rule < found.best.rule)
      found = std::move(without);
  BestChoice const& best = found.best;
  IonStates result;
  result.remarks = found.remarks;
  result.states = spread(found.kinds, best.states, crystal.size());
  result.source = "assigned by charge balance: " + in_words(crystal.species, result.states);
  if (!given.empty()) {
    std::vector<std::string> names;
    for (auto const& [species, state] : given) names.push_back(species);
    result.source += " (" + joined(names) + " given)";
  }
  if (best.rule != ChoiceRule::common) result.remarks.push_back(of_rule(best.rule));
  if (best.runner_up && best.runner_up_instability < best.instability + as_good_within)
    result.remarks.push_back(
        "as good: " +
        in_words(crystal.species, spread(found.kinds, *best.runner_up, crystal.size())) +
        " (bond valences off by " + significant(best.runner_up_instability, 3) + " in place of " +
        significant(best.instability, 3) + " valence units)");
  set_charge_and_instability(crystal, result);
  return result;
}

}  // namespace

IonStates ion_states(Crystal const& crystal, std::map<std::string, double> const& given,
                     std::span<double const> stated) {
  for (auto const& [species, state] : given) {
    if (std::ranges::find(crystal.species, species) == crystal.species.end())
      fail_input({}, "oxidation state of ", species, ": no such species here");
    if (!std::isfinite(state) || std::fabs(state) > 9)
      fail_input({}, "oxidation state ", state, " of ", species, ", expected -9 to 9");
  }
  if (!stated.empty() && stated.size() != crystal.size())
    fail_input({}, stated.size(), " stated charges for ", crystal.size(), " ions");
  bool const all_given = std::ranges::all_of(
      crystal.species, [&](std::string const& species) { return given.contains(species); });
  bool const whole = !stated.empty() && all_whole(stated);
  if (all_given || whole) {
    std::vector<double> states(crystal.size());
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      auto const at = given.find(crystal.species[i]);
      states[i] = at != given.end() ? at->second : std::round(stated[i]);
    }
    return taken(crystal, std::move(states),
                 all_given ? StateOrigin::given : StateOrigin::structure);
  }
  IonStates result = assigned(crystal, given);
  if (!stated.empty())
    result.remarks.push_back(
        "the charges of the structure's file are no whole numbers for all ions, "
        "so no oxidation states");
  return result;
}

}  // namespace ionscape
