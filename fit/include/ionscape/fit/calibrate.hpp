// Fits insertion potentials to published DFT values, and says how well they are known.
//
// A fit file (TOML) names the anions, the observables with the size of a residual that counts as
// one, the data that are held out, and one or more forms to be compared. A form is a sum of terms
// (fit_terms.hpp); any of its parameters is fixed (a number) or free (start and bounds):
//
//     name = "Li-O"
//     anions = ["O"]
//     predict = ["Br"]   # anions without data: all free parameters then are shared, or follow trends
//     charge_e = [-1.75, 0]  # data outside this range are left out
//     [observables]      # residual / this = weighted residual; left out: reported, not fitted
//     tet_minus_oct = {undistorted_eV = 0.01, distorted_eV = 0.05}
//     barrier = {undistorted_eV = 0.01}  # also: image, barrier_three_point, dE_oct, dE_tet
//     [hold_out]         # never used to fit, or to choose a form
//     charge_e = [-0.9, -1.5]
//     volume_A3 = [18.578, 26.838]
//     [search]
//     starts = 8         # the first from `start`, the rest at random within the bounds
//     tolerance = 1e-11  # a fit ends when a step lowers the cost by less than this share
//     robust = 2         # soft-L1 loss: weighted residuals beyond this count linearly; 0: squares
//     folds = 4          # blocks of charges, and of volumes, for cross-validation
//     bootstrap = 20     # potentials refitted to resampled blocks: error bars for maps
//     [trade_off]        # the chosen form again with other weights of one quantity: what it costs
//     quantity = "dE_oct"
//     distorted_eV = [0.3, 0.1, 0.03]
//     [radius_A]         # for parameters with across = "trend": p = p0 + p1 (R - mean R)
//     Cl = 1.81
//     [[form]]
//     name = "Gaussian charge, two Born-Mayer terms"
//     [form.charge]
//     z = {start = 0.8, min = 0.01, max = 3}  # of one sign: fitted as a logarithm
//     z0 = {start = 1.2, min = 0.01, max = 5}
//     gaussian_width = {start = 0.2, min = 0.05, max = 0.3, across = "own"}  # or "shared", "trend"
//     gaussian_growth = 0  # fixed; absent: 0
//     screening_length = {O = 1.6, S = 2.0}  # fixed for each anion
//     [[form.repulsion]]
//     A = {start = 0.4, min = 0.01, max = 20}  # of the energy at d = `at`
//     at = 2.0
//     rho = {start = 0.25, min = 0.05, max = 0.6}
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/core/statistics.hpp>
#include <ionscape/fit/reference_data.hpp>

