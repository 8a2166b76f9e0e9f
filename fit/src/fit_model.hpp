// What a form says of the published observables: energies of the Li on the straight path of the
// model cell, as functions of the free parameters, with derivatives.
#pragma once

#include <cmath>
#include <vector>

#include <ionscape/fit/calibrate.hpp>

#include "fit_terms.hpp"

namespace ionscape {

/// Number of derivatives taken in one pass; more free parameters take more passes.
inline constexpr int fit_stride = 12;
using FitJet = ceres::Jet<double, fit_stride>;

/// One value of the data in terms of the states below.
struct FitObservation {
  Quantity quantity;
  int image = 0;
  int state = 0, undistorted = 0;  // undistorted: its twin at distortion 1 (dE only)
};

/// A cell with its charge: one energy profile.
struct FitState {
  int anion = 0;
  double volume = 0, charge = 0, distortion = 1, a = 0;
};

class FitModel {
 public:
  /// The rows keep their order in the predictions.
  FitModel(FitPlan const& plan, FitForm const& form, std::vector<ReferenceValue> const& rows);

  int free_parameters() const { return n_free_; }
  int observations() const { return int(observations_.size()); }

  /// Start, lower and upper bound of each free parameter as it is fitted.
  struct Bounds {
    double start, lower, upper;
    std::string name, anion;
    double sign;  // of a parameter that is fitted as the logarithm of its size; 0: as it is
    double natural(double x) const { return sign == 0 ? x : sign * std::exp(x); }
  };
  std::vector<Bounds> const& bounds() const { return bounds_; }

  /// Parameters of one anion (of plan.anions, then of plan.predicted), in the order of the form,
  /// from the free ones.
  template <class T>
  std::vector<T> parameters(T const* x, std::size_t anion) const;

  /// Assigns one prediction in eV to each row.
  template <class T>
  void predict(T const* x, T* predictions) const;

 private:
  std::string const& anion_name(std::size_t anion) const;
  template <class Term, class T>
  void add_term(int first_parameter, std::vector<std::vector<T>> const& parameters,
                std::vector<T>& energies) const;

  FitPlan const& plan_;
  FitForm const& form_;
  std::vector<FitObservation> observations_;
  std::vector<FitState> states_;
  std::vector<int> first_energy_;  // of each state in the list of energies
  int n_energies_ = 0;
  std::vector<double> distortions_;
  std::vector<std::vector<Shells>>
      points_;  // (distortions, points): the whole path undistorted, else Oct, face, Tet
  std::vector<int> distortion_of_;  // of each state
  std::vector<int> first_free_;     // of each parameter of the form; -1: fixed
  std::vector<Bounds> bounds_;
  double mean_radius_ = 0;
  int n_free_ = 0;
};

}  // namespace ionscape
