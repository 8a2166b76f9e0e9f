// ionscape predict STRUCTURE...: barriers of real compounds by three models, side by side.
#include <algorithm>
#include <iostream>
#include <optional>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/sweep/plan.hpp>

#include "kokkos_session.hpp"
#include "predict_report.hpp"
#include "predict_run.hpp"
#include "predict_table.hpp"
#include "progress.hpp"
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

}  // namespace

int predict_command(int argc, char const* const* argv) {
  Arguments arguments(
      "predict",
      "Predicts the barriers of real compounds from their structures: anion charge C, volume per "
      "anion V and\n"
      "distortion D (CSM) of the hops, and E_a by the C-V model, by the C-V-D model of Ouyang, Xu "
      "and Zhu (2023),\n"
      "and by CI-NEB in the compound's own anion framework, held fixed. Cations only block hops.\n"
      "STRUCTURE: POSCAR/CONTCAR, .vasp, .cif, .extxyz, .xyz. One source of the anions' charge "
      "must be named.\n"
      "C-V and C-V-D are models of fcc frameworks: for hcp, bcc and others their numbers stand in "
      "brackets.\n"
      "--table: C-V and C-V-D straight from numbers; whether the framework is fcc is for you to "
      "know there.\n"
      "Results: DIR/predict.csv, DIR/predict.json.",
      {"STRUCTURE... --charge O=-1.06 | --charges FILE | --structure-charges | --oxidation | "
       "--charge-model ionicity",
       "--table FILE.csv [--csm tet|oct]"},
      "ionscape predict examples/compounds/Li2S.cif --charge S=-1.717");
  arguments.option("charge", "LIST", "charges in e by species, as O=-1.06,S=-1.2");
  arguments.option("charges", "FILE",
                   "per species (.csv: species,charge_e; .toml: [charges]), per ion (.csv: "
                   "ion,charge_e; .toml: charges_e), "
                   "or Bader's ACF.dat");
  arguments.option("valence", "LIST",
                   "valence electrons (ZVAL) by species, as Li=1,O=6, for an ACF.dat");
  arguments.flag("structure-charges",
                 "what the structure file states: charges (.extxyz), oxidation numbers (.cif)");
  arguments.flag("oxidation",
                 "take formal oxidation states (far from the charges that the potentials know)");
  arguments.option("charge-model", "NAME",
                   "ionicity: formal states times a covalency factor, ±0.18 e");
  arguments.option("states", "LIST", "oxidation states in place of the common ones, as Fe=2,P=5");
  arguments.option("anions", "SPECIES",
                   "species that forms the framework (default: the known anion that is there)");
  arguments.option("mobile", "SPECIES", "the mobile ion (default: Li)");
  arguments.option("hop", "KIND", "tet-oct-tet, oct-tet-oct or all (default: all)");
  arguments.option("csm", "SITE",
                   "whose CSM the C-V-D column takes: tet or oct (default: tet; files hold both)");
  arguments.flag(
      "relax-endpoints",
      "own framework: let the ion relax at both ends first (default: held at the centres)");
  arguments.option("potential", "SET.toml[,...]",
                   "potentials in place of the built-in ones of their anions");
  arguments.option("table", "FILE.csv",
                   "columns formula, path, volume_A3, charge_e, csm; also anion, Ea_NEB_eV");
  arguments.option("out", "DIR", "folder for the results (default: results/predict)");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.flag("no-pictures", "no parity plot of a table with Ea_NEB_eV");
  arguments.flag("quiet", "no progress bar");
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
  auto const directory =
      arguments.path("out").value_or(std::filesystem::path("results") / "predict");
  auto const threads = arguments.whole_number("threads", between(1, 4096));
  check_writable(directory / "predict.json");
  std::optional<ProgressBar> bar;
  options.progress = [&](char const* what, std::size_t finished, std::size_t total) {
    if (!bar) bar.emplace(total, arguments.has("quiet"), what);
    bar->update(finished);
    if (finished == total) bar.reset();
  };
  if (auto const table = arguments.path("table")) {
    arguments.refuse({"structure", "charge", "charges", "valence", "structure-charges", "oxidation",
                      "charge-model", "states", "anions", "mobile", "hop"},
                     "--table");
    KokkosSession const kokkos(threads);
    return predict_table(*table, csm_of, options, directory, arguments.has("json"),
                         !arguments.has("no-pictures"));
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
      fail_input({file}, "no potential for frameworks of ", c.geometry.anion,
                 ": --potential SET.toml");
    if (set->second.insertion->mobile != mobile)
      fail_input({set->second.file}, "the set is for mobile ", set->second.insertion->mobile,
                 ", not ", mobile);
    compounds.push_back(std::move(c));
  }
  auto const given = arguments.list("potential");
  for (auto const& [anion, set] : options.potentials)
    if (std::ranges::count(given, set.file.string()) > 0 &&
        std::ranges::none_of(compounds,
                             [&](Compound const& c) { return c.geometry.anion == anion; }))
      fail_input({set.file}, "a set for frameworks of ", anion, ", but no structure has one");
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
      print_compound(compounds[i], predicted[i], options.potentials.at(compounds[i].geometry.anion),
                     mobile, csm_of);
    std::cout << "written: predict.csv, predict.json in " << directory.string() << std::endl;
  }
  int open = 0;
  for (Predictions const& hops : predicted)
    for (auto const& p : hops)
      for (Model const& model : models)
        if (p)
          open +=
              !((*p).*model.barrier).status.empty() && ((*p).*model.barrier).status != "converged";
  if (open == 0) return good;
  std::cout.flush();
  std::cerr << "ionscape: not converged: " << open
            << " bands; they stand in the tables with their notes\n";
  return not_converged;
}

}  // namespace ionscape::app
