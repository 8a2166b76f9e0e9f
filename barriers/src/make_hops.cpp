#include <ionscape/barriers/make_hops.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/crystals/defects.hpp>
#include <ionscape/lattice/symmetry.hpp>

#include "images_within.hpp"
#include "pair_images.hpp"

namespace ionscape {

namespace {

constexpr double nearest_ions = 0.5;  // Å: a place that is nearer to an ion is a slip

std::string in_words(Vec3 r) {
  return decimals(r.x, 4) + " " + decimals(r.y, 4) + " " + decimals(r.z, 4) + " Å";
}

void check_ions(Crystal const& perfect, std::size_t vacancy, std::size_t hop) {
  for (std::size_t ion : {vacancy, hop})
    if (ion >= perfect.size())
      fail_input({}, "no ion ", ion + 1, ", expected one from 1 to ", perfect.size());
  if (perfect.species[vacancy] != perfect.species[hop])
    fail_input({}, ion_label(perfect, hop), " cannot hop into the vacancy of ",
               ion_label(perfect, vacancy), ": expected ions of one species");
  if (!perfect.fixed.empty() && std::ranges::any_of(perfect.fixed[hop], [](bool f) { return f; }))
    fail_input({}, ion_label(perfect, hop), " is fixed, and cannot hop");
}

/// Where the image of `ion` at `place` stands in the supercell.
std::size_t index_in_supercell(Crystal const& perfect, CellSize n, std::size_t ion, Vec3 place) {
  Vec3 const f = perfect.cell.to_fractional(place - perfect.positions[ion]);
  Vec3 const cells{std::round(f.x), std::round(f.y), std::round(f.z)};
  if (norm(perfect.cell.to_cartesian(f - cells)) > equally_near_within)
    fail_input({}, "no image of ", ion_label(perfect, ion), " at ", in_words(place),
               ", from where it is to hop");
  auto const inside = [](double cell, int size) {
    long const rest = long(cell) % size;
    return std::size_t(rest < 0 ? rest + size : rest);
  };
  std::size_t const cell =
      (inside(cells.x, n[0]) * std::size_t(n[1]) + inside(cells.y, n[1])) * std::size_t(n[2]) +
      inside(cells.z, n[2]);
  return cell * perfect.size() + ion;
}

/// Images of the end that are as near as the way is long.
void warn_of_half_cell(CrystalHop& hop, std::string const& ion, Vec3 way) {
  if (displacement(hop.initial.cell, way).equally_near > 1)
    hop.warnings.push_back({"half_a_cell", ion +
                                               " goes by half of the supercell, and its end is as "
                                               "near in another direction; in a larger one it is "
                                               "not"});
}

}  // namespace

CrystalHop vacancy_hop(Crystal const& perfect, CellSize n, std::size_t vacancy, std::size_t hop,
                       Vec3 way) {
  check_ions(perfect, vacancy, hop);
  Crystal all = supercell(perfect, n);
  std::size_t ion = index_in_supercell(perfect, n, hop, perfect.positions[vacancy] - way);
  double const nearest = norm(minimum_image(all.cell, way));
  if (ion == vacancy || nearest < norm(way) - equally_near_within)
    fail_input({}, "a supercell of ", n[0], " x ", n[1], " x ", n[2], " cells is too small for ",
               ion_label(perfect, hop), " to go ", norm(way), " Å into the vacancy of ",
               ion_label(perfect, vacancy), ": an image of the vacancy is ", nearest, " Å away");
  CrystalHop out{ion_label(perfect, vacancy) + "-" + ion_label(perfect, hop),
                 without_ion(std::move(all), vacancy),
                 {},
                 {}};
  if (ion > vacancy) --ion;
  out.final_ = out.initial;
  out.final_.positions[ion] += way;
  warn_of_half_cell(out, ion_label(perfect, hop), way);
  return out;
}

CrystalHop vacancy_hop(Crystal const& perfect, CellSize n, std::size_t vacancy, std::size_t hop) {
  check_ions(perfect, vacancy, hop);
  Cell const shortest = reduced(perfect.cell).cell;
  Vec3 const stated = perfect.positions[vacancy] - perfect.positions[hop];
  double const length = vacancy == hop ? detail::PairImages(shortest).to_own()
                                       : norm(minimum_image(shortest, stated));
  auto ways = images_within(shortest, stated, length + equally_near_within);
  std::erase_if(ways, [](Vec3 way) { return norm(way) < equally_near_within; });
  Vec3 const first = *std::ranges::min_element(ways, comes_before);
  CrystalHop out = vacancy_hop(perfect, n, vacancy, hop, first);
  std::vector<std::vector<Vec3>> paths;
  Vec3 const end = perfect.positions[vacancy];
  for (Vec3 way : ways) paths.push_back({end - way, end});
  if (std::size_t const kinds = orbits_of_paths(find_symmetry(perfect), paths).size(); kinds > 1)
    out.warnings.push_back(
        {"ambiguous_way", std::to_string(ways.size()) + " images of " + ion_label(perfect, hop) +
                              " are equally near to " + ion_label(perfect, vacancy) + ", of " +
                              std::to_string(kinds) + " kinds by symmetry; the hop goes by " +
                              in_words(first)});
  return out;
}

CrystalHop interstitial_hop(Crystal const& perfect, CellSize n, std::string const& species,
                            Vec3 from, Vec3 to, PotentialSet const& set) {
  Crystal host = perfect;
  assign_charges(host, set);
  Vec3 const way = host.cell.to_cartesian(to - from);
  if (!(norm(way) > equally_near_within))
    fail_input({}, "the interstitial ", species, " goes by ", norm(way), " Å, expected two places");
  CrystalHop out{species + "_i", with_defect(host, n, {{}, {{species, from}}}, set), {}, {}};
  out.final_ = out.initial;
  out.final_.positions.back() += way;
  validate(out.final_, "the cell with the ion where it goes", nearest_ions);
  warn_of_half_cell(out, "the " + species, way);
  if (!displacement(out.initial.cell, way).stated)
    out.warnings.push_back({"long_way", "the " + species + " goes " + decimals(norm(way), 3) +
                                            " Å as stated; an image of its end is nearer"});
  return out;
}

}  // namespace ionscape
