// ionscape predict STRUCTURE...: barriers of real compounds by three models, side by side.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/sweep/charges.hpp>
#include <ionscape/sweep/parity.hpp>
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

using SpeciesNumbers = std::map<std::string, double>;

/// "O=-1.06,S=-1.2"; each species must be in one of the crystals.
SpeciesNumbers species_numbers(Arguments const& arguments, std::string const& option,
                               std::vector<Crystal> const& crystals) {
  SpeciesNumbers numbers;
  for (std::string const& word : arguments.list(option)) {
    std::size_t const equals = word.find('=');
    double number = 0;
    char const* const end = word.data() + word.size();
    auto const [stop, error] = std::from_chars(word.data() + std::min(equals + 1, word.size()), end, number);
    if (equals == word.npos || equals == 0 || error != std::errc{} || stop != end || !std::isfinite(number))
      fail_input({}, "--", option, " ", word, ": expected SPECIES=NUMBER, as O=-1.06");
    std::string const species = word.substr(0, equals);
    if (std::ranges::none_of(crystals, [&](Crystal const& c) { return std::ranges::count(c.species, species) > 0; }))
      fail_input({}, "--", option, " ", word, ": no such species in ",
                 crystals.size() > 1 ? "any structure" : "the structure");
    if (!numbers.emplace(species, number).second) fail_input({}, "--", option, ": a second number of ", species);
  }
  return numbers;
}

/// Where the user says that the anions' charge comes from.
struct ChargeSource {
  std::string option;  // its name
  std::filesystem::path file;
  SpeciesNumbers charge, valence, states;
};

ChargeSource charge_source(Arguments const& arguments, std::vector<Crystal> const& crystals) {
  std::vector<std::string> named;
  for (char const* option : {"charge", "charges", "structure-charges", "oxidation", "charge-model"})
    if (arguments.has(option)) named.push_back(std::string("--") + option);
  if (named.size() > 1) fail_input({}, joined(named), ": expected one source of the anions' charge");
  if (named.empty())
    fail_input(
        {},
        "the anions' charge is needed, and none is invented. Name a source: --charge O=-1.06 (e, per species); "
        "--charges FILE (.csv, .toml, or Bader's ACF.dat with --valence Li=1,O=6); --structure-charges (those of "
        "the structure file); --oxidation (formal states); --charge-model ionicity (an estimate)");
  ChargeSource source{named[0].substr(2), arguments.path("charges").value_or(""), {}, {}, {}};
  if (source.option != "oxidation" && source.option != "charge-model") arguments.refuse({"states"}, named[0]);
  if (source.option != "charges") arguments.refuse({"valence"}, named[0]);
  arguments.choice("charge-model", {"ionicity"});
  source.charge = species_numbers(arguments, "charge", crystals);
  source.valence = species_numbers(arguments, "valence", crystals);
  source.states = species_numbers(arguments, "states", crystals);
  return source;
}

ChargeAssignment assign_charge(ChargeSource const& source, Crystal const& crystal,
                               std::vector<std::string> const& anions, std::filesystem::path const& file) {
  auto const present = [&](SpeciesNumbers numbers) {
    std::erase_if(numbers, [&](auto const& item) { return std::ranges::count(crystal.species, item.first) == 0; });
    return numbers;
  };
  if (source.option == "charge") return charges_per_species(crystal, present(source.charge));
  if (source.option == "charges") return charges_from_file(crystal, source.file, present(source.valence));
  if (source.option == "structure-charges") return charges_of_structure(crystal, file);
  auto const assign = source.option == "oxidation" ? formal_charges : ionicity_charges;
  return assign(crystal, anions, present(source.states), {file});
}

// ----------------------------------------------------------------------------------------------------------- compounds

struct Compound {
  std::filesystem::path file;
  CompoundGeometry geometry;
  Crystal anions;  // the framework alone
  ChargeAssignment source;
  AnionCharge charge;

