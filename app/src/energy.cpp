// ionscape energy STRUCTURE... --potential SET.toml: energies, forces and stresses of rigid ions.
#include <chrono>
#include <iostream>

#include <ionscape/core/error.hpp>

#include "arguments.hpp"
#include "energy_report.hpp"
#include "energy_run.hpp"
#include "kokkos_session.hpp"
#include "progress.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

constexpr double default_relative_error = 1e-10;

void declare(Arguments& arguments) {
  arguments.positionals("structure");
  arguments.option("potential", "SET.toml", "potential set with [charges] (needed)");
  arguments.option("force-error", "EV_PER_A",
                   "bound on the rms error of the forces of the lattice sums in eV/Å");
  arguments.option(
      "relative-force-error", "X",
      "the same as a fraction of the force of two neighbours on each other (default: 1e-10)");
  arguments.option("method", "NAME",
                   "auto, direct, mesh, or reference: the slow and plain engine (default: auto)");
  arguments.option(
      "cutoff", "A",
      "radius in Å at which pair terms end that have no cutoff of their own (default: the set's)");
  arguments.option("truncation", "NAME", "plain, shifted or force-shifted (default: the set's)");
  arguments.flag("tail", "add the analytic tail correction of the pair terms to energy and stress");
  arguments.option("dispersion", "NAME",
                   "-C/r^6 ends at the cutoff, or is summed completely: cutoff or lattice-sum "
                   "(default: the set's)");
  arguments.flag(
      "certify",
      "measure the errors, against a sum of another splitting and a hundred times more exact");
  arguments.option(
      "out", "FILE",
      "results of all structures: .csv, .json, or .extxyz with energies, forces and stress");
  arguments.option("matrix", "FILE.csv",
                   "dense matrix of the Coulomb energies of one structure, as pymatgen has it");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.flag("all-ions", "print all ions of a large structure");
  arguments.option("memory", "GB", "most memory to be used (default: nine tenths of what is free)");
  arguments.option("threads", "N", "threads of the processor (default: OMP_NUM_THREADS, else all)");
  arguments.flag("quiet", "no progress bar");
}

/// The set, and what the command line changes of it.
PotentialSet read_set(Arguments const& arguments) {
  auto const file = arguments.path("potential");
  if (!file) throw InputError("no potential set given (--potential SET.toml)");
  auto const cutoff = arguments.number("cutoff", {.min = 0, .max = 200, .min_excluded = true});
  auto const truncation = arguments.choice("truncation", truncation_names());
  auto const dispersion = arguments.choice("dispersion", {"cutoff", "lattice-sum"});
  PotentialSet set = read_potential_set(*file);
  if (set.charges.empty())
    fail_input({*file},
               "the set has no [charges]: it describes the insertion of one ion into a framework "
               "('ionscape neb' and 'ionscape sweep' use it)");
  if (cutoff) set.cutoff = cutoff;
  if (!set.cutoff) {
    // Summed completely: nothing is left to be cut, shifted or corrected.
    std::string const where =
        "a set without a cutoff, which is summed completely (--cutoff A gives it one)";
    arguments.refuse({"truncation", "tail"}, where);
    if (dispersion == 0u) arguments.refuse({"dispersion"}, where);
  }
  if (truncation) set.truncation = Truncation(*truncation);
  if (dispersion) set.dispersion_lattice_sum = *dispersion == 1;
  if (arguments.has("tail")) set.tail = true;
  return set;
}

}  // namespace

int energy_command(int argc, char const* const* argv) {
  Arguments arguments("energy",
                      "Energies, forces and stresses of rigid ions: lattice sum of the charges "
                      "(tin-foil boundary, uniform\n"
                      "background in charged cells) and the set's pair terms, for one structure or "
                      "many in one batch.\n"
                      "STRUCTURE: POSCAR/CONTCAR, .vasp, .cif, .extxyz, .xyz (all frames), or a "
                      "folder of such files.\n"
                      "The charges are those of the set.",
                      {"STRUCTURE... --potential SET.toml [OPTION...]"},
                      "ionscape energy examples/structures/MgO.vasp --potential "
                      "examples/potentials/MgO-lewis-catlow.toml");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;

  auto const paths = arguments.required_paths("structure", "structure file");
  auto const error = arguments.number("force-error", between(1e-16, 1));
  auto const relative_error = arguments.number("relative-force-error", between(1e-13, 1e-2));
  if (error) arguments.refuse({"relative-force-error"}, "--force-error");
  auto const out = arguments.path("out"), matrix = arguments.path("matrix");
  if (out) check_result_name(*out);
  auto const threads = arguments.whole_number("threads", between(1, 4096));
  EnergyRun run;
  std::size_t const method = arguments.choice("method", method_names()).value_or(0);
  run.reference = method == 3;
  if (!run.reference) run.options.method = EwaldMethod(method);
  run.options.memory_limit = 1e9 * arguments.number("memory", above(0)).value_or(0);
  run.set = read_set(arguments);
  run.cutoff_asked = arguments.has("cutoff");
  read_structures(run, paths);
  std::size_t const n = run.crystals.size();
  if (matrix && n > 1)
    throw InputError("--matrix is made for one structure, found " + std::to_string(n));
  run.options.force_error =
      error ? *error : absolute_force_error(run, relative_error.value_or(default_relative_error));

  KokkosSession const kokkos(threads);
  bool const certified = arguments.has("certify");
  double seconds = 0;
  {
    ProgressBar bar(certified ? 2 * n : n, arguments.has("quiet") || n == 1, "structures");
    auto const start = std::chrono::steady_clock::now();
    evaluate(run, [&](std::size_t finished) { bar.update(finished); });
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (certified) certify(run, [&](std::size_t finished) { bar.update(n + finished); });
  }
  ExitCode const code = all_finite(run) ? good : not_converged;
  if (matrix) write_matrix(*matrix, run);
  if (out) write_result(*out, run);

  if (arguments.has("json")) {
    write_json(std::cout, to_json(run));
    return code;
  }
  if (n == 1) {
    print_structure(run, arguments.has("all-ions"));
  } else {
    print_structures(run);
    std::size_t ions = 0;
    for (Crystal const& crystal : run.crystals) ions += crystal.size();
    std::cout << '\n'
              << n << " structures, " << ions << " ions in " << fixed(seconds, 3) << " s ("
              << fixed(double(n) / seconds, 0) << " structures/s, "
              << fixed(double(ions) / seconds, 0) << " ions/s; " << KokkosSession::description()
              << ")\n";
  }
  for (auto const& file : {matrix, out})
    if (file) std::cout << "written: " << file->string() << '\n';
  return code;
}

}  // namespace ionscape::app
