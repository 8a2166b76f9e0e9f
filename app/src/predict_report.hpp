// How `ionscape predict` tells its results: tables for people, JSON, CSV.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <ionscape/compounds/compound.hpp>
#include <ionscape/core/io/csv.hpp>

#include "output.hpp"

namespace ionscape::app {

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

/// The models of a hop, as columns name them.
struct Model {
  char const* name;
  ModelBarrier Predicted::*barrier;
};
constexpr Model models[] = {{"cv", &Predicted::cv},
                            {"cvd_by_tet", &Predicted::cvd_by_tet},
                            {"cvd_by_oct", &Predicted::cvd_by_oct},
                            {"own_framework", &Predicted::own_framework}};

/// "0.286 ± 0.033", "-" for NaN.
std::string with_uncertainty(Estimate const& e);

/// Whether a note is a keyword, which stands in tables; others are sentences, printed as warnings.
bool is_one_word(std::string const& note);

void add_once(std::vector<std::string>& list, std::string const& words);

char const* words_of(HopKind kind);

/// What there is to doubt of a compound, each sentence once.
std::vector<std::string> warnings_of(Compound const& c);
/// The keywords of a hop's own framework, and of what C-V and C-V-D are not made for.
std::string short_notes(Compound const& c, std::size_t hop);

/// How a compound's results are told.
struct PredictView {
  std::map<std::string, PotentialSet> const& potentials;
  std::string mobile;
  SiteKind csm_of;  // the site at whose CSM C-V-D is recommended
  bool details = false;
};

/// First the answer, then a recommended barrier for each hop; with `details` all numbers of all
/// models.
void print_compound(Compound const& c, PredictView const& view);

Json to_json(ModelBarrier const& m);
Json to_json(Compound const& c, PredictView const& view);

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

void write_csv(std::ostream& out, std::vector<std::string> const& names,
               std::vector<Row> const& rows);

/// A row for each hop of all compounds, and one for each compound that failed.
void write_hops(std::ostream& out, std::vector<Compound> const& compounds, PredictView const& view);

}  // namespace ionscape::app
