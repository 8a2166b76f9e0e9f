// What a calibration says for people, in Markdown.
#include <cmath>
#include <iomanip>
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>

#include "calibrate_files.hpp"

namespace ionscape {

namespace {

std::string milli(double eV) {
  if (!std::isfinite(eV)) return "";
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << 1000 * eV;
  return out.str();
}

void write_forms(std::ostream& out, CalibrationResult const& result) {
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
}

/// What the set of an anion without data is worth.
void write_trend(std::ostream& out, CalibrationResult const& result) {
  FormFit const& best = result.best();
  if (!std::isfinite(best.other_anions_error)) return;
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
          << milli(s.bias) << " | " << digits(std::round(s.rank_correlation * 1e4) / 1e4) << " |\n";
  }
}

void write_trade_off(std::ostream& out, CalibrationResult const& result) {
  if (result.trade_off.empty()) return;
  out << "\nTrade-off: the same form with other weights of " << name_of(*result.plan.traded)
      << " (mean absolute errors over all values, meV):\n\n| weight/eV |";
  for (auto const& [name, error] : errors_by_kind(result.trade_off[0].fit))
    out << ' ' << name << " |";
  out << "\n|---|";
  for (std::size_t i = 0; i < errors_by_kind(result.trade_off[0].fit).size(); ++i) out << "---|";
  for (TradeOff const& point : result.trade_off) {
    out << "\n| " << digits(point.distorted_eV) << " |";
    for (auto const& [name, error] : errors_by_kind(point.fit)) out << ' ' << milli(error) << " |";
  }
  out << '\n';
}

void write_parameters(std::ostream& out, FormFit const& best) {
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
}

}  // namespace

void write_page(CalibrationResult const& result, std::filesystem::path const& file) {
  AtomicFile page(file);
  write_forms(page.stream(), result);
  write_trend(page.stream(), result);
  write_trade_off(page.stream(), result);
  write_parameters(page.stream(), result.best());
  page.commit();
}

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

}  // namespace ionscape
