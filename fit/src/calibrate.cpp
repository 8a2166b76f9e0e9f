#include <ionscape/fit/calibrate.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <random>
#include <set>

#include <ceres/dynamic_autodiff_cost_function.h>
#include <ceres/iteration_callback.h>
#include <ceres/manifold.h>
#include <ceres/problem.h>
#include <ceres/solver.h>
#include <Eigen/Dense>
#include <Kokkos_Core.hpp>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/toml.hpp>

#include "fit_model.hpp"

namespace ionscape {

namespace {

constexpr double refit_tolerance = 1e-7;  // refits: for errors, from the minimum on
constexpr int candidates_of_a_start =
    64;  // at random within the bounds: the best of them is where a start begins
constexpr double same_value = 1e-3;  // relative: charges and volumes as files round them

bool is_among(double value, std::vector<double> const& list) {
  return std::ranges::any_of(
      list, [&](double v) { return std::fabs(v - value) <= same_value * std::fabs(value); });
}

Across read_across(TomlReader& table) {
  std::string const word = table.optional<std::string>("across").value_or("own");
  if (word == "own") return Across::own;
  if (word == "shared") return Across::shared;
  if (word == "trend") return Across::trend;
  table.fail("across", "across = \"", word, "\", expected \"own\", \"shared\" or \"trend\"");
}

FitParameter read_parameter(TomlReader& term, std::string const& key, std::string const& name,
                            int index) {
  FitParameter p;
  p.name = name, p.term = index;
  if (!term.has(key)) return p;  // fixed at zero
  if (!term.is_table(key)) {
    p.start = term.required<double>(key);
    return p;
  }
  TomlReader table = term.table(key);
  if (!table.has("start")) {
    for (std::string const& anion : table.keys()) p.by_anion[anion] = table.required<double>(anion);
    return p;
  }
  p.free = true;
  p.start = table.required<double>("start");
  p.min = table.required<double>("min"), p.max = table.required<double>("max");
  if (!(p.min < p.max) || p.start < p.min || p.start > p.max)
    fail_input(table.where(), key, ": expected min <= start <= max and min < max, found ", p.min,
               ", ", p.start, ", ", p.max);
  p.across = read_across(table);
  return p;
}

void read_term(TomlReader table, std::string const& keyword, std::string const& suffix,
               FitForm& form) {
  with_fit_term(keyword, [&](auto term) {
    for (char const* name : term.names)
      form.parameters.push_back(read_parameter(table, name, name + suffix, int(form.terms.size())));
  });
  form.terms.push_back(keyword);
}

FitForm read_form(TomlReader& table) {
  FitForm form;
  form.name = table.required<std::string>("name");
  read_term(table.table("charge"), "charge", "", form);
  auto repulsions = table.tables("repulsion");
  for (std::size_t i = 0; i < repulsions.size(); ++i)
    read_term(repulsions[i], "repulsion", repulsions.size() > 1 ? std::to_string(i + 1) : "", form);
  if (auto dispersion = table.optional_table("dispersion")) {
    if (repulsions.empty())
      fail_input(table.where(), "form \"", form.name,
                 "\": expected a [[form.repulsion]] beside [form.dispersion]");
    read_term(*dispersion, "dispersion", "", form);
  }
  if (std::ranges::none_of(form.parameters, &FitParameter::free))
    fail_input(table.where(), "form \"", form.name, "\" has no free parameter");
  return form;
}

void check_sharing(TomlReader const& form, FitPlan const& plan, FitParameter const& p) {
  if (!p.by_anion.empty())
    for (auto const* list : {&plan.anions, &plan.predicted})
      for (std::string const& anion : *list)
        if (!p.by_anion.contains(anion))
          fail_input(form.where(), p.name,
                     ": expected start, min and max, or a value for each anion; found none for ",
                     anion);
  if (!p.free) return;
  if (p.across == Across::own && !plan.predicted.empty())
    fail_input(form.where(), "predict needs across = \"shared\" or \"trend\" for ", p.name);
  if (p.across != Across::trend) return;
  for (auto const* list : {&plan.anions, &plan.predicted})
    for (std::string const& anion : *list)
      if (!plan.radius_A.contains(anion))
        fail_input(form.where(), p.name, " follows a trend, but [radius_A] has no ", anion);
}

/// What is fitted: rows, their weights, the loss, and how often each row counts.
struct Residuals {
  FitModel const* model;
  std::vector<double> const *target, *weight;  // weight: 1 / sigma
  std::vector<int> const* count;               // 0: left out
  double robust;

