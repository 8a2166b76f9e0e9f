// ionscape predict STRUCTURE...: barriers of real compounds by three models, side by side.
#include <algorithm>
#include <charconv>
#include <iostream>
#include <numeric>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/sweep/charges.hpp>
#include <ionscape/sweep/plan.hpp>
#include <ionscape/sweep/predict.hpp>

#include "arguments.hpp"
#include "kokkos_session.hpp"
#include "output.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

char const* words_of(HopKind kind) { return kind == HopKind::tet_oct_tet ? "tet-oct-tet" : "oct-tet-oct"; }

// ------------------------------------------------------------------------------------------------------- charge source

/// "O=-1.06,S=-1.2"
std::map<std::string, double> species_numbers(Arguments const& arguments, std::string const& option) {
  std::map<std::string, double> numbers;
  for (std::string const& word : arguments.list(option)) {
    std::size_t const equals = word.find('=');
    double number = 0;
    char const* const end = word.data() + word.size();
    auto const [stop, error] = std::from_chars(word.data() + std::min(equals + 1, word.size()), end, number);
    if (equals == word.npos || equals == 0 || error != std::errc{} || stop != end)
      fail_input({}, "--", option, " ", word, ": expected SPECIES=NUMBER, as O=-1.06");
    if (!numbers.emplace(word.substr(0, equals), number).second)
      fail_input({}, "--", option, ": a second number of ", word.substr(0, equals));
  }
  return numbers;
}

constexpr char const* sources[] = {"charge", "charges", "structure-charges", "oxidation", "charge-model"};

/// The one source that the user has named.
std::string charge_source(Arguments const& arguments) {
  std::vector<std::string> named;
  for (char const* source : sources)
    if (arguments.has(source)) named.push_back(std::string("--") + source);
  if (named.size() > 1) fail_input({}, joined(named), ": expected one source of the anions' charge");
  if (named.empty())
    fail_input(
        {},
        "the anions' charge is needed, and none is invented. Name a source: --charge O=-1.06 (e, per species); "
        "--charges FILE (.csv, .toml, or Bader's ACF.dat with --valence Li=1,O=6); --structure-charges (those of "
        "the structure file); --oxidation (formal states); --charge-model ionicity (an estimate)");
  return named[0].substr(2);
}

ChargeAssignment assign_charge(Arguments const& arguments, Crystal const& crystal,
                               std::vector<std::string> const& anions, std::filesystem::path const& file) {
  std::string const source = charge_source(arguments);
  auto const states = species_numbers(arguments, "states");
  if (source == "charge") return charges_per_species(crystal, species_numbers(arguments, "charge"));
  if (source == "charges")
    return charges_from_file(crystal, *arguments.path("charges"), species_numbers(arguments, "valence"));
  if (source == "structure-charges") return charges_of_structure(crystal, file);
  if (source == "oxidation") return formal_charges(crystal, anions, states, {file});
  arguments.choice("charge-model", {"ionicity"});
  return ionicity_charges(crystal, anions, states, {file});
}

// ----------------------------------------------------------------------------------------------------------- compounds

struct Compound {
  std::filesystem::path file;
  CompoundGeometry geometry;
  Crystal anions;  // the framework alone
  ChargeAssignment source;
  AnionCharge charge;
  std::vector<std::size_t> open;  // hops that nothing blocks
};

/// The four numbers of a model, as columns name them and as the reader does.
struct BarrierKind {
  char const* name;
  char const* words;
  Estimate ModelBarrier::*value;
};
constexpr BarrierKind barrier_kinds[] = {
    {"span_three_point", "span, three points", &ModelBarrier::span_three_point_eV},
    {"span_neb", "span, NEB", &ModelBarrier::span_neb_eV},
    {"from_end_three_point", "from end, three points", &ModelBarrier::from_end_three_point_eV},
    {"from_end_neb", "from end, NEB", &ModelBarrier::from_end_neb_eV},
};

/// What the models say of one hop; nothing for a blocked one.
struct Predicted {
  ModelBarrier cv, by_tet, by_oct, framework;
};

