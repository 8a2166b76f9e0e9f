#include <ionscape/neb/hop_task.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/supercell.hpp>
#include <ionscape/neb/path.hpp>

namespace ionscape {

void warn_outside_fit(HopTask& task, double charge, double volume_per_anion,
                      std::optional<double> distortion) {
  auto const& fitted = task.set.fitted;
  if (fitted && !fitted->contains(charge, volume_per_anion))
    task.warnings.push_back(
        "charge or volume are outside the range in which the potential was fitted");
  else if (fitted && distortion && !fitted->contains(charge, volume_per_anion, *distortion))
    task.warnings.push_back(
        "the distortion is outside the range in which the potential was fitted");
}

char const* name_of(HostFrom host) {
  return host == HostFrom::initial  ? "initial"
         : host == HostFrom::final_ ? "final"
         : host == HostFrom::mean   ? "mean"
                                    : "refused";
}

std::string ambiguity(Displacement const& way) {
  if (way.equally_near < 2) return {};
  Vec3 const d = way.vector;
  return "the hop is ambiguous: " + std::to_string(way.equally_near) +
         " images of its end are equally near (half a cell away); " +
         (way.stated ? "the path goes the way that the files state, by "
                     : "what the files state is none of them, and the path takes the one "
                       "nearest to its direction, by ") +
         decimals(d.x, 4) + " " + decimals(d.y, 4) + " " + decimals(d.z, 4) + " Å";
}

namespace {

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
         decimals(move.length(), 3) + " Å)";
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
void place_host(EndsTask& out, std::vector<Move> const& moves, HostFrom from) {
  if (from == HostFrom::refused || moves.size() < 2) return;
  HopTask& task = out.task;
  double const part = from == HostFrom::initial ? 0 : from == HostFrom::final_ ? 1 : 0.5;
  for (std::size_t m = 1; m < moves.size(); ++m)
    task.frame.positions[moves[m].ion] += part * moves[m].way.vector;
  task.warnings.push_back(std::to_string(moves.size() - 1) +
                          " host ions moved between the two structures, the farthest " +
                          named(task.frame, moves[1]) + "; they are held at the " + name_of(from) +
                          " positions (--host)");
  out.largest_host_move = moves[1].length();
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
             " (ion ", number, "): ", decimals(closest.distance, 3), " Å from it at ",
             decimals(r.x, 4), " ", decimals(r.y, 4), " ", decimals(r.z, 4),
             " Å, expected at least ", least, " Å");
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

/// An anion framework as an insertion set sees it.
void make_insertion_host(EndsTask& out, Crystal const& host, HopEnds const& ends) {
  HopTask& task = out.task;
  if (task.set.insertion->mobile != task.mobile)
    fail_input({task.set.file}, "the set is for mobile ", task.set.insertion->mobile,
               ", the ion that has moved is ", task.mobile);
  double const q = anion_charge(host, ends.charge_e, ends.initial_file);
  task.model = insertion_host(host, q, task.set);
  out.charge_e = q;
  warn_outside_fit(task, q, host.cell.volume() / double(host.size()));
}

void make_rigid_host(HopTask& task, Crystal const& host) {
  task.model = rigid_host(host, task.set, task.mobile);
  if (task.set.cutoff)
    task.warnings.push_back("the set's cutoff of " + shortest(*task.set.cutoff) +
                            " Å is not applied: a frozen host sums its terms completely");
  assign_charges(task.frame, task.set);
}

}  // namespace

EndsTask hop_between(HopEnds const& ends, PotentialSet const& set) {
  check_alike(ends.initial, ends.final_, ends.final_file);
  auto asked_mobile = ends.mobile;
  if (!asked_mobile && set.insertion) asked_mobile = set.insertion->mobile;
  auto const moves = moved_ions(ends.initial, ends.final_);
  Move const move = mobile_move(ends.initial, moves, ends.host, asked_mobile, ends.final_file);

  EndsTask out;
  HopTask& task = out.task;
  task.set = set;
  task.mobile = ends.initial.species[move.ion];
  task.frame = ends.initial;
  task.mobile_index = move.ion;
  place_host(out, moves, ends.host);
  if (auto text = ambiguity(move.way); !text.empty()) task.warnings.push_back(std::move(text));
  out.equally_near_ends = std::max(move.way.equally_near, 1);
  Crystal const host = without_ion(task.frame, move.ion);
  Vec3 const begin = ends.initial.positions[move.ion];
  task.waypoints = {begin, begin + move.way.vector};
  require_free_path(host, move.ion, task.waypoints, ends.final_file);
  if (set.insertion)
    make_insertion_host(out, host, ends);
  else
    make_rigid_host(task, host);
  return out;
}

}  // namespace ionscape
