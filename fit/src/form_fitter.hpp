// One form fitted to the data, with all that says how well its parameters are known.
#pragma once

#include <functional>
#include <vector>

#include <ionscape/fit/calibrate.hpp>

namespace ionscape {

/// How often a form is fitted without one of its anions: the rest must determine its parameters, so
/// all of them are shared or follow a trend, which takes two.
int anions_to_leave_out(FitPlan const& plan, FitForm const& form);

/// All starts, errors of the parameters, cross-validation, bootstrap. `rows` are all that the form
/// is asked for; those with a size of residuals that are not held out are fitted. `tick(n)` counts
/// fits, from any thread. `start`: free values to begin from, in place of the form's own.
FormFit fit_form(FitPlan const& plan, FitForm const& form, std::vector<FitRow> rows,
                 std::function<void(int)> tick, std::vector<double> start = {});

}  // namespace ionscape