Compound read_compound(std::filesystem::path const& file, Arguments const& arguments, std::string const& mobile,
                       std::vector<HopKind> const& kinds) {
  Compound c{file, {}, {}, {}, {}, {}};
  Crystal const crystal = read_crystal(file);
  auto const anions = choose_anions(crystal.species, arguments.list("anions"), {file});
  if (anions.size() > 1)
    fail_input({file}, "several anions (", joined(anions),
               "), but a potential is for a framework of one: name it with --anions");
  c.geometry = analyse_compound(crystal, anions[0], mobile, kinds);
  c.source = assign_charge(arguments, crystal, anions, file);
  c.charge = anion_charge(crystal, c.source, anions, {file});
  c.anions.cell = crystal.cell;
  for (std::size_t ion : c.geometry.anions) {
    c.anions.species.push_back(crystal.species[ion]);
    c.anions.positions.push_back(crystal.positions[ion]);
  }
  for (std::size_t h = 0; h < c.geometry.hops.size(); ++h)
    if (c.geometry.hops[h].blocked_by.empty()) c.open.push_back(h);
  constexpr double noticeable = 0.02;  // e
  if (c.charge.highest - c.charge.lowest > noticeable)
    c.source.remarks.push_back("the anions differ in charge, " + fixed(c.charge.lowest, 3) + " .. " +
                               fixed(c.charge.highest, 3) + " e: the models take the mean");
  return c;
}

ModelQuestion question_of(Compound const& c, CompoundHop const& hop, SiteKind csm_of) {
  bool const tet = csm_of == SiteKind::tet;
  auto const& range = tet ? hop.csm_tet_range : hop.csm_oct_range;
  return {c.geometry.anion,
          hop.hop.kind,
          c.geometry.volume_A3,
          c.charge.mean,
          c.source.uncertainty,
          csm_of,
          tet ? hop.csm_tet : hop.csm_oct,
          range[0],
          range[1]};
}

/// All compounds in one sweep and one batch of bands; [compound][open hop].
std::vector<std::vector<Predicted>> predict(std::vector<Compound> const& compounds, PredictOptions const& options) {
  std::vector<ModelQuestion> questions;
  std::vector<FrameworkQuestion> frameworks;
  for (Compound const& c : compounds) {
    frameworks.push_back({c.anions, c.charge.mean, c.source.uncertainty, {}});
    for (std::size_t h : c.open) {
      questions.push_back(question_of(c, c.geometry.hops[h], SiteKind::tet));
      questions.push_back(question_of(c, c.geometry.hops[h], SiteKind::oct));
      frameworks.back().hops.push_back(c.geometry.hops[h]);
    }
  }
  auto const models = ask_models(questions, options);
  auto const relaxed = relax_in_frameworks(frameworks, options);
  std::vector<std::vector<Predicted>> out(compounds.size());
  std::size_t k = 0;
  for (std::size_t i = 0; i < compounds.size(); ++i)
    for (ModelBarrier const& own : relaxed[i]) {
      out[i].push_back({models[k].cv, models[k].cvd, models[k + 1].cvd, own});
      k += 2;
    }
  return out;
}

// ------------------------------------------------------------------------------------------------------------- results

std::string with_uncertainty(Estimate const& e) {
  if (std::isnan(e.value)) return "-";
  return fixed(e.value, 3) + (std::isnan(e.uncertainty) ? "" : " ± " + fixed(e.uncertainty, 3));
}

std::string framework_words(FrameworkMatch const& match) {
  std::string text = std::string(name_of(match.kind)) + " (deviation " + fixed(match.deviation, 3) + "; anions";
  char const* const kinds[] = {"fcc", "hcp", "bcc", "none"};
  for (std::size_t k = 0; k < 4; ++k)
    if (match.shares[k] > 0) text += std::string(" ") + kinds[k] + " " + fixed(100 * match.shares[k], 0) + " %";
  return text + ")";
}

