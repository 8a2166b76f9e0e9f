// Results of `ionscape predict` as JSON and CSV.
#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>

#include "predict_report.hpp"

namespace ionscape::app {

std::string with_uncertainty(Estimate const& e) {
  if (std::isnan(e.value)) return "-";
  return fixed(e.value, 3) + (std::isnan(e.uncertainty) ? "" : " ± " + fixed(e.uncertainty, 3));
}

bool is_one_word(std::string const& note) { return note.find(' ') == note.npos; }

void add_once(std::vector<std::string>& list, std::string const& words) {
  if (std::ranges::find(list, words) == list.end()) list.push_back(words);
}

std::vector<std::string> warnings_of(Compound const& c) {
  std::vector<std::string> all = c.geometry.remarks;
  all.insert(all.end(), c.source.remarks.begin(), c.source.remarks.end());
  for (auto const& hop : c.predicted)
    for (Model const& model : models)
      if (hop)
        for (std::string const& note : ((*hop).*model.barrier).notes)
          if (!is_one_word(note)) add_once(all, note);
  return all;
}

std::string short_notes(Compound const& c, std::size_t hop) {
  auto const& predicted = c.predicted[hop];
  if (!predicted) return "blocked";
  std::vector<std::string> words;
  for (std::string const& note : predicted->own_framework.notes)
    if (is_one_word(note)) words.push_back(note);
  if (c.geometry.hops[hop].mobile_between) words.push_back("mobile_ion_between");
  if (!c.geometry.in_domain) words.push_back("cv_cvd_outside_domain");
  return joined(words);
}

namespace {

Json to_json(Estimate const& e) { return {{"value", e.value}, {"uncertainty", e.uncertainty}}; }

Json to_json(CompoundHop const& hop) {
  Json json;
  json["kind"] = words_of(hop.hop.kind);
  json["number"] = hop.count;
  json["csm_tet"] = hop.csm_tet;
  json["csm_tet_range"] = hop.csm_tet_range;
  json["csm_oct"] = hop.csm_oct;
  json["csm_oct_range"] = hop.csm_oct_range;
  json["tet_volume_A3"] = hop.tet_volume_A3;
  json["oct_volume_A3"] = hop.oct_volume_A3;
  json["bottleneck_area_A2"] = hop.bottleneck_area_A2;
  json["bottleneck_radius_A"] = hop.bottleneck_radius_A;
  json["length_A"] = hop.length_A;
  json["span_A"] = hop.span_A;
  json["mobile_ends"] = hop.mobile_ends;
  json["mobile_ion_between"] = hop.mobile_between;
  json["blocked_by"] = hop.blocked_by;
  json["sites_A"] = Json::array();
  for (Site const& site : hop.hop.sites) json["sites_A"].push_back(app::to_json(site.position));
  return json;
}

/// The recommendation, in JSON and CSV under the same names.
Json to_json(Recommendation const& r) {
  return {{"recommended_eV", r.barrier_eV.value},
          {"recommended_error_eV", r.barrier_eV.uncertainty},
          {"recommended_model", r.model},
          {"reason", r.reason}};
}

Recommendation recommended(Compound const& c, std::size_t h, PredictView const& view) {
  return recommend(c.geometry, c.geometry.hops[h], c.predicted[h], view.csm_of);
}

}  // namespace

Json to_json(ModelBarrier const& m) {
  Json json;
  json["distortion"] = m.distortion;
  for (BarrierKind const& kind : barrier_kinds)
    json[std::string("Ea_") + kind.name + "_eV"] = to_json(m.*kind.value);
  json["E_tet_minus_E_oct_eV"] = m.E_tet_minus_E_oct_eV;
  json["status"] = m.status;
  json["notes"] = m.notes;
  return json;
}

Json to_json(Compound const& c, PredictView const& view) {
  CompoundGeometry const& g = c.geometry;
  Json json;
  json["structure"] = c.name;
  json["status"] = c.is_read() ? "computed" : "failed";
  json["error"] = c.error;
  if (!c.is_read()) return json;
  json["assumed_by_reader"] = c.notes;
  json["formula"] = c.formula;
  auto const lowest = lowest_recommended(c, view.csm_of);
  json["lowest_recommended_hop"] = lowest ? Json(*lowest + 1) : Json();
  json["lowest_recommended_eV"] =
      lowest ? Json(recommended(c, *lowest, view).barrier_eV.value) : Json();
  json["anion"] = g.anion;
  json["framework"] = {{"kind", name_of(g.framework.kind)},
                       {"deviation", g.framework.deviation},
                       {"deviations_fcc_hcp_bcc", g.framework.deviations},
                       {"shares_fcc_hcp_bcc_none", g.framework.shares}};
  json["volume_A3"] = g.volume_A3;
  json["charge"] = {{"value_e", c.charge.mean},
                    {"uncertainty_e", c.source.uncertainty},
                    {"lowest_e", c.charge.lowest},
                    {"highest_e", c.charge.highest},
                    {"source", c.source.source}};
  json["potential"] = app::to_json(view.potentials.at(g.anion));
  json["ions_in_sites"] = g.taken;
  json["hops"] = Json::array();
  for (std::size_t h = 0; h < g.hops.size(); ++h) {
    Json item = to_json(g.hops[h]);
    item.update(to_json(recommended(c, h, view)));
    for (Model const& model : models)
      if (c.predicted[h]) item[model.name] = to_json((*c.predicted[h]).*model.barrier);
    json["hops"].push_back(item);
  }
  json["warnings"] = warnings_of(c);
  return json;
}

void write_csv(std::ostream& out, std::vector<std::string> const& names,
               std::vector<Row> const& rows) {
  auto const write = [&](std::vector<std::string> const& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) out << (i > 0 ? "," : "") << fields[i];
    out << '\n';
  };
  write(names);
  for (Row const& row : rows) write(row.fields);
}

