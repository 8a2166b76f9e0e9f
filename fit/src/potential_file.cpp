// The TOML text of a fitted potential: its terms, the range and the errors of the fit, and what it
// rests on.
#include <algorithm>
#include <cmath>
#include <map>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <utility>

#include <ionscape/core/version.hpp>

#include "calibrate_files.hpp"

namespace ionscape {

namespace {

std::string list_of(std::set<double> const& values) {
  std::string text;
  for (double v : values) text += (text.empty() ? "" : ", ") + digits(v);
  return "[" + text + "]";
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

/// "[X20]", "[O23]", as ReferenceValue::source begins.
std::string citation_of(std::string const& source) {
  if (source == "[X20]") return "Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020)";
  if (source == "[O23]") return "Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023)";
  return source;
}

/// Of a form's terms, in TOML: the keys of [insertion], and the [[pair]] tables.
struct TermTables {
  std::string charge, pairs;
};

void write_charge(std::ostream& out, std::span<double const> p) {
  out << "z = " << digits(p[0])
      << "    # Q = z q - z0 - z2 (|q| - 1)^2 in e^2, q < 0 the anion charge\nz0 = " << digits(p[1])
      << '\n';
  if (p[2] != 0) out << "z2 = " << digits(p[2]) << '\n';
  out << "gaussian_width = " << digits(p[3])
      << "    # sigma / a at q = -1 e\ngaussian_growth = " << digits(p[4])
      << "   # sigma grows by exp(gaussian_growth (|q| - 1))\n";
  if (p[5] != 0)
    out << "screening_length = " << digits(p[5])
        << "    # Å, of the cloud that screens the charge, at a = 5 Å\nscreening_exponent = "
        << digits(p[6]) << "    # it grows with a to this power\n";
}

/// A Born-Mayer term, or with a dispersion C a Buckingham one.
void write_repulsion(std::ostream& out, std::span<double const> p, std::string const& species,
                     double C) {
  out << "\n[[pair]]\nspecies = [\"Li\", \"" << species << "\"]\nform = \""
      << (C != 0 ? "buckingham" : "born-mayer")
      << "\"\nA = " << digits(p[0] * std::exp(p[3] / p[1]))
      << "    # eV, at q = -1 e\nrho = " << digits(p[1]) << "   # Å\n";
  if (C != 0) out << "C = " << digits(C) << "   # eV Å^6\n";
  if (p[2] != 0) out << "growth = " << digits(p[2]) << "   # A grows by exp(growth (|q| - 1))\n";
}

TermTables tables_of(FitForm const& form, std::string const& species,
                     std::vector<double> const& values) {
  double dispersion = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (form.terms[form.parameters[i].term] == "dispersion") dispersion = values[i];
  std::ostringstream charge, pairs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && form.parameters[i].term == form.parameters[i - 1].term)
      continue;  // not a term's first
    std::string const& term = form.terms[form.parameters[i].term];
    std::span<double const> const own(values.begin() + std::ptrdiff_t(i), values.end());
    if (term == "charge") write_charge(charge, own);
    if (term == "repulsion")  // the first one takes the dispersion
      write_repulsion(pairs, own, species, std::exchange(dispersion, 0));
  }
  return {charge.str(), pairs.str()};
}

/// What a potential rests on.
struct FittedData {
  std::set<double> charges, volumes, distortions;  // of the anion's own values
  std::set<std::string> sources, quantities;

