// ionscape predict STRUCTURE...: barriers of real compounds.
#include <algorithm>
#include <iostream>
#include <optional>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/sweep/plan.hpp>

#include "charge_source.hpp"
#include "kokkos_session.hpp"
#include "predict_report.hpp"
#include "predict_table.hpp"
#include "progress.hpp"
#include "structures.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

/// The built-in sets; the given one in place of its anion's.
std::map<std::string, PotentialSet> potentials_of(Arguments const& arguments) {
  auto sets = read_insertion_sets(arguments.list("potential"));
  for (std::string const& anion : built_in_anions())
    sets.try_emplace(anion, built_in_potential(anion));
  return sets;
}

void declare(Arguments& arguments) {
  declare_charge_source(arguments);
  arguments.list_option(
      "anions", "SPECIES",
      "species that forms the framework (default: the known anion that is there)");
  arguments.option("mobile", "SPECIES", "the mobile ion (default: Li)");
  arguments.option("hop", "KIND", "tet-oct-tet, oct-tet-oct or all (default: all)");
  arguments.option("csm", "SITE",
                   "whose CSM the C-V-D column takes: tet or oct (default: tet; files hold both)");
  arguments.flag(
      "relax-endpoints",
      "own framework: let the ion relax at both ends first (default: held at the centres)");
  arguments.list_option("potential", "SET.toml[,...]",
                        "potentials in place of the built-in ones of their anions");
  arguments.option("table", "FILE.csv",
                   "columns formula, path, volume_A3, charge_e, csm; also anion, Ea_NEB_eV");
  arguments.option("out", "DIR", "folder for the results (default: results/predict)");
  arguments.flag("details", "all numbers of all models");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.flag("no-pictures", "no parity plot of a table with Ea_NEB_eV");
  arguments.flag("quiet", "no progress bar");
  arguments.threads_option();
  arguments.positionals("structure");
}

SiteKind csm_site(Arguments const& arguments) {
  return arguments.choice("csm", {"tet", "oct"}).value_or(0) == 0 ? SiteKind::tet : SiteKind::oct;
}

std::vector<HopKind> hop_kinds(Arguments const& arguments) {
  auto const hop = arguments.choice("hop", {"tet-oct-tet", "oct-tet-oct", "all"}).value_or(2);
  std::vector<HopKind> kinds;
  if (hop != 1) kinds.push_back(HopKind::tet_oct_tet);
  if (hop != 0) kinds.push_back(HopKind::oct_tet_oct);
  return kinds;
}

/// The compounds of all structures; those that cannot be used have an error.
std::vector<Compound> read_compounds(Structures& structures, CompoundQuestion const& question) {
  std::vector<Compound> compounds;
  for (std::size_t k = 0; k < structures.list.size(); ++k) {
    Structure& structure = structures.list[k];
    Compound compound;
    if (structure.error.empty()) try {
        compound = read_compound(structures.crystals[k], structure.file, question);
      } catch (InputError const& error) {
        structure.error = named_error(structure, error);
      }
    compound.file = structure.file;
    compound.name = structure.name;
    compound.error = structure.error;
    compounds.push_back(std::move(compound));
  }
  require_any(structures.list);
  return compounds;
}

/// A set that was given and that no structure needs is a mistake.
void refuse_unused_sets(std::vector<std::string> const& given,
                        std::map<std::string, PotentialSet> const& potentials,
                        std::vector<Compound> const& compounds) {
  for (auto const& [anion, set] : potentials)
    if (std::ranges::count(given, set.file.string()) > 0 &&
        std::ranges::none_of(compounds,
                             [&](Compound const& c) { return c.geometry.anion == anion; }))
      fail_input({set.file}, "a set for frameworks of ", anion, ", but no structure has one");
}

void write_results(std::filesystem::path const& directory, Json const& json,
                   std::vector<Compound> const& compounds, PredictView const& view) {
  AtomicFile csv(directory / "predict.csv"), record(directory / "predict.json");
  csv.stream() << "# ionscape predict; E_a in eV, u_: standard uncertainty; more in predict.json\n";
  write_hops(csv.stream(), compounds, view);
  write_json(record.stream(), json);
  csv.commit();
  record.commit();
}

int exit_code(std::vector<Compound> const& compounds) {
  std::size_t open = 0, failed = 0;
  for (Compound const& c : compounds) {
    failed += !c.is_read();
    for (auto const& p : c.predicted)
      for (Model const& model : models)
        if (p)
          open +=
              !((*p).*model.barrier).status.empty() && ((*p).*model.barrier).status != "converged";
  }
  if (failed > 0) print_failed(failed, compounds.size());
  std::cout.flush();
  if (open > 0)
    std::cerr << "ionscape: not converged: " << open
              << " bands; they stand in the tables with their notes\n";
  return open + failed == 0 ? good : not_converged;
}