  template <class T>
  bool operator()(T const* const* x, T* residuals) const {
    model->predict(x[0], residuals);
    using std::sqrt;
    for (int i = 0; i < model->observations(); ++i) {
      T r = (residuals[i] - (*target)[i]) * (*weight)[i];
      // Soft-L1 loss c^2 2 (sqrt(1 + (r/c)^2) - 1) as a residual whose square it is.
      if (robust > 0) r = r * sqrt(2.0 / (1.0 + sqrt(1.0 + r * r / (robust * robust))));
      residuals[i] = r * std::sqrt(double((*count)[i]));
    }
    return true;
  }
};

struct Minimum {
  std::vector<double> x;
  double cost = std::numeric_limits<double>::infinity();
  bool converged = false;
};

/// Residuals and their Jacobian (rows, free parameters) at x.
struct Linear {
  Eigen::VectorXd residuals;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> jacobian;
};
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

/// Ends when a step lowers the cost by less than `tolerance` of it. A parameter that comes to rest
/// at a bound is held there while the others go on, and let go if the cost then falls inwards:
/// Levenberg's steps, cut off at a bound, would crawl along it.
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

/// Half the sum of squares; infinite where the form has no value.
double cost_at(Residuals const& residuals, std::vector<double> const& x) {
  std::vector<double> r(residuals.model->observations());
  double const* const blocks[] = {x.data()};
  residuals(blocks, r.data());
  double sum = 0;
  for (double value : r) sum += 0.5 * value * value;
  return std::isfinite(sum) ? sum : std::numeric_limits<double>::infinity();
}

/// Uniform in [0, 1): the same on every platform.
double uniform(std::mt19937_64& generator) { return double(generator() >> 11) * 0x1p-53; }

/// The value of each sorted block, cut into `n` blocks of neighbours.
std::vector<std::set<double>> blocks_of(std::set<double> const& values, int n) {
  std::vector<std::set<double>> blocks(std::min<std::size_t>(n, values.size()));
  std::size_t i = 0;
  for (double v : values) blocks[i++ * blocks.size() / values.size()].insert(v);
  return blocks;
}

/// Runs f(0) .. f(n - 1) on the host's threads.
template <class F>
void for_each_fit(int n, F const& f) {
  using Host = Kokkos::DefaultHostExecutionSpace;
  Kokkos::parallel_for(
      "ionscape::calibrate",
      Kokkos::RangePolicy<Host, Kokkos::Schedule<Kokkos::Dynamic>>(0, n).set_chunk_size(1),
      [&](int i) { f(i); });
  Host().fence();
}

/// How often a form is fitted without one of its anions: the rest must determine its parameters, so
/// all of them are shared or follow a trend, which takes two.
int anions_to_leave_out(FitPlan const& plan, FitForm const& form) {
  bool const own = std::ranges::any_of(
      form.parameters, [](FitParameter const& p) { return p.free && p.across == Across::own; });
  return own || plan.anions.size() < 3 ? 0 : int(plan.anions.size());
}

/// Fits one form: all starts, errors of the parameters, cross-validation, bootstrap.
class FormFitter {
 public:
  /// `start`: free values to begin from, in place of the form's own.
  FormFitter(FitPlan const& plan, FitForm const& form, std::vector<FitRow> rows,
             std::function<void(int)> tick, std::vector<double> start = {})
      : plan_(plan), form_(form), tick_(std::move(tick)), start_(std::move(start)) {
    fit_.form = form;
    fit_.rows = std::move(rows);
    std::vector<ReferenceValue> references;
    for (FitRow& row : fit_.rows)
      if (row.sigma_eV > 0 && !row.held_out) {
        fitted_.push_back(&row);
        references.push_back(row.reference);
        target_.push_back(row.reference.value_eV);
        weight_.push_back(1 / row.sigma_eV);
      }
    once_.assign(fitted_.size(), 1);
    model_.emplace(plan_, form_, references);
    if (start_.empty())
      for (auto const& b : model_->bounds()) start_.push_back(b.start);
    fit_.fitted_values = int(fitted_.size());
  }

  FormFit run() {
    search();
    predict_fitted();
    judge_parameters();
    cross_validate();
    leave_out_anions();
    bootstrap();
    fit_.values = values_of(fit_.free_values);
    return std::move(fit_);
  }

