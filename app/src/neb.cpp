// ionscape neb: one hop of one ion in a frozen host.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iostream>
#include <span>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/neb/path.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/relax/curvature.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape/report/map_plots.hpp>

#include "arguments.hpp"
#include "kokkos_session.hpp"
#include "output.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Model = FrozenHost<Exec::memory_space>;

/// What is to be computed, from files or from grid values.
struct Task {
  HostModel model;
  PotentialSet set;
  std::string mobile;
  std::vector<std::vector<double>> waypoints;  // 3 numbers each, Å, unwrapped
  int default_images = 7;
  Crystal frame;  // one image; the mobile ion is `mobile_index`
  std::size_t mobile_index = 0;
  Json input;
  std::vector<std::string> description, warnings;
};

void warn_outside_fit(Task& task, double charge, double volume_per_anion,
                      std::optional<double> distortion = {}) {
  auto const& fitted = task.set.fitted;
  if (fitted && !fitted->contains(charge, volume_per_anion))
    task.warnings.push_back(
        "charge or volume are outside the range in which the potential was fitted");
  else if (fitted && distortion && !fitted->contains(charge, volume_per_anion, *distortion))
    task.warnings.push_back(
        "the distortion is outside the range in which the potential was fitted");
}

// --- from structures -----------------------------------------------------------------------------

/// Throws InputError unless both structures have the same cell and the same ions in the same order.
void check_alike(Crystal const& initial, Crystal const& final_, std::filesystem::path const& file) {
  constexpr double same = 1e-5;  // Å
  for (auto [u, v] : {std::pair(initial.cell.a, final_.cell.a),
                      {initial.cell.b, final_.cell.b},
                      {initial.cell.c, final_.cell.c}})
    if (norm(u - v) > same)
      fail_input({file}, "the cell differs from the initial structure's by ", norm(u - v), " Å");
  if (initial.size() != final_.size())
    fail_input({file}, final_.size(), " ions, but ", initial.size(), " in the initial structure");
  for (std::size_t i = 0; i < initial.size(); ++i)
    if (initial.species[i] != final_.species[i])
      fail_input({file}, "ion ", i + 1, " is ", final_.species[i], ", but ", initial.species[i],
                 " in the initial structure");
}

/// An ion's way from the initial structure to the final one.
struct Move {
  std::size_t ion;
  Displacement way;

  double length() const { return norm(way.vector); }
};

constexpr double moved_by = 1e-3;  // Å: less is what files lose in print

/// The ions that are not where they were, the farthest first.
std::vector<Move> moved_ions(Crystal const& initial, Crystal const& final_) {
  std::vector<Move> moves;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    Move const move{i, displacement(initial.cell, final_.positions[i] - initial.positions[i])};
    if (move.length() > moved_by) moves.push_back(move);
  }
  std::ranges::stable_sort(moves, std::greater{}, &Move::length);
  return moves;
}

std::string named(Crystal const& crystal, Move const& move) {
  return std::to_string(move.ion + 1) + " (" + crystal.species[move.ion] + ", " +
         fixed(move.length(), 3) + " Å)";
}

/// Which of the ends' positions the host ions are held at, where these differ.
enum class HostFrom { refused, initial, final_, mean };

HostFrom host_from(Arguments const& arguments) {
  auto const name = arguments.text("host");
  if (!name) return HostFrom::refused;
  if (*name == "initial") return HostFrom::initial;
  if (*name == "final") return HostFrom::final_;
  if (*name == "mean") return HostFrom::mean;
  throw InputError("--host " + *name + ": expected initial, final or mean");
}

/// The mobile ion: the only one that has moved; with a host that may move the one that has moved
/// farthest, and clearly so.
Move mobile_move(Crystal const& initial, std::vector<Move> const& moves, HostFrom host,
                 std::optional<std::string> const& mobile, std::filesystem::path const& file) {
  if (moves.empty())
    fail_input({file}, "no ion has moved by more than ", moved_by, " Å from the initial structure");
  std::string names;
  for (std::size_t m = 0; m < std::min<std::size_t>(moves.size(), 5); ++m)
    names += (m > 0 ? ", " : "") + named(initial, moves[m]);
  if (moves.size() > 5) names += ", ...";
  if (host == HostFrom::refused && moves.size() > 1)
    fail_input({file}, moves.size(), " ions have moved: ", names,
               "; expected one, in a frozen host (--host initial, final or mean holds the others)");
  if (moves.size() > 1 && moves[1].length() > 0.5 * moves[0].length())
    fail_input({file}, "more than one ion hops: ", names,
               "; expected one, and no other that moves by more than half as far");
  if (mobile && initial.species[moves[0].ion] != *mobile)
    fail_input({file}, "the ion that has moved ", moves.size() > 1 ? "farthest " : "", "is ",
               named(initial, moves[0]), ", expected one of ", *mobile);
  return moves[0];
}

