// ionscape neb: one hop of one ion in a frozen host.
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/report/map_plots.hpp>
#include <ionscape/sweep/model_hop.hpp>

#include "arguments.hpp"
#include "kokkos_session.hpp"
#include "neb_report.hpp"
#include "structures.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

void declare(Arguments& arguments) {
  arguments.option("initial", "FILE",
                   "structure with the ion at its start (POSCAR, .cif, .extxyz, ...)");
  arguments.option("final", "FILE", "the same with the ion at its end");
  arguments.option("host", "FROM",
                   "initial, final or mean: where the other ions are held if they moved between "
                   "the structures, too (default: such structures are refused)");
  arguments.option("mobile", "SPECIES",
                   "species of the moving ion (default: of the ion that has moved, or of the set)");
  arguments.option("anion", "SPECIES", "anion of the fcc framework");
  arguments.option("volume", "A3", "its volume per anion in Å^3");
  arguments.option(
      "charge", "Q",
      "charge per anion in e, negative; with structures only for sets with [insertion]");
  arguments.option("distortion", "D", "distortion of the shared face, 1 = none (default: 1)");
  arguments.option("hop", "KIND", "oct-tet, tet-oct-tet or oct-tet-oct (default: oct-tet)");
  arguments.option("potential", "SET.toml",
                   "potential set (default with --anion: the built-in one)");
  arguments.option("images", "N", "images, ends included (default: 7; 13 for hops over two faces)");
  arguments.option("force-tolerance", "F",
                   "largest force on any image when converged, eV/Å (default: 0.01)");
  arguments.option("spring", "K", "spring between images, eV/Å^2 (default: 5)");
  arguments.flag("no-climb", "the highest image does not climb to the saddle");
  arguments.option("optimizer", "NAME", "lbfgs or fire (default: lbfgs)");
  arguments.option("max-steps", "N", "steps before giving up (default: 500)");
  arguments.flag("relax-endpoints",
                 "let the ion relax at both ends first (default: held where they are)");
  arguments.option("accuracy", "EV",
                   "bound on the truncation error of each sum, eV and eV/Å (default: 1e-8)");
  arguments.option("out", "DIR", "folder for the results (default: results/neb)");
  arguments.flag("no-pictures", "no picture of the profile");
  arguments.threads_option();
}

// --- the hop -------------------------------------------------------------------------------------

/// A hop as it was asked for, and what was read for it.
struct Asked {
  HopTask task;
  Json input;
  std::string description;
  int default_images = 7;
  Paths files;
};

HostFrom host_from(Arguments const& arguments) {
  constexpr HostFrom ways[] = {HostFrom::initial, HostFrom::final_, HostFrom::mean};
  auto const way = arguments.choice("host", {"initial", "final", "mean"});
  return way ? ways[*way] : HostFrom::refused;
}

Crystal read_end(std::filesystem::path const& file) {
  Crystal crystal = read_crystal(file);
  print_notes(file.string(), crystal);
  return crystal;
}

Asked hop_of_files(Arguments const& arguments) {
  arguments.refuse({"anion", "volume", "distortion", "hop"}, "--initial and --final");
  auto const initial = arguments.path("initial"), final_ = arguments.path("final");
  if (!initial || !final_) throw InputError("a hop needs both --initial and --final");
  auto const set_file = arguments.path("potential");
  if (!set_file) throw InputError("no potential set given (--potential SET.toml)");
  PotentialSet const set = read_potential_set(*set_file);
  if (!set.insertion) arguments.refuse({"charge"}, "a set that has [charges]");
  EndsTask found =
      hop_between({read_end(*initial), read_end(*final_), *initial, *final_, host_from(arguments),
                   arguments.text("mobile"), arguments.number("charge", {.max = -1e-9})},
                  set);
  Asked asked{std::move(found.task), {}, {}, 7, {*initial, *final_, *set_file}};
  std::string const ion = std::to_string(asked.task.mobile_index + 1);
  asked.input["initial"] = initial->string();
  asked.input["final"] = final_->string();
  asked.input["mobile_ion"] = asked.task.mobile_index + 1;
  if (found.largest_host_move) {
    asked.input["host"] = *arguments.text("host");
    asked.input["largest_host_move_A"] = *found.largest_host_move;
  }
  if (found.equally_near_ends > 1) asked.input["equally_near_ends"] = found.equally_near_ends;
  if (found.charge_e) asked.input["charge_e"] = *found.charge_e;
  asked.description = asked.task.mobile + " (ion " + ion + ") from " + initial->string() + " to " +
                      final_->string() + ", " + std::to_string(asked.task.host_ions()) +
                      " host ions held";
  return asked;
}

