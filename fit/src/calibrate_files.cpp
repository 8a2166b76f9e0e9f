// What a calibration leaves behind: potentials, tables, a page of Markdown.
#include "calibrate_files.hpp"

#include <charconv>
#include <cmath>
#include <iomanip>
#include <numeric>
#include <sstream>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/core/version.hpp>

namespace ionscape {

namespace {

using Json = nlohmann::ordered_json;

std::string potential_file(CalibrationResult const& result, std::size_t anion) {
  return "Li-" + species_of(result.plan, anion) + ".toml";
}

Json number_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json to_json(ErrorStatistics const& s) {
  if (s.count == 0) return nullptr;
  return {{"n", s.count},
          {"bias_eV", s.bias},
          {"MAE_eV", s.mae},
          {"RMSE_eV", s.rmse},
          {"largest_eV", s.largest},
          {"spearman", number_or_null(s.rank_correlation)}};
}

void write_json(CalibrationResult const& result, std::filesystem::path const& file) {
  auto json = provenance<Json>();
  json["fit"] = result.plan.name;
  json["file"] = result.plan.file.string();
  json["remarks"] = result.remarks;
  json["chosen"] = result.best().form.name;
  for (FormFit const& fit : result.forms) {
    Json form = {{"name", fit.form.name},
                 {"free_parameters", fit.free_parameters},
                 {"fitted_values", fit.fitted_values},
                 {"cost", fit.cost},
                 {"AIC", fit.aic},
                 {"cross_validated_mean_residual", fit.cross_validated_error},
                 {"mean_residual_from_other_anions", number_or_null(fit.other_anions_error)},
                 {"converged", fit.converged},
                 {"starts", fit.starts},
                 {"starts_at_best", fit.starts_at_best},
                 {"condition", fit.condition},
                 {"least_determined", fit.weakest}};
    for (FittedParameter const& p : fit.parameters)
      form["parameters"].push_back({{"name", p.name},
                                    {"anion", p.anion},
                                    {"value", p.value},
                                    {"standard_error", number_or_null(p.standard_error)},
                                    {"free", p.free},
                                    {"at_bound", p.at_bound},
                                    {"identified", p.identified}});
    for (auto const& row : fit.correlations) {
      Json line = Json::array();
      for (double c : row) line.push_back(number_or_null(c));
      form["correlations"].push_back(line);
    }
    for (FitErrors const& e : errors_of(fit))
      form["errors"].push_back({{"anion", e.anion},
                                {"quantity", name_of(e.quantity)},
                                {"distortion", e.distortion},
                                {"fitted", to_json(e.fitted)},
                                {"cross_validated", to_json(e.left_out)},
                                {"not_fitted", to_json(e.held_out)},
                                {"from_other_anions", to_json(e.other_anions)},
                                {"preference_hits", e.hits},
                                {"preference_of", e.hits_of}});
    json["forms"].push_back(form);
  }
  write_text(file, json_text(json, 1) + '\n');
}

void write_rows(FormFit const& fit, std::filesystem::path const& file) {
  AtomicFile out(file);
  write_csv_row(out.stream(), "anion", "quantity", "image", "distortion", "volume_A3", "charge_e",
                "reference_eV", "sigma_eV", "part", "fitted_eV", "cross_validated_eV",
                "from_other_anions_eV", "source");
  for (FitRow const& row : fit.rows) {
    ReferenceValue const& r = row.reference;
    write_csv_row(out.stream(), r.anion, name_of(r.quantity), r.image, r.distortion, r.volume_A3,
                  r.charge_e, r.value_eV, row.sigma_eV,
                  row.held_out       ? "held_out"
                  : row.sigma_eV > 0 ? "fitted"
                                     : "reported",
                  row.fitted_eV, mean_of(row.left_out_eV), mean_of(row.other_anions_eV), r.source);
  }
  out.commit();
}

/// Members 1 to n are written anew; those beyond are of an earlier, larger ensemble.
void remove_old_members(std::filesystem::path const& ensemble, std::size_t n) {
  if (!std::filesystem::is_directory(ensemble)) return;
  std::vector<std::filesystem::path> old;
  for (auto const& entry : std::filesystem::directory_iterator(ensemble)) {
    std::string const name = entry.path().filename().string();
    std::size_t member = 0;
    auto const [stop, error] = std::from_chars(name.data(), name.data() + name.size(), member);
    bool const number = error == std::errc{} && stop == name.data() + name.size();
    if (entry.is_directory() && number && member > n) old.push_back(entry.path());
  }
  for (auto const& folder : old) std::filesystem::remove_all(folder);
}

}  // namespace

std::string species_of(FitPlan const& plan, std::size_t anion) {
  return anion < plan.anions.size() ? plan.anions[anion]
                                    : plan.predicted[anion - plan.anions.size()];
}

double mean_of(std::vector<double> const& list) {
  return std::accumulate(list.begin(), list.end(), 0.0) / double(list.size());
}

std::vector<std::filesystem::path> write_calibration(CalibrationResult const& result,
                                                     std::filesystem::path const& directory) {
  std::vector<std::filesystem::path> files;
  FormFit const& best = result.best();
  auto const write = [&](std::filesystem::path const& file, std::string const& text) {
    write_text(file, text);
    files.push_back(file);
  };
  remove_old_members(directory / "ensemble", best.ensemble.size());
  for (std::size_t a = 0; a < best.values.size(); ++a) {
    write(directory / potential_file(result, a), potential_toml(result, best, a, best.values[a]));
    for (std::size_t b = 0; b < best.ensemble.size(); ++b) {
      std::ostringstream member;
      member << std::setw(2) << std::setfill('0') << b + 1;
      write(directory / "ensemble" / member.str() / potential_file(result, a),
            potential_toml(result, best, a, best.ensemble[b][a]));
    }
  }
  write_json(result, directory / "calibrate.json");
  write_rows(best, directory / "residuals.csv");
  write_page(result, directory / "calibrate.md");
  write_errors(best, directory / "errors.md");
  for (char const* name : {"calibrate.json", "residuals.csv", "calibrate.md", "errors.md"})
    files.push_back(directory / name);
  return files;
}

}  // namespace ionscape