/// Each once, with the models that say it.
std::vector<std::string> warnings_of(Compound const& c, std::vector<Predicted> const& hops) {
  std::vector<std::string> all = c.geometry.remarks;
  all.insert(all.end(), c.source.remarks.begin(), c.source.remarks.end());
  auto const add = [&](std::string const& words) {
    if (std::ranges::find(all, words) == all.end()) all.push_back(words);
  };
  for (Predicted const& hop : hops)
    for (ModelBarrier const* model : {&hop.cv, &hop.by_tet, &hop.by_oct, &hop.framework})
      for (std::string const& note : model->notes)
        if (note.find(' ') != note.npos) add(note);  // the map's one-word notes stand in the table
  return all;
}

/// The one-word notes of the model that the reader will look at.
std::string short_notes(CompoundHop const& hop, ModelBarrier const& model) {
  std::vector<std::string> words;
  for (std::string const& note : model.notes)
    if (note.find(' ') == note.npos) words.push_back(note);
  if (hop.mobile_between) words.push_back("mobile_ion_between");
  return joined(words);
}

/// "Li-Li", "Li-empty"
std::string ends_in_words(CompoundHop const& hop, std::string const& mobile) {
  return (hop.mobile_ends > 0 ? mobile : "empty") + "-" + (hop.mobile_ends > 1 ? mobile : "empty");
}

void print_compound(Compound const& c, std::vector<Predicted> const& predicted, PotentialSet const& set,
                    std::string const& mobile, SiteKind csm_of) {
  CompoundGeometry const& g = c.geometry;
  std::cout << c.file.string() << ": framework of " << g.anion << ", " << framework_words(g.framework) << '\n'
            << "V = " << fixed(g.volume_A3, 3) << " Å^3 per anion, C = " << fixed(c.charge.mean, 3)
            << (c.source.uncertainty > 0 ? " ± " + fixed(c.source.uncertainty, 2) : "")
            << " e per anion: " << c.source.source << '\n'
            << "potential: " << set.name << " (" << set.file.string() << ")\n";
  std::string taken;
  for (auto const& [what, n] : g.taken) taken += (taken.empty() ? "" : ", ") + std::to_string(n) + " " + what;
  if (!taken.empty()) std::cout << "in the sites: " << taken << '\n';
  if (!g.hops.empty()) {
    std::cout << '\n';
    TextTable geometry({"hop", "kind", "number", "CSM tet", "CSM oct", "V tet/Å^3", "V oct/Å^3", "window/Å^2",
                        "radius/Å", "length/Å", "span/Å", "d by tet", "by oct", ""});
    std::size_t k = 0;
    for (std::size_t h = 0; h < g.hops.size(); ++h) {
      CompoundHop const& hop = g.hops[h];
      bool const open = hop.blocked_by.empty();
      geometry.row({std::to_string(h + 1), words_of(hop.hop.kind), std::to_string(hop.count), fixed(hop.csm_tet, 3),
                    fixed(hop.csm_oct, 3), fixed(hop.tet_volume_A3, 3), fixed(hop.oct_volume_A3, 3),
                    fixed(hop.bottleneck_area_A2, 3), fixed(hop.bottleneck_radius_A, 3), fixed(hop.length_A, 3),
                    fixed(hop.span_A, 3), open ? fixed(predicted[k].by_tet.distortion, 3) : "",
                    open ? fixed(predicted[k].by_oct.distortion, 3) : "", open ? "" : "blocked by " + hop.blocked_by});
      if (open) ++k;
    }
    geometry.print(std::cout);
  }
  if (!c.open.empty()) {
    std::cout << "\nE_a/eV. span: highest - lowest energy of the path; from end: highest - the hop's end; C-V-D at the "
                 "CSM of "
              << name_of(csm_of) << '\n';
    TextTable table({"hop", "kind", "between", "E_a", "C-V", "C-V-D", "own framework", ""});
    for (std::size_t k = 0; k < c.open.size(); ++k) {
      CompoundHop const& hop = g.hops[c.open[k]];
      Predicted const& p = predicted[k];
      ModelBarrier const& cvd = csm_of == SiteKind::tet ? p.by_tet : p.by_oct;
      for (BarrierKind const& kind : barrier_kinds) {
        bool const first = &kind == barrier_kinds;
        table.row({first ? std::to_string(c.open[k] + 1) : "", first ? words_of(hop.hop.kind) : "",
                   first ? ends_in_words(hop, mobile) : "", kind.words, with_uncertainty(p.cv.*kind.value),
                   with_uncertainty(cvd.*kind.value), with_uncertainty(p.framework.*kind.value),
                   first ? short_notes(hop, p.framework) : ""});
      }
    }
    table.print(std::cout);
  }
  for (std::string const& words : warnings_of(c, predicted)) std::cout << "warning: " << words << '\n';
  std::cout << '\n';
}