/// Puts the host's ions where `from` says, and says how far they had moved.
void place_host(Task& task, std::vector<Move> const& moves, HostFrom from) {
  if (from == HostFrom::refused || moves.size() < 2) return;
  double const part = from == HostFrom::initial ? 0 : from == HostFrom::final_ ? 1 : 0.5;
  for (std::size_t m = 1; m < moves.size(); ++m)
    task.frame.positions[moves[m].ion] += part * moves[m].way.vector;
  std::string const name = from == HostFrom::initial  ? "initial"
                           : from == HostFrom::final_ ? "final"
                                                      : "mean";
  task.warnings.push_back(std::to_string(moves.size() - 1) +
                          " host ions moved between the two structures, the farthest " +
                          named(task.frame, moves[1]) + "; they are held at the " + name +
                          " positions (--host)");
  task.input["host"] = name;
  task.input["largest_host_move_A"] = moves[1].length();
}

void warn_of_ambiguity(Task& task, Move const& move) {
  if (move.way.equally_near < 2) return;
  Vec3 const d = move.way.vector;
  task.warnings.push_back("the hop is ambiguous: " + std::to_string(move.way.equally_near) +
                          " images of its end are equally near (half a cell away); the path goes "
                          "the way that the files state, by " +
                          fixed(d.x, 4) + " " + fixed(d.y, 4) + " " + fixed(d.z, 4) + " Å");
  task.input["equally_near_ends"] = move.way.equally_near;
}

/// Throws InputError if the straight path runs into an ion: no band would find its way out.
/// `mobile` is left out of the host, and counts in the number that names an ion.
void require_free_path(Crystal const& host, std::size_t mobile, std::span<Vec3 const> path,
                       std::filesystem::path const& file) {
  constexpr double least = 0.5;  // Å
  if (host.size() == 0) return;
  ClosestIon const closest = closest_ion(host, path);
  if (closest.distance >= least) return;
  std::size_t const number = closest.ion + 1 + (closest.ion >= mobile ? 1 : 0);
  Vec3 const r = closest.place;
  fail_input({file}, "the straight path to this structure runs into ", host.species[closest.ion],
             " (ion ", number, "): ", fixed(closest.distance, 3), " Å from it at ", fixed(r.x, 4),
             " ", fixed(r.y, 4), " ", fixed(r.z, 4), " Å, expected at least ", least, " Å");
}

double anion_charge(Crystal const& anions, std::optional<double> asked,
                    std::filesystem::path const& file) {
  if (asked) return *asked;
  if (anions.charges.empty())
    fail_input(
        {file},
        "no charges in the file; the set needs the anions' charge: --charge Q (in e, negative)");
  for (double q : anions.charges)
    if (std::fabs(q - anions.charges[0]) > 1e-9)
      fail_input({file}, "the anions have different charges (", anions.charges[0], " and ", q,
                 " e), the set needs one: --charge Q");
  return anions.charges[0];
}