Asked hop_of_grid(Arguments const& arguments) {
  arguments.refuse({"host"}, "a hop in the model framework");
  auto const anion = arguments.text("anion");
  auto const volume = arguments.number("volume", above(0));
  auto const charge = arguments.number("charge", {.max = -1e-9});
  if (!anion || !volume || !charge)
    throw InputError(
        "a hop needs --initial and --final, or --anion, --volume and --charge (see 'ionscape neb "
        "--help')");
  constexpr HopKind kinds[] = {HopKind::oct_tet, HopKind::tet_oct_tet, HopKind::oct_tet_oct};
  std::vector<std::string> const names{"oct-tet", "tet-oct-tet", "oct-tet-oct"};
  std::size_t const kind = arguments.choice("hop", names).value_or(0);
  double const distortion = arguments.number("distortion").value_or(1);
  auto const set_file = arguments.path("potential");
  validate(SweepPoint{*anion, *volume, *charge, distortion}, {});
  PotentialSet const set = set_file ? read_potential_set(*set_file) : built_in_potential(*anion);
  ModelHop hop = model_hop({*anion, *volume, *charge, distortion}, kinds[kind], set);
  if (auto const mobile = arguments.text("mobile"); mobile && *mobile != hop.task.mobile)
    throw InputError("--mobile " + *mobile + ": the set is for mobile " + hop.task.mobile);
  Asked asked{std::move(hop.task), {}, {}, kind == 0 ? 7 : 13, {}};
  if (set_file) asked.files = {*set_file};
  asked.input = {{"anion", *anion},          {"volume_A3", *volume}, {"charge_e", *charge},
                 {"distortion", distortion}, {"hop", names[kind]},   {"csm_tet", hop.csm_tet},
                 {"csm_oct", hop.csm_oct}};
  asked.description = asked.task.mobile + " in fcc " + *anion + ", " + shortest(*volume) +
                      " Å^3 and " + shortest(*charge) + " e per anion, distortion " +
                      shortest(distortion) + " (CSM tet " + fixed(hop.csm_tet, 3) + ", oct " +
                      fixed(hop.csm_oct, 3) + "), hop " + names[kind];
  return asked;
}

NebOptions read_options(Arguments const& arguments, int default_images) {
  NebOptions options;
  options.images = arguments.whole_number("images", between(3, 1000)).value_or(default_images);
  options.force_tolerance =
      arguments.number("force-tolerance", above(0)).value_or(options.force_tolerance);
  options.spring = arguments.number("spring", above(0)).value_or(options.spring);
  options.max_steps = arguments.whole_number("max-steps", at_least(0)).value_or(options.max_steps);
  options.climb = !arguments.has("no-climb");
  options.relax_endpoints = arguments.has("relax-endpoints");
  std::string const optimizer = arguments.text("optimizer").value_or(to_string(options.optimizer));
  if (optimizer == to_string(Optimizer::fire))
    options.optimizer = Optimizer::fire;
  else if (optimizer == to_string(Optimizer::lbfgs))
    options.optimizer = Optimizer::lbfgs;
  else
    throw InputError("--optimizer " + optimizer + ": expected lbfgs or fire");
  return options;
}

/// Relaxes the band and judges it. Kokkos must be running.
void compute(NebRun& run) {
  FrozenHost<Exec::memory_space> const model(std::span(&run.task.model.framework, 1),
                                             std::span(&run.task.model.surface, 1), {run.accuracy});
  std::vector<std::vector<double>> waypoints;
  for (Vec3 r : run.task.waypoints) waypoints.push_back({r.x, r.y, r.z});
  PathSet path{run.options.images, 3, {}, {}};
  path.add(linear_path(waypoints, run.options.images), 0);
  run.band = relax_bands(Exec(), model, path, run.options).front();
  run.certificate = certify(model, run.task, run.band);
  run.warnings = run.task.warnings;
  for (std::string& words : warnings_of(model, run.task, run.options, run.band, run.certificate))
    run.warnings.push_back(std::move(words));
}

void draw(NebRun const& run, std::filesystem::path const& directory) {
  draw_if_possible([&] {
    for (auto const& picture : plot_profile(run.band, run.task.mobile + " hop", directory))
      std::cout << "picture: " << picture.string() << '\n';
  });
}

}  // namespace

int neb_command(int argc, char const* const* argv) {
  Arguments arguments(
      "neb",
      "Climbing-image nudged elastic band of one ion in a host whose other ions are all held: "
      "between two\n"
      "structures, or for a hop in the fcc anion framework of the maps. Writes profile.csv, "
      "neb.json,\n"
      "band.extxyz and a picture of the profile.",
      {"--initial STRUCTURE --final STRUCTURE --potential SET.toml [OPTION...]",
       "--anion S --volume 46.81 --charge -1.0 [--distortion 1.08] [--hop oct-tet] [OPTION...]"},
      "ionscape neb --anion S --volume 46.81 --charge -1.0 --distortion 1.08 --out results/hop");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;

  bool const from_files = arguments.has("initial") || arguments.has("final");
  Asked asked = from_files ? hop_of_files(arguments) : hop_of_grid(arguments);
  NebRun run;
  run.options = read_options(arguments, asked.default_images);
  run.task = std::move(asked.task);
  run.input = std::move(asked.input);
  run.description = std::move(asked.description);
  run.accuracy = arguments.number("accuracy", between(1e-13, 1e-2)).value_or(1e-8);
  auto const threads = arguments.threads();
  std::filesystem::path const directory = arguments.path("out").value_or("results/neb");
  ResultsFolder const folder(directory, asked.files, {"profile.csv", "neb.json", "band.extxyz"});

  KokkosSession const kokkos(threads);
  compute(run);
  write_results(directory, run);
  print_result(run);
  std::cout << "\nwritten: profile.csv, neb.json, band.extxyz in " << directory.string()
            << std::endl;
  if (!arguments.has("no-pictures")) draw(run, directory);
  BandResult const& band = run.band;
  if (band.status == BandStatus::converged) return good;
  std::cout.flush();
  std::cerr << "ionscape: not converged: " << to_string(band.status) << " after " << band.steps
            << " steps, largest force " << shortest(band.max_force)
            << " eV/Å; the last path was written\n";
  return not_converged;
}

}  // namespace ionscape::app
