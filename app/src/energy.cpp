// ionscape energy STRUCTURE... --potential SET.toml: energies, forces and stresses, shells at rest.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include <ionscape/compounds/charges.hpp>
#include <ionscape/core/error.hpp>

#include "arguments.hpp"
#include "energy_report.hpp"
#include "kokkos_session.hpp"
#include "potential_option.hpp"
#include "progress.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

constexpr double default_relative_error = 1e-10;

void declare(Arguments& arguments) {
  arguments.positionals("structure");
  arguments.option("potential", "SET.toml", potential_help);
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
  arguments.flag("structure-charges",
                 "charges of the structure file in place of the set's: those of an .extxyz, "
                 "oxidation numbers of a .cif");
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
  arguments.threads_option();
  arguments.flag("quiet", "no progress bar");
}

/// The set, and what the command line changes of it.
PotentialSet read_set(Arguments const& arguments) {
  auto const cutoff = arguments.number("cutoff", {.min = 0, .max = 200, .min_excluded = true});
  auto const truncation = arguments.choice("truncation", truncation_names());
  auto const dispersion = arguments.choice("dispersion", {"cutoff", "lattice-sum"});
  PotentialSet set = read_set_with_charges(arguments);
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

/// Gives a crystal its charges, and says what there is to doubt.
std::vector<Warning> take_charges(Arguments const& arguments, EnergyRun& run, std::size_t k) {
  Crystal& crystal = run.structures.crystals[k];
  if (!arguments.has("structure-charges")) return take_charges_of_set(crystal, run.plan.set);
  ChargeAssignment const taken = charges_of_structure(crystal, run.structure(k).file);
  for (std::size_t i = 0; i < crystal.size(); ++i)
    if (!std::isfinite(taken.charges[i]))
      fail_input({}, "the structure file states no charge of ion ", i + 1, " (", crystal.species[i],
                 ")");
  crystal.charges = taken.charges;
  return {{"charges_of_structure", "the charges are the " + taken.source + ", not the set's"}};
}

void read_input(Arguments const& arguments, EnergyRun& run, Paths const& paths) {
  run.structures = read_structures(paths);
  run.evaluations.resize(run.structures.list.size());
  for (std::size_t k = 0; k < run.size(); ++k) {
    std::string& error = run.structures.list[k].error;
    if (error.empty()) try {
        run.evaluations[k].warnings = take_charges(arguments, run, k);
      } catch (InputError const& problem) {
        error = named_error(run.structure(k), problem);
      }
    run.evaluations[k].error = error;
  }
  require_any(run.structures.list);
}

/// Evaluates all structures, with a progress bar; the seconds that the evaluation took.
double compute(EnergyRun& run, bool certified, bool quiet) {
  std::size_t const n = run.size();
  ProgressBar bar(certified ? 2 * n : n, quiet || n == 1, "structures");
  auto const start = std::chrono::steady_clock::now();
  evaluate(run.plan, run.structures.crystals, run.evaluations,
           [&](std::size_t finished) { bar.update(finished); });
  double const seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (std::size_t k = 0; k < n; ++k) {
    std::string const& error = run.evaluations[k].error;
    if (error.empty() || !run.structure(k).error.empty()) continue;
    run.evaluations[k].error = run.structures.list[k].error = run.structure(k).name + ": " + error;
  }
  require_any(run.structures.list);
  if (certified)
    certify(run.plan, run.structures.crystals, run.evaluations,
            [&](std::size_t finished) { bar.update(n + finished); });
  return seconds;
}

void print_speed(EnergyRun const& run, double seconds) {
  std::size_t ions = 0;
  for (Crystal const& crystal : run.structures.crystals) ions += crystal.size();
  double const n = double(run.size());
  std::cout << '\n'
            << run.size() << " structures, " << ions << " ions in " << fixed(seconds, 3) << " s ("
            << fixed(n / seconds, 0) << " structures/s, " << fixed(double(ions) / seconds, 0)
            << " ions/s; " << KokkosSession::description() << ")\n";
}

/// What failed, and what is no number, in the exit code.
int exit_code(EnergyRun const& run) {
  auto const failed =
      std::ranges::count_if(run.evaluations, [](Evaluation const& e) { return !e.computed(); });
  bool const finite = std::ranges::all_of(
      run.evaluations, [](Evaluation const& e) { return !e.computed() || e.result.finite(); });
  if (failed > 0) print_failed(std::size_t(failed), run.size());
  if (!finite) {
    std::cout.flush();
    std::cerr << "ionscape: energy, forces or stress of a structure are not finite numbers\n";
  }
  bool const at_rest = std::ranges::all_of(run.evaluations, [](Evaluation const& e) {
    return !e.computed() || (e.shells.at_rest() && !e.shells.ran_away());
  });
  if (!at_rest) {
    std::cout.flush();
    std::cerr << "ionscape: shells of a structure did not come to rest\n";
  }
  return failed == 0 && finite && at_rest ? good : not_converged;
}

/// All that was asked for, and the structures.
EnergyRun read_run(Arguments const& arguments) {
  auto const paths = arguments.required_paths("structure", "structure file");
  auto const error = arguments.number("force-error", between(1e-16, 1));
  auto const relative_error = arguments.number("relative-force-error", between(1e-13, 1e-2));
  if (error) arguments.refuse({"relative-force-error"}, "--force-error");
  EnergyRun run;
  std::size_t const method = arguments.choice("method", method_names()).value_or(0);
  run.plan.reference = method == 3;
  if (!run.plan.reference) run.plan.options.method = EwaldMethod(method);
  run.plan.options.memory_limit = 1e9 * arguments.number("memory", above(0)).value_or(0);
  run.plan.set = read_set(arguments);
  run.cutoff_asked = arguments.has("cutoff");
  read_input(arguments, run, paths);
  if (arguments.has("matrix") && run.size() > 1)
    throw InputError("--matrix is made for one structure, found " + std::to_string(run.size()));
  run.plan.options.force_error =
      error ? *error
            : absolute_force_error(run.structures.crystals, run.evaluations,
                                   relative_error.value_or(default_relative_error));
  return run;
}

void print(EnergyRun const& run, bool all_ions, double seconds, Paths const& written) {
  if (run.size() == 1) {
    print_structure(run, all_ions);
  } else {
    print_structures(run);
    print_speed(run, seconds);
  }
  for (auto const& file : written) std::cout << "written: " << file.string() << '\n';
}

}  // namespace

