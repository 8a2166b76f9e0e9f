// ionscape sweep FILE.toml: the map of a grid or of a list of points.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/report/map_plots.hpp>
#include <ionscape/sweep/ensemble.hpp>
#include <ionscape/sweep/runner.hpp>

#include "arguments.hpp"
#include "interruption.hpp"
#include "kokkos_session.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run_files.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

// --- summary -------------------------------------------------------------------------------------

/// One line for each anion and distortion, or for each anion where there are too many for a screen.
void print_ranges(std::vector<MapRow> const& rows, bool by_distortion) {
  std::map<std::pair<std::string, double>, std::vector<MapRow const*>> groups;
  for (MapRow const& row : rows)
    groups[{row.point.anion, by_distortion ? row.point.distortion : 0}].push_back(&row);
  TextTable table({"anion", "distortion", "CSM tet", "CSM oct", "points", "E_a three-point/eV",
                   "E_a NEB/eV", "< 0.4 eV", "NEB"});
  for (auto const& [key, group] : groups) {
    auto const values = [&](auto const& get) {
      std::vector<double> list;
      for (MapRow const* row : group) list.push_back(get(*row));
      return list;
    };
    auto const share = [&](std::vector<double> const& list) {
      return fixed(double(std::count_if(list.begin(), list.end(),
                                        [](double e) { return e < low_barrier; })) /
                       double(list.size()),
                   3);
    };
    auto const three = values([](MapRow const& row) { return row.Ea_three_point_eV; });
    auto const neb = values([](MapRow const& row) { return row.Ea_neb_eV; });
    table.row({key.first, range(values([](MapRow const& row) { return row.point.distortion; }), 2),
               range(values([](MapRow const& row) { return row.csm_tet; }), 2),
               range(values([](MapRow const& row) { return row.csm_oct; }), 2),
               std::to_string(group.size()), range(three, 3), range(neb, 3), share(three),
               share(neb)});
  }
  table.print(std::cout);
}

void print_notes(std::vector<MapRow> const& rows) {
  for (Note note : all_notes())
    if (auto const n =
            std::ranges::count_if(rows, [&](MapRow const& row) { return row.notes.has(note); });
        n > 0)
      std::printf("  %6ld  %-23s %s\n", long(n), to_string(note), explanation(note));
}

void print_summary(SweepPlan const& plan, SweepResult const& result, double seconds,
                   std::string const& machine, std::filesystem::path const& directory) {
  auto const& rows = result.rows;
  std::map<std::string, long> by_status;
  std::set<std::pair<std::string, double>> groups;
  for (MapRow const& row : rows) {
    ++by_status[to_string(row.status)];
    groups.emplace(row.point.anion, row.point.distortion);
  }
  std::cout << rows.size() << (rows.size() == 1 ? " point in " : " points in ")
            << fixed(seconds, seconds < 10 ? 3 : 1) << " s ("
            << fixed(double(rows.size()) / seconds, 0) << " points/s; " << machine << ")";
  char const* separator = ": ";
  for (auto const& [status, n] : by_status) {
    std::cout << separator << n << ' ' << status;
    separator = ", ";
  }
  std::cout << "\naccuracy asked " << shortest(plan.accuracy) << " eV; measured at "
            << result.verified_points
            << " points against the reference: " << scientific(result.measured_accuracy) << " eV\n";
  if (!(result.measured_accuracy <= plan.accuracy))
    std::cout << "warning: measured worse than asked\n";
  for (auto const& [anion, set] : plan.potentials)
    std::cout << "potential of " << anion << ": " << set.name << " (" << set.file.string() << ")\n";
  std::cout << "\nE_a ranges, and the share of points with E_a < 0.4 eV (three-point, NEB)\n";
  print_ranges(rows, groups.size() <= 12);
  std::cout.flush();
  if (std::any_of(rows.begin(), rows.end(), [](MapRow const& row) { return !row.notes.empty(); })) {
    std::cout << "\nnotes" << std::endl;
    print_notes(rows);
    std::fflush(stdout);
  }
  std::cout << "\nwritten: " << (directory / "map.csv").string() << ", "
            << (directory / "map.json").string() << '\n';
}

// --- the run -------------------------------------------------------------------------------------

