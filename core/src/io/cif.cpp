// Crystallographic Information Files of inorganic structures: core CIF dictionary, ordered,
// symmetry expanded.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "formats.hpp"
#include "gemmi_cif.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

namespace cif = gemmi::cif;

/// One operation on fractional coordinates: f -> rotation f + translation.
struct Operation {
  std::array<Vec3, 3> rows;
  Vec3 translation;

  Vec3 operator()(Vec3 f) const {
    return Vec3{dot(rows[0], f), dot(rows[1], f), dot(rows[2], f)} + translation;
  }
};

/// "1/3", "0.25", "2"; advances `text` behind it.
bool take_fraction(std::string_view& text, double& value) {
  auto const take = [&](double& number) {
    auto const [stop, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return true;
  };
  if (!take(value)) return false;
  if (double divisor = 0; text.starts_with('/')) {
    text.remove_prefix(1);
    if (!take(divisor) || divisor == 0) return false;
    value /= divisor;
  }
  return true;
}

/// One of the three parts of "-y, x-y, z+1/3".
bool parse_part(std::string_view text, Vec3& row, double& translation) {
  row = {};
  translation = 0;
  if (text.empty()) return false;
  for (bool first = true; !text.empty(); first = false) {
    double sign = 1;
    if (text[0] == '+' || text[0] == '-') {
      sign = text[0] == '-' ? -1 : 1;
      text.remove_prefix(1);
    } else if (!first) {
      return false;
    }
    if (text.empty()) return false;
    switch (text[0] | 0x20) {
      case 'x':
        row.x += sign;
        text.remove_prefix(1);
        break;
      case 'y':
        row.y += sign;
        text.remove_prefix(1);
        break;
      case 'z':
        row.z += sign;
        text.remove_prefix(1);
        break;
      default: {
        double value = 0;
        if (!take_fraction(text, value)) return false;
        translation += sign * value;
      }
    }
  }
  // Files round thirds to 0.333; translations of space groups are 24ths.
  if (double const nearest = std::round(24 * translation) / 24;
      std::fabs(translation - nearest) < 2e-3)
    translation = nearest;
  return std::isfinite(translation);
}

Operation parse_operation(std::string text, SourceLocation const& where) {
  std::string const found = text;
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  Operation operation;
  std::size_t const first = text.find(',');
  std::size_t const second = first == text.npos ? first : text.find(',', first + 1);
  std::string_view const view(text);
  if (second == text.npos ||
      !parse_part(view.substr(0, first), operation.rows[0], operation.translation.x) ||
      !parse_part(view.substr(first + 1, second - first - 1), operation.rows[1],
                  operation.translation.y) ||
      !parse_part(view.substr(second + 1), operation.rows[2], operation.translation.z))
    fail_input(where, "found ", in_quotes(found),
               ", expected a symmetry operation as 'x, -y, z+1/2'");
  return operation;
}

std::vector<Operation> operations_of(gemmi::GroupOps const& group) {
  std::vector<Operation> operations;
  constexpr double unit = gemmi::Op::DEN;
  for (gemmi::Op const& op : group.all_ops_sorted()) {
    Operation operation;
    for (std::size_t i = 0; i < 3; ++i)
      operation.rows[i] = {op.rot[i][0] / unit, op.rot[i][1] / unit, op.rot[i][2] / unit};
    operation.translation = {op.tran[0] / unit, op.tran[1] / unit, op.tran[2] / unit};
    operations.push_back(operation);
  }
  return operations;
}

/// Access to one data block with errors that name the line of the item.
class Block {
 public:
  Block(cif::Block& block, std::filesystem::path const& file) : block_(block), file_(file) {}

  Frame frame() {
    Frame frame;
    Crystal& crystal = frame.crystal;
    crystal.comment = block_.name;
    crystal.cell = cell();
    std::vector<Operation> const operations = symmetry();

    cif::Column const x = column({"_atom_site_fract_x"});
    cif::Column const y = column({"_atom_site_fract_y"});
    cif::Column const z = column({"_atom_site_fract_z"});
    cif::Column const label = column({"_atom_site_label"});
    cif::Column const symbol = column({"_atom_site_type_symbol"});
    cif::Column const occupancy = column({"_atom_site_occupancy"});
    std::map<std::string, double> const stated = stated_oxidation_numbers();
    SourceLocation const where = where_of(x);
    int const sites = x.length();
    for (cif::Column const* needed : {&y, &z})
      if (needed->length() != sites)
        fail_input(where, "expected _atom_site_fract_x, _y and _z in one loop");
    auto const has = [&](cif::Column const& values, int i) {
      return i < values.length() && !cif::is_null(value(values, i));
    };
    if (label.length() != sites && symbol.length() != sites)
      fail_input(
          where,
          "expected _atom_site_type_symbol or _atom_site_label in the loop of _atom_site_fract_x");

    for (int i = 0; i < sites; ++i) {
      std::string const name = has(label, i) ? value(label, i) : "number " + std::to_string(i + 1);
      auto const coordinate = [&](cif::Column const& values) {
        return number(value(values, i), where, "fractional coordinate of site " + name);
      };
      Vec3 const site{coordinate(x), coordinate(y), coordinate(z)};
      if (has(occupancy, i)) {
        double const occupied = number(value(occupancy, i), where, "occupancy of site " + name);
        if (std::fabs(occupied - 1) > 1e-6)
          fail_input(
              where, "site ", name, " has occupancy ", occupied,
              ", expected 1: this is a disordered structure, make an ordered one of it first");
      }
      std::string const species =
          element_of(has(symbol, i) ? value(symbol, i) : value(label, i), where);
      double const oxidation =
          has(symbol, i) ? oxidation_number(value(symbol, i), stated) : std::nan("");
      for (Vec3 const& f : orbit(site, operations, crystal.cell)) {
        crystal.species.push_back(species);
        crystal.positions.push_back(crystal.cell.to_cartesian(f));
        frame.oxidation_numbers.push_back(oxidation);
      }
    }
    if (std::ranges::all_of(frame.oxidation_numbers,
                            [](double number) { return std::isnan(number); }))
      frame.oxidation_numbers.clear();
    return frame;
  }

 private:
  /// The values of the first of these tags that is there; empty if none is.
  cif::Column column(std::initializer_list<char const*> tags) {
    for (char const* tag : tags)
      if (cif::Column const found = block_.find_values(tag); found.length() > 0) return found;
    return {};
  }

  /// Without its quotes; the null values '?' and '.' as they stand.
  static std::string value(cif::Column const& column, int i) {
    std::string const& raw = const_cast<cif::Column&>(column).at(i);
    return cif::is_null(raw) ? raw : cif::as_string(raw);
  }

  SourceLocation where_of(cif::Column const& column) const {
    auto const* item = const_cast<cif::Column&>(column).item();
    return {file_, item ? static_cast<int>(item->line_number) : 0};
  }

  /// A number, perhaps with its uncertainty: 4.321(5).
  static double number(std::string const& text, SourceLocation const& where,
                       std::string const& what) {
    double const number = cif::as_number(text);
    if (!std::isfinite(number))
      fail_input(where, "found ", in_quotes(text), ", expected a number: ", what);
    return number;
  }

  /// By type symbol, from the loop of _atom_type_symbol.
  std::map<std::string, double> stated_oxidation_numbers() {
    cif::Column const types = column({"_atom_type_symbol"}),
                      numbers = column({"_atom_type_oxidation_number"});
    std::map<std::string, double> stated;
    for (int i = 0; i < std::min(types.length(), numbers.length()); ++i)
      if (std::string const text = value(numbers, i); !cif::is_null(text))
        stated[value(types, i)] =
            number(text, where_of(numbers), "oxidation number of " + value(types, i));
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
    digits.erase(sign, 1).erase(0, find_element(symbol).value_or("").size());
    double const size = digits.empty() ? 1 : cif::as_number(digits);
    return symbol[sign] == '-' ? -size : size;
  }

  double cell_number(char const* tag) {
    cif::Column const found = column({tag});
    if (found.length() == 0) fail_input({file_}, "no ", tag, " in data_", block_.name);
    double const result = number(value(found, 0), where_of(found), tag);
    if (result <= 0) fail_input(where_of(found), tag, " is ", result, ", expected > 0");
    return result;
  }

  /// a along x, b in the xy plane.
  Cell cell() {
    double const a = cell_number("_cell_length_a");
    double const b = cell_number("_cell_length_b");
    double const c = cell_number("_cell_length_c");
    auto const cosine = [](double degrees) {
      return degrees == 90 ? 0.0 : std::cos(degrees * pi / 180);
    };
    double const alpha = cell_number("_cell_angle_alpha");
    double const beta = cell_number("_cell_angle_beta");
    double const gamma = cell_number("_cell_angle_gamma");
    double const sine = std::sin(gamma * pi / 180);
    double const cx = cosine(beta);
    double const cy = (cosine(alpha) - cosine(beta) * cosine(gamma)) / sine;
    double const cz_square = 1 - cx * cx - cy * cy;
    if (!(sine > 0) || !(cz_square > 0))
      fail_input(where_of(column({"_cell_angle_alpha"})), "angles ", alpha, ", ", beta, ", ", gamma,
                 " do not form a cell");
    return {
        {a, 0, 0}, {b * cosine(gamma), b * sine, 0}, {c * cx, c * cy, c * std::sqrt(cz_square)}};
  }

  /// The listed operations, else those of the space group that is named: by Hall symbol,
  /// Hermann-Mauguin, number.
  std::vector<Operation> symmetry() {
    if (cif::Column const listed =
            column({"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"});
        listed.length() > 0) {
      constexpr int most = 192;
      if (listed.length() > most)
        fail_input(where_of(listed), listed.length(),
                   " symmetry operations, a space group has at most ", most);
      std::vector<Operation> operations;
      for (int i = 0; i < listed.length(); ++i)
        operations.push_back(parse_operation(value(listed, i), where_of(listed)));
      return operations;
    }
    if (cif::Column const hall =
            column({"_space_group_name_Hall", "_symmetry_space_group_name_Hall"});
        is_given(hall)) {
      try {
        return operations_of(gemmi::symops_from_hall(value(hall, 0).c_str()));
      } catch (std::exception const& error) {
        fail_input(where_of(hall), "not a Hall symbol: ", in_quotes(value(hall, 0)), " (",
                   error.what(), ")");
      }
    }
    cif::Column const name =
        column({"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M"});
    cif::Column const number = column({"_space_group_IT_number", "_symmetry_Int_Tables_number"});
    if (!is_given(name) && !is_given(number))
      fail_input({file_}, "no symmetry in data_", block_.name,
                 ", expected _space_group_symop_operation_xyz or the name of",
                 " the space group ('P 1' if all atoms are listed)");
    cif::Column const& given = is_given(name) ? name : number;
    std::string const text = value(given, 0);
    gemmi::SpaceGroup const* group = gemmi::find_spacegroup_by_name(
        text, cell_number("_cell_angle_alpha"), cell_number("_cell_angle_gamma"));
    if (!group) fail_input(where_of(given), "unknown space group ", in_quotes(text));
    if ((group->ext == '1' || group->ext == '2') && text.find(':') == text.npos)
      fail_input(where_of(given), "space group ", in_quotes(text),
                 " has two origin choices, expected the symmetry operations,",
                 " the Hall symbol, or '", group->hm, ":2' (or :1)");
    return operations_of(group->operations());
  }

  static bool is_given(cif::Column const& column) {
    return column.length() > 0 && !cif::is_null(value(column, 0));
  }

  /// All images of a site in the cell, each once. A site within 0.4 Å of a special position
  /// (gemmi's limit) is first put on it, by the mean of the images that fall together: files round
  /// 1/3 to 0.3333.
  static std::vector<Vec3> orbit(Vec3 site, std::vector<Operation> const& operations,
                                 Cell const& cell) {
    constexpr double same = 0.4;
    auto const difference = [&](Vec3 f, Vec3 g) {
      return minimum_image(cell, cell.to_cartesian(g - f));
    };
    Vec3 shift;
    int together = 0;
    for (Operation const& operation : operations)
      if (Vec3 const d = difference(site, operation(site)); norm(d) < same) {
        shift += d;
        ++together;
      }
    if (together > 1) site += cell.to_fractional((1.0 / together) * shift);

    std::vector<Vec3> images{site};
    for (Operation const& operation : operations) {
      Vec3 const image = operation(site);
      auto const meets = [&](Vec3 other) { return norm(difference(image, other)) < same; };
      if (std::none_of(images.begin(), images.end(), meets)) images.push_back(image);
    }
    for (Vec3& f : images)
      f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
    return images;
  }

  cif::Block& block_;
  std::filesystem::path const& file_;
};

}  // namespace

std::vector<Frame> read_cif(std::string_view text, std::filesystem::path const& file) {
  cif::Document document = detail::parse_cif(text, file);
  std::vector<Frame> frames;
  for (cif::Block& block : document.blocks)
    if (block.find_values("_atom_site_fract_x").length() > 0)
      frames.push_back(Block(block, file).frame());
  if (frames.empty()) fail_input({file}, "no atoms: no data block has _atom_site_fract_x");
  return frames;
}

}  // namespace ionscape