int energy_command(int argc, char const* const* argv) {
  Arguments arguments("energy",
                      "Energies, forces and stresses, shells at rest: lattice sum of the charges "
                      "(tin-foil boundary, uniform\n"
                      "background in charged cells) and the set's pair terms, for one structure or "
                      "many in one batch.\n"
                      "The charges are those of the set, or with --structure-charges those of the "
                      "structure.\n" +
                          std::string(structure_help),
                      {"STRUCTURE... --potential SET.toml [OPTION...]"},
                      "ionscape energy examples/structures/MgO.vasp --potential "
                      "examples/potentials/MgO-lewis-catlow.toml");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;
  auto const out = arguments.path("out"), matrix = arguments.path("matrix");
  if (out) check_result_name(*out);
  auto const threads = arguments.threads();
  EnergyRun run = read_run(arguments);
  Paths inputs = run.structures.files(), outputs;
  inputs.push_back(run.plan.set.file);
  for (auto const& file : {matrix, out})
    if (file) outputs.push_back(*file);
  check_files(inputs, outputs);

  KokkosSession const kokkos(threads);
  double const seconds = compute(run, arguments.has("certify"), arguments.has("quiet"));
  if (matrix) write_matrix(*matrix, run);
  if (out) write_result(*out, run);
  if (arguments.has("json"))
    write_json(std::cout, to_json(run));
  else
    print(run, arguments.has("all-ions"), seconds, outputs);
  return exit_code(run);
}

}  // namespace ionscape::app
