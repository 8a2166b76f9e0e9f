// Crystallographic Information Files of inorganic structures: core CIF dictionary (DDL1 names and
// DDLm names with dots), ordered structures, symmetry expanded.
#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include <ionscape/core/io/format.hpp>
#include "cif_blocks.hpp"
#include "cif_symmetry.hpp"
#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

constexpr char const* make_ordered =
    ": this is a disordered structure, make an ordered one of it first";

/// A number, perhaps with its uncertainty: 4.321(5). NaN if it is none.
double number_of(std::string_view text) {
  if (text.ends_with(')')) {
    std::size_t const open = text.find('(');
    std::size_t const digits = text.find_first_not_of("0123456789", open + 1);
    if (open == text.npos || digits != text.size() - 1) return std::nan("");
    text = text.substr(0, open);
  }
  double number = 0;
  return parse_number(text, number) ? number : std::nan("");
}

double number(std::string const& text, SourceLocation const& where, std::string const& what) {
  double const number = number_of(text);
  if (!std::isfinite(number))
    fail_input(where, "found ", in_quotes(text), ", expected a number: ", what);
  return number;
}

/// The same, or a fraction as "1/3", which some files have though CIF knows none.
double coordinate(std::string const& text, SourceLocation const& where, std::string const& site) {
  std::string_view rest(text);
  bool const is_negative = rest.starts_with('-');
  if (is_negative) rest.remove_prefix(1);
  if (double value = 0; text.find('/') != text.npos && take_fraction(rest, value) && rest.empty())
    return is_negative ? -value : value;
  if (text == "?" || text == ".")
    fail_input(where, "site ", site, " has no position ('", text,
               "'), expected the fractional coordinates of every site");
  return number(text, where, "fractional coordinate of site " + site);
}

std::string joined(std::vector<std::string> const& names) {
  constexpr std::size_t most = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return (names.size() == 1 ? "site " : "sites ") + text;
}

/// Six digits are more than a file means.
std::string significant(double value) {
  std::ostringstream text;
  text.precision(6);
  text << value;
  return text.str();
}

// --- elements ------------------------------------------------------------------------------------

/// The letters that a label begins with.
std::string letters_of(std::string_view label) {
  auto const is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return {label.begin(), std::find_if_not(label.begin(), label.end(), is_letter)};
}

std::string capitalised(std::string letters) {
  for (char& c : letters) c = char(c | 0x20);
  if (!letters.empty()) letters[0] = char(letters[0] & ~0x20);
  return letters;
}

/// The element of _atom_site_type_symbol, in any case of letters: "Mg2+", "MG2+", "mg".
std::string element_of_symbol(std::string const& symbol, SourceLocation const& where,
                              std::string const& site) {
  std::string const letters = letters_of(symbol);
  // "0.8Nb + 0.2Zr"
  if (letters.empty() && symbol.find('+') != symbol.npos)
    fail_input(where, "site ", site, " is shared by ", in_quotes(symbol), make_ordered);
  if (auto element = find_element(symbol)) {
    // "O-H": a group of atoms on one site.
    std::string_view const rest = trimmed(std::string_view(symbol).substr(letters.size()));
    if (rest.size() > 1 && (rest[0] == '-' || rest[0] == '+') &&
        !letters_of(rest.substr(1)).empty())
      fail_input(where, "site ", site, " holds ", in_quotes(symbol),
                 ": a group of atoms, expected one element");
    return *std::move(element);
  }
  if (auto element = find_element(capitalised(letters))) return *std::move(element);
  return element_of(symbol, where);
}

/// The element that a label begins with, where there is no type symbol: "Li1", "Li1_a", "MG1",
/// "OW2". Labels in capitals with two readings are refused: "CO1" is Co or C.
std::string element_of_label(std::string const& label, SourceLocation const& where) {
  std::string const letters = letters_of(label);
  if (label.size() > letters.size() + 1 && label[letters.size()] == '-' &&
      !letters_of(label.substr(letters.size() + 1)).empty())
    fail_input(where, "site ", label,
               " may be a group of atoms, expected a column _atom_site_type_symbol");
  if (auto element = find_element(letters)) return *std::move(element);
  if (letters.empty() || letters.size() > 2) return element_of(label, where);
  auto const two = find_element(capitalised(letters));
  auto one = find_element(capitalised(letters.substr(0, 1)));
  // "V" may stand for a vacancy, "W" for water, "D" for a dummy.
  if (one && letters.size() == 2 && std::string_view("VWD").find((*one)[0]) != std::string::npos)
    one.reset();
  // "Lx", "Va": a small second letter belongs to the symbol, but for the water "Ow", "Hw".
  if (letters.size() == 2 && letters[1] >= 'a' && letters[1] != 'w' && letters[0] <= 'Z')
    one.reset();
  if (letters.size() == 2 && two && one)
    fail_input(where, "site ", label, " may be ", *two, " or ", *one,
               ", expected a column _atom_site_type_symbol that says which");
  if (two) return *two;
  if (one) return *one;
  return element_of(label, where);
}