 private:
  Residuals residuals(std::vector<int> const& count) const {
    return {&*model_, &target_, &weight_, &count, plan_.robust};
  }

  void search() {
    int const n = std::max(1, plan_.starts);
    std::mt19937_64 generator(20230507);
    std::vector<std::vector<std::vector<double>>> candidates(n);
    for (int s = 0; s < n; ++s)
      for (int c = 0; c < (s == 0 ? 1 : candidates_of_a_start); ++c) {
        std::vector<double> x = start_;
        for (std::size_t i = 0; s > 0 && i < x.size(); ++i) {
          auto const& b = model_->bounds()[i];
          x[i] = b.lower + (b.upper - b.lower) * (0.05 + 0.9 * uniform(generator));
        }
        candidates[s].push_back(std::move(x));
      }
    std::vector<Minimum> minima(n);
    for_each_fit(n, [&](int s) {
      auto const start = std::ranges::min(
          candidates[s], {}, [&](auto const& x) { return cost_at(residuals(once_), x); });
      minima[s] = minimise(residuals(once_), start, plan_.tolerance);
      tick_(1);
    });
    auto const best = std::ranges::min_element(minima, {}, &Minimum::cost);
    fit_.free_values = best->x, fit_.cost = best->cost, fit_.converged = best->converged;
    fit_.starts = n;
    for (Minimum const& m : minima) fit_.starts_at_best += m.cost <= 1.01 * best->cost;
    fit_.free_parameters = model_->free_parameters();
    fit_.aic = fit_.fitted_values * std::log(2 * fit_.cost / fit_.fitted_values) +
               2 * fit_.free_parameters;
  }

  void predict_fitted() {
    std::vector<ReferenceValue> all;
    for (FitRow const& row : fit_.rows) all.push_back(row.reference);
    std::vector<double> p(all.size());
    FitModel(plan_, form_, all).predict(fit_.free_values.data(), p.data());
    for (std::size_t i = 0; i < p.size(); ++i) fit_.rows[i].fitted_eV = p[i];
  }

  void judge_parameters() {
    auto const& x = fit_.free_values;
    int const n = int(x.size());
    auto const at_bound = [&](int i) {
      auto const& b = model_->bounds()[i];
      double const margin = 1e-6 * (b.upper - b.lower);
      return x[i] < b.lower + margin || x[i] > b.upper - margin;
    };
    std::vector<int> inside;
    for (int i = 0; i < n; ++i)
      if (!at_bound(i)) inside.push_back(i);
    Eigen::MatrixXd const all = linearise(residuals(once_), x).jacobian;
    Eigen::MatrixXd j(all.rows(), Eigen::Index(inside.size()));
    for (std::size_t k = 0; k < inside.size(); ++k) j.col(Eigen::Index(k)) = all.col(inside[k]);
    if (inside.empty())
      j = Eigen::MatrixXd::Zero(all.rows(), 1);  // all at bounds: nothing has an error
    Eigen::VectorXd const scale = j.colwise().norm().cwiseMax(1e-300);
    Eigen::JacobiSVD<Eigen::MatrixXd> const svd(j * scale.cwiseInverse().asDiagonal(),
                                                Eigen::ComputeThinV);
    Eigen::VectorXd const s =
        svd.singularValues().cwiseMax(1e-14 * svd.singularValues().maxCoeff());
    fit_.condition = s.maxCoeff() / s.minCoeff();
    // The errors of the values are at least as large as their weights say.
    double const variance = std::max(1.0, 2 * fit_.cost / std::max(1, fit_.fitted_values - n));
    Eigen::MatrixXd const half = svd.matrixV() * s.cwiseInverse().asDiagonal();
    Eigen::MatrixXd covariance = variance * (scale.cwiseInverse().asDiagonal() * half *
                                             half.transpose() * scale.cwiseInverse().asDiagonal());
    // The direction in which the data say least, in relative changes of the parameters.
    Eigen::VectorXd const weakest = svd.matrixV().col(svd.matrixV().cols() - 1);
    std::vector<std::pair<double, int>> parts;
    for (std::size_t k = 0; k < inside.size(); ++k)
      parts.emplace_back(-std::fabs(weakest[Eigen::Index(k)]), int(k));
    std::ranges::sort(parts);
    for (std::size_t k = 0; k < std::min<std::size_t>(3, parts.size()); ++k) {
      auto const& b = model_->bounds()[inside[parts[k].second]];
      bool const positive = weakest[parts[k].second] * weakest[parts[0].second] > 0;
      fit_.weakest += (k ? (positive ? " with " : " against ") : "") + b.name +
                      (plan_.anions.size() > 1 ? " (" + b.anion + ")" : "");
    }
    fit_.correlations.assign(n, std::vector<double>(n, std::nan("")));
    std::vector<double> error(n, std::nan(""));
    for (std::size_t k = 0; k < inside.size(); ++k) {
      error[inside[k]] = std::sqrt(covariance(Eigen::Index(k), Eigen::Index(k)));
      for (std::size_t l = 0; l < inside.size(); ++l)
        fit_.correlations[inside[k]][inside[l]] =
            covariance(Eigen::Index(k), Eigen::Index(l)) /
            std::sqrt(covariance(Eigen::Index(k), Eigen::Index(k)) *
                      covariance(Eigen::Index(l), Eigen::Index(l)));
    }
    for (int i = 0; i < n; ++i) {
      auto const& b = model_->bounds()[i];
      double const value = b.natural(x[i]);
      FittedParameter p{b.name, b.anion,     value, error[i] * (b.sign == 0 ? 1 : std::fabs(value)),
                        true,   at_bound(i), true};
      p.identified = !p.at_bound && p.standard_error < std::fabs(p.value);
      fit_.parameters.push_back(p);
    }
    for (FitParameter const& p : form_.parameters)
      if (!p.free && !p.by_anion.empty())
        for (auto const& [anion, value] : p.by_anion)
          fit_.parameters.push_back({p.name, anion, value, std::nan(""), false, false, true});
      else if (!p.free && p.start != 0)
        fit_.parameters.push_back({p.name, "all", p.start, std::nan(""), false, false, true});
  }

