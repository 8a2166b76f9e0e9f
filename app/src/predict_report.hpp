// How `ionscape predict` tells its results: tables for people, JSON, CSV.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <ionscape/core/io/csv.hpp>

#include "output.hpp"
#include "predict_run.hpp"

namespace ionscape::app {

/// "0.286 ± 0.033", "-" for NaN.
std::string with_uncertainty(Estimate const& e);

/// Whether a note is a keyword, which stands in tables; others are sentences, printed as warnings.
bool is_one_word(std::string const& note);

void add_once(std::vector<std::string>& list, std::string const& words);

/// `csm_of`: the site at whose CSM the C-V-D column stands.
void print_compound(Compound const& c, Predictions const& predicted, PotentialSet const& set,
                    std::string const& mobile, SiteKind csm_of);

Json to_json(ModelBarrier const& m);
Json to_json(Compound const& c, Predictions const& predicted, PotentialSet const& set);

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

/// Of hop `h` of a compound.
Row row_of(Compound const& c, std::size_t h, CompoundHop const& hop,
           std::optional<Predicted> const& predicted);

}  // namespace ionscape::app
