#include "cif_sites.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>

#include "cif_elements.hpp"
#include "cif_numbers.hpp"

namespace ionscape {

namespace {

constexpr double most_cells_away = 1e6;  // farther, nothing is meant

/// Two sites closer than this (Å) are one point; also how far a site may be off its special
/// position (gemmi's limit).
constexpr double one_point = 0.4;

/// The distance in Å of the images of f nearest to each other.
double distance(Cell const& cell, Vec3 f, Vec3 g) {
  return norm(minimum_image(cell, cell.to_cartesian(g - f)));
}

/// By type symbol, from the loop of _atom_type_symbol.
std::map<std::string, double> stated_oxidation_numbers(CifBlock const& block) {
  CifColumn const& types = block.find({"_atom_type_symbol"});
  CifColumn const& numbers = block.find({"_atom_type_oxidation_number"});
  std::map<std::string, double> stated;
  for (std::size_t i = 0; i < std::min(types.size(), numbers.size()); ++i)
    if (numbers.has(i))
      stated[types.values[i]] =
          cif_number(numbers.values[i], numbers.where, "oxidation number of " + types.values[i]);
  return stated;
}

/// The stated one of a type symbol, else the charge in it: "O2-", "Fe2.5+", "Na+", "O-2". NaN if
/// there is none.
double oxidation_number(std::string const& symbol, std::map<std::string, double> const& stated) {
  if (auto const at = stated.find(symbol); at != stated.end()) return at->second;
  std::size_t const sign = symbol.find_first_of("+-");
  if (sign == symbol.npos) return std::nan("");
  std::string digits = symbol;
  digits.erase(sign, 1).erase(0, letters_of(symbol).size());
  double const size = digits.empty() ? 1 : cif_number(digits);
  return symbol[sign] == '-' ? -size : size;
}

}  // namespace

std::string site_names(std::vector<std::string> const& names) {
  constexpr std::size_t most = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return (names.size() == 1 ? "site " : "sites ") + text;
}

std::vector<CifSite> read_sites(CifBlock const& block, std::vector<std::string>& notes) {
  CifColumn const& x = block.find({"_atom_site_fract_x"});
  CifColumn const& y = block.find({"_atom_site_fract_y"});
  CifColumn const& z = block.find({"_atom_site_fract_z"});
  CifColumn const& label = block.find({"_atom_site_label", "_atom_site_id"});
  CifColumn const& symbol = block.find({"_atom_site_type_symbol"});
  CifColumn const& occupancy = block.find({"_atom_site_occupancy"});
  CifColumn const& group = block.find({"_atom_site_disorder_group"});
  CifColumn const& flag = block.find({"_atom_site_calc_flag"});
  auto const stated = stated_oxidation_numbers(block);
  SourceLocation const& where = x.where;
  if (y.size() != x.size() || z.size() != x.size())
    fail_input(where, "expected _atom_site_fract_x, _y and _z in one loop");
  if (label.size() != x.size() && symbol.size() != x.size())
    fail_input(
        where,
        "expected _atom_site_type_symbol or _atom_site_label in the loop of _atom_site_fract_x");

  std::vector<CifSite> sites;
  std::vector<std::string> empty, dummies, deuterium, read_otherwise;
  for (std::size_t i = 0; i < x.size(); ++i) {
    CifSite site;
    site.name = label.has(i) ? label.values[i] : "number " + std::to_string(i + 1);
    if (occupancy.has(i))
      site.occupancy = cif_number(occupancy.values[i], where, "occupancy of site " + site.name);
    if (site.occupancy < 0)
      fail_input(where, "site ", site.name, " has occupancy ", site.occupancy, ", expected 0 to 1");
    bool const is_dummy = flag.has(i) && flag.values[i] == "dum";
    if (is_dummy || site.occupancy == 0) {
      (is_dummy ? dummies : empty).push_back(site.name);
      continue;
    }
    site.fractional = {cif_coordinate(x.values[i], where, site.name),
                       cif_coordinate(y.values[i], where, site.name),
                       cif_coordinate(z.values[i], where, site.name)};
    for (double f : {site.fractional.x, site.fractional.y, site.fractional.z})
      if (!(std::fabs(f) <= most_cells_away))
        fail_input(where, "site ", site.name, " has the fractional coordinate ", f,
                   ", expected at most ", most_cells_away, " cells away");
    if (symbol.has(i)) {
      site.element = element_of_symbol(symbol.values[i], where, site.name);
      site.oxidation = oxidation_number(symbol.values[i], stated);
    } else if (label.has(i)) {
      site.element = element_of_label(label.values[i], where);
      if (!label.values[i].starts_with(site.element))
        read_otherwise.push_back(site.name + " as " + site.element);
    } else {
      fail_input(where, "site ", site.name, " has neither a label nor a type symbol");
    }
    if (site.element == "D") {
      site.element = "H";
      deuterium.push_back(site.name);
    }
    if (group.has(i) && group.values[i] != "0") site.disorder_group = group.values[i];
    sites.push_back(std::move(site));
  }
  if (!empty.empty()) notes.push_back(site_names(empty) + ": occupancy 0, left out");
  if (!dummies.empty()) notes.push_back(site_names(dummies) + ": dummy, left out");
  if (!deuterium.empty()) notes.push_back(site_names(deuterium) + ": deuterium, read as H");
  if (!read_otherwise.empty())
    notes.push_back("element from the label: " + site_names(read_otherwise));
  return sites;
}

std::vector<Vec3> orbit(Vec3 site, std::vector<CifOperation> const& operations, Cell const& cell,
                        double& moved) {
  Vec3 shift;
  int together = 0;
  for (CifOperation const& operation : operations) {
    Vec3 const d = minimum_image(cell, cell.to_cartesian(operation(site) - site));
    if (norm(d) >= one_point) continue;
    shift += d;
    ++together;
  }
  shift = (1.0 / together) * shift;
  moved = norm(shift);
  if (together > 1) site += cell.to_fractional(shift);

  std::vector<Vec3> images{site};
  for (CifOperation const& operation : operations) {
    Vec3 const image = operation(site);
    auto const meets = [&](Vec3 other) { return distance(cell, image, other) < one_point; };
    if (std::none_of(images.begin(), images.end(), meets)) images.push_back(image);
  }
  for (Vec3& f : images) f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
  return images;
}

void refuse_disorder(CifBlock const& block, std::vector<CifSite> const& sites,
                     std::vector<std::vector<Vec3>> const& orbits, Cell const& cell,
                     std::vector<std::string>& notes) {
  constexpr double rounding = 1e-3;
  SourceLocation const& where = block.find({"_atom_site_fract_x"}).where;
  std::vector<std::string> rounded;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].occupancy != 1) rounded.push_back(sites[i].name);
    if (std::fabs(sites[i].occupancy - 1) <= rounding) continue;
    std::string all = significant(sites[i].occupancy, meant_digits) + " " + sites[i].element +
                      " (" + sites[i].name + ")";
    int shared_by = 1;
    for (std::size_t j = 0; j < sites.size(); ++j)
      if (j != i && std::ranges::any_of(orbits[j], [&](Vec3 f) {
            return distance(cell, f, orbits[i][0]) < one_point;
          })) {
        all += " + " + significant(sites[j].occupancy, meant_digits) + " " + sites[j].element +
               " (" + sites[j].name + ")";
        ++shared_by;
      }
    if (shared_by > 1) fail_input(where, "one site is shared by ", all, make_ordered);
    fail_input(where, "site ", sites[i].name, " has occupancy ", sites[i].occupancy, ", expected 1",
               make_ordered);
  }
  if (!rounded.empty())
    notes.push_back(site_names(rounded) + ": occupancy within 0.001 of 1, read as 1");

  CifSite const* first = nullptr;
  for (CifSite const& site : sites) {
    if (site.disorder_group.empty()) continue;
    if (!first) first = &site;
    if (site.disorder_group.starts_with('-') || site.disorder_group != first->disorder_group)
      fail_input(
          where, "site ", site.name, " belongs to disorder group ", site.disorder_group,
          (&site == first ? "" : ", site " + first->name + " to group " + first->disorder_group),
          make_ordered);
  }
  if (first)
    notes.push_back("site " + first->name + " and others: the one disorder group " +
                    first->disorder_group + " is read as always there");
}

bool repeats_an_earlier(std::size_t i, std::vector<CifSite> const& sites,
                        std::vector<std::vector<Vec3>> const& orbits, Cell const& cell) {
  constexpr double rounding = 0.01;  // Å
  for (std::size_t j = 0; j < i; ++j)
    if (sites[j].element == sites[i].element && std::ranges::any_of(orbits[j], [&](Vec3 f) {
          return distance(cell, f, orbits[i][0]) < rounding;
        }))
      return true;
  return false;
}

}  // namespace ionscape