  bool is_fcc() const { return geometry.framework.kind == FrameworkKind::fcc; }
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

/// What the models say of one hop.
struct Predicted {
  ModelBarrier cv, cvd_by_tet, cvd_by_oct, own_framework;
};
struct Model {
  char const* name;
  ModelBarrier Predicted::*barrier;
};
constexpr Model models[] = {{"cv", &Predicted::cv},
                            {"cvd_by_tet", &Predicted::cvd_by_tet},
                            {"cvd_by_oct", &Predicted::cvd_by_oct},
                            {"own_framework", &Predicted::own_framework}};

/// One for each hop of a compound; nothing for a blocked one.
using Predictions = std::vector<std::optional<Predicted>>;

Compound read_compound(Crystal const& crystal, std::filesystem::path const& file, ChargeSource const& source,
                       std::vector<std::string> const& asked_anions, std::string const& mobile,
                       std::vector<HopKind> const& kinds) {
  Compound c{file, {}, {}, {}, {}};
  auto const anions = choose_anions(crystal.species, asked_anions, {file});
  if (anions.size() > 1)
    fail_input({file}, "several anions (", joined(anions),
               "), but a potential is for a framework of one: name it with --anions");
  c.geometry = analyse_compound(crystal, anions[0], mobile, kinds);
  c.source = assign_charge(source, crystal, anions, file);
  c.charge = anion_charge(crystal, c.source, anions, {file});
  c.anions.cell = crystal.cell;
  for (std::size_t ion : c.geometry.anions) {
    c.anions.species.push_back(crystal.species[ion]);
    c.anions.positions.push_back(crystal.positions[ion]);
  }
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
          range[1],
          c.is_fcc()};
}

