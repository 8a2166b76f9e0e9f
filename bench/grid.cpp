// How fast is the whole published grid of one anion (1014 points: three sites and a 7-image CI-NEB
// each), and where does the time go? Usage: bench_grid [FILE.toml] [--repeat N] [--shared-only]
//
// Prints points and evaluations per second and the share of each part, with hosts sharing six
// frameworks in reduced lengths and with every host on its own. Files are written to a temporary
// folder within the clock; pictures are not drawn.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <Kokkos_Core.hpp>

#include <ionscape/core/version.hpp>
#include <ionscape/sweep/runner.hpp>

using namespace ionscape;

int main(int argc, char** argv) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  std::string file = IONSCAPE_SOURCE_DIR "/examples/published/S.toml";
  int repeat = 5;
  bool shared_only = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--repeat" && i + 1 < argc)
      repeat = std::atoi(argv[++i]);
    else if (std::string(argv[i]) == "--shared-only")
      shared_only = true;
    else
      file = argv[i];
  }
  std::printf("%s\nionscape %s, commit %s, %s, %s, %s, %d threads\n", file.c_str(),
              version().data(), commit().data(), compiler().data(), build_type().data(),
              Kokkos::DefaultExecutionSpace::name(), Kokkos::DefaultExecutionSpace().concurrency());
  auto const folder = std::filesystem::temp_directory_path() / "ionscape_bench_grid";
  for (bool share : {true, false}) {
    if (!share && shared_only) break;
    for (int k = 0; k < (share ? repeat : 1); ++k) {
      auto const start = std::chrono::steady_clock::now();
      SweepPlan const plan = read_sweep_plan(file);
      RunOptions options;
      options.share_frameworks = share;
      SweepResult const result = run_sweep(plan, options);
      double const computed =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      write_map(folder, plan, result);
      double const total =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      SweepTimings const& t = result.timings;
      double steps = 0;
      for (MapRow const& row : result.rows) steps += row.steps;
      double const n = double(result.rows.size());
      std::printf(
          "%s: %.3f s, %.0f points/s | %ld evaluations, %.0f/s within sites and bands | mean steps "
          "%.1f | measured "
          "error %.1e eV\n"
          "  s: geometry %.4f, tables %.4f, sites %.4f, bands %.4f, certificates %.4f, "
          "verification %.4f, files %.4f\n",
          share ? "six shared frameworks" : "one framework each", total, n / total, t.evaluations,
          double(t.evaluations) / (t.sites + t.neb + t.certificates), steps / n,
          result.measured_accuracy, t.geometry, t.tables, t.sites, t.neb, t.certificates,
          t.verification, total - computed);
    }
  }
  std::filesystem::remove_all(folder);
}