void declare(Arguments& arguments) {
  arguments.positional("file");
  arguments.option(
      "points", "FILE.csv",
      "a list of points in place of a grid: columns anion, volume_A3, charge_e, distortion");
  arguments.option(
      "potential", "SET.toml",
      "potential set with [insertion] (default: the file's, else the built-in set of each anion)");
  arguments.option("ensemble", "DIR",
                   "error bars: also the spread over the potentials in DIR's subfolders (ionscape "
                   "calibrate writes them)");
  arguments.option("out", "DIR", "folder for the results (default: results/<name of the file>)");
  arguments.flag(
      "pictures",
      "draw the maps into DIR/pictures (needs gnuplot; 'ionscape plot DIR' does it later)");
  arguments.threads_option();
  arguments.option("batch", "N",
                   "points computed together (default: 4096); a sweep that was interrupted goes on "
                   "after the last whole batch");
  arguments.flag("quiet", "no progress bar");
}

/// What was asked for, and what was read for it.
struct Asked {
  SweepPlan plan;
  Ensemble ensemble;
  RunOptions options;
  std::filesystem::path directory;
  Paths files;
};

Asked read(Arguments const& arguments) {
  auto const points = arguments.path("points");
  if (points) arguments.refuse({"file"}, "--points");
  auto const file =
      points ? *points : arguments.required_path("file", "grid (FILE.toml, or --points FILE.csv)");
  auto const potential = arguments.path("potential");
  Asked asked;
  asked.directory = arguments.path("out").value_or(std::filesystem::path("results") / file.stem());
  asked.options.batch = static_cast<std::size_t>(
      arguments.whole_number("batch", at_least(1)).value_or(int(asked.options.batch)));
  asked.options.checkpoint = asked.directory / ".checkpoint";
  asked.plan = points ? read_sweep_points(file, potential) : read_sweep_plan(file, potential);
  if (auto const folder = arguments.path("ensemble"))
    asked.ensemble = read_ensemble(*folder, asked.plan);
  asked.files = {file};
  for (auto const& [anion, set] : asked.plan.potentials) asked.files.push_back(set.file);
  return asked;
}

/// All points, with a progress bar; an interrupted run says how to go on.
SweepResult compute(Asked& asked, FolderLock const& lock, bool quiet, double& seconds) {
  auto const start = std::chrono::steady_clock::now();
  SweepResult result;
  {
    Interruption const interruption(lock, *asked.options.checkpoint, "the finished points");
    ProgressBar bar(asked.plan.points.size(), quiet);
    asked.options.progress = [&bar](std::size_t finished) { bar.update(finished); };
    result = run_sweep(asked.plan, asked.options);
  }
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  assign_errors(asked.plan, asked.ensemble, result.rows);
  for (std::string const& remark : result.remarks)
    std::cerr << "ionscape: warning: " << remark << '\n';
  return result;
}

/// What did not converge, in the exit code.
int exit_code(std::vector<MapRow> const& rows) {
  auto const open = std::ranges::count_if(
      rows, [](MapRow const& row) { return row.status != BandStatus::converged; });
  if (open == 0) return good;
  std::cout.flush();
  std::cerr << "ionscape: not converged: " << open << " of " << rows.size()
            << " points; they stand in the table with their status\n";
  return not_converged;
}

}  // namespace

int sweep_command(int argc, char const* const* argv) {
  Arguments arguments("sweep",
                      "Computes for every point of a grid over anion, volume, charge and "
                      "distortion the energy of one ion at\n"
                      "the Oct and Tet sites and in their shared face, and the barrier between "
                      "them: from these three energies\n"
                      "and by climbing-image NEB. Results: DIR/map.csv (one row a point) and "
                      "DIR/map.json (with all settings).",
                      {"FILE.toml [--out DIR] [--threads N] [--pictures]",
                       "--points FILE.csv [--potential SET.toml] [...]"},
                      "ionscape sweep examples/published/S.toml --out results/S --pictures");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;
  auto const threads = arguments.threads();
  Asked asked = read(arguments);
  std::vector<char const*> results{"map.csv", "map.json"};
  if (arguments.has("pictures")) results.push_back(pictures_in_folder);
  ResultsFolder const folder(asked.directory, asked.files, results);

  KokkosSession const kokkos(threads);
  double seconds = 0;
  SweepResult const result = compute(asked, folder.lock(), arguments.has("quiet"), seconds);
  write_map(folder.path(), asked.plan, result);
  remove_checkpoint(asked.plan, asked.options);
  print_summary(asked.plan, result, seconds, KokkosSession::description(), folder.path());
  std::cout.flush();
  if (arguments.has("pictures"))
    draw_if_possible([&] {
      std::cout << plot_map(result.rows, folder.path() / "pictures").size() << " pictures in "
                << (folder.path() / "pictures").string() << '\n';
    });
  return exit_code(result.rows);
}

}  // namespace ionscape::app
