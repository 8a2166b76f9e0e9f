// ionscape neb --freeze-host, --anion: one hop of one ion in a host whose other ions are all held.
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/report/map_plots.hpp>
#include <ionscape/sweep/model_hop.hpp>

#include "kokkos_session.hpp"
#include "neb_frozen_report.hpp"
#include "neb_modes.hpp"
#include "structures.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

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

int neb_in_frozen_host(Arguments const& arguments) {
  bool const from_files = arguments.has("initial") || arguments.has("final");
  Asked asked = from_files ? hop_of_files(arguments) : hop_of_grid(arguments);
  NebRun run;
  run.options = read_neb_options(arguments, asked.default_images);
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
