// ionscape compare [MAP...] --reference DIR: maps and potentials against published values.
#include <iostream>
#include <map>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/fit/compare.hpp>
#include <ionscape/report/comparison_plots.hpp>

#include "arguments.hpp"
#include "compare_barriers.hpp"
#include "kokkos_session.hpp"
#include "output.hpp"
#include "run_files.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

std::vector<double> charges_of(std::vector<std::string> const& words) {
  std::vector<double> charges;
  for (std::string const& word : words) {
    auto const charge = finite_number(word);
    if (!charge || *charge >= 0)
      fail_input({}, "--exclude-charge ", word, ": expected an anion's charge, < 0");
    charges.push_back(*charge);
  }
  return charges;
}

/// What the maps were computed with, as far as they say; else the given sets, else the built-in
/// ones. Without maps, the given sets, or else all built-in ones.
SweepPlan model_of(std::vector<std::filesystem::path> const& maps, std::vector<MapRow> const& rows,
                   std::map<std::string, PotentialSet> const& given) {
  SweepPlan model;
  model.potentials = given;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    auto const recorded = recorded_plan(maps[i], given);
    if (!recorded) continue;
    for (auto const& [anion, set] : recorded->potentials)
      if (auto const known = model.potentials.emplace(anion, set);
          !known.second && known.first->second.file != set.file)
        fail_input({maps[i]}, "a second map of ", anion, " with another potential");
    if (i > 0 && recorded->supercell != model.supercell)
      fail_input({maps[i]},
                 "this map has another supercell than the one before: compare them apart");
    model.supercell = recorded->supercell;
    model.accuracy = std::min(model.accuracy, recorded->accuracy);
  }
  std::set<std::string> anions;
  for (MapRow const& row : rows) anions.insert(row.point.anion);
  for (std::string const& anion : built_in_anions())
    if (maps.empty() ? given.empty() : anions.contains(anion))
      model.potentials.try_emplace(anion, built_in_potential(anion));
  return model;
}

void print_groups(Comparison const& comparison) {
  TextTable table({"anion", "quantity", "distortion", "n", "MAE/eV", "RMSE/eV", "bias/eV", "max/eV",
                   "at V/Å^3", "q/e", "Spearman", "hits", "n inside", "MAE inside", "bounds kept"});
  for (ComparisonGroup const& g : comparison.groups) {
    bool const any = g.errors.count > 0;
    ReferenceValue const worst = any ? comparison.values[g.largest].reference : ReferenceValue{};
    bool const preference = g.quantity == Quantity::tet_minus_oct;
    table.row(
        {g.anion, name_of(g.quantity), fixed(g.distortion, 2), std::to_string(g.errors.count),
         fixed(g.errors.mae, 4), fixed(g.errors.rmse, 4), fixed(g.errors.bias, 4),
         fixed(g.errors.largest, 3), any ? fixed(worst.volume_A3, 2) : "-",
         any ? fixed(worst.charge_e, 2) : "-", fixed(g.errors.rank_correlation, 4),
         preference ? std::to_string(g.preference_hits) : "", std::to_string(g.inside.count),
         fixed(g.inside.mae, 4),
         g.bounds > 0 ? std::to_string(g.satisfied) + " of " + std::to_string(g.bounds) : ""});
  }
  table.print(std::cout);
}

void print_claims(std::vector<Claim> const& claims) {
  TextTable table({"claim", "anion", "counted", "of", "measured", "demanded", "verdict",
                   "published", "of", "ours there"});
  for (Claim const& c : claims)
    table.row({c.name, c.anion, c.statement, std::to_string(c.of), fixed(c.measured, 3), c.demanded,
               verdict_of(c), c.published ? fixed(*c.published, 3) : "",
               c.published ? std::to_string(c.of_there) : "",
               c.published ? fixed(c.measured_there, 3) : ""});
  table.print(std::cout);
}

void declare(Arguments& arguments) {
  arguments.option("reference", "DIR", "folder with the published values");
  arguments.option("barriers", "DIR",
                   "published barriers of real compounds instead: a folder with barriers.csv and "
                   "paths.extxyz, against bond-valence landscapes");
  arguments.flag("json", "with --barriers: print JSON in place of the tables");
  arguments.option("out", "DIR", "folder for the results (default: results/compare)");
  arguments.option("match", "HOW",
                   "exact: the potential at the published points (default); interpolate: between "
                   "grid points; nearest: the "
                   "grid point within half a step");
  arguments.list_option("potential", "SET.toml[,...]",
                        "potentials in place of those that map.json names");
  arguments.list_option("exclude-charge", "Q[,Q...]",
                        "leave these anion charges out (e), for example -1.8");
  arguments.flag("keep-doubtful",
                 "keep values off the trend of their neighbours, and suspect rows");
  arguments.flag(
      "pictures",
      "draw parity plots, difference maps and profiles into DIR/pictures (needs gnuplot)");
  arguments.threads_option();
  arguments.positionals("map");
}