Task task_from_files(Arguments const& arguments) {
  arguments.refuse({"anion", "volume", "distortion", "hop"}, "--initial and --final");
  auto const initial_file = arguments.path("initial"), final_file = arguments.path("final");
  if (!initial_file || !final_file) throw InputError("a hop needs both --initial and --final");
  auto const set_file = arguments.path("potential");
  if (!set_file) throw InputError("no potential set given (--potential SET.toml)");

  Task task;
  task.set = read_potential_set(*set_file);
  Crystal const initial = read_crystal(*initial_file), final_ = read_crystal(*final_file);
  check_alike(initial, final_, *final_file);
  auto asked_mobile = arguments.text("mobile");
  if (!asked_mobile && task.set.insertion) asked_mobile = task.set.insertion->mobile;
  HostFrom const from = host_from(arguments);
  auto const moves = moved_ions(initial, final_);
  Move const move = mobile_move(initial, moves, from, asked_mobile, *final_file);
  std::size_t const ion = move.ion;

  task.mobile = initial.species[ion];
  task.frame = initial;
  task.mobile_index = ion;
  place_host(task, moves, from);
  warn_of_ambiguity(task, move);
  Crystal host = task.frame;
  host.species.erase(host.species.begin() + long(ion));
  host.positions.erase(host.positions.begin() + long(ion));
  if (!host.charges.empty()) host.charges.erase(host.charges.begin() + long(ion));
  Vec3 const begin = initial.positions[ion], end = begin + move.way.vector;
  require_free_path(host, ion, std::array{begin, end}, *final_file);
  task.waypoints = {{begin.x, begin.y, begin.z}, {end.x, end.y, end.z}};
  task.input["initial"] = initial_file->string();
  task.input["final"] = final_file->string();
  task.input["mobile_ion"] = ion + 1;
  if (task.set.insertion) {
    if (task.set.insertion->mobile != task.mobile)
      fail_input({*set_file}, "the set is for mobile ", task.set.insertion->mobile,
                 ", the ion that has moved is ", task.mobile);
    double const q = anion_charge(host, arguments.number("charge", {.max = -1e-9}), *initial_file);
    task.model = insertion_host(host, q, task.set);
    task.input["charge_e"] = q;
    warn_outside_fit(task, q, host.cell.volume() / double(host.size()));
  } else {
    arguments.refuse({"charge"}, "a set that has [charges]");
    task.model = rigid_host(host, task.set, task.mobile);
    if (task.set.cutoff)
      task.warnings.push_back("the set's cutoff of " + shortest(*task.set.cutoff) +
                              " Å is not applied: a frozen host sums its terms completely");
    assign_charges(task.frame, task.set);
  }
  task.description.push_back(task.mobile + " (ion " + std::to_string(ion + 1) + ") from " +
                             initial_file->string() + " to " + final_file->string() + ", " +
                             std::to_string(host.size()) + " host ions held");
  return task;
}

// --- from grid values ----------------------------------------------------------------------------

HopKind hop_kind(std::string const& name) {
  if (name == "oct-tet") return HopKind::oct_tet;
  if (name == "tet-oct-tet") return HopKind::tet_oct_tet;
  if (name == "oct-tet-oct") return HopKind::oct_tet_oct;
  throw InputError("--hop " + name + ": expected oct-tet, tet-oct-tet or oct-tet-oct");
}

Task task_from_grid(Arguments const& arguments) {
  arguments.refuse({"host"}, "a hop in the model framework");
  auto const anion = arguments.text("anion");
  auto const volume = arguments.number("volume", above(0));
  auto const charge = arguments.number("charge", {.max = -1e-9});
  if (!anion || !volume || !charge)
    throw InputError(
        "a hop needs --initial and --final, or --anion, --volume and --charge (see 'ionscape neb "
        "--help')");
  double const distortion = arguments.number("distortion").value_or(1);
  std::string const hop_name = arguments.text("hop").value_or("oct-tet");
  HopKind const kind = hop_kind(hop_name);
  validate(SweepPoint{*anion, *volume, *charge, distortion}, {});

  Task task;
  auto const set_file = arguments.path("potential");
  task.set = set_file ? read_potential_set(*set_file) : built_in_potential(*anion);
  FccModel const ideal = fcc_model(*volume, conventional_cells(2, 2, 2), *anion, *charge, kind);
  Distorted const host = distort(ideal.framework, ideal.hop, WindowShear{distortion});
  task.model = insertion_host(host.framework, *charge, task.set);
  task.mobile = task.set.insertion->mobile;
  if (auto const mobile = arguments.text("mobile"); mobile && *mobile != task.mobile)
    throw InputError("--mobile " + *mobile + ": the set is for mobile " + task.mobile);
  for (Vec3 r : waypoints(host.hop)) task.waypoints.push_back({r.x, r.y, r.z});
  task.default_images = kind == HopKind::oct_tet ? 7 : 13;
  task.frame = host.framework;
  task.frame.charges.clear();  // the set knows only the product of the charges
  task.mobile_index = task.frame.size();
  task.frame.species.push_back(task.mobile);
  task.frame.positions.emplace_back();
  task.input["anion"] = *anion;
  task.input["volume_A3"] = *volume;
  task.input["charge_e"] = *charge;
  task.input["distortion"] = distortion;
  task.input["hop"] = hop_name;
  task.input["csm_tet"] = host.report.csm_tet;
  task.input["csm_oct"] = host.report.csm_oct;
  task.description.push_back(task.mobile + " in fcc " + *anion + ", " + shortest(*volume) +
                             " Å^3 and " + shortest(*charge) + " e per anion, distortion " +
                             shortest(distortion) + " (CSM tet " + fixed(host.report.csm_tet, 3) +
                             ", oct " + fixed(host.report.csm_oct, 3) + "), hop " + hop_name);
  warn_outside_fit(task, *charge, *volume, distortion);
  return task;
}

