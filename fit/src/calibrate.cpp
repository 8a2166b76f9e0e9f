#include <ionscape/fit/calibrate.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>

#include <ionscape/core/error.hpp>

#include "form_fitter.hpp"

namespace ionscape {

namespace {

constexpr double same_value = 1e-3;  // relative: charges and volumes as files round them

bool is_among(double value, std::vector<double> const& list) {
  return std::ranges::any_of(
      list, [&](double v) { return std::fabs(v - value) <= same_value * std::fabs(value); });
}

/// All values that a form can be asked for, with the size of their residuals. Remarks say what was
/// left out.
std::vector<FitRow> rows_of(FitPlan const& plan, ReferenceData const& data,
                            std::vector<std::string>& remarks) {
  std::vector<FitRow> rows;
  std::size_t doubtful = 0, bounds = 0;
  std::map<std::string, int> fitted;
  for (ReferenceValue const& value : data.values) {
    if (std::ranges::count(plan.anions, value.anion) == 0 || value.quantity == Quantity::E_tet)
      continue;
    if (value.charge_e < plan.charge_e[0] || value.charge_e > plan.charge_e[1]) continue;
    if (value.quantity == Quantity::image && value.image == 0) continue;
    if (value.bound) {
      ++bounds;
      continue;
    }
    if (value.doubtful) {
      ++doubtful;
      continue;
    }
    auto const weight =
        plan.weights.contains(value.quantity) ? plan.weights.at(value.quantity) : FitWeight{};
    FitRow row{value, value.distortion == 1 ? weight.undistorted_eV : weight.distorted_eV,
               false, 0,
               {},    {}};
    row.held_out = is_among(value.charge_e, plan.held_out_charges) ||
                   is_among(value.volume_A3, plan.held_out_volumes);
    fitted[value.anion] += row.sigma_eV > 0 && !row.held_out;
    rows.push_back(row);
  }
  for (std::string const& anion : plan.anions)
    if (fitted[anion] == 0)
      fail_input({plan.file}, "the reference has nothing to fit for anion ", anion);
  remarks.push_back(std::to_string(doubtful) + " doubtful values and " + std::to_string(bounds) +
                    " that are only bounds were left out");
  return rows;
}

/// How many fits there will be: starts, folds, resampled blocks, anions left out, trade-offs.
std::size_t number_of_fits(FitPlan const& plan) {
  std::size_t total = plan.forms.size() * (plan.starts + 2 * plan.folds + plan.bootstrap) +
                      plan.traded_weights.size() * (1 + 2 * plan.folds);
  for (FitForm const& form : plan.forms) total += anions_to_leave_out(plan, form);
  return total;
}

/// The form that the plan names, else the one with the smallest cross-validated error.
void choose_form(FitPlan const& plan, CalibrationResult& result) {
  for (std::size_t f = 0; f < result.forms.size(); ++f) {
    double const error = result.forms[f].cross_validated_error,
                 best = result.best().cross_validated_error;
    bool const better = plan.chosen.empty()
                            ? error < best || (std::isnan(best) && !std::isnan(error))
                            : result.forms[f].form.name == plan.chosen;
    if (better) result.chosen = f;
  }
}

}  // namespace

CalibrationResult calibrate(FitPlan const& plan, ReferenceData const& data,
                            std::function<void(std::size_t, std::size_t)> const& progress) {
  CalibrationResult result;
  result.plan = plan;
  result.remarks = data.remarks;
  std::vector<FitRow> rows = rows_of(plan, data, result.remarks);
  std::size_t const total = number_of_fits(plan);
  std::atomic<std::size_t> done = 0;
  std::mutex one_at_a_time;
  auto const tick = [&](int n) {
    std::size_t const now = done += n;
    if (progress) {
      std::lock_guard const lock(one_at_a_time);
      progress(std::min(now, total), total);
    }
  };
  for (FitForm const& form : plan.forms) result.forms.push_back(fit_form(plan, form, rows, tick));
  choose_form(plan, result);
  FitPlan other = plan;  // from the chosen minimum on
  other.bootstrap = 0, other.starts = 1;
  for (double weight : plan.traded_weights) {
    for (FitRow& row : rows)
      if (row.reference.quantity == *plan.traded && row.reference.distortion != 1)
        row.sigma_eV = weight;
    FormFit const& best = result.best();
    result.trade_off.push_back({weight, fit_form(other, best.form, rows, tick, best.free_values)});
  }
  return result;
}

}  // namespace ionscape