Json to_json(Estimate const& e) { return {{"value", e.value}, {"uncertainty", e.uncertainty}}; }

Json to_json(ModelBarrier const& m) {
  Json json;
  json["distortion"] = m.distortion;
  for (BarrierKind const& kind : barrier_kinds) json[std::string("Ea_") + kind.name + "_eV"] = to_json(m.*kind.value);
  json["E_tet_minus_E_oct_eV"] = m.E_tet_minus_E_oct_eV;
  json["status"] = m.status;
  json["notes"] = m.notes;
  return json;
}

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

Json to_json(Compound const& c, std::vector<Predicted> const& predicted, PotentialSet const& set) {
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
  std::size_t k = 0;
  for (CompoundHop const& hop : g.hops) {
    Json item = to_json(hop);
    if (hop.blocked_by.empty()) {
      Predicted const& p = predicted[k++];
      item["cv"] = to_json(p.cv);
      item["cvd_by_tet"] = to_json(p.by_tet);
      item["cvd_by_oct"] = to_json(p.by_oct);
      item["own_framework"] = to_json(p.framework);
    }
    json["hops"].push_back(item);
  }
  json["warnings"] = warnings_of(c, predicted);
  return json;
}

void write_csv(std::ostream& out, std::vector<Compound> const& compounds,
               std::vector<std::vector<Predicted>> const& predicted) {
  out << "# ionscape predict; E_a in eV, u_: standard uncertainty; more in predict.json\n";
  std::vector<std::string> names{"structure",
                                 "anion",
                                 "framework",
                                 "framework_deviation",
                                 "volume_A3",
                                 "charge_e",
                                 "u_charge_e",
                                 "charge_source",
                                 "hop",
                                 "kind",
                                 "number",
                                 "csm_tet",
                                 "csm_oct",
                                 "tet_volume_A3",
                                 "oct_volume_A3",
                                 "bottleneck_area_A2",
                                 "bottleneck_radius_A",
                                 "length_A",
                                 "span_A",
                                 "mobile_ends",
                                 "blocked_by"};
  for (std::string const model : {"cv", "cvd_by_tet", "cvd_by_oct", "own_framework"}) {
    names.push_back(model + "_distortion");
    for (BarrierKind const& kind : barrier_kinds)
      for (char const* prefix : {"", "u_"}) names.push_back(prefix + model + "_" + kind.name + "_eV");
  }
  names.push_back("notes");
  for (std::size_t i = 0; i < names.size(); ++i) out << (i > 0 ? "," : "") << names[i];
  out << '\n';
  for (std::size_t i = 0; i < compounds.size(); ++i) {
    Compound const& c = compounds[i];
    std::size_t k = 0;
    for (std::size_t h = 0; h < c.geometry.hops.size(); ++h) {
      CompoundHop const& hop = c.geometry.hops[h];
      std::vector<std::string> fields{csv_field(c.file.string()), csv_field(c.geometry.anion),
                                      name_of(c.geometry.framework.kind)};
      auto const number = [&](double x) { fields.push_back(csv_field(x)); };
      number(c.geometry.framework.deviation), number(c.geometry.volume_A3), number(c.charge.mean);
      number(c.source.uncertainty), fields.push_back(csv_field(c.source.source));
      fields.push_back(std::to_string(h + 1)), fields.push_back(words_of(hop.hop.kind)), number(hop.count);
      number(hop.csm_tet), number(hop.csm_oct), number(hop.tet_volume_A3), number(hop.oct_volume_A3);
      number(hop.bottleneck_area_A2), number(hop.bottleneck_radius_A), number(hop.length_A), number(hop.span_A);
      number(hop.mobile_ends), fields.push_back(csv_field(hop.blocked_by));
      Predicted const p = hop.blocked_by.empty() ? predicted[i][k++] : Predicted{};
      for (ModelBarrier const* m : {&p.cv, &p.by_tet, &p.by_oct, &p.framework}) {
        number(hop.blocked_by.empty() ? m->distortion : std::nan(""));
        for (BarrierKind const& kind : barrier_kinds)
          number((m->*kind.value).value), number((m->*kind.value).uncertainty);
      }
      fields.push_back(csv_field(hop.blocked_by.empty() ? short_notes(hop, p.framework) : "blocked"));
      for (std::size_t f = 0; f < fields.size(); ++f) out << (f > 0 ? "," : "") << fields[f];
      out << '\n';
    }
  }
}