// --- results -------------------------------------------------------------------------------------

Vec3 vec3(std::span<double const> x) { return {x[0], x[1], x[2]}; }

struct Certificates {
  Curvature first, saddle, last;
};

/// The curvature at the ends and at the highest image, in one call.
Certificates certify(Exec const& exec, Model const& model, BandResult const& band) {
  PointSet points{3, {}, {}};
  for (int i : {0, std::max(band.saddle_image, 0), band.n_images - 1}) {
    auto const x = band.image(i);
    points.add({x.begin(), x.end()}, 0);
  }
  auto const curvatures = curvature_at(exec, model, points);
  return {curvatures[0], curvatures[1], curvatures[2]};
}

/// Largest difference in energy (eV) from the reference engine at the ends and the highest image.
double measured_accuracy(Task const& task, BandResult const& band) {
  double worst = 0;
  for (int i : {0, std::max(band.saddle_image, 0), band.n_images - 1}) {
    auto const exact =
        reference_site_energy(task.model.framework, task.model.surface, vec3(band.image(i)));
    double const error = std::fabs(exact.energy() - band.energy[std::size_t(i)]);
    if (!(error <= worst)) worst = error;  // NaN stays
  }
  return worst;
}

/// Images inside the unphysical well of a Buckingham term.
std::vector<int> images_in_wells(Exec const& exec, Model const& model, BandResult const& band) {
  std::vector<Vec3> points;
  for (int i = 0; i < band.n_images; ++i) points.push_back(vec3(band.image(i)));
  std::vector<int> const surface(points.size(), 0);
  auto const results = evaluate_points(exec, model, surface, points);
  std::vector<int> inside;
  for (int i = 0; i < band.n_images; ++i)
    if (results[std::size_t(i)].approach < 1) inside.push_back(i);
  return inside;
}

std::string nature(Curvature const& c, double force_tolerance) {
  int const n = c.index();
  if (n < 0) return "unknown";
  std::string text = n == 0   ? "minimum"
                     : n == 1 ? "first-order saddle"
                     : n == 2 ? "saddle of order 2"
                              : "maximum";
  if (c.force > 10 * force_tolerance)
    text = "not stationary, " + std::to_string(n) + " falling directions";
  return text;
}

/// Ends that were to relax into the minimum of their site, and did something else.
void warn_of_ends(Task& task, NebOptions const& options, BandResult const& band,
                  Certificates const& certificates) {
  if (!options.relax_endpoints) return;
  std::vector<Vec3> stations;
  for (auto const& point : task.waypoints) stations.push_back(vec3(point));
  for (int side : {0, 1}) {
    std::string const end = side == 0 ? "first" : "last";
    Curvature const& c = side == 0 ? certificates.first : certificates.last;
    if (band.end_moved[side] > reach_of_end(stations, side))
      task.warnings.push_back("the " + end + " end has moved " + fixed(band.end_moved[side], 2) +
                              " Å while it relaxed: it has left its site, and this is another hop");
    if (band.end_force[side] <= options.force_tolerance && c.index() > 0)
      task.warnings.push_back("the " + end + " end is no minimum (" +
                              nature(c, options.force_tolerance) + "): symmetry holds it there");
  }
}

