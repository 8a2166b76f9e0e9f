// ionscape regress FILE.csv: the paper's statistics on charge, volume and distortion.
#include <cctype>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/fit/regression.hpp>
#include <ionscape/report/lasso_plot.hpp>
#include <ionscape/report/parity.hpp>

#include "arguments.hpp"
#include "output.hpp"
#include "run_files.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

struct Analysis {
  std::string group;
  RegressionData data;
  LassoPath lasso;
  ForestReport forest;
  int folds;
};

std::string sign_words(double b) { return b > 0 ? "+" : b < 0 ? "-" : "0"; }

void print(Analysis const& a, ForestOptions const& forest) {
  std::cout << a.group << ": " << a.data.rows() << " rows, "
            << (a.folds == int(a.data.rows()) ? "leave-one-out" : std::to_string(a.folds) + "-fold")
            << " cross-validation\n\n";
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
  std::cout << "\nrandom forest, " << forest.trees << " trees of " << 100 * forest.sample
            << " % of the rows, held-out: MAE " << fixed(a.forest.mae, 4) << ", rmse "
            << fixed(a.forest.rmse, 4) << ", R² " << fixed(a.forest.r2, 4)
            << "; rmse grows, if shuffled, by:";
  for (std::size_t j = 0; j < a.data.features.size(); ++j)
    std::cout << ' ' << a.data.features[j] << ' ' << fixed(a.forest.importance[j], 4);
  std::cout << "\n\n";
}

Json to_json(Analysis const& a) {
  Json json;
  json["group"] = a.group;
  json["rows"] = a.data.rows();
  json["folds"] = a.folds;
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
  json["forest"] = {{"mae", a.forest.mae},
                    {"rmse", a.forest.rmse},
                    {"r2", a.forest.r2},
                    {"importance", a.forest.importance}};
  json["held_out"] = {
      {"target", a.data.y}, {"lasso_best", a.lasso.held_out}, {"forest", a.forest.held_out}};
  return json;
}

/// The path of the coefficients, and held-out predictions against the target; returns the pictures.
std::vector<std::filesystem::path> draw(Analysis const& a, std::filesystem::path const& directory,
                                        std::string const& target) {
  std::string suffix = a.group == "all" ? "" : "-" + a.group;
  for (char& c : suffix)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') c = '_';
  std::string const title = target + ", " + a.group;
  auto pictures = plot_lasso_path(directory, "lasso" + suffix, title, a.data.features, a.lasso);
  auto const parity = plot_parity(
      directory,
      {"parity" + suffix,
       title + ": held-out rows",
       target,
       "predicted from other rows",
       a.data.y,
       {{"LASSO, R² " + fixed(r_squared(a.data.y, a.lasso.held_out), 2), a.lasso.held_out},
        {"random forest, R² " + fixed(a.forest.r2, 2), a.forest.held_out}},
       {}});
  pictures.insert(pictures.end(), parity.begin(), parity.end());
  return pictures;
}

void declare(Arguments& arguments) {
  arguments.positional("file");
  arguments.option("target", "NAME", "column to explain (default: Ea_three_point_eV)");
  arguments.list_option("features", "LIST",
                        "columns to explain it with (default: charge_e,volume_A3,csm_tet)");
  arguments.list_option("where", "COLUMN=VALUE[,...]", "only rows that have these values");
  arguments.option(
      "groups", "COLUMN",
      "one more regression for each value (default: path_type or path, else by which site "
      "is stable, the sign of E_tet_minus_E_oct_eV)");
  arguments.flag("squares", "squares of the features too, about their means");
  arguments.option("folds", "K",
                   "folds of the cross-validation (default: 10; leave-one-out below 20 rows)");
  arguments.option("trees", "N", "trees of the forest (default: 200)");
  arguments.option("seed", "N", "of the folds and the forest (default: 1)");
  arguments.option("out", "DIR", "folder for the results (default: results/regress)");
  arguments.flag("no-pictures", "no pictures");
  arguments.flag("json", "print JSON in place of the tables");
}

/// What was asked for.
struct Asked {
  std::filesystem::path file, directory;
  std::string target;
  std::vector<std::string> features;
  bool default_features = false, squares = false;
  LassoOptions lasso;
  ForestOptions forest;
  RowSelection selection;
};

Asked read(Arguments const& arguments) {
  Asked asked;
  asked.file = arguments.required_path("file", "table (FILE.csv)");
  asked.target = arguments.text("target").value_or("Ea_three_point_eV");
  asked.features = arguments.list("features");
  asked.default_features = asked.features.empty();
  if (asked.default_features) asked.features = {"charge_e", "volume_A3", "csm_tet"};
  asked.squares = arguments.has("squares");
  LassoOptions& lasso = asked.lasso;
  lasso.folds = arguments.whole_number("folds", between(2, 1e6)).value_or(lasso.folds);
  lasso.seed = std::uint64_t(arguments.whole_number("seed", at_least(0)).value_or(int(lasso.seed)));
  ForestOptions& forest = asked.forest;
  forest.folds = lasso.folds;
  forest.seed = lasso.seed;
  forest.trees = arguments.whole_number("trees", between(1, 100000)).value_or(forest.trees);
  asked.directory = arguments.path("out").value_or(std::filesystem::path("results") / "regress");
  asked.selection = {arguments.assignments("where", "COLUMN=VALUE, as distortion=1.08"),
                     arguments.text("groups").value_or("")};
  return asked;
}