// --------------------------------------------------------------------------------------------------------------- table

/// A named column of barriers with its errors over the rows that have a reference.
struct Series {
  std::string name;
  std::vector<double> values;
  ErrorStatistics errors = {};
  std::string worst = {};
};

void count_errors(Series& series, CompoundTable const& table) {
  std::vector<double> ours, reference;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.compounds.size(); ++i) {
    double const r = table.compounds[i].reference_eV;
    if (!std::isfinite(series.values[i]) || !std::isfinite(r)) continue;
    ours.push_back(series.values[i]), reference.push_back(r);
    names.push_back(table.compounds[i].formula);
  }
  series.errors = error_statistics(ours, reference);
  if (!ours.empty()) series.worst = names[series.errors.largest_at];
}

int predict_table(std::filesystem::path const& file, SiteKind csm_of, PredictOptions const& options,
                  std::filesystem::path const& directory, bool as_json, bool pictures) {
  CompoundTable const table = read_compound_table(file, csm_of);
  std::vector<ModelQuestion> questions;
  for (TableCompound const& c : table.compounds) questions.push_back(c.question);
  auto const answers = ask_models(questions, options);

  std::vector<Series> series{{"C-V published", {}}, {"C-V-D published", {}}};
  for (BarrierKind const& kind : barrier_kinds)
    for (char const* model : {"C-V, ", "C-V-D, "}) series.push_back({std::string(model) + kind.words, {}});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    TableCompound const& c = table.compounds[i];
    std::vector<double> values{c.published_cv_eV, c.published_cvd_eV};
    for (BarrierKind const& kind : barrier_kinds)
      for (ModelBarrier const* model : {&answers[i].cv, &answers[i].cvd}) values.push_back((model->*kind.value).value);
    for (std::size_t s = 0; s < series.size(); ++s) series[s].values.push_back(values[s]);
  }
  for (Series& s : series) count_errors(s, table);
  std::erase_if(series, [](Series const& s) {
    return std::ranges::none_of(s.values, [](double x) { return std::isfinite(x); });
  });

  AtomicFile csv(directory / "predict.csv");
  csv.stream() << "# ionscape predict --table " << file.string() << "; C-V-D at the CSM of " << name_of(csm_of) << '\n';
  csv.stream() << "formula,path,anion,volume_A3,charge_e,csm,distortion,Ea_NEB_eV";
  for (char const* model : {"cv_", "cvd_"})
    for (BarrierKind const& kind : barrier_kinds)
      for (char const* prefix : {"", "u_"}) csv.stream() << ',' << prefix << model << kind.name << "_eV";
  csv.stream() << ",E_tet_minus_E_oct_eV,notes\n";
  Json json = provenance();
  json["table"] = file.string();
  json["csm_of"] = name_of(csm_of);
  for (auto const& [anion, set] : options.potentials) json["potentials"][anion] = app::to_json(set);
  json["left_out"] = table.left_out;
  json["compounds"] = Json::array();
  std::vector<std::string> warnings;
  TextTable text({"formula", "path", "V/Å^3", "C/e", "CSM", "d", "D/eV", "E_a DFT", "C-V: span, 3", "from end, 3",
                  "C-V-D: span, 3", "span, NEB", "from end, 3", "from end, NEB"});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    TableCompound const& c = table.compounds[i];
    ModelQuestion const& q = c.question;
    auto const& [cv, cvd] = answers[i];
    std::vector<std::string> notes = cvd.notes;
    for (std::string const& note : cv.notes)
      if (std::ranges::find(notes, note) == notes.end() && note.find(' ') != note.npos) notes.push_back(note);
    csv.stream() << csv_field(c.formula) << ',' << c.path << ',' << csv_field(q.anion);
    for (double x : {q.volume_A3, q.charge_e, q.csm, cvd.distortion, c.reference_eV})
      csv.stream() << ',' << csv_field(x);
    for (ModelBarrier const* model : {&cv, &cvd})
      for (BarrierKind const& kind : barrier_kinds)
        csv.stream() << ',' << csv_field((model->*kind.value).value) << ','
                     << csv_field((model->*kind.value).uncertainty);
    csv.stream() << ',' << csv_field(cvd.E_tet_minus_E_oct_eV) << ',' << csv_field(joined(notes)) << '\n';
    json["compounds"].push_back({{"formula", c.formula},
                                 {"path", c.path},
                                 {"anion", q.anion},
                                 {"volume_A3", q.volume_A3},
                                 {"charge_e", q.charge_e},
                                 {"csm", q.csm},
                                 {"Ea_NEB_eV", c.reference_eV},
                                 {"cv", to_json(cv)},
                                 {"cvd", to_json(cvd)}});
    text.row({c.formula, c.path, fixed(q.volume_A3, 2), fixed(q.charge_e, 3), fixed(q.csm, 3), fixed(cvd.distortion, 3),
              fixed(cvd.E_tet_minus_E_oct_eV, 3), fixed(c.reference_eV, 3), fixed(cv.span_three_point_eV.value, 3),
              fixed(cv.from_end_three_point_eV.value, 3), with_uncertainty(cvd.span_three_point_eV),
              fixed(cvd.span_neb_eV.value, 3), with_uncertainty(cvd.from_end_three_point_eV),
              fixed(cvd.from_end_neb_eV.value, 3)});
    for (std::string const& note : notes)
      if (note.find(' ') != note.npos) warnings.push_back(c.formula + ": " + note);
  }
  TextTable errors({"model", "n", "MAE/eV", "RMSE/eV", "bias/eV", "largest/eV", "of"});
  bool any_reference = false;
  for (Series const& s : series) {
    if (s.errors.count == 0) continue;
    any_reference = true;
    errors.row({s.name, std::to_string(s.errors.count), fixed(s.errors.mae, 4), fixed(s.errors.rmse, 4),
                fixed(s.errors.bias, 4), fixed(s.errors.largest, 3), s.worst});
    json["errors"][s.name] = {{"count", s.errors.count},  {"mae_eV", s.errors.mae},         {"rmse_eV", s.errors.rmse},
                              {"bias_eV", s.errors.bias}, {"largest_eV", s.errors.largest}, {"largest_of", s.worst}};
  }
  AtomicFile record(directory / "predict.json");
  write_json(record.stream(), json);
  csv.commit();
  record.commit();
  if (as_json) {
    write_json(std::cout, json);
  } else {
    std::cout << file.string() << ": " << answers.size() << " compounds; C-V-D at the CSM of " << name_of(csm_of)
              << ", D = E_tet - E_oct there; E_a/eV, span: highest - lowest energy, from end: highest - the hop's end; "
                 "3: three points\n\n";
    text.print(std::cout);
    for (std::string const& words : warnings) std::cout << "warning: " << words << '\n';
    for (std::string const& words : table.left_out) std::cout << "left out: " << words << '\n';
    if (any_reference) {
      std::cout << "\nmodel minus E_a DFT\n";
      errors.print(std::cout);
    }
    std::cout << "\nwritten: predict.csv, predict.json in " << directory.string() << std::endl;
  }
  if (any_reference && pictures) try {
      std::vector<std::string> names;
      std::vector<double> reference;
      for (TableCompound const& c : table.compounds) names.push_back(c.formula), reference.push_back(c.reference_eV);
      std::vector<ParitySeries> drawn;
      for (Series const& s : series)
        if (s.name.find("published") != s.name.npos || s.name.starts_with("C-V-D")) drawn.push_back({s.name, s.values});
      for (auto const& picture : plot_compound_parity(directory, names, reference, drawn))
        (as_json ? std::cerr : std::cout) << "picture: " << picture.string() << '\n';
    } catch (InputError const& error) {
      std::cerr << "ionscape: warning: no picture: " << error.what() << '\n';
    }
  return good;
}

