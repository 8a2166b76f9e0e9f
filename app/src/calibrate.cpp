// ionscape calibrate FIT.toml --reference DIR: potentials fitted to published values.
#include <chrono>
#include <cmath>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/fit/calibrate.hpp>
#include <ionscape/report/calibration_plots.hpp>

#include "arguments.hpp"
#include "kokkos_session.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run_files.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

std::string milli(double eV) { return fixed(1000 * eV, 1); }

void print_forms(CalibrationResult const& result) {
  std::cout << "forms (cross-validated: mean absolute weighted residual over blocks left out)\n";
  TextTable table(
      {"  form", "parameters", "AIC", "fitted", "cross-validated", "starts at best", "condition"});
  for (FormFit const& fit : result.forms)
    table.row({(&fit == &result.best() ? "* " : "  ") + fit.form.name,
               std::to_string(fit.free_parameters), fixed(fit.aic, 0),
               fixed(std::sqrt(2 * fit.cost / fit.fitted_values), 3),
               fixed(fit.cross_validated_error, 3),
               std::to_string(fit.starts_at_best) + " of " + std::to_string(fit.starts),
               scientific(fit.condition)});
  table.print(std::cout);
}

void print_parameters(FormFit const& fit) {
  std::cout << "\nparameters of \"" << fit.form.name << "\"\n";
  TextTable table({"  parameter", "anion", "value", "standard error", ""});
  for (FittedParameter const& p : fit.parameters)
    table.row({"  " + p.name, p.anion, fixed(p.value, 5), fixed(p.standard_error, 5),
               !p.free         ? "fixed"
               : p.at_bound    ? "at a bound"
               : !p.identified ? "not identified by the data"
                               : ""});
  table.print(std::cout);
  std::cout << "least determined: " << fit.weakest << '\n';
  std::vector<std::string> names;
  for (FittedParameter const& p : fit.parameters)
    if (p.free) names.push_back(p.name + (p.anion == "all" ? "" : " (" + p.anion + ")"));
  for (std::size_t i = 0; i < fit.correlations.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::fabs(fit.correlations[i][j]) > 0.95)
        std::cout << "correlation of " << names[j] << " and " << names[i] << ": "
                  << fixed(fit.correlations[i][j], 3) << '\n';
}

void print_errors(FormFit const& fit) {
  std::cout << "\nerrors in meV\n";
  TextTable table({"  anion", "quantity", "d", "fitted", "MAE", "RMSE", "max", "left out",
                   "not fitted", "MAE", "max", "Spearman", "Tet/Oct"});
  for (FitErrors const& e : errors_of(fit)) {
    ErrorStatistics const& any = e.fitted.count ? e.fitted : e.held_out;
    table.row({"  " + e.anion, name_of(e.quantity), fixed(e.distortion, 2),
               std::to_string(e.fitted.count), e.fitted.count ? milli(e.fitted.mae) : "-",
               e.fitted.count ? milli(e.fitted.rmse) : "-",
               e.fitted.count ? milli(e.fitted.largest) : "-",
               e.left_out.count ? milli(e.left_out.mae) : "-", std::to_string(e.held_out.count),
               e.held_out.count ? milli(e.held_out.mae) : "-",
               e.held_out.count ? milli(e.held_out.largest) : "-", fixed(any.rank_correlation, 3),
               e.hits_of ? std::to_string(e.hits) + "/" + std::to_string(e.hits_of) : ""});
  }
  table.print(std::cout);
  if (!std::isfinite(fit.other_anions_error)) return;
  std::cout << "\neach anion predicted from the trend of the others, in meV\n";
  TextTable trend({"  anion", "quantity", "n", "MAE", "RMSE", "max", "bias", "Spearman"});
  for (FitErrors const& e : errors_of(fit))
    if (ErrorStatistics const& s = e.other_anions; s.count)
      trend.row({"  " + e.anion, name_of(e.quantity), std::to_string(s.count), milli(s.mae),
                 milli(s.rmse), milli(s.largest), milli(s.bias), fixed(s.rank_correlation, 3)});
  trend.print(std::cout);
}

void declare(Arguments& arguments) {
  arguments.positional("FIT.toml");
  arguments.option("reference", "DIR",
                   "folder of the published values (tables, or the authors' files)");
  arguments.option("out", "DIR", "write potentials, errors and pictures there");
  arguments.flag("no-pictures", "draw nothing");
  arguments.flag("quiet", "no progress");
  arguments.threads_option();
}

/// All fits, with a progress bar.
CalibrationResult fit(FitPlan const& plan, ReferenceData const& data, bool quiet) {
  std::optional<ProgressBar> bar;
  return calibrate(plan, data, [&](std::size_t done, std::size_t total) {
    if (!bar) bar.emplace(total, quiet, "fits");
    bar->update(done);
  });
}

void print(CalibrationResult const& result, double seconds) {
  std::cout << result.plan.name << ": " << result.best().fitted_values << " values fitted, "
            << result.forms.size() << (result.forms.size() == 1 ? " form, " : " forms, ")
            << fixed(seconds, 1) << " s\n";
  for (std::string const& remark : result.remarks) std::cout << "  " << remark << '\n';
  std::cout << '\n';
  print_forms(result);
  print_parameters(result.best());
  print_errors(result.best());
}

void write(CalibrationResult const& result, std::filesystem::path const& directory, bool pictures) {
  auto files = write_calibration(result, directory).size();
  if (pictures)
    draw_if_possible([&] { files += plot_calibration(result, directory / "pictures").size(); });
  std::cout << "\nwritten: " << files << " files in " << directory.string() << '\n';
}

}  // namespace

int calibrate_command(int argc, char const* const* argv) {
  Arguments arguments("calibrate",
                      "Fits insertion potentials to published DFT values, with their errors.",
                      {"FIT.toml --reference DIR [--out DIR] [OPTION...]"},
                      "ionscape calibrate examples/calibration/O.toml --reference ../reference "
                      "--out results/O-fit");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;
  auto const file = arguments.required_path("FIT.toml", "fit file");
  auto const threads = arguments.threads();
  FitPlan const plan = read_fit_plan(file);
  auto const reference = arguments.path("reference");
  if (!reference) fail_input({}, "--reference DIR is missing: the folder of the published values");
  ReferenceData const data = read_reference_data(*reference);
  bool const pictures = !arguments.has("no-pictures");
  std::vector<char const*> results{"calibrate.json", "calibrate.md", "errors.md", "residuals.csv",
                                   "ensemble/00/probe"};
  if (pictures) results.push_back(pictures_in_folder);
  std::optional<ResultsFolder> folder;
  if (auto const out = arguments.path("out")) folder.emplace(*out, Paths{file}, results);

  KokkosSession const session(threads);
  auto const begin = std::chrono::steady_clock::now();
  CalibrationResult const result = fit(plan, data, arguments.has("quiet"));
  print(result, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  if (folder) write(result, folder->path(), pictures);
  if (!result.best().converged) std::cerr << "ionscape: warning: the fit did not converge\n";
  return result.best().converged ? good : not_converged;
}

}  // namespace ionscape::app