CompareOptions read_options(Arguments const& arguments) {
  CompareOptions options;
  std::vector<Matching> const ways{Matching::exact, Matching::interpolate, Matching::nearest};
  std::vector<std::string> words;
  for (Matching way : ways) words.push_back(name_of(way));
  if (auto const way = arguments.choice("match", words)) options.matching = ways[*way];
  options.exclude_charges = charges_of(arguments.list("exclude-charge"));
  options.keep_doubtful = arguments.has("keep-doubtful");
  return options;
}

/// The maps, and what they and the published values were computed with.
struct Asked {
  CompareOptions options;
  Paths maps;
  ReferenceData reference;
  std::vector<MapRow> rows;
  SweepPlan model;

  Paths files() const {
    Paths files;
    for (auto const& [anion, set] : model.potentials) files.push_back(set.file);
    for (auto const& map : maps)
      files.push_back(std::filesystem::is_directory(map) ? map / "map.csv" : map);
    return files;
  }
};

Asked read(Arguments const& arguments) {
  auto const reference = arguments.path("reference");
  if (!reference)
    fail_input({}, "--reference DIR is missing: the folder with the published values");
  Asked asked;
  asked.options = read_options(arguments);
  if (arguments.has("map"))
    asked.maps = arguments.required_paths("map", "folder of a finished sweep");
  if (asked.maps.empty() && asked.options.matching != Matching::exact)
    fail_input({}, "--match ", name_of(asked.options.matching),
               " needs a MAP: the folder of a sweep");
  asked.reference = read_reference_data(*reference);
  for (auto const& map : asked.maps)
    for (MapRow& row : read_map(map)) asked.rows.push_back(std::move(row));
  asked.model = model_of(asked.maps, asked.rows, read_insertion_sets(arguments.list("potential")));
  return asked;
}

/// The claims, or why they cannot be counted.
struct Counted {
  std::vector<Claim> claims;
  std::string error;
};

Counted count_claims(Asked const& asked) {
  try {
    return {check_claims(asked.rows, asked.reference), {}};
  } catch (InputError const& error) {  // a list of points is no grid
    return {{}, error.what()};
  }
}

void print(Asked const& asked, Comparison const& comparison, Counted const& counted) {
  for (std::string const& remark : asked.reference.remarks)
    std::cout << "reference: " << remark << '\n';
  for (auto const& [anion, set] : asked.model.potentials)
    std::cout << "potential of " << anion << ": " << set.name << " (" << set.file.string() << ")\n";
  for (std::string const& remark : comparison.remarks) std::cout << remark << '\n';
  std::cout << "\nours minus reference; 'inside': in the range that the potential was fitted in\n";
  print_groups(comparison);
  if (!counted.error.empty())
    std::cout << "\nthe claims of the paper are not counted: " << counted.error << '\n';
  if (counted.claims.empty()) return;
  std::cout << "\nthe claims of the paper, as shares of points or pairs\n";
  print_claims(counted.claims);
}

}  // namespace

int compare_command(int argc, char const* const* argv) {
  Arguments arguments(
      "compare",
      "Compares maps, and the potentials behind them, with published DFT values point by point, "
      "and counts the\n"
      "claims of Ouyang, Xu and Zhu (2023) on them. The reference is a folder with tables "
      "(dft_profiles.csv,\n"
      "cvd_*.csv, digitised_csm_curves.csv) or with the *-barrier.txt files of Xu et al. (2020) as "
      "published; the\n"
      "notebooks of Ouyang et al. print ten rows a table and draw the rest: they are not read.\n"
      "Without a MAP only potentials are compared: those of --potential, or else all built-in "
      "ones.\n"
      "Results: DIR/compare.csv (every value), DIR/compare.json; DIR/compare.md, DIR/claims.md "
      "(tables for a "
      "document).",
      {"[MAP...] --reference DIR [--out DIR] [--match exact|interpolate|nearest] [--pictures]",
       "--barriers DIR [--out DIR] [--json]"},
      "ionscape sweep examples/published/S.toml && ionscape compare results/S --reference DIR");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;
  if (arguments.has("barriers")) return compare_barriers(arguments);
  arguments.refuse({"json"}, "maps");
  auto const threads = arguments.threads();
  Asked const asked = read(arguments);
  std::vector<char const*> results{"compare.csv", "compare.json", "compare.md", "claims.md"};
  if (arguments.has("pictures")) results.push_back(pictures_in_folder);
  ResultsFolder const folder(
      arguments.path("out").value_or(std::filesystem::path("results") / "compare"), asked.files(),
      results);

  KokkosSession const kokkos(threads);
  if (asked.options.matching == Matching::exact) require_same_model(asked.rows, asked.model);
  auto const comparison = compare(asked.rows, asked.model, asked.reference, asked.options);
  Counted const counted = count_claims(asked);
  write_comparison(folder.path(), asked.model, asked.reference, comparison, counted.claims);
  print(asked, comparison, counted);
  std::cout << "\nwritten: " << (folder.path() / "compare.csv").string()
            << ", compare.json, compare.md, claims.md" << std::endl;
  auto const pictures = folder.path() / "pictures";
  if (arguments.has("pictures"))
    draw_if_possible([&] {
      std::cout << plot_comparison(comparison, asked.model, pictures).size() << " pictures in "
                << pictures.string() << '\n';
    });
  return good;
}

}  // namespace ionscape::app