Json to_json(Curvature const& c, double force_tolerance) {
  Json json;
  json["force_eV_per_A"] = c.force;
  json["eigenvalues_eV_per_A2"] = c.eigenvalues;
  json["falling_directions"] = c.index();
  json["nature"] = nature(c, force_tolerance);
  return json;
}

void write_profile(std::filesystem::path const& file, BandResult const& band) {
  AtomicFile csv(file);
  write_csv_row(csv.stream(), "image", "s_A", "energy_eV", "relative_energy_eV", "slope_eV_per_A",
                "x_A", "y_A", "z_A");
  for (int i = 0; i < band.n_images; ++i) {
    auto const k = std::size_t(i);
    Vec3 const r = vec3(band.image(i));
    write_csv_row(csv.stream(), i, band.position[k], band.energy[k],
                  band.energy[k] - band.energy[0], band.slope[k], r.x, r.y, r.z);
  }
  csv.commit();
}

Json record(Task const& task, NebOptions const& options, double accuracy, double measured,
            BandResult const& band, Certificates const& certificates) {
  Json json = provenance();
  json["input"] = task.input;
  json["potential"] = app::to_json(task.set);
  json["mobile"] = task.mobile;
  json["settings"] = {{"images", options.images},
                      {"force_tolerance_eV_per_A", options.force_tolerance},
                      {"spring_eV_per_A2", options.spring},
                      {"climb", options.climb},
                      {"optimizer", to_string(options.optimizer)},
                      {"max_steps", options.max_steps},
                      {"relax_endpoints", options.relax_endpoints}};
  json["accuracy"] = {{"asked_eV", accuracy}, {"measured_eV", measured}};
  json["status"] = to_string(band.status);
  json["steps"] = band.steps;
  json["evaluations"] = band.evaluations;
  json["max_force_eV_per_A"] = band.max_force;
  json["forward_barrier_eV"] = band.forward_barrier;
  json["reverse_barrier_eV"] = band.reverse_barrier;
  json["max_minus_min_eV"] = band.max_minus_min;
  json["saddle"] = {{"kind", to_string(band.saddle_kind)},
                    {"image", band.saddle_image},
                    {"energy_eV", band.saddle_energy}};
  if (band.saddle_image >= 0)
    json["saddle"]["position_A"] = app::to_json(vec3(band.image(band.saddle_image)));
  json["saddle"]["curvature"] = to_json(certificates.saddle, options.force_tolerance);
  json["first"] = to_json(certificates.first, options.force_tolerance);
  json["last"] = to_json(certificates.last, options.force_tolerance);
  json["images"] = Json::array();
  for (int i = 0; i < band.n_images; ++i) {
    auto const k = std::size_t(i);
    json["images"].push_back({{"s_A", band.position[k]},
                              {"energy_eV", band.energy[k]},
                              {"slope_eV_per_A", band.slope[k]},
                              {"position_A", app::to_json(vec3(band.image(i)))}});
  }
  json["warnings"] = task.warnings;
  return json;
}

void write_images(std::filesystem::path const& file, Task const& task, BandResult const& band) {
  std::vector<Crystal> frames;
  std::vector<Calculated> calculated;
  for (int i = 0; i < band.n_images; ++i) {
    frames.push_back(task.frame);
    frames.back().positions[task.mobile_index] = vec3(band.image(i));
    calculated.push_back({band.energy[std::size_t(i)], {}, {}});
  }
  write_extxyz(file, frames, calculated);
}

