// Charge balance: which states of the kinds of ions sum to zero.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ion_kinds.hpp"

namespace ionscape::detail {

/// A state (e) for each kind.
using Choice = std::vector<double>;

/// How a choice was found; what comes first is believed first.
enum class ChoiceRule { common, mixed_valence, rare, below_known, charged };

struct BestChoice {
  Choice states;
  double instability = 0;
  ChoiceRule rule = ChoiceRule::common;
  /// Of another choice by the same rule that comes next; nothing where there is none.
  std::optional<Choice> runner_up;
  double runner_up_instability = 0;
};

/// The choice of least instability by the first rule that has any: of equal ones the first.
BestChoice best_choice(std::vector<IonKind> const& kinds,
                       std::function<double(Choice const&)> const& instability);

double net_charge(std::vector<IonKind> const& kinds, Choice const& states);

}  // namespace ionscape::detail