  bool is_predicted() const { return charges.empty(); }
};

FittedData fitted_data(CalibrationResult const& result, FormFit const& fit, std::size_t anion) {
  std::string const species = species_of(result.plan, anion);
  FittedData data;
  for (FitRow const& row : fit.rows) {
    ReferenceValue const& r = row.reference;
    if (row.held_out || row.sigma_eV == 0) continue;
    if (r.anion == species)
      data.charges.insert(r.charge_e), data.volumes.insert(r.volume_A3),
          data.distortions.insert(r.distortion);
    else if (anion < result.plan.anions.size())
      continue;  // only what is predicted rests on the others
    data.quantities.insert(name_of(r.quantity));
    data.sources.insert(r.source.substr(0, r.source.find_first_of(":, ")));
  }
  return data;
}

void write_heading(std::ostream& out, CalibrationResult const& result, FormFit const& fit,
                   FittedData const& data, std::string const& species) {
  std::string cited;
  for (std::string const& source : data.sources)
    cited += (cited.empty() ? "" : ", and\n") + citation_of(source);
  out << "# Li in a framework of " << species << " anions: " << fit.form.name << ".\n"
      << "# Written by ionscape calibrate from " << result.plan.file.filename().string()
      << "; do not edit by hand.\n"
      << "name = \"Li-" << species << ", " << result.plan.name << "\"\n"
      << "source = \"\"\"\n"
      << (data.is_predicted() ? "Predicted from the trend of other anions, fitted to DFT"
                              : "Fitted to DFT")
      << " values of " << cited << ".\"\"\"\n\n[insertion]\nmobile = \"Li\"\nframework = \""
      << species << "\"\n";
}

void write_range(std::ostream& out, FitPlan const& plan, FormFit const& fit, FittedData const& data,
                 std::string const& species) {
  if (data.is_predicted()) {
    auto const [charge_range, volume_range] = predicted_range(plan, fit, species);
    out << "\n[fitted]          # of the anions on either side of the trend\ncharge_e = ["
        << digits(charge_range[0]) << ", " << digits(charge_range[1]) << "]\nvolume_A3 = ["
        << digits(volume_range[0]) << ", " << digits(volume_range[1])
        << "]    # between theirs, by the radius\ndistortion = [1, 1]\n";
    return;
  }
  auto const range = [](std::set<double> const& values) {
    return "[" + digits(*values.begin()) + ", " + digits(*values.rbegin()) + "]";
  };
  out << "\n[fitted]\ncharge_e = " << range(data.charges) << "\nvolume_A3 = " << range(data.volumes)
      << "    # per anion\ndistortion = " << range(data.distortions) << '\n';
}

void write_expected_errors(std::ostream& out, FitPlan const& plan, FormFit const& fit,
                           FittedData const& data, std::string const& species) {
  auto const errors = expected_errors(plan, fit, species);
  if (!errors.empty())
    out << "\n[fitted.error_eV]   # mean absolute errors, "
        << (data.is_predicted()
                ? "of anions that lie in the trend as this one does, predicted from the others"
                : "cross-validated where the values were fitted")
        << '\n';
  for (auto const& [name, error] : errors)
    out << name << " = " << digits(std::round(error * 1e4) / 1e4) << '\n';
}

void write_provenance(std::ostream& out, FitPlan const& plan, FormFit const& fit,
                      FittedData const& data) {
  out << "\n[provenance]\nprogram = \"ionscape " << version() << "\"\nform = \"" << fit.form.name
      << "\"\nfitted_values = " << fit.fitted_values
      << "\nfree_parameters = " << fit.free_parameters << "\nquantities = [";
  bool first = true;
  for (std::string const& q : data.quantities)
    out << (std::exchange(first, false) ? "" : ", ") << '"' << q << '"';
  out << "]\nheld_out_charge_e = "
      << list_of({plan.held_out_charges.begin(), plan.held_out_charges.end()})
      << "\nheld_out_volume_A3 = "
      << list_of({plan.held_out_volumes.begin(), plan.held_out_volumes.end()}) << '\n';
}

}  // namespace

std::string potential_toml(CalibrationResult const& result, FormFit const& fit, std::size_t anion,
                           std::vector<double> const& values) {
  std::string const species = species_of(result.plan, anion);
  TermTables const terms = tables_of(fit.form, species, values);
  FittedData const data = fitted_data(result, fit, anion);
  std::ostringstream out;
  write_heading(out, result, fit, data, species);
  out << terms.charge << terms.pairs;
  write_range(out, result.plan, fit, data, species);
  write_expected_errors(out, result.plan, fit, data, species);
  write_provenance(out, result.plan, fit, data);
  return out.str();
}

}  // namespace ionscape