  void cross_validate() {
    std::vector<std::vector<int>> counts;  // of each fold; 0 where it leaves out
    for (bool by_charge : {true, false}) {
      auto const value = [&](std::size_t i) {
        return by_charge ? fitted_[i]->reference.charge_e : fitted_[i]->reference.volume_A3;
      };
      std::set<double> values;
      for (std::size_t i = 0; i < fitted_.size(); ++i) values.insert(value(i));
      for (std::set<double> const& block : blocks_of(values, plan_.folds)) {
        counts.push_back(once_);
        for (std::size_t i = 0; i < fitted_.size(); ++i)
          if (block.contains(value(i))) counts.back()[i] = 0;
      }
    }
    fit_.cross_validated_error = predict_left_out(counts, &FitRow::left_out_eV);
  }

  /// What the set of an anion without data is worth: each anion from those of the others.
  void leave_out_anions() {
    std::vector<std::vector<int>> counts(anions_to_leave_out(plan_, form_), once_);
    for (std::size_t a = 0; a < counts.size(); ++a)
      for (std::size_t i = 0; i < fitted_.size(); ++i)
        if (fitted_[i]->reference.anion == plan_.anions[a]) counts[a][i] = 0;
    fit_.other_anions_error = predict_left_out(counts, &FitRow::other_anions_eV);
  }

  /// Refits with each set of counts, from the minimum on; free parameters as they are fitted.
  std::vector<std::vector<double>> refit(std::vector<std::vector<int>> const& counts) {
    std::vector<std::vector<double>> x(counts.size());
    for_each_fit(int(counts.size()), [&](int f) {
      x[f] = minimise(residuals(counts[f]), fit_.free_values, refit_tolerance).x;
      tick_(1);
    });
    return x;
  }

  /// Adds to `member` of each row the predictions of the refits that leave it out (count zero);
  /// returns the mean absolute weighted residual of all these.
  double predict_left_out(std::vector<std::vector<int>> const& counts,
                          std::vector<double> FitRow::*member) {
    auto const refits = refit(counts);
    double sum = 0;
    int n = 0;
    for (std::size_t f = 0; f < refits.size(); ++f) {
      std::vector<double> predictions(fitted_.size());
      model_->predict(refits[f].data(), predictions.data());
      for (std::size_t i = 0; i < fitted_.size(); ++i) {
        if (counts[f][i] != 0) continue;
        (fitted_[i]->*member).push_back(predictions[i]);
        sum += std::fabs(predictions[i] - target_[i]) * weight_[i], ++n;
      }
    }
    return n ? sum / n : std::nan("");
  }