/// All compounds in one sweep and one batch of bands.
std::vector<Predictions> predict(std::vector<Compound> const& compounds, PredictOptions const& options) {
  std::vector<ModelQuestion> questions;
  std::vector<FrameworkQuestion> frameworks;
  for (Compound const& c : compounds) {
    frameworks.push_back({c.anions, c.charge.mean, c.source.uncertainty, {}});
    for (CompoundHop const& hop : c.geometry.hops) {
      if (!hop.blocked_by.empty()) continue;
      questions.push_back(question_of(c, hop, SiteKind::tet));
      questions.push_back(question_of(c, hop, SiteKind::oct));
      frameworks.back().hops.push_back(hop);
    }
  }
  auto const answers = ask_models(questions, options);
  auto const relaxed = relax_in_frameworks(frameworks, options);
  std::vector<Predictions> out;
  std::size_t k = 0;
  for (std::size_t i = 0; i < compounds.size(); ++i) {
    auto own = relaxed[i].begin();
    out.emplace_back();
    for (CompoundHop const& hop : compounds[i].geometry.hops) {
      out.back().emplace_back();
      if (!hop.blocked_by.empty()) continue;
      out.back().back() = {answers[k].cv, answers[k].cvd, answers[k + 1].cvd, *own++};
      k += 2;
    }
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

bool is_one_word(std::string const& note) { return note.find(' ') == note.npos; }

void add_once(std::vector<std::string>& list, std::string const& words) {
  if (std::ranges::find(list, words) == list.end()) list.push_back(words);
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
std::string short_notes(Compound const& c, CompoundHop const& hop, std::optional<Predicted> const& predicted) {
  if (!predicted) return "blocked";
  std::vector<std::string> words;
  for (std::string const& note : predicted->own_framework.notes)
    if (is_one_word(note)) words.push_back(note);
  if (hop.mobile_between) words.push_back("mobile_ion_between");
  if (!c.is_fcc()) words.push_back("cv_cvd_outside_domain");
  return joined(words);
}

/// "Li-Li", "Li-empty"
std::string ends_in_words(CompoundHop const& hop, std::string const& mobile) {
  return (hop.mobile_ends > 0 ? mobile : "empty") + "-" + (hop.mobile_ends > 1 ? mobile : "empty");
}

void print_compound(Compound const& c, Predictions const& predicted, PotentialSet const& set, std::string const& mobile,
                    SiteKind csm_of) {
  CompoundGeometry const& g = c.geometry;
  std::cout << c.file.string() << ": framework of " << g.anion << ", " << framework_words(g.framework) << '\n'
            << "V = " << fixed(g.volume_A3, 3) << " Å^3 per anion, C = " << fixed(c.charge.mean, 3)
            << (c.source.uncertainty > 0 ? " ± " + fixed(c.source.uncertainty, 2) : "")
            << " e per anion: " << c.source.source << '\n'
            << "potential: " << set.name << " (" << set.file.string() << ")\n";
  std::string taken;
  for (auto const& [what, n] : g.taken) taken += (taken.empty() ? "" : ", ") + std::to_string(n) + " " + what;
  if (!taken.empty()) std::cout << "in the sites: " << taken << '\n';

  TextTable geometry({"hop", "kind", "number", "CSM tet", "CSM oct", "V tet/Å^3", "V oct/Å^3", "window/Å^2", "radius/Å",
                      "length/Å", "span/Å", "d by tet", "by oct", ""});
  TextTable barriers({"hop", "kind", "between", "E_a", "C-V", "C-V-D", "own framework", ""});
  bool any_open = false;
  for (std::size_t h = 0; h < g.hops.size(); ++h) {
    CompoundHop const& hop = g.hops[h];
    auto const& p = predicted[h];
    geometry.row({std::to_string(h + 1), words_of(hop.hop.kind), std::to_string(hop.count), fixed(hop.csm_tet, 3),
                  fixed(hop.csm_oct, 3), fixed(hop.tet_volume_A3, 3), fixed(hop.oct_volume_A3, 3),
                  fixed(hop.bottleneck_area_A2, 3), fixed(hop.bottleneck_radius_A, 3), fixed(hop.length_A, 3),
                  fixed(hop.span_A, 3), p ? fixed(p->cvd_by_tet.distortion, 3) : "",
                  p ? fixed(p->cvd_by_oct.distortion, 3) : "", p ? "" : "blocked by " + hop.blocked_by});
    if (!p) continue;
    any_open = true;
    ModelBarrier const& cvd = csm_of == SiteKind::tet ? p->cvd_by_tet : p->cvd_by_oct;
    auto const of_fcc_model = [&](Estimate const& e) {
      return c.is_fcc() ? with_uncertainty(e) : "[" + with_uncertainty(e) + "]";
    };
    for (BarrierKind const& kind : barrier_kinds) {
      bool const first = &kind == barrier_kinds;
      barriers.row({first ? std::to_string(h + 1) : "", first ? words_of(hop.hop.kind) : "",
                    first ? ends_in_words(hop, mobile) : "", kind.words, of_fcc_model(p->cv.*kind.value),
                    of_fcc_model(cvd.*kind.value), with_uncertainty(p->own_framework.*kind.value),
                    first ? short_notes(c, hop, p) : ""});
    }
  }
  if (!g.hops.empty()) {
    std::cout << '\n';
    geometry.print(std::cout);
  }
  if (any_open) {
    std::cout << "\nE_a/eV. span: highest - lowest energy of the path; from end: highest - the hop's end; C-V-D at the "
                 "CSM of "
              << name_of(csm_of)
              << (c.is_fcc() ? "" : "\n[ ]: models of fcc frameworks, outside their domain here; error not known")
              << '\n';
    barriers.print(std::cout);
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

/// A row of a CSV table, with the names of its columns.
struct Row {
  std::vector<std::string> names, fields;

  void add(std::string const& name, auto const& value) {
    names.push_back(name);
    fields.push_back(csv_field(value));
  }
  void add(std::string const& model, ModelBarrier const& barrier) {
    for (BarrierKind const& kind : barrier_kinds) {
      std::string const name = model + "_" + kind.name + "_eV";
      add(name, (barrier.*kind.value).value);
      add("u_" + name, (barrier.*kind.value).uncertainty);
    }
  }
  /// All numbers and texts of an object.
  void add_all(Json const& object) {
    for (auto const& [name, value] : object.items()) {
      if (value.is_string())
        add(name, value.template get<std::string>());
      else if (value.is_number())
        add(name, value.template get<double>());
    }
  }
};

void write_csv(std::ostream& out, std::vector<std::string> const& names, std::vector<Row> const& rows) {
  auto const write = [&](std::vector<std::string> const& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) out << (i > 0 ? "," : "") << fields[i];
    out << '\n';
  };
  write(names);
  for (Row const& row : rows) write(row.fields);
}

Row row_of(Compound const& c, std::size_t h, CompoundHop const& hop, std::optional<Predicted> const& predicted) {
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

  Json json = provenance();
  json["table"] = file.string();
  json["csm_of"] = name_of(csm_of);
  for (auto const& [anion, set] : options.potentials) json["potentials"][anion] = app::to_json(set);
  json["left_out"] = table.left_out;
  json["compounds"] = Json::array();
  std::vector<std::string> warnings;
  std::vector<Row> rows;
  TextTable text({"formula", "path", "V/Å^3", "C/e", "CSM", "d", "D/eV", "E_a DFT", "C-V: span, 3", "from end, 3",
                  "C-V-D: span, 3", "span, NEB", "from end, 3", "from end, NEB"});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    TableCompound const& c = table.compounds[i];
    ModelQuestion const& q = c.question;
    auto const& [cv, cvd] = answers[i];
    std::vector<std::string> notes = cvd.notes;
    for (std::string const& note : cv.notes)
      if (!is_one_word(note)) add_once(notes, note);
    Json item = {{"formula", c.formula},
                 {"path", c.path},
                 {"anion", q.anion},
                 {"volume_A3", q.volume_A3},
                 {"charge_e", q.charge_e},
                 {"csm", q.csm},
                 {"distortion", cvd.distortion},
                 {"Ea_NEB_eV", c.reference_eV}};
    Row row;
    row.add_all(item);
    row.add("cv", cv);
    row.add("cvd", cvd);
    row.add("E_tet_minus_E_oct_eV", cvd.E_tet_minus_E_oct_eV);
    row.add("notes", joined(notes));
    rows.push_back(std::move(row));
    item["cv"] = to_json(cv);
    item["cvd"] = to_json(cvd);
    json["compounds"].push_back(std::move(item));
    text.row({c.formula, c.path, fixed(q.volume_A3, 2), fixed(q.charge_e, 3), fixed(q.csm, 3), fixed(cvd.distortion, 3),
              fixed(cvd.E_tet_minus_E_oct_eV, 3), fixed(c.reference_eV, 3), fixed(cv.span_three_point_eV.value, 3),
              fixed(cv.from_end_three_point_eV.value, 3), with_uncertainty(cvd.span_three_point_eV),
              fixed(cvd.span_neb_eV.value, 3), with_uncertainty(cvd.from_end_three_point_eV),
              fixed(cvd.from_end_neb_eV.value, 3)});
    for (std::string const& note : notes)
      if (!is_one_word(note)) warnings.push_back(c.formula + ": " + note);
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
  AtomicFile csv(directory / "predict.csv"), record(directory / "predict.json");
  csv.stream() << "# ionscape predict --table " << file.string() << "; C-V-D at the CSM of " << name_of(csm_of) << '\n';
  write_csv(csv.stream(), rows[0].names, rows);
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
      ParityPlot const plot{
          "parity", "E_a of compounds", "E_a by DFT NEB (eV)", "E_a of the model (eV)", reference, drawn, names};
      for (auto const& picture : plot_parity(directory, plot))
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
      "C-V and C-V-D are models of fcc frameworks: for hcp, bcc and others their numbers stand in brackets.\n"
      "--table: C-V and C-V-D straight from numbers; whether the framework is fcc is for you to know there.\n"
      "Results: DIR/predict.csv, DIR/predict.json.",
      {"STRUCTURE... --charge O=-1.06 | --charges FILE | --structure-charges | --oxidation | --charge-model ionicity",
       "--table FILE.csv [--csm tet|oct]"},
      "ionscape predict examples/compounds/Li2S.cif --charge S=-1.717");
  arguments.option("charge", "LIST", "charges in e by species, as O=-1.06,S=-1.2");
  arguments.option(
      "charges", "FILE",
      "per species (.csv: species,charge_e; .toml: [charges]), per ion (.csv: ion,charge_e; .toml: charges_e), "
      "or Bader's ACF.dat");
  arguments.option("valence", "LIST", "valence electrons (ZVAL) by species, as Li=1,O=6, for an ACF.dat");
  arguments.flag("structure-charges", "what the structure file states: charges (.extxyz), oxidation numbers (.cif)");
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
  options.own_neb.relax_endpoints = arguments.has("relax-endpoints");
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
  std::vector<Crystal> crystals;
  for (auto const& file : files) crystals.push_back(read_crystal(file));
  ChargeSource const source = charge_source(arguments, crystals);
  std::string const mobile = arguments.text("mobile").value_or("Li");
  std::vector<Compound> compounds;
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto const& file = files[i];
    Compound c = read_compound(crystals[i], file, source, arguments.list("anions"), mobile, kinds);
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
  std::vector<Row> rows;
  for (std::size_t i = 0; i < compounds.size(); ++i)
    for (std::size_t h = 0; h < predicted[i].size(); ++h)
      rows.push_back(row_of(compounds[i], h, compounds[i].geometry.hops[h], predicted[i][h]));
  csv.stream() << "# ionscape predict; E_a in eV, u_: standard uncertainty; more in predict.json\n";
  write_csv(csv.stream(), row_of({}, 0, {}, {}).names, rows);
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
  for (Predictions const& hops : predicted)
    for (auto const& p : hops)
      for (Model const& model : models)
        if (p) open += !((*p).*model.barrier).status.empty() && ((*p).*model.barrier).status != "converged";
  if (open == 0) return good;
  std::cout.flush();
  std::cerr << "ionscape: not converged: " << open << " bands; they stand in the tables with their notes\n";
  return not_converged;
}

}  // namespace ionscape::app
