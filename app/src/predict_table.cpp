// ionscape predict --table: C-V and C-V-D from numbers, and their errors where a DFT barrier is
// listed.
#include "predict_table.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/report/parity.hpp>

#include "predict_report.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

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

/// What was read, and what the models answer; one of each a row.
struct Answered {
  std::filesystem::path const& file;
  SiteKind csm_of;
  CompoundTable table;
  std::vector<ModelAnswer> answers;
  std::vector<Series> series;  // those that have values

  bool any_reference() const {
    return std::ranges::any_of(series, [](Series const& s) { return s.errors.count > 0; });
  }
  /// The sentences of both models, and the keywords of C-V-D.
  std::vector<std::string> notes(std::size_t i) const {
    std::vector<std::string> notes = answers[i].cvd.notes;
    for (std::string const& note : answers[i].cv.notes)
      if (!is_one_word(note)) add_once(notes, note);
    return notes;
  }
};

/// The published models and ours, with their errors.
std::vector<Series> series_of(CompoundTable const& table, std::vector<ModelAnswer> const& answers) {
  std::vector<Series> series{{"C-V published", {}}, {"C-V-D published", {}}};
  for (BarrierKind const& kind : barrier_kinds)
    for (char const* model : {"C-V, ", "C-V-D, "})
      series.push_back({std::string(model) + kind.words, {}});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    TableCompound const& c = table.compounds[i];
    std::vector<double> values{c.published_cv_eV, c.published_cvd_eV};
    for (BarrierKind const& kind : barrier_kinds)
      for (ModelBarrier const* model : {&answers[i].cv, &answers[i].cvd})
        values.push_back((model->*kind.value).value);
    for (std::size_t s = 0; s < series.size(); ++s) series[s].values.push_back(values[s]);
  }
  for (Series& s : series) count_errors(s, table);
  std::erase_if(series, [](Series const& s) {
    return std::ranges::none_of(s.values, [](double x) { return std::isfinite(x); });
  });
  return series;
}

/// What was asked of a row: the same in JSON and CSV.
Json question_of(TableCompound const& c, ModelAnswer const& answer) {
  return {{"formula", c.formula},
          {"path", c.path},
          {"anion", c.question.anion},
          {"volume_A3", c.question.volume_A3},
          {"charge_e", c.question.charge_e},
          {"csm", c.question.csm},
          {"distortion", answer.cvd.distortion},
          {"Ea_NEB_eV", c.reference_eV}};
}

Json record_of(Answered const& a, std::map<std::string, PotentialSet> const& potentials) {
  Json json = provenance();
  json["table"] = a.file.string();
  json["csm_of"] = name_of(a.csm_of);
  for (auto const& [anion, set] : potentials) json["potentials"][anion] = app::to_json(set);
  json["left_out"] = a.table.left_out;
  json["compounds"] = Json::array();
  for (std::size_t i = 0; i < a.answers.size(); ++i) {
    Json item = question_of(a.table.compounds[i], a.answers[i]);
    item["cv"] = to_json(a.answers[i].cv);
    item["cvd"] = to_json(a.answers[i].cvd);
    json["compounds"].push_back(std::move(item));
  }
  for (Series const& s : a.series)
    if (s.errors.count > 0)
      json["errors"][s.name] = {{"count", s.errors.count},        {"mae_eV", s.errors.mae},
                                {"rmse_eV", s.errors.rmse},       {"bias_eV", s.errors.bias},
                                {"largest_eV", s.errors.largest}, {"largest_of", s.worst}};
  return json;
}

void write_results(std::filesystem::path const& directory, Answered const& a, Json const& json) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < a.answers.size(); ++i) {
    Row& row = rows.emplace_back();
    row.add_all(question_of(a.table.compounds[i], a.answers[i]));
    row.add("cv", a.answers[i].cv);
    row.add("cvd", a.answers[i].cvd);
    row.add("E_tet_minus_E_oct_eV", a.answers[i].cvd.E_tet_minus_E_oct_eV);
    row.add("notes", joined(a.notes(i)));
  }
  AtomicFile csv(directory / "predict.csv"), record(directory / "predict.json");
  csv.stream() << "# ionscape predict --table " << a.file.string() << "; C-V-D at the CSM of "
               << name_of(a.csm_of) << '\n';
  write_csv(csv.stream(), rows[0].names, rows);
  write_json(record.stream(), json);
  csv.commit();
  record.commit();
}