// --- sites ---------------------------------------------------------------------------------------

struct Site {
  std::string name, element;
  Vec3 fractional;
  double occupancy = 1;
  double oxidation = std::nan("");
  std::string disorder_group;  // empty: none
};

/// Two sites closer than this (Å) are one point; also how far a site may be off its special
/// position (gemmi's limit).
constexpr double one_point = 0.4;
/// Å: a site farther off its special position is said to be.
constexpr double beyond_rounding = 0.02;

/// The distance in Å of the images of f nearest to each other.
double distance(Cell const& cell, Vec3 f, Vec3 g) {
  return norm(minimum_image(cell, cell.to_cartesian(g - f)));
}

/// All images of a site in the cell, each once. A site near a special position is first put on
/// it, by the mean of the images that fall together: files round 1/3 to 0.3333.
/// `moved` is how far that was, in Å.
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

/// One data block, with errors that name the line of the item.
class BlockReader {
 public:
  explicit BlockReader(CifBlock const& block) : block_(block) {}

  Frame frame() {
    refuse_other_kinds();
    Frame frame;
    Crystal& crystal = frame.crystal;
    crystal.comment = block_.name;
    crystal.cell = cell();
    auto const operations = symmetry_of(block_, crystal.cell, angles_assumed_, notes_);
    std::vector<Site> const sites = read_sites();
    std::vector<std::vector<Vec3>> orbits;
    for (Site const& site : sites) {
      double moved = 0;
      orbits.push_back(orbit(site.fractional, operations, crystal.cell, moved));
      if (moved > beyond_rounding)
        notes_.push_back("site " + site.name + " lies " + decimals(moved, 3) +
                         " Å off a special position, and is put onto it: one ion, not several");
    }
    refuse_disorder(sites, orbits, crystal.cell);

    std::vector<std::string> repeated;
    for (std::size_t i = 0; i < sites.size(); ++i) {
      if (operations.size() > 1 && repeats_an_earlier(i, sites, orbits, crystal.cell)) {
        repeated.push_back(sites[i].name);
        continue;
      }
      for (Vec3 const& f : orbits[i]) {
        crystal.species.push_back(sites[i].element);
        crystal.positions.push_back(crystal.cell.to_cartesian(f));
        frame.oxidation_numbers.push_back(sites[i].oxidation);
      }
    }
    if (!repeated.empty())
      notes_.push_back(joined(repeated) + ": images of earlier sites by symmetry, counted once");
    if (std::ranges::all_of(frame.oxidation_numbers,
                            [](double number) { return std::isnan(number); }))
      frame.oxidation_numbers.clear();
    crystal.notes = std::move(notes_);
    return frame;
  }

 private:
  /// Magnetic and modulated structures have operations and sites of another kind.
  void refuse_other_kinds() const {
    for (auto const& [name, column] : block_.items) {
      if (name.starts_with("_space_group_symop_magn") || name.starts_with("_space_group_magn"))
        fail_input(column.where, "data_", block_.name, " is a magnetic structure (", name,
                   "), expected an ordinary one, without magnetic symmetry");
      if (name.starts_with("_space_group_ssg") || name.starts_with("_space_group_symop_ssg") ||
          name.starts_with("_cell_wave_vector") ||
          (name == "_cell_modulation_dimension" && column.has(0) && column.values[0] != "0"))
        fail_input(column.where, "data_", block_.name, " is a modulated structure (", name,
                   "), expected a periodic one");
    }
  }

  double cell_number(CifColumn const& found, char const* tag) const {
    double const result = number(found.values[0], found.where, tag);
    if (result <= 0) fail_input(found.where, tag, " is ", result, ", expected > 0");
    return result;
  }

  double cell_length(char const* tag) const {
    CifColumn const& found = block_.find({tag});
    if (found.size() == 0) fail_input({block_.file}, "no ", tag, " in data_", block_.name);
    return cell_number(found, tag);
  }

