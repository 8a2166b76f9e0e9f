// Crystallographic Information Files of inorganic structures: core CIF dictionary (DDL1 names and
// DDLm names with dots), ordered structures, symmetry expanded.
#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>
#include "cif_blocks.hpp"
#include "cif_numbers.hpp"
#include "cif_sites.hpp"
#include "cif_symmetry.hpp"
#include "formats.hpp"

namespace ionscape {

namespace {

/// Å: a site farther off its special position is said to be.
constexpr double beyond_rounding = 0.02;

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
    std::vector<CifSite> const sites = read_sites(block_, notes_);
    std::vector<std::vector<Vec3>> orbits;
    for (CifSite const& site : sites) {
      double moved = 0;
      orbits.push_back(orbit(site.fractional, operations, crystal.cell, moved));
      if (moved > beyond_rounding)
        notes_.push_back("site " + site.name + " lies " + decimals(moved, 3) +
                         " Å off a special position, and is put onto it: one ion, not several");
    }
    refuse_disorder(block_, sites, orbits, crystal.cell, notes_);

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
      notes_.push_back(site_names(repeated) +
                       ": images of earlier sites by symmetry, counted once");
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
    double const result = cif_number(found.values[0], found.where, tag);
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
          significant(alpha, meant_digits) + ", beta " + significant(beta, meant_digits) +
          ", gamma " + significant(gamma, meant_digits));
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
