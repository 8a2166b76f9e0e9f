// ionscape regress FILE.csv: the paper's statistics on charge, volume and distortion.
#include <cmath>
#include <iostream>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/sweep/regression.hpp>

#include "arguments.hpp"
#include "output.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

struct Analysis {
  std::string group;
  RegressionData data;
  LassoPath lasso;
  ForestReport forest;
};

std::string sign_words(double b) { return b > 0 ? "+" : b < 0 ? "-" : "0"; }

void print(Analysis const& a, std::string const& target) {
  std::cout << a.group << ": " << a.data.rows() << " rows\n\n";
  std::vector<std::string> headings{"penalty", "", "CV rmse"};
  for (std::string const& f : a.data.features) headings.push_back(f);
  TextTable path(headings);
  std::size_t const n = a.lasso.fits.size(), step = std::max<std::size_t>(1, n / 10);
  for (std::size_t k = 0; k < n; ++k) {
    bool const chosen = k == a.lasso.best || k == a.lasso.sparse;
    if (k % step != 0 && k + 1 != n && !chosen) continue;
    LassoFit const& fit = a.lasso.fits[k];
    std::vector<std::string> row{scientific(fit.penalty),
                                 k == a.lasso.sparse ? "one s.e."
                                 : k == a.lasso.best ? "best"
                                                     : "",
                                 fixed(std::sqrt(fit.cv_error), 4)};
    for (double b : fit.coefficients) row.push_back(fixed(b, 4));
    path.row(row);
  }
  path.print(std::cout);
  auto const& sparse = a.lasso.fits[a.lasso.sparse].coefficients;
  std::cout << "signs (one s.e.):";
  for (std::size_t j = 0; j < sparse.size(); ++j)
    std::cout << ' ' << a.data.features[j] << ' ' << sign_words(sparse[j]);
  std::cout << "\nrandom forest, cross-validated: MAE " << fixed(a.forest.mae, 4) << ", rmse "
            << fixed(a.forest.rmse, 4) << ", R^2 " << fixed(a.forest.r2, 4) << "; rmse grows, if shuffled, by:";
  for (std::size_t j = 0; j < a.data.features.size(); ++j)
    std::cout << ' ' << a.data.features[j] << ' ' << fixed(a.forest.importance[j], 4);
  std::cout << " (" << target << ")\n\n";
}

Json to_json(Analysis const& a) {
  Json json;
  json["group"] = a.group;
  json["rows"] = a.data.rows();
  json["features"] = a.data.features;
  json["mean"] = a.lasso.mean;
  json["standard_deviation"] = a.lasso.deviation;
  json["intercept"] = a.lasso.intercept;
  json["best"] = a.lasso.best;
  json["one_standard_error"] = a.lasso.sparse;
  json["path"] = Json::array();
  for (LassoFit const& fit : a.lasso.fits)
    json["path"].push_back({{"penalty", fit.penalty},
                            {"coefficients", fit.coefficients},
                            {"cv_mean_squared_error", fit.cv_error},
                            {"cv_standard_error", fit.cv_standard_error}});
  json["forest"] = {
      {"mae", a.forest.mae}, {"rmse", a.forest.rmse}, {"r2", a.forest.r2}, {"importance", a.forest.importance}};
  return json;
}

}  // namespace