  /// 90 where the file does not say: the dictionary's default.
  double cell_angle(char const* tag) {
    CifColumn const& found = block_.find({tag});
    if (found.size() > 0 && found.values[0] != ".") return cell_number(found, tag);
    angles_assumed_ = true;
    return 90;
  }

  /// a along x, b in the xy plane.
  Cell cell() {
    double const a = cell_length("_cell_length_a");
    double const b = cell_length("_cell_length_b");
    double const c = cell_length("_cell_length_c");
    auto const cosine = [](double degrees) {
      return degrees == 90 ? 0.0 : std::cos(degrees * pi / 180);
    };
    double const alpha = cell_angle("_cell_angle_alpha");
    double const beta = cell_angle("_cell_angle_beta");
    double const gamma = cell_angle("_cell_angle_gamma");
    if (angles_assumed_)
      notes_.push_back(
          "cell angles that the file does not state are 90 degrees, as in the CIF"
          " dictionary: alpha " +
          significant(alpha) + ", beta " + significant(beta) + ", gamma " + significant(gamma));
    double const sine = std::sin(gamma * pi / 180);
    double const cx = cosine(beta);
    double const cy = (cosine(alpha) - cosine(beta) * cosine(gamma)) / sine;
    double const cz_square = 1 - cx * cx - cy * cy;
    if (!(sine > 0) || !(cz_square > 0))
      fail_input(block_.find({"_cell_angle_alpha"}).where, "angles ", alpha, ", ", beta, ", ",
                 gamma, " do not form a cell");
    return {
        {a, 0, 0}, {b * cosine(gamma), b * sine, 0}, {c * cx, c * cy, c * std::sqrt(cz_square)}};
  }