int predict_structures(Arguments const& arguments, PredictOptions const& options,
                       std::filesystem::path const& directory) {
  auto const paths = arguments.required_paths("structure", "structure file (or --table FILE.csv)");
  Structures structures = read_structures(paths);
  CompoundQuestion question;
  question.charge = charge_source(arguments, structures.crystals);
  question.anions = arguments.list("anions");
  question.mobile = arguments.text("mobile").value_or("Li");
  question.kinds = hop_kinds(arguments);
  question.potentials = &options.potentials;
  auto compounds = read_compounds(structures, question);
  if (compounds.size() > 1)
    for (Compound const& c : compounds)
      if (c.is_read() && c.source.by_number)
        fail_input({*arguments.path("charges")},
                   "gives charges by the numbers of ions, which "
                   "belong to one structure; found ",
                   compounds.size(), " structures");
  auto const given = arguments.list("potential");
  refuse_unused_sets(given, options.potentials, compounds);
  Paths inputs = structures.files();
  inputs.insert(inputs.end(), given.begin(), given.end());
  if (auto const charges = arguments.path("charges")) inputs.push_back(*charges);
  ResultsFolder const folder(directory, inputs, {"predict.csv", "predict.json"});

  KokkosSession const kokkos(arguments.threads());
  predict(compounds, options);
  for (std::size_t k = 0; k < compounds.size(); ++k) {
    std::string& error = structures.list[k].error;
    if (error.empty() && !compounds[k].is_read())
      error = compounds[k].error = compounds[k].name + ": " + compounds[k].error;
  }
  require_any(structures.list);

  PredictView const view{options.potentials, question.mobile, csm_site(arguments),
                         arguments.has("details")};
  Json json = provenance();
  json["mobile"] = view.mobile;
  json["csm_of"] = name_of(view.csm_of);
  json["compounds"] = Json::array();
  for (Compound const& c : compounds) json["compounds"].push_back(to_json(c, view));
  write_results(directory, json, compounds, view);
  if (arguments.has("json")) {
    write_json(std::cout, json);
  } else {
    for (Compound const& c : compounds) print_compound(c, view);
    std::cout << "written: predict.csv, predict.json in " << directory.string() << std::endl;
  }
  return exit_code(compounds);
}

}  // namespace

int predict_command(int argc, char const* const* argv) {
  Arguments arguments(
      "predict",
      "Predicts the barriers of real compounds from their structures: anion charge C, volume per "
      "anion V and\n"
      "distortion D (CSM) of the hops, and E_a by the C-V model, by the C-V-D model of Ouyang, Xu "
      "and Zhu (2023),\n"
      "and by CI-NEB in the compound's own anion framework, held fixed. Cations only block hops.\n"
      "One source of the anions' charge must be named.\n"
      "First the lowest recommended barrier, then one for each hop with its error and why; "
      "--details: all numbers\n"
      "of all models.\n" +
          std::string(structure_help) +
          "\n--table: C-V and C-V-D straight from numbers; whether the framework is fcc is for you "
          "to "
          "know there.\n"
          "Results: DIR/predict.csv, DIR/predict.json.",
      {"STRUCTURE... --charge O=-1.06 | --charges FILE | --structure-charges | --oxidation | "
       "--charge-model ionicity",
       "--table FILE.csv [--csm tet|oct]"},
      "ionscape predict examples/compounds/Li2S.cif --charge S=-1.717");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;

  PredictOptions options;
  options.potentials = potentials_of(arguments);
  options.own_neb.relax_endpoints = arguments.has("relax-endpoints");
  auto const directory =
      arguments.path("out").value_or(std::filesystem::path("results") / "predict");
  std::optional<ProgressBar> bar;
  options.progress = [&](char const* what, std::size_t finished, std::size_t total) {
    if (!bar) bar.emplace(total, arguments.has("quiet"), what);
    bar->update(finished);
    if (finished == total) bar.reset();
  };
  auto const table = arguments.path("table");
  if (!table) return predict_structures(arguments, options, directory);
  arguments.refuse({"structure", "charge", "charges", "valence", "structure-charges", "oxidation",
                    "charge-model", "states", "anions", "mobile", "hop", "details"},
                   "--table");
  SiteKind const csm_of = csm_site(arguments);
  ResultsFolder const folder(directory, {*table}, {"predict.csv", "predict.json"});
  KokkosSession const kokkos(arguments.threads());
  return predict_table(*table, csm_of, options, directory, arguments.has("json"),
                       !arguments.has("no-pictures"));
}

}  // namespace ionscape::app
