// ionscape relax STRUCTURE... --potential SET.toml --out DIR: crystals of lowest energy.
#include <algorithm>
#include <iostream>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/symmetry.hpp>
#include <ionscape/report/crystal_plots.hpp>

#include "arguments.hpp"
#include "interruption.hpp"
#include "kokkos_session.hpp"
#include "potential_option.hpp"
#include "progress.hpp"
#include "relax_records.hpp"
#include "relax_report.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

void declare(Arguments& arguments) {
  arguments.positionals("structure");
  arguments.option("potential", "SET.toml", potential_help);
  arguments.option(
      "cell", "NAME",
      "what the cell may do: none, volume (it keeps its shape) or full (default: none)");
  arguments.option("force-tolerance", "EV_PER_A",
                   "largest force left on any ion or shell, in eV/Å (default: 1e-4)");
  arguments.option("stress-tolerance", "GPA",
                   "largest element left of stress + pressure, in GPa (default: 0.01)");
  arguments.option("pressure", "GPA", "of the surroundings, in GPa (default: 0)");
  arguments.option("max-steps", "N", "steps of one structure (default: 1000)");
  arguments.list_option("fix", "LIST",
                        "ions that stay where they are in the cell: species and numbers from 1, as "
                        "P,3,10-14; in addition to selective dynamics of a POSCAR");
  arguments.flag("check",
                 "say whether each relaxed structure is a minimum: lowest curvatures at Gamma, in "
                 "the cell that it has");
  arguments.option("format", "NAME",
                   "of the relaxed structures: poscar, extxyz or cif (default: poscar)");
  arguments.flag("pictures", "draw what each step left, for every structure that this run relaxes");
  arguments.option("out", "DIR", "folder for the results (default: results/relax)");
  arguments.option("memory", "GB", "most memory to be used (default: nine tenths of what is free)");
  arguments.threads_option();
  arguments.flag("quiet", "no progress bar");
}

CrystalRelaxOptions read_options(Arguments const& arguments) {
  CrystalRelaxOptions options;
  options.cell = CellFreedom(arguments.choice("cell", cell_names()).value_or(0));
  if (options.cell == CellFreedom::none)
    arguments.refuse({"pressure", "stress-tolerance"}, "--cell none");
  constexpr double GPa = 1 / gigapascal_per_eV_per_A3;
  options.force_tolerance =
      arguments.number("force-tolerance", between(1e-9, 1)).value_or(options.force_tolerance);
  if (auto const stress = arguments.number("stress-tolerance", between(1e-7, 100)))
    options.stress_tolerance = *stress * GPa;
  options.pressure = GPa * arguments.number("pressure", between(-1e4, 1e4)).value_or(0);
  options.max_steps = arguments.whole_number("max-steps", at_least(0)).value_or(options.max_steps);
  options.energy.memory_limit = 1e9 * arguments.number("memory", above(0)).value_or(0);
  return options;
}

/// "7" or "10-14" as its first and last number; nothing for another word.
std::optional<std::pair<std::size_t, std::size_t>> range_of(std::string const& word) {
  std::size_t const dash = word.find('-');
  auto const number = [](std::string const& text) -> std::size_t {
    bool const digits =
        !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == text.npos;
    return digits ? std::stoul(text) : 0;
  };
  std::size_t const first = number(word.substr(0, dash));
  std::size_t const last = dash == word.npos ? first : number(word.substr(dash + 1));
  if (first == 0 || last < first) return {};
  return std::pair{first, last};
}

/// Adds to what the structure fixes. A species that it does not have is none of it.
void fix(Crystal& crystal, std::vector<std::string> const& words) {
  if (words.empty()) return;
  if (crystal.fixed.empty()) crystal.fixed.assign(crystal.size(), {false, false, false});
  for (std::string const& word : words) {
    auto const range = range_of(word);
    if (range && range->second > crystal.size())
      fail_input({}, "--fix ", word, ": the structure has ", crystal.size(), " ions");
    for (std::size_t i = 0; i < crystal.size(); ++i)
      if (range ? i + 1 >= range->first && i + 1 <= range->second : crystal.species[i] == word)
        crystal.fixed[i] = {true, true, true};
  }
}