  /// The sites that are there: empty ones and dummies are left out.
  std::vector<Site> read_sites() {
    CifColumn const& x = block_.find({"_atom_site_fract_x"});
    CifColumn const& y = block_.find({"_atom_site_fract_y"});
    CifColumn const& z = block_.find({"_atom_site_fract_z"});
    CifColumn const& label = block_.find({"_atom_site_label", "_atom_site_id"});
    CifColumn const& symbol = block_.find({"_atom_site_type_symbol"});
    CifColumn const& occupancy = block_.find({"_atom_site_occupancy"});
    CifColumn const& group = block_.find({"_atom_site_disorder_group"});
    CifColumn const& flag = block_.find({"_atom_site_calc_flag"});
    auto const stated = stated_oxidation_numbers();
    SourceLocation const& where = x.where;
    if (y.size() != x.size() || z.size() != x.size())
      fail_input(where, "expected _atom_site_fract_x, _y and _z in one loop");
    if (label.size() != x.size() && symbol.size() != x.size())
      fail_input(
          where,
          "expected _atom_site_type_symbol or _atom_site_label in the loop of _atom_site_fract_x");

    std::vector<Site> sites;
    std::vector<std::string> empty, dummies, deuterium, read_otherwise;
    for (std::size_t i = 0; i < x.size(); ++i) {
      Site site;
      site.name = label.has(i) ? label.values[i] : "number " + std::to_string(i + 1);
      if (occupancy.has(i))
        site.occupancy = number(occupancy.values[i], where, "occupancy of site " + site.name);
      if (site.occupancy < 0)
        fail_input(where, "site ", site.name, " has occupancy ", site.occupancy,
                   ", expected 0 to 1");
      bool const is_dummy = flag.has(i) && flag.values[i] == "dum";
      if (is_dummy || site.occupancy == 0) {
        (is_dummy ? dummies : empty).push_back(site.name);
        continue;
      }
      site.fractional = {coordinate(x.values[i], where, site.name),
                         coordinate(y.values[i], where, site.name),
                         coordinate(z.values[i], where, site.name)};
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
    if (!empty.empty()) notes_.push_back(joined(empty) + ": occupancy 0, left out");
    if (!dummies.empty()) notes_.push_back(joined(dummies) + ": dummy, left out");
    if (!deuterium.empty()) notes_.push_back(joined(deuterium) + ": deuterium, read as H");
    if (!read_otherwise.empty())
      notes_.push_back("element from the label: " + joined(read_otherwise));
    return sites;
  }

  /// By type symbol, from the loop of _atom_type_symbol.
  std::map<std::string, double> stated_oxidation_numbers() const {
    CifColumn const& types = block_.find({"_atom_type_symbol"});
    CifColumn const& numbers = block_.find({"_atom_type_oxidation_number"});
    std::map<std::string, double> stated;
    for (std::size_t i = 0; i < std::min(types.size(), numbers.size()); ++i)
      if (numbers.has(i))
        stated[types.values[i]] =
            number(numbers.values[i], numbers.where, "oxidation number of " + types.values[i]);
    return stated;
  }

  /// The stated one of a type symbol, else the charge in it: "O2-", "Fe2.5+", "Na+", "O-2". NaN if
  /// there is none.
  static double oxidation_number(std::string const& symbol,
                                 std::map<std::string, double> const& stated) {
    if (auto const at = stated.find(symbol); at != stated.end()) return at->second;
    std::size_t const sign = symbol.find_first_of("+-");
    if (sign == symbol.npos) return std::nan("");
    std::string digits = symbol;
    digits.erase(sign, 1).erase(0, letters_of(symbol).size());
    double const size = digits.empty() ? 1 : number_of(digits);
    return symbol[sign] == '-' ? -size : size;
  }

  /// Sites that are filled in part, that share a point, or that exclude each other.
  void refuse_disorder(std::vector<Site> const& sites, std::vector<std::vector<Vec3>> const& orbits,
                       Cell const& cell) {
    constexpr double rounding = 1e-3;
    SourceLocation const& where = block_.find({"_atom_site_fract_x"}).where;
    std::vector<std::string> rounded;
    for (std::size_t i = 0; i < sites.size(); ++i) {
      if (sites[i].occupancy != 1) rounded.push_back(sites[i].name);
      if (std::fabs(sites[i].occupancy - 1) <= rounding) continue;
      std::string all =
          significant(sites[i].occupancy) + " " + sites[i].element + " (" + sites[i].name + ")";
      int shared_by = 1;
      for (std::size_t j = 0; j < sites.size(); ++j)
        if (j != i && std::ranges::any_of(orbits[j], [&](Vec3 f) {
              return distance(cell, f, orbits[i][0]) < one_point;
            })) {
          all += " + " + significant(sites[j].occupancy) + " " + sites[j].element + " (" +
                 sites[j].name + ")";
          ++shared_by;
        }
      if (shared_by > 1) fail_input(where, "one site is shared by ", all, make_ordered);
      fail_input(where, "site ", sites[i].name, " has occupancy ", sites[i].occupancy,
                 ", expected 1", make_ordered);
    }
    if (!rounded.empty())
      notes_.push_back(joined(rounded) + ": occupancy within 0.001 of 1, read as 1");

    Site const* first = nullptr;
    for (Site const& site : sites) {
      if (site.disorder_group.empty()) continue;
      if (!first) first = &site;
      if (site.disorder_group.starts_with('-') || site.disorder_group != first->disorder_group)
        fail_input(
            where, "site ", site.name, " belongs to disorder group ", site.disorder_group,
            (&site == first ? "" : ", site " + first->name + " to group " + first->disorder_group),
            make_ordered);
    }
    if (first)
      notes_.push_back("site " + first->name + " and others: the one disorder group " +
                       first->disorder_group + " is read as always there");
  }

  /// The same element on an image of an earlier site, to the rounding of the coordinates: the file
  /// lists the cell's atoms and the operations that make them.
  static bool repeats_an_earlier(std::size_t i, std::vector<Site> const& sites,
                                 std::vector<std::vector<Vec3>> const& orbits, Cell const& cell) {
    constexpr double rounding = 0.01;  // Å
    for (std::size_t j = 0; j < i; ++j)
      if (sites[j].element == sites[i].element && std::ranges::any_of(orbits[j], [&](Vec3 f) {
            return distance(cell, f, orbits[i][0]) < rounding;
          }))
        return true;
    return false;
  }

  CifBlock const& block_;
  std::vector<std::string> notes_;
  bool angles_assumed_ = false;
};

}  // namespace

std::vector<Frame> read_cif(std::string_view text, std::filesystem::path const& file) {
  std::vector<Frame> frames;
  bool is_cartesian = false;
  for (CifBlock const& block : parse_cif(text, file)) {
    if (block.find({"_atom_site_fract_x"}).size() > 0) frames.push_back(BlockReader(block).frame());
    is_cartesian |= block.find({"_atom_site_Cartn_x"}).size() > 0;
  }
  if (frames.empty() && is_cartesian)
    fail_input({file},
               "found Cartesian coordinates (_atom_site_Cartn_x), expected fractional ones:",
               " _atom_site_fract_x");
  if (frames.empty()) fail_input({file}, "no atoms: no data block has _atom_site_fract_x");
  return frames;
}

}  // namespace ionscape