  /// Resamples rows of equal charge and distortion as a whole: their errors are alike.
  void bootstrap() {
    using Block = std::tuple<std::string, double, double>;
    std::map<Block, std::vector<std::size_t>> blocks;
    for (std::size_t i = 0; i < fitted_.size(); ++i) {
      auto const& r = fitted_[i]->reference;
      blocks[{r.anion, r.charge_e, r.distortion}].push_back(i);
    }
    std::vector<Block> names;
    for (auto const& [name, rows] : blocks) names.push_back(name);
    std::mt19937_64 generator(1947);
    std::vector<std::vector<int>> counts(plan_.bootstrap, std::vector<int>(fitted_.size(), 0));
    for (auto& count : counts)
      for (std::size_t k = 0; k < names.size(); ++k)
        for (std::size_t i : blocks[names[std::size_t(uniform(generator) * double(names.size()))]])
          ++count[i];
    for (auto const& x : refit(counts)) fit_.ensemble.push_back(values_of(x));
  }

  /// Natural values of all parameters, anion by anion.
  std::vector<std::vector<double>> values_of(std::vector<double> const& x) const {
    std::vector<std::vector<double>> values;
    for (std::size_t a = 0; a < plan_.anions.size() + plan_.predicted.size(); ++a)
      values.push_back(model_->parameters(x.data(), a));
    return values;
  }