void print_result(Task const& task, NebOptions const& options, double measured,
                  BandResult const& band, Certificates const& certificates) {
  for (std::string const& line : task.description) std::cout << line << '\n';
  std::cout << "potential: " << task.set.name << " (" << task.set.file.string() << ")\n";
  std::cout << to_string(band.status) << " after " << band.steps << " steps, largest force "
            << fixed(band.max_force, 4) << " eV/Å; energies within " << scientific(measured)
            << " eV of the reference\n\n";
  TextTable profile({"image", "s/Å", "E - E(0)/eV", "dE/ds/(eV/Å)", "x/Å", "y/Å", "z/Å", ""});
  for (int i = 0; i < band.n_images; ++i) {
    auto const k = std::size_t(i);
    Vec3 const r = vec3(band.image(i));
    profile.row({std::to_string(i), fixed(band.position[k], 4),
                 fixed(band.energy[k] - band.energy[0], 6), fixed(band.slope[k], 4), fixed(r.x, 4),
                 fixed(r.y, 4), fixed(r.z, 4), i == band.saddle_image ? "highest" : ""});
  }
  profile.print(std::cout);

  std::cout << '\n';
  TextTable barriers({"", "eV"});
  barriers.row({"forward barrier", fixed(band.forward_barrier, 6)});
  barriers.row({"reverse barrier", fixed(band.reverse_barrier, 6)});
  barriers.row({"max - min (E_a)", fixed(band.max_minus_min, 6)});
  barriers.print(std::cout);

  std::cout << "\ncurvature\n";
  TextTable curvature({"", "force/(eV/Å)", "eigenvalues/(eV/Å^2)", "", "", "nature"});
  auto const row = [&](std::string const& name, Curvature const& c) {
    curvature.row({name, fixed(c.force, 4), fixed(c.eigenvalues[0], 3), fixed(c.eigenvalues[1], 3),
                   fixed(c.eigenvalues[2], 3), nature(c, options.force_tolerance)});
  };
  row("first image", certificates.first);
  if (band.saddle_kind == SaddleKind::interior) row("highest image", certificates.saddle);
  row("last image", certificates.last);
  curvature.print(std::cout);
  if (band.saddle_kind == SaddleKind::endpoint)
    std::cout << "the highest point of the path is one of its ends: no saddle in between\n";
  for (std::string const& warning : task.warnings) std::cout << "warning: " << warning << '\n';
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
  arguments.option("threads", "N", "threads of the processor (default: OMP_NUM_THREADS, else all)");
  if (!arguments.parse(argc, argv)) return good;

  bool const from_files = arguments.has("initial") || arguments.has("final");
  Task task = from_files ? task_from_files(arguments) : task_from_grid(arguments);
  NebOptions const options = read_options(arguments, task.default_images);
  double const accuracy = arguments.number("accuracy", between(1e-13, 1e-2)).value_or(1e-8);
  auto const threads = arguments.whole_number("threads", between(1, 4096));
  std::filesystem::path const directory = arguments.path("out").value_or("results/neb");

  KokkosSession const kokkos(threads);
  Exec const exec;
  Model const model(std::span(&task.model.framework, 1), std::span(&task.model.surface, 1),
                    {accuracy});
  PathSet path{options.images, 3, {}, {}};
  path.add(linear_path(task.waypoints, options.images), 0);
  BandResult const band = relax_bands(exec, model, path, options).front();
  Certificates const certificates = certify(exec, model, band);
  double const measured = measured_accuracy(task, band);
  if (auto const inside = images_in_wells(exec, model, band); !inside.empty())
    task.warnings.push_back("image " + std::to_string(inside.front()) +
                            (inside.size() > 1 ? " and others are" : " is") +
                            " inside a Buckingham well, closer to an ion than where its repulsion "
                            "turns over: the energies mean nothing");

  warn_of_ends(task, options, band, certificates);

  write_profile(directory / "profile.csv", band);
  write_images(directory / "band.extxyz", task, band);
  AtomicFile json(directory / "neb.json");
  write_json(json.stream(), record(task, options, accuracy, measured, band, certificates));
  json.commit();
  print_result(task, options, measured, band, certificates);
  std::cout << "\nwritten: profile.csv, neb.json, band.extxyz in " << directory.string()
            << std::endl;

  if (!arguments.has("no-pictures")) {
    try {
      for (auto const& picture : plot_profile(band, task.mobile + " hop", directory))
        std::cout << "picture: " << picture.string() << '\n';
    } catch (InputError const& error) {
      // The numbers are there; a machine without gnuplot is no reason to fail.
      std::cerr << "ionscape: warning: no picture: " << error.what() << '\n';
    }
  }
  if (band.status == BandStatus::converged) return good;
  std::cout.flush();
  std::cerr << "ionscape: not converged: " << to_string(band.status) << " after " << band.steps
            << " steps, largest force " << shortest(band.max_force)
            << " eV/Å; the last path was written\n";
  return not_converged;
}

}  // namespace ionscape::app
