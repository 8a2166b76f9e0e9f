// What a calibration leaves behind: potentials, tables, pictures, a page of Markdown.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <map>
#include <numeric>
#include <ranges>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/core/version.hpp>
#include <ionscape/fit/calibrate.hpp>

namespace ionscape {

namespace {

using Json = nlohmann::ordered_json;

/// Far below the errors of the parameters, and short enough to read.
std::string digits(double value) {
  std::ostringstream out;
  out << std::setprecision(8) << value;
  return out.str();
}

std::string list_of(std::set<double> const& values) {
  std::string text;
  for (double v : values) text += (text.empty() ? "" : ", ") + digits(v);
  return "[" + text + "]";
}

/// Fitted anions, then predicted ones.
std::string species_of(FitPlan const& plan, std::size_t anion) {
  return anion < plan.anions.size() ? plan.anions[anion]
                                    : plan.predicted[anion - plan.anions.size()];
}

std::string potential_file(CalibrationResult const& result, std::size_t anion) {
  return "Li-" + species_of(result.plan, anion) + ".toml";
}

/// Whether the fitted anions have radii on either side of this one's: its parameters are
/// interpolated.
bool is_inside_trend(FitPlan const& plan, std::string const& anion) {
  auto const radius = [&](std::string const& name) {
    return plan.radius_A.contains(name) ? plan.radius_A.at(name) : 0;
  };
  auto const [low, high] = std::ranges::minmax(plan.anions | std::views::transform(radius));
  return radius(anion) > low && radius(anion) < high;
}

/// NaN for an empty list.
double mean_of(std::vector<double> const& list) {
  return std::accumulate(list.begin(), list.end(), 0.0) / double(list.size());
}

/// Mean absolute errors of one anion, cross-validated where the values were fitted. Of an anion
/// without data: those of the anions that are, as it is, inside the trend of the others, or else of
/// those at its ends, each predicted from the rest.
std::map<std::string, double> expected_errors(FitPlan const& plan, FormFit const& fit,
                                              std::string const& anion) {
  bool const has_data = std::ranges::count(plan.anions, anion) > 0;
  std::map<std::string, std::vector<double>> errors;
  for (FitRow const& row : fit.rows) {
    std::string const& of = row.reference.anion;
    if (row.held_out) continue;
    if (has_data ? of != anion : is_inside_trend(plan, of) != is_inside_trend(plan, anion))
      continue;
    auto predictions = has_data ? row.left_out_eV : row.other_anions_eV;
    if (has_data && predictions.empty()) predictions = {row.fitted_eV};
    std::string const name =
        name_of(row.reference.quantity) + (row.reference.distortion == 1 ? "" : "_distorted");
    for (double predicted : predictions)
      errors[name].push_back(std::fabs(predicted - row.reference.value_eV));
  }
  std::map<std::string, double> means;
  for (auto const& [name, list] : errors) means[name] = mean_of(list);
  return means;
}

std::string milli(double eV) {
  if (!std::isfinite(eV)) return "";
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << 1000 * eV;
  return out.str();
}

/// Charges and volumes for which an anion without data lies between those that have some:
/// interpolated by the radius.
std::pair<std::array<double, 2>, std::array<double, 2>> predicted_range(
    FitPlan const& plan, FormFit const& fit, std::string const& species) {
  struct Range {
    double radius;
    std::array<double, 2> charge{0, -100}, volume{1e9, 0};
  };
  std::vector<Range> ranges;
  for (std::string const& anion : plan.anions) {
    Range range{plan.radius_A.contains(anion) ? plan.radius_A.at(anion) : 0};
    for (FitRow const& row : fit.rows)
      if (row.reference.anion == anion && row.sigma_eV > 0 && !row.held_out) {
        auto const widen = [](std::array<double, 2>& r, double v) {
          r = {std::min(r[0], v), std::max(r[1], v)};
        };
        widen(range.charge, row.reference.charge_e);
        widen(range.volume, row.reference.volume_A3);
      }
    ranges.push_back(range);
  }
  std::ranges::sort(ranges, {}, &Range::radius);
  double const radius =
      plan.radius_A.contains(species) ? plan.radius_A.at(species) : ranges.front().radius;
  std::size_t i = 0;
  while (i + 2 < ranges.size() && ranges[i + 1].radius < radius) ++i;
  Range const &a = ranges[i], &b = ranges[std::min(i + 1, ranges.size() - 1)];
  double const t = b.radius > a.radius ? (radius - a.radius) / (b.radius - a.radius) : 0;
  return {{std::max(a.charge[0], b.charge[0]), std::min(a.charge[1], b.charge[1])},
          {a.volume[0] + t * (b.volume[0] - a.volume[0]),
           a.volume[1] + t * (b.volume[1] - a.volume[1])}};
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
  Json json = {{"program", "ionscape"},
               {"version", version()},
               {"commit", commit()},
               {"fit", result.plan.name},
               {"file", result.plan.file.string()},
               {"remarks", result.remarks},
               {"chosen", result.best().form.name}};
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

/// In meV, by quantity and distortion.
void write_errors(FormFit const& fit, std::filesystem::path const& file) {
  AtomicFile page(file);
  std::ostream& out = page.stream();
  out << "| anion | quantity | d | fitted: n, MAE | RMSE | max | cross-validated MAE | not fitted: "
         "n, MAE | max | "
         "Spearman | Tet/Oct hits |\n|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (FitErrors const& e : errors_of(fit)) {
    auto const part = [](ErrorStatistics const& s) {
      return s.count ? std::to_string(s.count) + ", " + milli(s.mae) : std::string();
    };
    double const rank = e.fitted.count ? e.fitted.rank_correlation : e.held_out.rank_correlation;
    out << "| " << e.anion << " | " << name_of(e.quantity) << " | " << digits(e.distortion) << " | "
        << part(e.fitted) << " | " << (e.fitted.count ? milli(e.fitted.rmse) : "") << " | "
        << (e.fitted.count ? milli(e.fitted.largest) : "") << " | "
        << (e.left_out.count ? milli(e.left_out.mae) : "") << " | " << part(e.held_out) << " | "
        << (e.held_out.count ? milli(e.held_out.largest) : "") << " | "
        << (std::isfinite(rank) ? digits(std::round(rank * 1e4) / 1e4) : "") << " | "
        << (e.hits_of ? std::to_string(e.hits) + "/" + std::to_string(e.hits_of) : "") << " |\n";
  }
  page.commit();
}

/// How the fit came about: forms, trend, trade-off, parameters.
void write_page(CalibrationResult const& result, std::filesystem::path const& file) {
  AtomicFile page(file);
  std::ostream& out = page.stream();
  FormFit const& best = result.best();
  out << "### Calibration: " << result.plan.name << "\n\nForms, " << best.fitted_values
      << " fitted values. Cross-validation leaves out blocks of charges and blocks of volumes, the "
         "edges included; its "
         "error is the mean absolute residual in units of its weight.\n\n"
      << "| form | free parameters | AIC | cross-validated | starts at the best minimum | least "
         "determined |\n"
      << "|---|---|---|---|---|---|\n";
  for (FormFit const& fit : result.forms)
    out << "| " << fit.form.name << (&fit == &best ? " (chosen)" : "") << " | "
        << fit.free_parameters << " | " << std::fixed << std::setprecision(0) << fit.aic << " | "
        << std::setprecision(2) << fit.cross_validated_error << " | " << fit.starts_at_best
        << " of " << fit.starts << " | " << fit.weakest << " |\n";
  out << std::defaultfloat;
  if (std::isfinite(best.other_anions_error)) {
    out << "\nEach anion predicted from the trend of the others, as an anion without data is "
           "(meV). By form, mean "
           "absolute weighted "
           "residual: ";
    for (FormFit const& fit : result.forms)
      out << (&fit == &result.forms.front() ? "" : "; ") << fit.form.name << ' ' << std::fixed
          << std::setprecision(2) << fit.other_anions_error << std::defaultfloat;
    out << ".\n\n| anion | quantity | n | MAE | RMSE | max | bias | Spearman "
           "|\n|---|---|---|---|---|---|---|---|\n";
    for (FitErrors const& e : errors_of(best)) {
      ErrorStatistics const& s = e.other_anions;
      if (s.count)
        out << "| " << e.anion << " | " << name_of(e.quantity) << " | " << s.count << " | "
            << milli(s.mae) << " | " << milli(s.rmse) << " | " << milli(s.largest) << " | "
            << milli(s.bias) << " | " << digits(std::round(s.rank_correlation * 1e4) / 1e4)
            << " |\n";
    }
  }
  if (!result.trade_off.empty()) {
    out << "\nTrade-off: the same form with other weights of " << name_of(*result.plan.traded)
        << " (mean absolute errors over all values, meV):\n\n| weight/eV |";
    for (auto const& [name, error] : errors_by_kind(result.trade_off[0].fit))
      out << ' ' << name << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < errors_by_kind(result.trade_off[0].fit).size(); ++i) out << "---|";
    for (TradeOff const& point : result.trade_off) {
      out << "\n| " << digits(point.distorted_eV) << " |";
      for (auto const& [name, error] : errors_by_kind(point.fit))
        out << ' ' << milli(error) << " |";
    }
    out << '\n';
  }
  out << "\nParameters:\n\n| parameter | anion | value | standard error | "
         "|\n|---|---|---|---|---|\n";
  for (FittedParameter const& p : best.parameters)
    out << "| " << p.name << " | " << p.anion << " | " << digits(p.value) << " | "
        << (std::isfinite(p.standard_error) ? digits(p.standard_error) : "") << " | "
        << (!p.free        ? "fixed"
            : p.at_bound   ? "at a bound"
            : p.identified ? ""
                           : "not identified by the data")
        << " |\n";
  out << '\n';
  page.commit();
}

/// "[X20]", "[O23]", as ReferenceValue::source begins.
std::string citation_of(std::string const& source) {
  if (source == "[X20]") return "Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020)";
  if (source == "[O23]") return "Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023)";
  return source;
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

std::map<std::string, double> errors_by_kind(FormFit const& fit) {
  std::map<std::string, std::pair<double, int>> sums;
  for (FitRow const& row : fit.rows) {
    if (row.reference.quantity == Quantity::image) continue;
    auto& [sum, n] = sums[name_of(row.reference.quantity) + " " + digits(row.reference.distortion)];
    sum += std::fabs(row.fitted_eV - row.reference.value_eV), ++n;
  }
  std::map<std::string, double> means;
  for (auto const& [name, entry] : sums) means[name] = entry.first / entry.second;
  return means;
}

std::string potential_toml(CalibrationResult const& result, FormFit const& fit, std::size_t anion,
                           std::vector<double> const& values) {
  std::string const species = species_of(result.plan, anion);
  std::ostringstream charge, pairs, out;
  int repulsions = 0;
  double dispersion = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (fit.form.terms[fit.form.parameters[i].term] == "dispersion") dispersion = values[i];
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && fit.form.parameters[i].term == fit.form.parameters[i - 1].term)
      continue;  // not a term's first
    std::string const& term = fit.form.terms[fit.form.parameters[i].term];
    if (term == "charge") {
      charge << "z = " << digits(values[i])
             << "    # Q = z q - z0 - z2 (|q| - 1)^2 in e^2, q < 0 the anion charge\nz0 = "
             << digits(values[i + 1]) << '\n';
      if (values[i + 2] != 0) charge << "z2 = " << digits(values[i + 2]) << '\n';
      charge << "gaussian_width = " << digits(values[i + 3])
             << "    # sigma / a at q = -1 e\ngaussian_growth = " << digits(values[i + 4])
             << "   # sigma grows by exp(gaussian_growth (|q| - 1))\n";
      if (values[i + 5] != 0)
        charge << "screening_length = " << digits(values[i + 5])
               << "    # Å, of the cloud that screens the charge, at a = 5 Å\nscreening_exponent = "
               << digits(values[i + 6]) << "    # it grows with a to this power\n";
    } else if (term == "repulsion") {
      bool const buckingham = repulsions++ == 0 && dispersion != 0;
      pairs << "\n[[pair]]\nspecies = [\"Li\", \"" << species << "\"]\nform = \""
            << (buckingham ? "buckingham" : "born-mayer")
            << "\"\nA = " << digits(values[i] * std::exp(values[i + 3] / values[i + 1]))
            << "    # eV, at q = -1 e\nrho = " << digits(values[i + 1]) << "   # Å\n";
      if (buckingham) pairs << "C = " << digits(dispersion) << "   # eV Å^6\n";
      if (values[i + 2] != 0)
        pairs << "growth = " << digits(values[i + 2]) << "   # A grows by exp(growth (|q| - 1))\n";
    }
  }
  std::set<double> charges, volumes, distortions, held_charges, held_volumes;
  std::set<std::string> sources, quantities;
  for (FitRow const& row : fit.rows) {
    ReferenceValue const& r = row.reference;
    if (row.held_out || row.sigma_eV == 0) continue;
    if (r.anion == species)
      charges.insert(r.charge_e), volumes.insert(r.volume_A3), distortions.insert(r.distortion);
    else if (anion < result.plan.anions.size())
      continue;  // only what is predicted rests on the others
    quantities.insert(name_of(r.quantity));
    sources.insert(r.source.substr(0, r.source.find_first_of(":, ")));
  }
  std::string cited;
  for (std::string const& source : sources)
    cited += (cited.empty() ? "" : ", and\n") + citation_of(source);
  out << "# Li in a framework of " << species << " anions: " << fit.form.name << ".\n"
      << "# Written by ionscape calibrate from " << result.plan.file.filename().string()
      << "; do not edit by hand.\n"
      << "name = \"Li-" << species << ", " << result.plan.name << "\"\n"
      << "source = \"\"\"\n"
      << (charges.empty() ? "Predicted from the trend of other anions, fitted to DFT"
                          : "Fitted to DFT")
      << " values of " << cited << ".\"\"\"\n\n[insertion]\nmobile = \"Li\"\nframework = \""
      << species << "\"\n"
      << charge.str() << pairs.str();
  if (charges.empty()) {
    auto const [charge_range, volume_range] = predicted_range(result.plan, fit, species);
    out << "\n[fitted]          # of the anions on either side of the trend\ncharge_e = ["
        << digits(charge_range[0]) << ", " << digits(charge_range[1]) << "]\nvolume_A3 = ["
        << digits(volume_range[0]) << ", " << digits(volume_range[1])
        << "]    # between theirs, by the radius\ndistortion = [1, 1]\n";
  } else {
    out << "\n[fitted]\ncharge_e = [" << digits(*charges.begin()) << ", "
        << digits(*charges.rbegin()) << "]\nvolume_A3 = [" << digits(*volumes.begin()) << ", "
        << digits(*volumes.rbegin()) << "]    # per anion\ndistortion = ["
        << digits(*distortions.begin()) << ", " << digits(*distortions.rbegin()) << "]\n";
  }
  auto const errors = expected_errors(result.plan, fit, species);
  if (!errors.empty())
    out << "\n[fitted.error_eV]   # mean absolute errors, "
        << (charges.empty()
                ? "of anions that lie in the trend as this one does, predicted from the others"
                : "cross-validated where the values were fitted")
        << '\n';
  for (auto const& [name, error] : errors)
    out << name << " = " << digits(std::round(error * 1e4) / 1e4) << '\n';
  out << "\n[provenance]\nprogram = \"ionscape " << version() << "\"\nform = \"" << fit.form.name
      << "\"\nfitted_values = " << fit.fitted_values
      << "\nfree_parameters = " << fit.free_parameters << "\nquantities = [";
  bool first = true;
  for (std::string const& q : quantities)
    out << (std::exchange(first, false) ? "" : ", ") << '"' << q << '"';
  out << "]\nheld_out_charge_e = "
      << list_of({result.plan.held_out_charges.begin(), result.plan.held_out_charges.end()})
      << "\nheld_out_volume_A3 = "
      << list_of({result.plan.held_out_volumes.begin(), result.plan.held_out_volumes.end()})
      << '\n';
  return out.str();
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