  FitPlan const& plan_;
  FitForm const& form_;
  std::function<void(int)> tick_;
  std::optional<FitModel> model_;  // of the fitted rows
  std::vector<FitRow*> fitted_;    // in fit_.rows
  std::vector<double> target_, weight_, start_;
  std::vector<int> once_;  // every row counts once
  FormFit fit_;
};

}  // namespace

FitPlan read_fit_plan(std::filesystem::path const& file) {
  TomlReader toml = TomlReader::from_file(file);
  FitPlan plan;
  plan.file = file;
  plan.name = toml.required<std::string>("name");
  plan.anions = toml.required<std::vector<std::string>>("anions");
  if (plan.anions.empty()) toml.fail("anions", "anions is empty");
  plan.predicted =
      toml.optional<std::vector<std::string>>("predict").value_or(std::vector<std::string>{});
  if (auto const range = toml.optional<std::vector<double>>("charge_e")) {
    if (range->size() != 2 || !((*range)[0] < (*range)[1]))
      toml.fail("charge_e", "charge_e: expected [lowest, highest]");
    plan.charge_e = {(*range)[0], (*range)[1]};
  }
  TomlReader observables = toml.table("observables");
  for (std::string const& key : observables.keys()) {
    auto const quantity = std::ranges::find(all_quantities, key, name_of);
    if (quantity == std::end(all_quantities) || *quantity == Quantity::E_tet) {
      std::vector<std::string> names;
      for (Quantity q : all_quantities)
        if (q != Quantity::E_tet) names.push_back(name_of(q));
      observables.fail(key, "no observable '", key, "', expected one of ", joined(names));
    }
    TomlReader table = observables.table(key);
    plan.weights[*quantity] = {table.optional<double>("undistorted_eV", above(0)).value_or(0),
                               table.optional<double>("distorted_eV", above(0)).value_or(0)};
  }
  if (auto held = toml.optional_table("hold_out")) {
    plan.held_out_charges =
        held->optional<std::vector<double>>("charge_e").value_or(std::vector<double>{});
    plan.held_out_volumes =
        held->optional<std::vector<double>>("volume_A3").value_or(std::vector<double>{});
  }
  if (auto search = toml.optional_table("search")) {
    plan.starts = search->optional<int>("starts", between(1, 1000)).value_or(plan.starts);
    plan.folds = search->optional<int>("folds", between(2, 100)).value_or(plan.folds);
    plan.bootstrap = search->optional<int>("bootstrap", between(0, 10000)).value_or(0);
    plan.tolerance =
        search->optional<double>("tolerance", between(1e-14, 1e-3)).value_or(plan.tolerance);
    plan.robust = search->optional<double>("robust", at_least(0)).value_or(0);
    plan.chosen = search->optional<std::string>("choose").value_or("");
  }
  if (auto traded = toml.optional_table("trade_off")) {
    auto const quantity =
        std::ranges::find(all_quantities, traded->required<std::string>("quantity"), name_of);
    if (quantity == std::end(all_quantities)) traded->fail("quantity", "no such quantity");
    plan.traded = *quantity;
    plan.traded_weights = traded->required<std::vector<double>>("distorted_eV", above(0));
  }
  if (auto radii = toml.optional_table("radius_A"))
    for (std::string const& anion : radii->keys())
      plan.radius_A[anion] = radii->required<double>(anion, above(0));
  for (TomlReader& table : toml.tables("form")) {
    plan.forms.push_back(read_form(table));
    for (FitParameter const& p : plan.forms.back().parameters) check_sharing(table, plan, p);
  }
  toml.reject_unknown_keys();
  if (plan.forms.empty()) fail_input(toml.where(), "no [[form]]");
  if (!plan.chosen.empty() &&
      std::ranges::find(plan.forms, plan.chosen, &FitForm::name) == plan.forms.end())
    fail_input(toml.where(), "choose = \"", plan.chosen, "\" is none of the forms");
  return plan;
}

CalibrationResult calibrate(FitPlan const& plan, ReferenceData const& data,
                            std::function<void(std::size_t, std::size_t)> const& progress) {
  CalibrationResult result;
  result.plan = plan;
  result.remarks = data.remarks;
  std::vector<FitRow> rows;  // all that a form can be asked for
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
  result.remarks.push_back(std::to_string(doubtful) + " doubtful values and " +
                           std::to_string(bounds) + " that are only bounds were left out");

  std::size_t total = plan.forms.size() * (plan.starts + 2 * plan.folds + plan.bootstrap) +
                      plan.traded_weights.size() * (1 + 2 * plan.folds);
  for (FitForm const& form : plan.forms) total += anions_to_leave_out(plan, form);
  std::atomic<std::size_t> done = 0;
  std::mutex one_at_a_time;
  auto const tick = [&](int n) {
    std::size_t const now = done += n;
    if (progress) {
      std::lock_guard const lock(one_at_a_time);
      progress(std::min(now, total), total);
    }
  };
  for (FitForm const& form : plan.forms)
    result.forms.push_back(FormFitter(plan, form, rows, tick).run());
  for (std::size_t f = 0; f < result.forms.size(); ++f) {
    double const error = result.forms[f].cross_validated_error,
                 best = result.best().cross_validated_error;
    bool const better = plan.chosen.empty()
                            ? error < best || (std::isnan(best) && !std::isnan(error))
                            : result.forms[f].form.name == plan.chosen;
    if (better) result.chosen = f;
  }
  FitPlan other = plan;  // from the chosen minimum on
  other.bootstrap = 0, other.starts = 1;
  for (double weight : plan.traded_weights) {
    for (FitRow& row : rows)
      if (row.reference.quantity == *plan.traded && row.reference.distortion != 1)
        row.sigma_eV = weight;
    FormFit const& best = result.best();
    result.trade_off.push_back(
        {weight, FormFitter(other, best.form, rows, tick, best.free_values).run()});
  }
  return result;
}

std::vector<FitErrors> errors_of(FormFit const& fit) {
  std::vector<FitErrors> table;
  std::set<std::tuple<std::string, Quantity, double>> keys;
  for (FitRow const& row : fit.rows)
    keys.emplace(row.reference.anion, row.reference.quantity, row.reference.distortion);
  for (auto const& [anion, quantity, distortion] : keys) {
    FitErrors line{anion, quantity, distortion, {}, {}, {}, {}};
    std::vector<double> ours[4], reference[4];
    std::vector<double> all_ours, all_reference;
    for (FitRow const& row : fit.rows) {
      if (row.reference.anion != anion || row.reference.quantity != quantity ||
          row.reference.distortion != distortion)
        continue;
      auto const add = [&](int part, double value) {
        ours[part].push_back(value), reference[part].push_back(row.reference.value_eV);
      };
      add(row.held_out || row.sigma_eV == 0 ? 2 : 0, row.fitted_eV);
      for (double predicted : row.left_out_eV) add(1, predicted);
      for (double predicted : row.other_anions_eV) add(3, predicted);
      all_ours.push_back(row.fitted_eV), all_reference.push_back(row.reference.value_eV);
    }
    line.fitted = error_statistics(ours[0], reference[0]);
    line.left_out = error_statistics(ours[1], reference[1]);
    line.held_out = error_statistics(ours[2], reference[2]);
    line.other_anions = error_statistics(ours[3], reference[3]);
    if (quantity == Quantity::tet_minus_oct)
      line.hits = sign_hits(all_ours, all_reference), line.hits_of = all_ours.size();
    table.push_back(line);
  }
  return table;
}

}  // namespace ionscape
