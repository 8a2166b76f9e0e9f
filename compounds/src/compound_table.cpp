// Compounds by their numbers, from a CSV table.
#include <cmath>

#include <ionscape/compounds/charges.hpp>
#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/anions.hpp>
#include <ionscape/sweep/plan.hpp>

namespace ionscape {

namespace {

/// The first of the names that the table has.
std::string column_of(CsvTable const& table, std::initializer_list<char const*> names,
                      SourceLocation const& where) {
  for (char const* name : names)
    if (table.has(name)) return name;
  fail_input(where, "no column ", *names.begin(), "; found ", joined(table.columns()));
}

}  // namespace

CompoundTable read_compound_table(std::filesystem::path const& file, SiteKind csm_of) {
  CsvTable const table = CsvTable::read(file);
  std::string const path = column_of(table, {"path", "path_type"}, {file});
  std::string const volume = column_of(table, {"volume_A3", "volume_per_anion_A3"}, {file});
  for (char const* name : {"formula", "charge_e", "csm"}) column_of(table, {name}, {file});
  CompoundTable out;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    SourceLocation const where = table.where(row);
    TableCompound compound;
    compound.formula = table.text(row, "formula");
    compound.path = table.text(row, path);
    compound.line = where.line;
    std::string missing;
    for (std::string const& column : {volume, std::string("charge_e"), std::string("csm")})
      if (table.text(row, column).empty()) missing += (missing.empty() ? "" : ", ") + column;
    if (!missing.empty()) {
      out.left_out.push_back(compound.formula + " (line " + std::to_string(where.line) + "): no " +
                             missing);
      continue;
    }
    ModelQuestion& q = compound.question;
    if (compound.path != "TOT" && compound.path != "OTO")
      fail_input(where, "path '", compound.path,
                 "', expected TOT (Tet-Oct-Tet) or OTO (Oct-Tet-Oct)");
    q.kind = compound.path == "TOT" ? HopKind::tet_oct_tet : HopKind::oct_tet_oct;
    q.volume_A3 = table.number(row, volume);
    q.charge_e = table.number(row, "charge_e");
    q.csm_of = csm_of;
    q.csm = q.csm_lowest = q.csm_highest = table.number(row, "csm");
    if (!(q.csm >= 0)) fail_input(where, "csm ", q.csm, ", expected >= 0");
    if (table.has("anion")) {
      q.anion = table.text(row, "anion");
    } else {
      std::vector<std::string> anions;
      for (auto const& [species, n] : parse_formula(compound.formula, where))
        if (is_known_anion(species)) anions.push_back(species);
      if (anions.size() != 1)
        fail_input(where, compound.formula, ": the framework's anion is not clear (",
                   joined(anions), "); a column 'anion' would say it");
      q.anion = anions[0];
    }
    validate(SweepPoint{q.anion, q.volume_A3, q.charge_e, 1}, where);
    auto const optional = [&](char const* column, double& value) {
      if (table.has(column)) value = table.optional_number(row, column).value_or(std::nan(""));
    };
    optional("Ea_NEB_eV", compound.reference_eV);
    optional("Ea_CV_eV", compound.published_cv_eV);
    optional("Ea_CVD_eV", compound.published_cvd_eV);
    out.compounds.push_back(std::move(compound));
  }
  if (out.compounds.empty()) fail_input({file}, "no row with volume, charge and CSM");
  return out;
}

}  // namespace ionscape
