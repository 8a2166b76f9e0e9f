#include "form_fitter.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include <Eigen/Dense>
#include <Kokkos_Core.hpp>

#include "minimise.hpp"

namespace ionscape {

namespace {

constexpr double refit_tolerance = 1e-7;  // refits: for errors, from the minimum on
constexpr int candidates_of_a_start =
    64;  // at random within the bounds: the best of them is where a start begins

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

class FormFitter {
 public:
  FormFitter(FitPlan const& plan, FitForm const& form, std::vector<FitRow> rows,
             std::function<void(int)> tick, std::vector<double> start)
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

  bool at_bound(int i) const {
    auto const& b = model_->bounds()[i];
    double const x = fit_.free_values[i], margin = 1e-6 * (b.upper - b.lower);
    return x < b.lower + margin || x > b.upper - margin;
  }

  void judge_parameters() {
    std::vector<int> inside;
    for (int i = 0; i < fit_.free_parameters; ++i)
      if (!at_bound(i)) inside.push_back(i);
    Eigen::MatrixXd const covariance = covariance_of(inside);
    correlate(inside, covariance);
    std::vector<double> error(fit_.free_parameters, std::nan(""));
    for (std::size_t k = 0; k < inside.size(); ++k)
      error[inside[k]] = std::sqrt(covariance(Eigen::Index(k), Eigen::Index(k)));
    list_parameters(error);
  }

  /// Of the parameters `inside` their bounds, linear at the minimum. Says how well the data
  /// determine them, too.
  Eigen::MatrixXd covariance_of(std::vector<int> const& inside) {
    Eigen::MatrixXd const all = linearise(residuals(once_), fit_.free_values).jacobian;
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
    name_weakest(svd.matrixV().col(svd.matrixV().cols() - 1), inside);
    // The errors of the values are at least as large as their weights say.
    double const variance =
        std::max(1.0, 2 * fit_.cost / std::max(1, fit_.fitted_values - fit_.free_parameters));
    Eigen::MatrixXd const half = svd.matrixV() * s.cwiseInverse().asDiagonal();
    return variance * (scale.cwiseInverse().asDiagonal() * half * half.transpose() *
                       scale.cwiseInverse().asDiagonal());
  }

  /// The direction in which the data say least, in relative changes of the parameters.
  void name_weakest(Eigen::VectorXd const& direction, std::vector<int> const& inside) {
    std::vector<std::pair<double, int>> parts;
    for (std::size_t k = 0; k < inside.size(); ++k)
      parts.emplace_back(-std::fabs(direction[Eigen::Index(k)]), int(k));
    std::ranges::sort(parts);
    for (std::size_t k = 0; k < std::min<std::size_t>(3, parts.size()); ++k) {
      auto const& b = model_->bounds()[inside[parts[k].second]];
      bool const positive = direction[parts[k].second] * direction[parts[0].second] > 0;
      fit_.weakest += (k ? (positive ? " with " : " against ") : "") + b.name +
                      (plan_.anions.size() > 1 ? " (" + b.anion + ")" : "");
    }
  }

  void correlate(std::vector<int> const& inside, Eigen::MatrixXd const& covariance) {
    auto const n = std::size_t(fit_.free_parameters);
    fit_.correlations.assign(n, std::vector<double>(n, std::nan("")));
    for (std::size_t k = 0; k < inside.size(); ++k)
      for (std::size_t l = 0; l < inside.size(); ++l)
        fit_.correlations[inside[k]][inside[l]] =
            covariance(Eigen::Index(k), Eigen::Index(l)) /
            std::sqrt(covariance(Eigen::Index(k), Eigen::Index(k)) *
                      covariance(Eigen::Index(l), Eigen::Index(l)));
  }

  /// The free ones with these errors (NaN: at a bound), then the fixed ones that are not zero.
  void list_parameters(std::vector<double> const& error) {
    for (int i = 0; i < fit_.free_parameters; ++i) {
      auto const& b = model_->bounds()[i];
      double const value = b.natural(fit_.free_values[i]);
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

int anions_to_leave_out(FitPlan const& plan, FitForm const& form) {
  bool const own = std::ranges::any_of(
      form.parameters, [](FitParameter const& p) { return p.free && p.across == Across::own; });
  return own || plan.anions.size() < 3 ? 0 : int(plan.anions.size());
}

FormFit fit_form(FitPlan const& plan, FitForm const& form, std::vector<FitRow> rows,
                 std::function<void(int)> tick, std::vector<double> start) {
  return FormFitter(plan, form, std::move(rows), std::move(tick), std::move(start)).run();
}

}  // namespace ionscape
