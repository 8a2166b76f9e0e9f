// The least squares of a fit: weighted residuals, their slopes, and the search for a minimum within
// bounds.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Dense>

#include "fit_model.hpp"

namespace ionscape {

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
Linear linearise(Residuals const& residuals, std::vector<double> const& x);

/// Ends when a step lowers the cost by less than `tolerance` of it. A parameter that comes to rest
/// at a bound is held there while the others go on, and let go if the cost then falls inwards:
/// Levenberg's steps, cut off at a bound, would crawl along it.
Minimum minimise(Residuals const& residuals, std::vector<double> start, double tolerance);

/// Half the sum of squares; infinite where the form has no value.
double cost_at(Residuals const& residuals, std::vector<double> const& x);

}  // namespace ionscape
