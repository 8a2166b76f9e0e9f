#include <ionscape/barriers/distinct_hops.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/lattice/symmetry.hpp>

#include "images_within.hpp"
#include "pair_images.hpp"

namespace ionscape {

namespace {

constexpr std::size_t most_ways = 100000;

/// A way of an ion to another or to its own image.
struct Way {
  std::size_t vacancy, hop;
  Vec3 vector;
};

std::vector<std::size_t> ions_of(Crystal const& crystal, std::string const& species) {
  std::vector<std::size_t> ions;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    if (crystal.species[i] == species) ions.push_back(i);
  if (ions.empty()) fail_input({}, "no ion of ", species, " in the structure, so that none hops");
  return ions;
}

/// Each way once: there and back are one.
std::vector<Way> ways_within(Crystal const& crystal, std::vector<std::size_t> const& ions,
                             double length) {
  Cell const shortest = reduced(crystal.cell).cell;
  // About what there will be: a cell's volume holds all ions once.
  double const sphere = 4.2 * length * length * length / crystal.cell.volume();
  if (double const n = double(ions.size()); n * n * sphere / 2 > 2 * double(most_ways))
    fail_input({}, "about ", n * n * sphere / 2, " hops of ", crystal.species[ions[0]], " within ",
               length, " Å, expected at most ", most_ways);
  std::vector<Way> ways;
  for (std::size_t k = 0; k < ions.size(); ++k)
    for (std::size_t l = k; l < ions.size(); ++l) {
      Vec3 const stated = crystal.positions[ions[k]] - crystal.positions[ions[l]];
      for (Vec3 way : images_within(shortest, stated, length))
        if (l > k || comes_before(way, {})) ways.push_back({ions[k], ions[l], way});
    }
  if (ways.size() > most_ways)
    fail_input({}, ways.size(), " hops of ", crystal.species[ions[0]], " within ", length,
               " Å, expected at most ", most_ways);
  return ways;
}

/// Names as of tables and files, none twice.
void name_hops(Crystal const& crystal, std::vector<DistinctHop>& hops) {
  std::map<std::string, int> times;
  for (DistinctHop& hop : hops) {
    hop.name = ion_label(crystal, hop.vacancy) + "-" + ion_label(crystal, hop.hop);
    if (int const n = ++times[hop.name]; n > 1) hop.name += "." + std::to_string(n);
  }
}

[[noreturn]] void fail_without_hop(Crystal const& crystal, std::vector<std::size_t> const& ions,
                                   double within) {
  double nearest = detail::PairImages(crystal.cell).to_own();
  for (std::size_t k = 0; k < ions.size(); ++k)
    for (std::size_t l = k + 1; l < ions.size(); ++l)
      nearest =
          std::min(nearest, norm(minimum_image(crystal.cell, crystal.positions[ions[k]] -
                                                                 crystal.positions[ions[l]])));
  fail_input({}, "no hop of ", crystal.species[ions[0]], " within ", within,
             " Å: the nearest ions are ", nearest, " Å apart");
}

}  // namespace

std::vector<DistinctHop> distinct_hops(Crystal const& perfect, std::string const& species,
                                       double within, double tolerance) {
  if (!(within > 0 && std::isfinite(within)))
    fail_input({}, "hops within ", within, " Å, expected a distance above 0");
  auto const ions = ions_of(perfect, species);
  Symmetry const symmetry = find_symmetry(perfect, tolerance);
  // Equal ways may differ by what orbits allow: a kind counts as a whole.
  auto const ways = ways_within(perfect, ions, within + 10 * tolerance);
  std::vector<std::vector<Vec3>> paths;
  for (Way const& way : ways) {
    Vec3 const end = perfect.positions[way.vacancy];
    paths.push_back({end - way.vector, end});
  }
  Orbits const kinds = orbits_of_paths(symmetry, paths);
  std::vector<DistinctHop> hops;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    Way const& way = ways[kinds.first[kind]];
    auto const& path = paths[kinds.first[kind]];
    if (norm(way.vector) > within + equally_near_within) continue;
    std::vector<std::vector<Vec3>> const both{path, {path[1], path[0]}};
    DistinctHop hop{"", way.vacancy, way.hop, way.vector, kinds.count[kind], false, false};
    hop.equal_ends = symmetry.orbit_of_ion[way.vacancy] == symmetry.orbit_of_ion[way.hop];
    hop.symmetric = orbits_of_paths(symmetry, both, false).size() == 1;
    hops.push_back(hop);
  }
  if (hops.empty()) fail_without_hop(perfect, ions, within);
  std::ranges::stable_sort(hops, {}, [](DistinctHop const& hop) {
    return std::llround(hop.distance() / equally_near_within);
  });
  name_hops(perfect, hops);
  return hops;
}

CrystalHop vacancy_hop(Crystal const& perfect, CellSize n, DistinctHop const& hop) {
  CrystalHop out = vacancy_hop(perfect, n, hop.vacancy, hop.hop, hop.way);
  out.name = hop.name;
  return out;
}

}  // namespace ionscape