/// A word of --fix that no structure knows is a slip.
void check_fixed_species(Structures const& structures, std::vector<std::string> const& words) {
  std::set<std::string> species;
  for (Crystal const& crystal : structures.crystals)
    species.insert(crystal.species.begin(), crystal.species.end());
  for (std::string const& word : words)
    if (!range_of(word) && !species.contains(word))
      fail_input({}, "--fix ", word,
                 ": no structure has this species, expected one or numbers of ions, as P,3,10-14");
}

void read_input(Arguments const& arguments, RelaxRun& run) {
  run.structures = read_structures(arguments.required_paths("structure", "structure file"));
  auto const fixed = arguments.list("fix");
  check_fixed_species(run.structures, fixed);
  run.warnings.resize(run.structures.list.size());
  run.results.resize(run.structures.list.size());
  for (std::size_t k = 0; k < run.size(); ++k) {
    Structure& structure = run.structures.list[k];
    Crystal& crystal = run.structures.crystals[k];
    if (structure.error.empty()) try {
        run.warnings[k] = take_charges_of_set(crystal, run.set);
        fix(crystal, fixed);
      } catch (InputError const& problem) {
        structure.error = named_error(structure, problem);
      }
  }
  require_any(run.structures.list);
  run.files = result_files(run.structures, run.format);
}

/// No relaxed structure overwrites a structure that was read.
void check_structure_files(RelaxRun const& run, bool pictures) {
  auto const resolved = [](std::filesystem::path const& file) {
    std::error_code ignored;
    auto const place = std::filesystem::weakly_canonical(std::filesystem::absolute(file), ignored);
    return ignored ? file.lexically_normal() : place;
  };
  std::set<std::filesystem::path> inputs{resolved(run.set.file)};
  for (auto const& file : run.structures.files()) inputs.insert(resolved(file));
  auto const check = [&](std::filesystem::path const& result) {
    if (inputs.contains(resolved(result)))
      fail_input({result}, "is an input of this run, which a result would overwrite");
  };
  for (std::string const& name : run.files) {
    check(run.folder / name);
    for (char const* const end : {".dat", ".gp", ".png", ".svg"})
      if (pictures) check(run.folder / (name + "-steps" + end));
  }
}

/// All structures that have no error and no record of an earlier run.
void compute(RelaxRun& run, RelaxRecords const& records, bool quiet) {
  ProgressBar bar(run.size(), quiet || run.size() == 1, "structures");
  std::vector<std::size_t> places;
  std::vector<Crystal> todo;
  std::size_t finished = 0;
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (!run.structure(k).error.empty()) {
      ++finished;
    } else if (auto const earlier = records.read(run.start(k))) {
      run.results[k] = *earlier;
      write_structure(run, k);
      ++finished;
    } else {
      places.push_back(k);
      todo.push_back(run.start(k));
    }
  }
  bar.update(finished);
  relax_crystals(todo, run.set, run.options, [&](std::size_t at, RelaxedCrystal const& result) {
    std::size_t const k = places[at];
    run.results[k] = result;
    if (run.computed(k)) {
      write_structure(run, k);
      records.write(run.start(k), result);
    }
    bar.update(++finished);
  });
}

/// Says of a structure that is no minimum that it is none.
void check(RelaxRun& run, std::size_t k) {
  constexpr std::size_t most_ions = 2000;  // a dense matrix of 3 n rows
  RelaxedCrystal& result = run.results[k];
  auto const warn = [&](char const* note, std::string text) {
    result.warnings.push_back({note, std::move(text)});
  };
  if (!result.converged()) return;
  if (result.crystal.size() > most_ions)
    return warn("not_checked", "too large to be checked: " + std::to_string(result.crystal.size()) +
                                   " ions, at most " + std::to_string(most_ions));
  PairSums const ends =
      pair_sums(run.set, std::span(&run.start(k), 1), 0.01 * run.options.force_tolerance);
  try {
    run.checks[k] = check_minimum(result, run.set, ends);
  } catch (InputError const& error) {
    return warn("not_checked", std::string("could not be checked: ") + error.what());
  }
  MinimumCheck const& found = *run.checks[k];
  if (!found.shells_at_minimum)
    warn("no_minimum", "the shells are not at a minimum of the energy beside their cores");
  else if (found.negative > 0)
    warn("no_minimum", "a stationary point, but no minimum: the energy falls in " +
                           std::to_string(found.negative) +
                           (found.negative == 1 ? " direction" : " directions") + ", curvature " +
                           fixed(found.lowest.front(), 4) +
                           " eV/Å^2; move the ions a little and relax again");
}

