// A comparison as files: every value as CSV, the statistics as JSON, and both tables as Markdown
// for a document.
#include <cmath>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/json_text.hpp>
#include <ionscape/core/version.hpp>
#include <ionscape/fit/compare.hpp>

#include <ionscape/sweep/settings.hpp>

namespace ionscape {

namespace {

using Json = nlohmann::ordered_json;

void write_values(std::ostream& out, std::vector<ComparedValue> const& values) {
  out << "anion,volume_A3,charge_e,distortion,quantity,image,reference_eV,uncertainty_eV,bound,"
         "doubtful,ours_eV,error_"
         "eV,"
         "distance_steps,extrapolated,source\n";
  for (ComparedValue const& v : values) {
    ReferenceValue const& r = v.reference;
    write_csv_row(out, r.anion, r.volume_A3, r.charge_e, r.distortion, name_of(r.quantity), r.image,
                  r.value_eV, r.uncertainty_eV, r.bound_sign, int(r.doubtful), v.ours_eV,
                  v.error_eV(), v.distance, int(v.extrapolated), r.source);
  }
}

Json to_json(ErrorStatistics const& s) {
  return {{"count", s.count},
          {"mae_eV", s.mae},
          {"rmse_eV", s.rmse},
          {"bias_eV", s.bias},
          {"median_absolute_eV", s.median_absolute},
          {"largest_eV", s.largest},
          {"spearman", s.rank_correlation}};
}

Json to_json(ComparisonGroup const& group, Comparison const& comparison) {
  Json j{{"anion", group.anion},
         {"quantity", name_of(group.quantity)},
         {"distortion", group.distortion}};
  j["errors"] = to_json(group.errors);
  if (group.errors.count > 0) {
    ReferenceValue const& worst = comparison.values[group.largest].reference;
    j["errors"]["largest_at"] = {
        {"volume_A3", worst.volume_A3}, {"charge_e", worst.charge_e}, {"image", worst.image}};
  }
  j["inside_fitted_range"] = to_json(group.inside);
  if (group.quantity == Quantity::tet_minus_oct) j["preference_hits"] = group.preference_hits;
  j["bounds"] = {{"count", group.bounds}, {"satisfied", group.satisfied}};
  return j;
}

Json to_json(Claim const& claim) {
  Json j{{"claim", claim.name},
         {"anion", claim.anion},
         {"statement", claim.statement},
         {"measured", claim.measured},
         {"of", claim.of}};
  j["published"] = claim.published ? Json(*claim.published) : Json();
  j["measured_where_published"] = claim.published ? Json(claim.measured_there) : Json();
  j["of_where_published"] = claim.published ? Json(claim.of_there) : Json();
  j["demanded"] = claim.demanded.empty() ? Json() : Json(claim.demanded);
  j["holds"] = claim.holds ? Json(*claim.holds) : Json();
  return j;
}

std::string number(double x, int n) { return std::isnan(x) ? "-" : decimals(x, n); }

void write_groups(std::ostream& out, SweepPlan const& model, Comparison const& comparison) {
  out << "Errors are ours minus the reference, in eV. *inside*: only points in the range that the "
         "potential was fitted "
         "in. "
         "*hits*: same sign of E_tet - E_oct.\nBounds are ends of colour scales and masked cells: "
         "kept / known.\n\n";
  for (auto const& [anion, set] : model.potentials)
    out << "- potential of " << anion << ": " << set.name << " (`" << set.file.generic_string()
        << "`)\n";
  for (std::string const& remark : comparison.remarks) out << "- " << remark << '\n';
  out << "\n| anion | quantity | d | n | MAE | RMSE | bias | max | at V, q | Spearman | hits | n "
         "inside | MAE inside | "
         "bounds |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (ComparisonGroup const& g : comparison.groups) {
    out << "| " << g.anion << " | " << name_of(g.quantity) << " | " << shortest(g.distortion)
        << " | " << g.errors.count << " | " << number(g.errors.mae, 4) << " | "
        << number(g.errors.rmse, 4) << " | " << number(g.errors.bias, 4) << " | "
        << number(g.errors.largest, 3) << " | ";
    if (g.errors.count > 0) {
      ReferenceValue const& worst = comparison.values[g.largest].reference;
      out << number(worst.volume_A3, 2) << ", " << number(worst.charge_e, 2);
    }
    out << " | " << number(g.errors.rank_correlation, 4) << " | ";
    if (g.quantity == Quantity::tet_minus_oct) out << g.preference_hits;
    out << " | " << g.inside.count << " | " << number(g.inside.mae, 4) << " | ";
    if (g.bounds > 0) out << g.satisfied << " / " << g.bounds;
    out << " |\n";
  }
}

void write_claims(std::ostream& out, std::vector<Claim> const& claims) {
  out << "Shares of points or pairs; *ours there*: only where there is a published value.\n\n"
         "| claim | anion | counted | of | measured | demanded | verdict | published | of | ours "
         "there |\n"
         "|---|---|---|---|---|---|---|---|---|---|\n";
  for (Claim const& c : claims)
    out << "| " << c.name << " | " << c.anion << " | " << c.statement << " | " << c.of << " | "
        << number(c.measured, 3) << " | " << c.demanded << " | " << verdict_of(c) << " | "
        << (c.published ? number(*c.published, 3) : "") << " | "
        << (c.published ? std::to_string(c.of_there) : "") << " | "
        << (c.published ? number(c.measured_there, 3) : "") << " |\n";
}

}  // namespace

std::string verdict_of(Claim const& claim) {
  if (claim.of == 0) return "not on this map";
  return !claim.holds ? "" : *claim.holds ? "pass" : "FAIL";
}

void write_comparison(std::filesystem::path const& directory, SweepPlan const& model,
                      ReferenceData const& reference, Comparison const& comparison,
                      std::vector<Claim> const& claims) {
  auto j = provenance<Json>();
  j.update(Json::parse(settings_json(model)));
  j["matching"] = name_of(comparison.matching);
  j["reference"] = reference.remarks;
  j["remarks"] = comparison.remarks;
  for (auto* list : {"groups", "claims"}) j[list] = Json::array();
  for (ComparisonGroup const& group : comparison.groups)
    j["groups"].push_back(to_json(group, comparison));
  for (Claim const& claim : claims) j["claims"].push_back(to_json(claim));

  AtomicFile csv(directory / "compare.csv"), json(directory / "compare.json");
  AtomicFile groups(directory / "compare.md"), counted(directory / "claims.md");
  write_values(csv.stream(), comparison.values);
  json.stream() << json_text(j, 2) << '\n';
  write_groups(groups.stream(), model, comparison);
  write_claims(counted.stream(), claims);
  for (AtomicFile* file : {&csv, &json, &groups, &counted}) file->commit();
}

}  // namespace ionscape
