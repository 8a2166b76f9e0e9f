#include "state_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>

namespace ionscape::detail {

namespace {

constexpr double neutral_within = 1e-6;  // e
/// More combinations than any real compound has; beyond, a user has to help.
constexpr double most_combinations = 2e6;

/// Calls visit(choice) for all combinations of these states.
template <class Visit>
void visit_combinations(std::vector<std::vector<double>> const& states, Visit const& visit) {
  double combinations = 1;
  for (auto const& of_kind : states) combinations *= double(of_kind.size());
  if (combinations > most_combinations)
    fail_input({}, combinations, " combinations of oxidation states: give some of them");
  if (combinations == 0) return;
  Choice choice;
  for (auto const& of_kind : states) choice.push_back(of_kind[0]);
  std::vector<std::size_t> pick(states.size(), 0);
  for (std::size_t k = 0; k < states.size();) {
    if (k == 0) visit(std::as_const(choice));
    if (++pick[k] < states[k].size()) {
      choice[k] = states[k][pick[k]];
      k = 0;
    } else {
      pick[k] = 0, choice[k] = states[k][0];
      ++k;
    }
  }
}

std::vector<std::vector<double>> states_of(std::vector<IonKind> const& kinds, bool rare) {
  std::vector<std::vector<double>> states;
  for (IonKind const& kind : kinds) {
    states.push_back(kind.common);
    if (rare) states.back().insert(states.back().end(), kind.rare.begin(), kind.rare.end());
  }
  return states;
}

std::vector<Choice> neutral_choices(std::vector<IonKind> const& kinds, bool rare) {
  std::vector<Choice> choices;
  visit_combinations(states_of(kinds, rare), [&](Choice const& choice) {
    if (std::fabs(net_charge(kinds, choice)) < neutral_within) choices.push_back(choice);
  });
  return choices;
}

/// One metal between (or up to `below` under) its states, all others in common ones.
std::vector<Choice> choices_with_a_mean(std::vector<IonKind> const& kinds, double below) {
  std::vector<Choice> choices;
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (kinds[k].redox.empty()) continue;
    auto const [low, high] = std::ranges::minmax(kinds[k].redox);
    auto states = states_of(kinds, false);
    states[k] = {0.0};
    visit_combinations(states, [&](Choice choice) {
      choice[k] = -net_charge(kinds, choice) / double(kinds[k].ions.size());
      if (choice[k] > std::max(low - below, 0.0) + neutral_within &&
          choice[k] < high + neutral_within)
        choices.push_back(choice);
    });
  }
  return choices;
}

/// The combinations of common states whose net charge is the least.
std::vector<Choice> least_charged_choices(std::vector<IonKind> const& kinds) {
  std::vector<Choice> choices;
  double least = std::numeric_limits<double>::infinity();
  visit_combinations(states_of(kinds, false), [&](Choice const& choice) {
    double const charge = std::fabs(net_charge(kinds, choice));
    if (charge < least - neutral_within) choices.clear(), least = charge;
    if (charge < least + neutral_within) choices.push_back(choice);
  });
  return choices;
}

}  // namespace

double net_charge(std::vector<IonKind> const& kinds, Choice const& states) {
  double charge = 0;
  for (std::size_t k = 0; k < kinds.size(); ++k) charge += double(kinds[k].ions.size()) * states[k];
  return charge;
}

BestChoice best_choice(std::vector<IonKind> const& kinds,
                       std::function<double(Choice const&)> const& instability) {
  std::vector<Choice> choices = neutral_choices(kinds, false);
  ChoiceRule rule = ChoiceRule::common;
  auto const otherwise = [&](ChoiceRule next, auto const& find) {
    if (choices.empty()) choices = find(), rule = next;
  };
  otherwise(ChoiceRule::mixed_valence, [&] { return choices_with_a_mean(kinds, 0); });
  otherwise(ChoiceRule::rare, [&] { return neutral_choices(kinds, true); });
  otherwise(ChoiceRule::below_known, [&] { return choices_with_a_mean(kinds, 1); });
  otherwise(ChoiceRule::charged, [&] { return least_charged_choices(kinds); });

  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    double const value = instability(choices[i]);
    order.emplace_back(std::isnan(value) ? std::numeric_limits<double>::infinity() : value, i);
  }
  std::ranges::sort(order);
  BestChoice best{choices[order[0].second], order[0].first, rule, {}, 0};
  if (order.size() > 1)
    best.runner_up = choices[order[1].second], best.runner_up_instability = order[1].first;
  return best;
}

}  // namespace ionscape::detail