namespace ionscape {

/// How a free parameter of several anions is shared among them.
enum class Across { own, shared, trend };

struct FitParameter {
  std::string name;  // "z", "gaussian_width", "A1", "rho2", ...
  int term = 0;      // of the form
  bool free = false;
  double start = 0, min = 0, max = 0;      // start: the value of a fixed one
  std::map<std::string, double> by_anion;  // values of a fixed one that differ
  Across across = Across::own;
  double fixed(std::string const& anion) const {
    return by_anion.empty() ? start : by_anion.at(anion);
  }
  /// Of one sign within its bounds: fitted as the logarithm of its size.
  bool logarithmic() const { return min > 0 || max < 0; }
  double sign() const { return max < 0 ? -1 : 1; }
};

/// A sum of terms: charge first, then repulsions and dispersion in the order of the file.
struct FitForm {
  std::string name;
  std::vector<std::string> terms;        // keyword of each term
  std::vector<FitParameter> parameters;  // those of the first term first
};

/// The size of a weighted residual of one, in eV; 0: the quantity is reported, not fitted.
struct FitWeight {
  double undistorted_eV = 0, distorted_eV = 0;
};

struct FitPlan {
  std::string name;
  std::filesystem::path file;
  std::vector<std::string> anions;
  std::vector<std::string>
      predicted;  // without data: their parameters follow from those of the others
  std::array<double, 2> charge_e{-10, 0};
  std::map<Quantity, FitWeight> weights;
  std::vector<double> held_out_charges, held_out_volumes;
  std::map<std::string, double> radius_A;
  int starts = 8, folds = 4, bootstrap = 0;
  double robust = 0;
  double tolerance = 1e-11;            // of the cost, relative: a fit ends when a step gains less
  std::optional<Quantity> traded;      // [trade_off]
  std::vector<double> traded_weights;  // eV, of its distorted values
  std::string
      // name of the form to be written; empty: the one with the smallest cross-validated error
      chosen;
  std::vector<FitForm> forms;
};

/// Throws InputError with file and line.
FitPlan read_fit_plan(std::filesystem::path const& file);

/// One value of the data with what a form says of it.
struct FitRow {
  ReferenceValue reference;
  double sigma_eV = 0;  // 0: not fitted
  bool held_out = false;
  double fitted_eV = 0;
  std::vector<double> left_out_eV;  // predictions of the cross-validation folds that left it out
  std::vector<double>
      other_anions_eV;  // of the form fitted to the other anions alone: one, or none
};

struct FittedParameter {
  std::string name, anion;  // anion: "all" for a shared one
  double value = 0;
  double standard_error =
      0;  // linear estimate at the minimum, residuals of at least one; NaN: fixed, or at a bound
  bool free = false, at_bound = false;
  bool identified = true;  // false: the data do not determine it (error above its size)
};

struct FormFit {
  FitForm form;
  std::vector<FittedParameter> parameters;
  std::vector<std::vector<double>> correlations;  // of the free parameters, in their order
  std::vector<double>
      free_values;  // as they were fitted (logarithms where the bounds are positive)
  std::vector<std::vector<double>>
      // (anions, then predicted ones; parameters of the form): natural values, fixed ones included
      values;
  std::vector<FitRow> rows;
  int free_parameters = 0, fitted_values = 0;
  double cost = 0;  // half the sum of squares of weighted residuals, after the loss
  double aic = 0;   // n ln(2 cost / n) + 2 p
  double cross_validated_error = 0;  // mean absolute weighted residual over values left out
  double other_anions_error =
      std::numeric_limits<double>::quiet_NaN();  // the same of each anion fitted without it; NaN: a
                                                 // parameter is its own, or fewer than three anions
  int starts = 0, starts_at_best = 0;  // how many starts ended within 1 % of the best cost
  double condition = 0;  // of the scaled Jacobian: largest over smallest singular value
  std::string weakest;   // the combination of parameters that the data determine least
  bool converged = false;
  std::vector<std::vector<std::vector<double>>> ensemble;  // (bootstrap, as values)
};

/// One point of the trade-off curve: the chosen form fitted with this weight.
struct TradeOff {
  double distorted_eV = 0;
  FormFit fit;
};

struct CalibrationResult {
  FitPlan plan;
  std::vector<FormFit> forms;
  std::size_t chosen = 0;
  std::vector<TradeOff> trade_off;
  std::vector<std::string> remarks;
  FormFit const& best() const { return forms[chosen]; }
};

/// Fits every form. `progress(done, total)` counts fits. The same input gives the same bits,
/// whatever the number of threads. Throws InputError if the data hold nothing to fit.
CalibrationResult calibrate(FitPlan const& plan, ReferenceData const& data,
                            std::function<void(std::size_t, std::size_t)> const& progress = {});

/// A line of the table of errors: the rows of one anion and quantity, undistorted or distorted, by
/// part.
struct FitErrors {
  std::string anion;
  Quantity quantity;
  double distortion;
  ErrorStatistics fitted, left_out,
      held_out;  // fitted: in the fit; left_out: cross-validated; held_out: never used
  ErrorStatistics other_anions;       // of the fit to the other anions alone
  std::size_t hits = 0, hits_of = 0;  // Tet/Oct preference, over all rows of tet_minus_oct
};
std::vector<FitErrors> errors_of(FormFit const& fit);

/// Mean absolute errors (eV) over all values of a fit, by quantity and distortion ("dE_oct 1.2").
std::map<std::string, double> errors_by_kind(FormFit const& fit);

/// The TOML text of a fitted potential (`anion` counts as in FormFit::values) with `values`
/// (parameters of the form), with provenance; read_potential_set reads it.
std::string potential_toml(CalibrationResult const& result, FormFit const& fit, std::size_t anion,
                           std::vector<double> const& values);

/// Writes into `directory`: Li-X.toml of the chosen form, ensemble/ (members of an earlier, larger
/// one are removed), calibrate.json, calibrate.md, errors.md, residuals.csv. Returns the files
/// written.
std::vector<std::filesystem::path> write_calibration(CalibrationResult const& result,
                                                     std::filesystem::path const& directory);

}  // namespace ionscape
