#include <ionscape/barriers/match_ends.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/neb/hop_task.hpp>

#include "readings.hpp"

namespace ionscape {

namespace {

constexpr double moved_by = 1e-3;     // Å: less is what files lose in print
constexpr double same_cell = 1e-3;    // Å, of any lattice vector
constexpr double open_margin = 0.1;   // of the cost of the hops: assignments as good as the best
constexpr double no_drift = 0.1;      // Å
constexpr double far_drift = 0.5;     // Å
constexpr std::size_t most_hops = 6;  // whose order is not the files' own
constexpr double to_neighbour = 1.2;  // times the distance to the nearest ion of the species
constexpr double clearly_less = 0.9;  // of a way
constexpr double hardly_any = 0.25;   // of a way

void check_alike(Crystal const& initial, Crystal const& final_, std::filesystem::path const& file) {
  for (auto [u, v] : {std::pair(initial.cell.a, final_.cell.a),
                      {initial.cell.b, final_.cell.b},
                      {initial.cell.c, final_.cell.c}})
    if (norm(u - v) > same_cell)
      fail_input({file}, "the cell differs from the initial structure's by ", norm(u - v),
                 " Å, expected at most ", same_cell);
  if (initial.size() != final_.size())
    fail_input({file}, final_.size(), " ions, but ", initial.size(), " in the initial structure");
  std::map<std::string, std::pair<int, int>> counts;
  for (std::string const& species : initial.species) ++counts[species].first;
  for (std::string const& species : final_.species) ++counts[species].second;
  for (auto const& [species, n] : counts)
    if (n.first != n.second)
      fail_input({file}, n.second, " ions of ", species, ", but ", n.first,
                 " in the initial structure");
}

/// In the initial's cell, to which the final's is equal within print.
std::vector<Vec3> places_of(Crystal const& final_, Cell const& cell) {
  auto const is_same =
      cell.a == final_.cell.a && cell.b == final_.cell.b && cell.c == final_.cell.c;
  if (is_same) return final_.positions;
  std::vector<Vec3> places;
  for (Vec3 r : final_.positions) places.push_back(cell.to_cartesian(final_.cell.to_fractional(r)));
  return places;
}

bool any_fixed(Crystal const& crystal) {
  return std::ranges::any_of(crystal.fixed, [](auto f) { return f[0] || f[1] || f[2]; });
}

/// Whether what the files' own order says is worth more than the least cost; see match_ends.
bool keeps_order(Reading const& listed, Reading const& best, Ends const& ends) {
  // Only the order can tell a drift over more than half way to the next ion. Lines of a file that lie
  // one behind another would look like one, too, but there the frames agree as they are.
  if (norm(best.drift) < no_drift && norm(listed.drift) > far_drift) return false;
  if (listed.hops().size() == 1) return true;
  if (listed.cost() <= best.cost() + open_margin * best.cost_of_hops() + 1e-9) return true;
  double const before = best.longest(), now = listed.longest();
  if (now > clearly_less * before && before > hardly_any * now) return false;
  for (std::size_t i : listed.hops())
    if (norm(listed.ways[i]) > to_neighbour * ends.to_nearest(i)) return false;
  return true;
}

/// "Li33 (2.294 Å), Li40 (1.100 Å)", the farthest first.
std::string with_ways(Crystal const& crystal, Reading const& reading,
                      std::vector<std::size_t> ions) {
  constexpr std::size_t most = 6;
  std::ranges::stable_sort(ions, std::greater{},
                           [&](std::size_t i) { return norm(reading.ways[i]); });
  std::string text;
  for (std::size_t k = 0; k < std::min(most, ions.size()); ++k)
    text += (k > 0 ? ", " : "") + ion_label(crystal, ions[k]) + " (" +
            decimals(norm(reading.ways[ions[k]]), 3) + " Å)";
  return ions.size() > most ? text + ", ..." : text;
}

/// Throws InputError if ions in another order leave it open which goes where.
void refuse_open(Crystal const& initial, Reading const& best, Ends const& ends,
                 std::filesystem::path const& file) {
  auto const hops = best.hops();
  std::string const expected =
      "; expected files that list their ions in one order, which says where each goes";
  if (hops.size() > most_hops)
    fail_input({file}, "the ions are listed in another order than in the initial structure, and ",
               hops.size(), " would hop: ", with_ways(initial, best, hops), expected);
  for (std::size_t i : hops) {
    if (ends.cost_of_another(best, i) > open_margin * best.cost_of_hops()) continue;
    fail_input({file},
               "the ions are listed in another order than in the initial structure, and it is "
               "open where ",
               ion_label(initial, i), " goes: to the place of ion ", best.place_of[i] + 1,
               " here (", decimals(norm(best.ways[i]), 3), " Å) or to another, about as well",
               expected);
  }
}

void check_fixed(Crystal const& initial, Reading const& reading,
                 std::filesystem::path const& file) {
  Cell const& cell = initial.cell;
  double const lengths[] = {norm(cell.a), norm(cell.b), norm(cell.c)};
  for (std::size_t i = 0; i < initial.fixed.size(); ++i) {
    Vec3 const f = cell.to_fractional(reading.ways[i]);
    double const along[] = {f.x, f.y, f.z};
    for (int k = 0; k < 3; ++k)
      if (double const by = std::fabs(along[k]) * lengths[k]; initial.fixed[i][k] && by > moved_by)
        fail_input({file}, ion_label(initial, i), " is fixed along ", "abc"[k],
                   " in the initial structure, and has moved by ", by, " Å along it");
  }
}

std::string name_of(Crystal const& initial, std::vector<std::size_t> const& hops) {
  constexpr std::size_t most = 3;
  std::string name;
  for (std::size_t k = 0; k < std::min(most, hops.size()); ++k)
    name += (k > 0 ? "+" : "") + ion_label(initial, hops[k]);
  return hops.size() > most ? name + "+..." : name;
}

void warn(CrystalHop& hop, Reading const& reading, std::vector<Displacement> const& ways) {
  Crystal const& initial = hop.initial;
  std::size_t reordered = 0;
  for (std::size_t i = 0; i < reading.place_of.size(); ++i) reordered += reading.place_of[i] != i;
  if (reordered > 0)
    hop.warnings.push_back(
        {"ions_reordered",
         std::to_string(reordered) +
             " ions of the final structure stand in another order than in the "
             "initial one; each is taken for the ion at the same place or nearest"});
  auto const hops = reading.hops();
  if (hops.size() > 1)
    hop.warnings.push_back({"several_ions_hop", std::to_string(hops.size()) + " ions hop: " +
                                                    with_ways(initial, reading, hops)});
  for (std::size_t i : hops)
    if (auto const text = ambiguity(ways[i]); !text.empty())
      hop.warnings.push_back({"ambiguous_way", ion_label(initial, i) + ": " + text});
  if (Vec3 const d = reading.drift; norm(d) > no_drift)
    hop.warnings.push_back({"drift_removed", "all ions drift by " + decimals(d.x, 3) + " " +
                                                 decimals(d.y, 3) + " " + decimals(d.z, 3) +
                                                 " Å to the final structure, which is taken out"});
}

}  // namespace

CrystalHop match_ends(Crystal const& initial, Crystal const& final_, EndFiles const& files) {
  validate(initial, "the initial structure");
  validate(final_, "the final structure");
  check_alike(initial, final_, files.final_);
  auto const places = places_of(final_, initial.cell);
  Ends const ends(initial, final_.species, places, !any_fixed(initial));
  Reading reading = ends.best({});
  bool is_listed = false;
  if (initial.species == final_.species) {
    Reading const listed = ends.listed();
    is_listed = keeps_order(listed, reading, ends);
    if (is_listed) reading = listed;
  }
  check_fixed(initial, reading, files.final_);
  if (reading.longest() < moved_by)
    fail_input({files.final_}, "no ion has moved by more than ", moved_by,
               " Å from the initial structure");
  if (!is_listed) refuse_open(initial, reading, ends, files.final_);

  CrystalHop hop{name_of(initial, reading.hops()), initial, initial, {}};
  hop.final_.comment = final_.comment, hop.final_.notes = final_.notes;
  std::vector<Displacement> ways;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    Vec3 const stated = places[reading.place_of[i]] - initial.positions[i] - reading.drift;
    ways.push_back(displacement(initial.cell, stated));
    hop.final_.positions[i] += ways.back().vector;
  }
  warn(hop, reading, ways);
  return hop;
}

}  // namespace ionscape