namespace {

Row row_of(Compound const& c, std::size_t h, PredictView const& view) {
  auto const& predicted = c.predicted[h];
  Row row;
  row.add("structure", c.name);
  row.add("status", std::string_view("computed"));
  row.add("error", c.error);
  row.add("formula", c.formula);
  row.add("anion", c.geometry.anion);
  row.add("framework", std::string_view(name_of(c.geometry.framework.kind)));
  row.add("framework_deviation", c.geometry.framework.deviation);
  row.add("volume_A3", c.geometry.volume_A3);
  row.add("charge_e", c.charge.mean);
  row.add("u_charge_e", c.source.uncertainty);
  row.add("charge_source", c.source.source);
  row.add("hop", h + 1);
  row.add_all(to_json(recommended(c, h, view)));
  row.add_all(to_json(c.geometry.hops[h]));
  for (Model const& model : models) {
    ModelBarrier const barrier = predicted ? (*predicted).*model.barrier : ModelBarrier{};
    row.add(std::string(model.name) + "_distortion", predicted ? barrier.distortion : std::nan(""));
    row.add(model.name, barrier);
  }
  row.add("notes", short_notes(c, h));
  return row;
}

/// The names of the columns, also where there is no hop at all.
std::vector<std::string> column_names(PredictView const& view) {
  Compound empty;
  empty.geometry.hops.emplace_back();
  empty.predicted.emplace_back();
  return row_of(empty, 0, view).names;
}

Row row_of_failed(Compound const& c, std::vector<std::string> const& names) {
  Row row;
  row.names = names;
  for (std::string const& name : names)
    row.fields.push_back(name == "structure" ? csv_field(c.name)
                         : name == "status"  ? "failed"
                         : name == "error"   ? csv_field(c.error)
                                             : "");
  return row;
}

}  // namespace

void write_hops(std::ostream& out, std::vector<Compound> const& compounds,
                PredictView const& view) {
  auto const names = column_names(view);
  std::vector<Row> rows;
  for (Compound const& c : compounds) {
    if (!c.is_read()) rows.push_back(row_of_failed(c, names));
    for (std::size_t h = 0; h < c.predicted.size(); ++h) rows.push_back(row_of(c, h, view));
  }
  write_csv(out, names, rows);
}

}  // namespace ionscape::app