/// The built-in sets; the given one in place of its anion's.
std::map<std::string, PotentialSet> potentials_of(Arguments const& arguments) {
  std::map<std::string, PotentialSet> sets;
  for (std::string const& anion : built_in_anions()) sets.emplace(anion, built_in_potential(anion));
  for (std::string const& file : arguments.list("potential")) {
    PotentialSet set = read_potential_set(file);
    if (!set.insertion) fail_input({file}, "no [insertion]: this needs a set for a mobile ion in a framework");
    sets.insert_or_assign(set.insertion->framework, std::move(set));
  }
  return sets;
}

}  // namespace

int predict_command(int argc, char const* const* argv) {
  Arguments arguments(
      "predict",
      "Predicts the barriers of real compounds from their structures: anion charge C, volume per anion V and\n"
      "distortion D (CSM) of the hops, and E_a by the C-V model, by the C-V-D model of Ouyang, Xu and Zhu (2023),\n"
      "and by CI-NEB in the compound's own anion framework, held fixed. Cations only block hops.\n"
      "STRUCTURE: POSCAR/CONTCAR, .vasp, .cif, .extxyz, .xyz. One source of the anions' charge must be named.\n"
      "--table: C-V and C-V-D straight from numbers. Results: DIR/predict.csv, DIR/predict.json.",
      {"STRUCTURE... --charge O=-1.06 | --charges FILE | --structure-charges | --oxidation | --charge-model ionicity",
       "--table FILE.csv [--csm tet|oct]"},
      "ionscape predict examples/compounds/Li2S.cif --charge S=-1.717");
  arguments.option("charge", "LIST", "charges in e by species, as O=-1.06");
  arguments.option("charges", "FILE", "charges per species or ion (.csv, .toml), or Bader's ACF.dat");
  arguments.option("valence", "LIST", "valence electrons (ZVAL) by species, as Li=1,O=6, for an ACF.dat");
  arguments.flag("structure-charges", "take the charges that the structure file states");
  arguments.flag("oxidation", "take formal oxidation states (far from the charges that the potentials know)");
  arguments.option("charge-model", "NAME", "ionicity: formal states times a covalency factor, ±0.18 e");
  arguments.option("states", "LIST", "oxidation states in place of the common ones, as Fe=2,P=5");
  arguments.option("anions", "LIST", "species that form the framework (default: the known anion that is there)");
  arguments.option("mobile", "SPECIES", "the mobile ion (default: Li)");
  arguments.option("hop", "KIND", "tet-oct-tet, oct-tet-oct or all (default: all)");
  arguments.option("csm", "SITE", "whose CSM the C-V-D column takes: tet or oct (default: tet; files hold both)");
  arguments.flag("relax-endpoints",
                 "own framework: let the ion relax at both ends first (default: held at the centres)");
  arguments.option("potential", "SET.toml[,...]", "potentials in place of the built-in ones of their anions");
  arguments.option("table", "FILE.csv", "columns formula, path, volume_A3, charge_e, csm; also anion, Ea_NEB_eV");
  arguments.option("out", "DIR", "folder for the results (default: results/predict)");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.flag("no-pictures", "no parity plot of a table with Ea_NEB_eV");
  arguments.option("threads", "N", "threads of the processor (default: OMP_NUM_THREADS, else all)");
  arguments.positionals("structure");
  if (!arguments.parse(argc, argv)) return good;

  PredictOptions options;
  options.potentials = potentials_of(arguments);
  options.relax_endpoints = arguments.has("relax-endpoints");
  std::vector<SiteKind> const sites{SiteKind::tet, SiteKind::oct};
  SiteKind const csm_of = sites[arguments.choice("csm", {"tet", "oct"}).value_or(0)];
  auto const hop = arguments.choice("hop", {"tet-oct-tet", "oct-tet-oct", "all"}).value_or(2);
  std::vector<HopKind> kinds;
  if (hop != 1) kinds.push_back(HopKind::tet_oct_tet);
  if (hop != 0) kinds.push_back(HopKind::oct_tet_oct);
  auto const directory = arguments.path("out").value_or(std::filesystem::path("results") / "predict");
  auto const threads = arguments.whole_number("threads", between(1, 4096));
  if (auto const table = arguments.path("table")) {
    arguments.refuse({"structure", "charge", "charges", "valence", "structure-charges", "oxidation", "charge-model",
                      "states", "anions", "mobile", "hop"},
                     "--table");
    KokkosSession const kokkos(threads);
    return predict_table(*table, csm_of, options, directory, arguments.has("json"), !arguments.has("no-pictures"));
  }

  auto const files = arguments.required_paths("structure", "structure file (or --table FILE.csv)");
  std::string const source = charge_source(arguments);
  if (source != "oxidation" && source != "charge-model") arguments.refuse({"states"}, "--" + source);
  if (source != "charges") arguments.refuse({"valence"}, "--" + source);
  std::string const mobile = arguments.text("mobile").value_or("Li");
  std::vector<Compound> compounds;
  for (auto const& file : files) {
    Compound c = read_compound(file, arguments, mobile, kinds);
    auto const set = options.potentials.find(c.geometry.anion);
    if (set == options.potentials.end())
      fail_input({file}, "no potential for frameworks of ", c.geometry.anion, ": --potential SET.toml");
    if (set->second.insertion->mobile != mobile)
      fail_input({set->second.file}, "the set is for mobile ", set->second.insertion->mobile, ", not ", mobile);
    compounds.push_back(std::move(c));
  }
  KokkosSession const kokkos(threads);
  auto const predicted = predict(compounds, options);

  AtomicFile csv(directory / "predict.csv"), record(directory / "predict.json");
  write_csv(csv.stream(), compounds, predicted);
  Json json = provenance();
  json["mobile"] = mobile;
  json["csm_of"] = name_of(csm_of);
  json["compounds"] = Json::array();
  for (std::size_t i = 0; i < compounds.size(); ++i)
    json["compounds"].push_back(
        to_json(compounds[i], predicted[i], options.potentials.at(compounds[i].geometry.anion)));
  write_json(record.stream(), json);
  csv.commit();
  record.commit();
  if (arguments.has("json")) {
    write_json(std::cout, json);
  } else {
    for (std::size_t i = 0; i < compounds.size(); ++i)
      print_compound(compounds[i], predicted[i], options.potentials.at(compounds[i].geometry.anion), mobile, csm_of);
    std::cout << "written: predict.csv, predict.json in " << directory.string() << std::endl;
  }
  int open = 0;
  for (auto const& hops : predicted)
    for (Predicted const& p : hops)
      for (ModelBarrier const* m : {&p.cv, &p.by_tet, &p.by_oct, &p.framework})
        open += !m->status.empty() && m->status != "converged";
  if (open == 0) return good;
  std::cout.flush();
  std::cerr << "ionscape: not converged: " << open << " bands; they stand in the tables with their notes\n";
  return not_converged;
}

}  // namespace ionscape::app