Analysis analyse(Asked const& asked, std::string const& group, RegressionData data,
                 std::vector<std::string>& remarks) {
  // What was asked for by name and cannot be had is an error; of the usual features the rest will
  // do.
  if (asked.default_features)
    for (std::string const& name : drop_constant_features(data))
      remarks.push_back(name + " is the same in all rows of '" + group + "' and was left out");
  if (asked.squares) data = with_squares(data);
  Analysis a{group, std::move(data), {}, {}, 0};
  a.folds = asked.lasso.folds > 0 ? asked.lasso.folds : default_folds(a.data.rows());
  a.lasso = lasso_path(a.data, asked.lasso);
  a.forest = cross_validate_forest(a.data, asked.forest);
  return a;
}

/// Of all rows, and of each group; groups that are too small cost a remark.
std::vector<Analysis> analyse_all(Asked const& asked, RegressionTable const& table,
                                  std::vector<std::string>& remarks) {
  if (table.left_out > 0)
    remarks.push_back(std::to_string(table.left_out) + " rows without a value were left out");
  std::vector<Analysis> analyses;
  analyses.push_back(analyse(asked, "all", table.data, remarks));
  std::set<std::string> const groups(table.group.begin(), table.group.end());
  if (groups.size() > 1)
    for (std::string const& group : groups) try {
        analyses.push_back(analyse(asked, group, rows_of_group(table, group), remarks));
      } catch (InputError const& error) {
        remarks.push_back("group '" + group + "' left out: " + error.what());
      }
  return analyses;
}

Json to_json(Asked const& asked, std::string const& grouped_by,
             std::vector<std::string> const& remarks, std::vector<Analysis> const& analyses) {
  Json json = provenance();
  json["file"] = asked.file.string();
  json["target"] = asked.target;
  json["where"] = asked.selection.where;
  json["grouped_by"] = grouped_by;
  json["seed"] = asked.lasso.seed;
  json["trees"] = asked.forest.trees;
  json["share_of_rows_per_tree"] = asked.forest.sample;
  json["remarks"] = remarks;
  json["analyses"] = Json::array();
  for (Analysis const& a : analyses) json["analyses"].push_back(to_json(a));
  return json;
}

void print(Asked const& asked, std::vector<std::string> const& remarks,
           std::vector<Analysis> const& analyses) {
  std::cout
      << asked.file.string() << ": " << asked.target << " on " << joined(asked.features)
      << "; coefficients: change of the target over one standard deviation of the feature\n\n";
  for (Analysis const& a : analyses) print(a, asked.forest);
  for (std::string const& remark : remarks) std::cout << remark << '\n';
}

}  // namespace

int regress_command(int argc, char const* const* argv) {
  Arguments arguments(
      "regress",
      "Regression of a column of a table, as a barrier in map.csv, on other columns: LASSO over "
      "its whole path with\n"
      "standardised features and a cross-validated penalty, and a random forest with permutation "
      "importance.\n"
      "All rows, and each group of rows. Results: DIR/regress.json, DIR/lasso*.png, "
      "DIR/parity*.png (held-out rows).",
      {"FILE.csv [--target NAME] [--features A,B,C] [--where COLUMN=VALUE] [--groups COLUMN] "
       "[--out DIR]"},
      "ionscape sweep examples/published/S.toml && ionscape regress results/S/map.csv");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;
  Asked const asked = read(arguments);
  ResultsFolder const folder(asked.directory, {asked.file}, {"regress.json"});

  auto const table =
      read_regression_table(asked.file, asked.target, asked.features, asked.selection);
  std::vector<std::string> remarks;
  auto const analyses = analyse_all(asked, table, remarks);
  Json const json = to_json(asked, table.grouped_by, remarks, analyses);
  AtomicFile record(folder.path() / "regress.json");
  write_json(record.stream(), json);
  record.commit();
  bool const as_json = arguments.has("json");
  if (as_json) {
    write_json(std::cout, json);
  } else {
    print(asked, remarks, analyses);
    std::cout << "written: " << (folder.path() / "regress.json").string() << std::endl;
  }
  if (!arguments.has("no-pictures"))
    draw_if_possible([&] {
      for (Analysis const& a : analyses)
        for (auto const& picture : draw(a, folder.path(), asked.target))
          (as_json ? std::cerr : std::cout) << "picture: " << picture.string() << '\n';
    });
  return good;
}

}  // namespace ionscape::app