void print_rows(Answered const& a) {
  TextTable text({"formula", "path", "V/Å^3", "C/e", "CSM", "d", "D/eV", "E_a DFT", "C-V: span, 3",
                  "from end, 3", "C-V-D: span, 3", "span, NEB", "from end, 3", "from end, NEB"});
  for (std::size_t i = 0; i < a.answers.size(); ++i) {
    TableCompound const& c = a.table.compounds[i];
    ModelQuestion const& q = c.question;
    auto const& [cv, cvd] = a.answers[i];
    text.row({c.formula, c.path, fixed(q.volume_A3, 2), fixed(q.charge_e, 3), fixed(q.csm, 3),
              fixed(cvd.distortion, 3), fixed(cvd.E_tet_minus_E_oct_eV, 3),
              fixed(c.reference_eV, 3), fixed(cv.span_three_point_eV.value, 3),
              fixed(cv.from_end_three_point_eV.value, 3), with_uncertainty(cvd.span_three_point_eV),
              fixed(cvd.span_neb_eV.value, 3), with_uncertainty(cvd.from_end_three_point_eV),
              fixed(cvd.from_end_neb_eV.value, 3)});
  }
  text.print(std::cout);
}

void print_errors(std::vector<Series> const& series) {
  TextTable errors({"model", "n", "MAE/eV", "RMSE/eV", "bias/eV", "largest/eV", "of"});
  for (Series const& s : series)
    if (s.errors.count > 0)
      errors.row({s.name, std::to_string(s.errors.count), fixed(s.errors.mae, 4),
                  fixed(s.errors.rmse, 4), fixed(s.errors.bias, 4), fixed(s.errors.largest, 3),
                  s.worst});
  errors.print(std::cout);
}

void print(Answered const& a) {
  std::cout << a.file.string() << ": " << a.answers.size() << " compounds; C-V-D at the CSM of "
            << name_of(a.csm_of)
            << ", D = E_tet - E_oct there; E_a/eV, span: highest - lowest energy, from end: "
               "highest - the hop's end; 3: three points\n\n";
  print_rows(a);
  for (std::size_t i = 0; i < a.answers.size(); ++i)
    for (std::string const& note : a.notes(i))
      if (!is_one_word(note))
        std::cout << "warning: " << a.table.compounds[i].formula << ": " << note << '\n';
  for (std::string const& words : a.table.left_out) std::cout << "left out: " << words << '\n';
  if (!a.any_reference()) return;
  std::cout << "\nmodel minus E_a DFT\n";
  print_errors(a.series);
}

/// The published models and C-V-D against DFT.
ParityPlot parity_of(Answered const& a) {
  ParityPlot plot{
      "parity", "E_a of compounds", "E_a by DFT NEB (eV)", "E_a of the model (eV)", {}, {}, {}};
  for (TableCompound const& c : a.table.compounds) {
    plot.labels.push_back(c.formula);
    plot.reference.push_back(c.reference_eV);
  }
  for (Series const& s : a.series)
    if (s.name.find("published") != s.name.npos || s.name.starts_with("C-V-D"))
      plot.series.push_back({s.name, s.values});
  return plot;
}

}  // namespace

int predict_table(std::filesystem::path const& file, SiteKind csm_of, PredictOptions const& options,
                  std::filesystem::path const& directory, bool as_json, bool pictures) {
  Answered a{file, csm_of, read_compound_table(file, csm_of), {}, {}};
  std::vector<ModelQuestion> questions;
  for (TableCompound const& c : a.table.compounds) questions.push_back(c.question);
  a.answers = ask_models(questions, options);
  a.series = series_of(a.table, a.answers);

  Json const json = record_of(a, options.potentials);
  write_results(directory, a, json);
  if (as_json) {
    write_json(std::cout, json);
  } else {
    print(a);
    std::cout << "\nwritten: predict.csv, predict.json in " << directory.string() << std::endl;
  }
  if (a.any_reference() && pictures)
    draw_if_possible([&] {
      for (auto const& picture : plot_parity(directory, parity_of(a)))
        (as_json ? std::cerr : std::cout) << "picture: " << picture.string() << '\n';
    });
  return good;
}

}  // namespace ionscape::app
