#include "model_errors.hpp"

#include <algorithm>
#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/sweep/ensemble.hpp>

namespace ionscape {

std::vector<std::string> outside_range(PotentialSet const& set, double charge_e, double volume_A3,
                                       double d) {
  if (!set.fitted)
    return {"the potential of " + set.insertion->framework +
            " states no range in which it was fitted"};
  FittedRange const& fitted = *set.fitted;
  std::vector<std::string> words;
  auto const check = [&](std::string const& what, double x, std::array<double, 2> range,
                         char const* unit) {
    constexpr double slack = 1e-9;
    if (x < range[0] - slack || x > range[1] + slack)
      words.push_back(what + " is outside the calibrated range " + shortest(range[0]) + " .. " +
                      shortest(range[1]) + unit);
  };
  check("anion charge " + decimals(charge_e, 3) + " e", charge_e, fitted.charge_e, " e");
  check("volume per anion " + decimals(volume_A3, 3) + " Å^3", volume_A3, fitted.volume_A3, " Å^3");
  // Without its number, which stands beside: so that many hops of a compound give one warning.
  if (fitted.distortion) check("a distortion d", d, *fitted.distortion, "");
  return words;
}

PotentialSet const& potential_of(PredictOptions const& options, std::string const& anion) {
  auto const at = options.potentials.find(anion);
  if (at == options.potentials.end())
    fail_input({}, "no potential for frameworks of ", anion, ": --potential SET.toml");
  if (!at->second.insertion) fail_input({at->second.file}, "the set has no [insertion]");
  return at->second;
}

std::array<double, 2> charges_around(double charge, double u) {
  return {charge - u, std::min(charge + u, charge / 10)};
}

double combined(std::initializer_list<double> parts) {
  double sum = 0;
  bool any = false;
  for (double part : parts)
    if (!std::isnan(part)) sum += part * part, any = true;
  return any ? std::sqrt(sum) : std::nan("");
}

double charge_part(double below, double above, double charge, double u) {
  auto const [low, high] = charges_around(charge, u);
  return u * std::fabs(above - below) / (high - low);
}

bool is_far_outside(PotentialSet const& set, double charge_e, double volume_A3, double d) {
  return set.fitted && !set.fitted->nearly_contains(charge_e, volume_A3, d);
}

void note_unknown_error(PotentialSet const& set, bool far_outside, ModelBarrier& barrier) {
  if (far_outside)
    barrier.notes.push_back("far outside the calibrated range: the error is not known");
  if (std::isnan(model_error(set, 1, false)))
    barrier.notes.push_back("the potential states no error of its own: the uncertainty lacks it");
}

void note_missing_part(ModelBarrier& barrier, std::string const& of) {
  std::string const words =
      "the uncertainty lacks the part of " + of + ": a neighbouring band did not converge";
  if (std::ranges::find(barrier.notes, words) == barrier.notes.end())
    barrier.notes.push_back(words);
}

}  // namespace ionscape
