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

}  // namespace

int predict_table(std::filesystem::path const& file, SiteKind csm_of, PredictOptions const& options,
                  std::filesystem::path const& directory, bool as_json, bool pictures) {
  CompoundTable const table = read_compound_table(file, csm_of);
  std::vector<ModelQuestion> questions;
  for (TableCompound const& c : table.compounds) questions.push_back(c.question);
  auto const answers = ask_models(questions, options);

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

  Json json = provenance();
  json["table"] = file.string();
  json["csm_of"] = name_of(csm_of);
  for (auto const& [anion, set] : options.potentials) json["potentials"][anion] = app::to_json(set);
  json["left_out"] = table.left_out;
  json["compounds"] = Json::array();
  std::vector<std::string> warnings;
  std::vector<Row> rows;
  TextTable text({"formula", "path", "V/Å^3", "C/e", "CSM", "d", "D/eV", "E_a DFT", "C-V: span, 3",
                  "from end, 3", "C-V-D: span, 3", "span, NEB", "from end, 3", "from end, NEB"});
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
    text.row({c.formula, c.path, fixed(q.volume_A3, 2), fixed(q.charge_e, 3), fixed(q.csm, 3),
              fixed(cvd.distortion, 3), fixed(cvd.E_tet_minus_E_oct_eV, 3),
              fixed(c.reference_eV, 3), fixed(cv.span_three_point_eV.value, 3),
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
    errors.row({s.name, std::to_string(s.errors.count), fixed(s.errors.mae, 4),
                fixed(s.errors.rmse, 4), fixed(s.errors.bias, 4), fixed(s.errors.largest, 3),
                s.worst});
    json["errors"][s.name] = {{"count", s.errors.count},        {"mae_eV", s.errors.mae},
                              {"rmse_eV", s.errors.rmse},       {"bias_eV", s.errors.bias},
                              {"largest_eV", s.errors.largest}, {"largest_of", s.worst}};
  }
  AtomicFile csv(directory / "predict.csv"), record(directory / "predict.json");
  csv.stream() << "# ionscape predict --table " << file.string() << "; C-V-D at the CSM of "
               << name_of(csm_of) << '\n';
  write_csv(csv.stream(), rows[0].names, rows);
  write_json(record.stream(), json);
  csv.commit();
  record.commit();
  if (as_json) {
    write_json(std::cout, json);
  } else {
    std::cout << file.string() << ": " << answers.size() << " compounds; C-V-D at the CSM of "
              << name_of(csm_of)
              << ", D = E_tet - E_oct there; E_a/eV, span: highest - lowest energy, from end: "
                 "highest - the hop's end; "
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
      for (TableCompound const& c : table.compounds)
        names.push_back(c.formula), reference.push_back(c.reference_eV);
      std::vector<ParitySeries> drawn;
      for (Series const& s : series)
        if (s.name.find("published") != s.name.npos || s.name.starts_with("C-V-D"))
          drawn.push_back({s.name, s.values});
      ParityPlot const plot{"parity",
                            "E_a of compounds",
                            "E_a by DFT NEB (eV)",
                            "E_a of the model (eV)",
                            reference,
                            drawn,
                            names};
      for (auto const& picture : plot_parity(directory, plot))
        (as_json ? std::cerr : std::cout) << "picture: " << picture.string() << '\n';
    } catch (InputError const& error) {
      std::cerr << "ionscape: warning: no picture: " << error.what() << '\n';
    }
  return good;
}

}  // namespace ionscape::app
