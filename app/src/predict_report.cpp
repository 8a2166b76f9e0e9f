#include "predict_report.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <ionscape/core/io/format.hpp>

namespace ionscape::app {

namespace {

char const* words_of(HopKind kind) {
  return kind == HopKind::tet_oct_tet ? "tet-oct-tet" : "oct-tet-oct";
}

std::string framework_words(FrameworkMatch const& match) {
  std::string text =
      std::string(name_of(match.kind)) + " (deviation " + fixed(match.deviation, 3) + "; anions";
  char const* const kinds[] = {"fcc", "hcp", "bcc", "none"};
  for (std::size_t k = 0; k < 4; ++k)
    if (match.shares[k] > 0)
      text += std::string(" ") + kinds[k] + " " + fixed(100 * match.shares[k], 0) + " %";
  return text + ")";
}

/// Each once, with the models that say it; one-word notes stand in the table.
std::vector<std::string> warnings_of(Compound const& c, Predictions const& hops) {
  std::vector<std::string> all = c.geometry.remarks;
  all.insert(all.end(), c.source.remarks.begin(), c.source.remarks.end());
  for (auto const& hop : hops)
    for (Model const& model : models)
      if (hop)
        for (std::string const& note : ((*hop).*model.barrier).notes)
          if (!is_one_word(note)) add_once(all, note);
  return all;
}

/// Of the compound's own framework, and of what C-V and C-V-D are not made for.
std::string short_notes(Compound const& c, CompoundHop const& hop,
                        std::optional<Predicted> const& predicted) {
  if (!predicted) return "blocked";
  std::vector<std::string> words;
  for (std::string const& note : predicted->own_framework.notes)
    if (is_one_word(note)) words.push_back(note);
  if (hop.mobile_between) words.push_back("mobile_ion_between");
  if (!c.geometry.in_domain) words.push_back("cv_cvd_outside_domain");
  return joined(words);
}

/// "Li-Li", "Li-empty"
std::string ends_in_words(CompoundHop const& hop, std::string const& mobile) {
  return (hop.mobile_ends > 0 ? mobile : "empty") + "-" + (hop.mobile_ends > 1 ? mobile : "empty");
}

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

}  // namespace

std::string with_uncertainty(Estimate const& e) {
  if (std::isnan(e.value)) return "-";
  return fixed(e.value, 3) + (std::isnan(e.uncertainty) ? "" : " ± " + fixed(e.uncertainty, 3));
}

bool is_one_word(std::string const& note) { return note.find(' ') == note.npos; }

void add_once(std::vector<std::string>& list, std::string const& words) {
  if (std::ranges::find(list, words) == list.end()) list.push_back(words);
}

void print_compound(Compound const& c, Predictions const& predicted, PotentialSet const& set,
                    std::string const& mobile, SiteKind csm_of) {
  CompoundGeometry const& g = c.geometry;
  std::cout << c.file.string() << ": framework of " << g.anion << ", "
            << framework_words(g.framework) << '\n'
            << "V = " << fixed(g.volume_A3, 3) << " Å^3 per anion, C = " << fixed(c.charge.mean, 3)
            << (c.source.uncertainty > 0 ? " ± " + fixed(c.source.uncertainty, 2) : "")
            << " e per anion: " << c.source.source << '\n'
            << "potential: " << set.name << " (" << set.file.string() << ")\n";
  std::string taken;
  for (auto const& [what, n] : g.taken)
    taken += (taken.empty() ? "" : ", ") + std::to_string(n) + " " + what;
  if (!taken.empty()) std::cout << "in the sites: " << taken << '\n';

  TextTable geometry({"hop", "kind", "number", "CSM tet", "CSM oct", "V tet/Å^3", "V oct/Å^3",
                      "window/Å^2", "radius/Å", "length/Å", "span/Å", "d by tet", "by oct", ""});
  TextTable barriers({"hop", "kind", "between", "E_a", "C-V", "C-V-D", "own framework", ""});
  bool any_open = false;
  for (std::size_t h = 0; h < g.hops.size(); ++h) {
    CompoundHop const& hop = g.hops[h];
    auto const& p = predicted[h];
    geometry.row({std::to_string(h + 1), words_of(hop.hop.kind), std::to_string(hop.count),
                  fixed(hop.csm_tet, 3), fixed(hop.csm_oct, 3), fixed(hop.tet_volume_A3, 3),
                  fixed(hop.oct_volume_A3, 3), fixed(hop.bottleneck_area_A2, 3),
                  fixed(hop.bottleneck_radius_A, 3), fixed(hop.length_A, 3), fixed(hop.span_A, 3),
                  p ? fixed(p->cvd_by_tet.distortion, 3) : "",
                  p ? fixed(p->cvd_by_oct.distortion, 3) : "",
                  p ? "" : "blocked by " + hop.blocked_by});
    if (!p) continue;
    any_open = true;
    ModelBarrier const& cvd = csm_of == SiteKind::tet ? p->cvd_by_tet : p->cvd_by_oct;
    auto const of_fcc_model = [&](Estimate const& e) {
      return c.geometry.in_domain ? with_uncertainty(e) : "[" + with_uncertainty(e) + "]";
    };
    for (BarrierKind const& kind : barrier_kinds) {
      bool const first = &kind == barrier_kinds;
      barriers.row({first ? std::to_string(h + 1) : "", first ? words_of(hop.hop.kind) : "",
                    first ? ends_in_words(hop, mobile) : "", kind.words,
                    of_fcc_model(p->cv.*kind.value), of_fcc_model(cvd.*kind.value),
                    with_uncertainty(p->own_framework.*kind.value),
                    first ? short_notes(c, hop, p) : ""});
    }
  }
  if (!g.hops.empty()) {
    std::cout << '\n';
    geometry.print(std::cout);
  }
  if (any_open) {
    std::cout
        << "\nE_a/eV. span: highest - lowest energy of the path; from end: highest - the hop's "
           "end; C-V-D at the "
           "CSM of "
        << name_of(csm_of)
        << "\nown framework: the anions alone, held; its ± is that of the potential and leaves out "
           "what cations do"
        << (c.geometry.in_domain
                ? ""
                : "\n[ ]: models of fcc frameworks, outside their domain here; error not known")
        << '\n';
    barriers.print(std::cout);
  }
  for (std::string const& words : warnings_of(c, predicted))
    std::cout << "warning: " << words << '\n';
  std::cout << '\n';
}

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

Json to_json(Compound const& c, Predictions const& predicted, PotentialSet const& set) {
  CompoundGeometry const& g = c.geometry;
  Json json;
  json["structure"] = c.file.string();
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
  json["potential"] = app::to_json(set);
  json["ions_in_sites"] = g.taken;
  json["hops"] = Json::array();
  for (std::size_t h = 0; h < g.hops.size(); ++h) {
    Json item = to_json(g.hops[h]);
    for (Model const& model : models)
      if (predicted[h]) item[model.name] = to_json((*predicted[h]).*model.barrier);
    json["hops"].push_back(item);
  }
  json["warnings"] = warnings_of(c, predicted);
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

Row row_of(Compound const& c, std::size_t h, CompoundHop const& hop,
           std::optional<Predicted> const& predicted) {
  Row row;
  row.add("structure", c.file.string());
  row.add("anion", c.geometry.anion);
  row.add("framework", std::string_view(name_of(c.geometry.framework.kind)));
  row.add("framework_deviation", c.geometry.framework.deviation);
  row.add("volume_A3", c.geometry.volume_A3);
  row.add("charge_e", c.charge.mean);
  row.add("u_charge_e", c.source.uncertainty);
  row.add("charge_source", c.source.source);
  row.add("hop", h + 1);
  row.add_all(to_json(hop));
  for (Model const& model : models) {
    ModelBarrier const barrier = predicted ? (*predicted).*model.barrier : ModelBarrier{};
    row.add(std::string(model.name) + "_distortion", predicted ? barrier.distortion : std::nan(""));
    row.add(model.name, barrier);
  }
  row.add("notes", short_notes(c, hop, predicted));
  return row;
}

}  // namespace ionscape::app