int regress_command(int argc, char const* const* argv) {
  Arguments arguments(
      "regress",
      "Regression of a column of a table, as a barrier in map.csv, on other columns: LASSO over its whole path with\n"
      "standardised features and a cross-validated penalty, and a random forest with permutation importance.\n"
      "All rows, and each group: by column path or path_type, else by which site is stable\n"
      "(sign of E_tet_minus_E_oct_eV). Results: DIR/regress.json, DIR/lasso*.png.",
      {"FILE.csv [--target NAME] [--features A,B,C] [--squares] [--out DIR]"},
      "ionscape sweep examples/published/S.toml && ionscape regress results/S/map.csv");
  arguments.positional("file");
  arguments.option("target", "NAME", "column to explain (default: Ea_three_point_eV)");
  arguments.option("features", "LIST", "columns to explain it with (default: charge_e,volume_A3,csm_tet)");
  arguments.flag("squares", "squares of the features too, about their means");
  arguments.option("folds", "K", "folds of the cross-validation (default: 10)");
  arguments.option("trees", "N", "trees of the forest (default: 200)");
  arguments.option("seed", "N", "of the folds and the forest (default: 1)");
  arguments.option("out", "DIR", "folder for the results (default: results/regress)");
  arguments.flag("no-pictures", "no picture of the path");
  arguments.flag("json", "print JSON in place of the tables");
  if (!arguments.parse(argc, argv)) return good;

  auto const file = arguments.required_path("file", "table (FILE.csv)");
  std::string const target = arguments.text("target").value_or("Ea_three_point_eV");
  auto features = arguments.list("features");
  if (features.empty()) features = {"charge_e", "volume_A3", "csm_tet"};
  LassoOptions lasso;
  lasso.folds = arguments.whole_number("folds", between(2, 1000)).value_or(lasso.folds);
  lasso.seed = std::uint64_t(arguments.whole_number("seed", at_least(0)).value_or(int(lasso.seed)));
  ForestOptions forest;
  forest.folds = lasso.folds;
  forest.seed = lasso.seed;
  forest.trees = arguments.whole_number("trees", between(1, 100000)).value_or(forest.trees);
  auto const directory = arguments.path("out").value_or(std::filesystem::path("results") / "regress");

  auto const table = read_regression_table(file, target, features);
  std::set<std::string> const groups(table.group.begin(), table.group.end());
  std::vector<std::string> remarks;
  if (table.left_out > 0) remarks.push_back(std::to_string(table.left_out) + " rows without a value were left out");
  std::vector<Analysis> analyses;
  auto const analyse = [&](std::string const& group, RegressionData data) {
    if (arguments.has("squares")) data = with_squares(data);
    Analysis a{group, std::move(data), {}, {}};
    a.lasso = lasso_path(a.data, lasso);
    a.forest = cross_validate_forest(a.data, forest);
    analyses.push_back(std::move(a));
  };
  analyse("all", table.data);
  if (groups.size() > 1)
    for (std::string const& group : groups) try {
        analyse(group, rows_of_group(table, group));
      } catch (InputError const& error) {
        remarks.push_back("group '" + group + "' left out: " + error.what());
      }

  Json json = provenance();
  json["file"] = file.string();
  json["target"] = target;
  json["folds"] = lasso.folds;
  json["seed"] = lasso.seed;
  json["trees"] = forest.trees;
  json["remarks"] = remarks;
  json["analyses"] = Json::array();
  for (Analysis const& a : analyses) json["analyses"].push_back(to_json(a));
  AtomicFile record(directory / "regress.json");
  write_json(record.stream(), json);
  record.commit();
  if (arguments.has("json")) {
    write_json(std::cout, json);
  } else {
    std::cout << file.string() << ": " << target << " on " << joined(features)
              << "; coefficients: change of the target over one standard deviation of the feature\n";
    for (Analysis const& a : analyses) print(a, target);
    for (std::string const& remark : remarks) std::cout << remark << '\n';
    std::cout << "written: " << (directory / "regress.json").string() << std::endl;
  }
  if (!arguments.has("no-pictures")) try {
      for (std::size_t i = 0; i < analyses.size(); ++i) {
        Analysis const& a = analyses[i];
        std::string const name = i == 0 ? "lasso" : "lasso-" + std::to_string(i);
        for (auto const& picture : plot_lasso_path(directory, name, target + ", " + a.group, a.data.features, a.lasso))
          (arguments.has("json") ? std::cerr : std::cout) << "picture: " << picture.string() << '\n';
      }
    } catch (InputError const& error) {
      std::cerr << "ionscape: warning: no picture: " << error.what() << '\n';
    }
  return good;
}

}  // namespace ionscape::app
