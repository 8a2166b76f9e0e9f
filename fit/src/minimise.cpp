#include "minimise.hpp"

#include <ceres/dynamic_autodiff_cost_function.h>
#include <ceres/iteration_callback.h>
#include <ceres/manifold.h>
#include <ceres/problem.h>
#include <ceres/solver.h>

namespace ionscape {

Linear linearise(Residuals const& residuals, std::vector<double> const& x) {
  ceres::DynamicAutoDiffCostFunction<Residuals, fit_stride> cost(new Residuals(residuals));
  cost.AddParameterBlock(int(x.size()));
  cost.SetNumResiduals(residuals.model->observations());
  Linear out{Eigen::VectorXd(residuals.model->observations()), {}};
  out.jacobian.resize(residuals.model->observations(), Eigen::Index(x.size()));
  double const* const blocks[] = {x.data()};
  double* jacobians[] = {out.jacobian.data()};
  cost.Evaluate(blocks, out.residuals.data(), jacobians);
  return out;
}

namespace {

/// Of a parameter: not yet held at a bound, held there, or let go (and then never held again).
enum class Bound { open, held, released };

/// Ends a solve once an open parameter has rested at a bound for a few steps.
class RestAtBound : public ceres::IterationCallback {
 public:
  RestAtBound(std::vector<double> const& x, FitModel const& model, std::vector<Bound> const& states)
      : x_(x), model_(model), states_(states), steps_(x.size(), 0) {}
  ceres::CallbackReturnType operator()(ceres::IterationSummary const&) override {
    for (std::size_t i = 0; i < x_.size(); ++i) {
      steps_[i] = rests(i) ? steps_[i] + 1 : 0;
      if (steps_[i] == 3) return ceres::SOLVER_TERMINATE_SUCCESSFULLY;
    }
    return ceres::SOLVER_CONTINUE;
  }
  bool rests(std::size_t i) const {
    auto const& b = model_.bounds()[i];
    return states_[i] == Bound::open && (x_[i] <= b.lower || x_[i] >= b.upper);
  }

 private:
  std::vector<double> const& x_;
  FitModel const& model_;
  std::vector<Bound> const& states_;
  std::vector<int> steps_;
};

/// Of the held parameters the one whose move off its bound lowers the cost most, by the slope over
/// its range; -1: none does.
int to_release(Residuals const& residuals, std::vector<double> const& x,
               std::vector<Bound> const& states) {
  Linear const at = linearise(residuals, x);
  Eigen::VectorXd const slope = at.jacobian.transpose() * at.residuals;
  int best = -1;
  double gain = 1e-6 * (1 + 0.5 * at.residuals.squaredNorm());
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto const& b = residuals.model->bounds()[i];
    double const inward = (x[i] <= b.lower ? -1 : 1) * slope[Eigen::Index(i)] * (b.upper - b.lower);
    if (states[i] == Bound::held && inward > gain) best = int(i), gain = inward;
  }
  return best;
}

}  // namespace

Minimum minimise(Residuals const& residuals, std::vector<double> start, double tolerance) {
  FitModel const& model = *residuals.model;
  Minimum result;
  ceres::Problem problem;
  auto* cost =
      new ceres::DynamicAutoDiffCostFunction<Residuals, fit_stride>(new Residuals(residuals));
  cost->AddParameterBlock(model.free_parameters());
  cost->SetNumResiduals(model.observations());
  problem.AddResidualBlock(cost, nullptr, start.data());
  for (int i = 0; i < model.free_parameters(); ++i) {
    problem.SetParameterLowerBound(start.data(), i, model.bounds()[i].lower);
    problem.SetParameterUpperBound(start.data(), i, model.bounds()[i].upper);
  }
  ceres::Solver::Options options;
  // Strengths and ranges of the repulsions trade places along a narrow bent valley.
  options.use_nonmonotonic_steps = true;
  options.max_num_iterations = 1500;
  options.function_tolerance = tolerance;
  options.parameter_tolerance = 1e-10;
  options.linear_solver_type = ceres::DENSE_QR;
  options.logging_type = ceres::SILENT;
  options.update_state_every_iteration = true;  // for the callback
  std::vector<Bound> states(start.size(), Bound::open);
  for (bool done = false; !done;) {
    std::vector<int> constant;
    for (std::size_t i = 0; i < states.size(); ++i)
      if (states[i] == Bound::held) constant.push_back(int(i));
    if (constant.size() == states.size()) {
      result.converged = true;
      result.cost = 0.5 * linearise(residuals, start).residuals.squaredNorm();
      break;
    }
    problem.SetManifold(start.data(), constant.empty()
                                          ? nullptr
                                          : new ceres::SubsetManifold(int(start.size()), constant));
    RestAtBound rest(start, model, states);
    options.callbacks = {&rest};
    ceres::Solver::Summary summary;
    ceres::Solve(options, &problem, &summary);
    result.cost = summary.final_cost;
    result.converged = summary.termination_type == ceres::CONVERGENCE;
    done = true;
    for (std::size_t i = 0; i < states.size(); ++i)
      if (rest.rests(i)) states[i] = Bound::held, done = false;
    if (!done) continue;
    if (int const free = to_release(residuals, start, states); free >= 0)
      states[std::size_t(free)] = Bound::released, done = false;
  }
  result.x = start;
  if (!std::isfinite(result.cost)) result.cost = std::numeric_limits<double>::infinity();
  return result;
}

double cost_at(Residuals const& residuals, std::vector<double> const& x) {
  std::vector<double> r(residuals.model->observations());
  double const* const blocks[] = {x.data()};
  residuals(blocks, r.data());
  double sum = 0;
  for (double value : r) sum += 0.5 * value * value;
  return std::isfinite(sum) ? sum : std::numeric_limits<double>::infinity();
}

}  // namespace ionscape