void check_all(RelaxRun& run, bool quiet) {
  ProgressBar bar(run.size(), quiet || run.size() == 1, "structures checked");
  run.checks.resize(run.size());
  for (std::size_t k = 0; k < run.size(); ++k) {
    check(run, k);
    bar.update(k + 1);
  }
}

void find_space_groups(RelaxRun& run) {
  constexpr std::size_t most_ions = 1000;  // operations of large cells are many
  auto const group = [](Crystal const& crystal) -> std::string {
    try {
      return find_symmetry(crystal).international;
    } catch (InputError const&) {
      return "";  // ions that flew away
    }
  };
  run.space_groups.resize(run.size());
  for (std::size_t k = 0; k < run.size(); ++k)
    if (run.computed(k) && run.start(k).size() <= most_ions)
      run.space_groups[k] = {group(run.start(k)), group(run.results[k].crystal)};
}

void draw_steps(RelaxRun const& run) {
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (!run.computed(k) || run.results[k].history.size() < 2) continue;
    std::vector<DrawnStep> steps;
    for (RelaxationStep const& step : run.results[k].history)
      steps.push_back({step.enthalpy, step.max_force, step.max_stress * gigapascal_per_eV_per_A3});
    for (auto const& picture :
         plot_relaxation(run.folder, run.files[k] + "-steps", run.structure(k).name, steps))
      std::cout << "picture: " << picture.string() << '\n';
  }
}

/// What did not converge, in the exit code.
int exit_code(RelaxRun const& run) {
  auto const open =
      std::ranges::count_if(run.results, [](RelaxedCrystal const& r) { return !r.converged(); });
  auto const saddles = std::ranges::count_if(
      run.checks, [](auto const& check) { return check && !check->is_minimum(); });
  std::cout.flush();
  if (saddles > 0)
    std::cerr << "ionscape: no minimum: " << saddles << " of " << run.size()
              << (run.size() == 1 ? " structure" : " structures") << '\n';
  if (open == 0) return saddles == 0 ? good : not_converged;
  std::cerr << "ionscape: not converged: " << open << " of " << run.size()
            << (run.size() == 1 ? " structure" : " structures")
            << "; relax.csv says why, their last structures are kept\n";
  return not_converged;
}

}  // namespace

int relax_command(int argc, char const* const* argv) {
  Arguments arguments(
      "relax",
      "Moves all ions, their shells and, with --cell, the cell to where the energy is least, for "
      "one "
      "structure or\n"
      "many in one batch (L-BFGS; FIRE where that fails). Results: DIR/relax.csv, DIR/relax.json "
      "and "
      "each relaxed\n"
      "structure under its own name.\n"
      "A run that was ended goes on where it was when it is started again.\n" +
          std::string(structure_help),
      {"STRUCTURE... --potential SET.toml [--cell none|volume|full] [--out DIR] [OPTION...]"},
      "ionscape relax examples/structures/MgO.vasp --potential "
      "examples/potentials/MgO-lewis-catlow.toml --cell full");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;

  RelaxRun run;
  auto const threads = arguments.threads();
  run.options = read_options(arguments);
  run.format = StructureFormat(arguments.choice("format", format_names()).value_or(0));
  run.folder = arguments.path("out").value_or("results/relax");
  run.set = read_set_with_charges(arguments);
  read_input(arguments, run);
  Paths inputs = run.structures.files();
  inputs.push_back(run.set.file);
  check_structure_files(run, arguments.has("pictures"));
  ResultsFolder const folder(run.folder, inputs, {"relax.csv", "relax.json"});
  RelaxRecords const records(run.folder / ".finished", run.set, run.options);

  KokkosSession const kokkos(threads);
  {
    Interruption const interruption(folder.lock(), records.folder(), "the finished structures");
    compute(run, records, arguments.has("quiet"));
  }
  if (arguments.has("check")) check_all(run, arguments.has("quiet"));
  find_space_groups(run);
  write_tables(run);
  for (std::size_t k = 0; k < run.size(); ++k)
    if (run.computed(k)) records.remove(run.start(k));
  print_relaxed(run);
  std::cout << "written: relax.csv, relax.json and the relaxed structures in "
            << run.folder.string() << '\n';
  if (arguments.has("pictures")) draw_if_possible([&] { draw_steps(run); });
  return exit_code(run);
}

}  // namespace ionscape::app
