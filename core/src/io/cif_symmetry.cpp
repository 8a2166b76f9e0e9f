#include "cif_symmetry.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <ionscape/core/io/format.hpp>

#include "cif_groups.hpp"
#include "cif_numbers.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

// --- listed operations ---------------------------------------------------------------------------

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

CifOperation parse_operation(std::string text, SourceLocation const& where) {
  std::string const found = text;
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  CifOperation operation;
  auto& rows = operation.rows;
  std::size_t const first = text.find(',');
  std::size_t const second = first == text.npos ? first : text.find(',', first + 1);
  std::string_view const view(text);
  if (second == text.npos || !parse_part(view.substr(0, first), rows[0], operation.translation.x) ||
      !parse_part(view.substr(first + 1, second - first - 1), rows[1], operation.translation.y) ||
      !parse_part(view.substr(second + 1), rows[2], operation.translation.z) ||
      std::fabs(dot(rows[0], cross(rows[1], rows[2]))) != 1)
    fail_input(where, "found ", in_quotes(found),
               ", expected a symmetry operation as 'x, -y, z+1/2'");
  return operation;
}

CifOperation product(CifOperation const& a, CifOperation const& b) {
  CifOperation out;
  for (std::size_t i = 0; i < 3; ++i)
    out.rows[i] = a.rows[i].x * b.rows[0] + a.rows[i].y * b.rows[1] + a.rows[i].z * b.rows[2];
  out.translation = a(b.translation);
  return out;
}

/// Equal up to lattice translations, thirds rounded to 0.333 among them.
bool same(CifOperation const& a, CifOperation const& b) {
  auto const whole = [](double x) { return std::fabs(x - std::round(x)) < 5e-3; };
  Vec3 const d = a.translation - b.translation;
  return a.rows == b.rows && whole(d.x) && whole(d.y) && whole(d.z);
}

bool contains(std::vector<CifOperation> const& operations, CifOperation const& wanted) {
  return std::ranges::any_of(operations, [&](auto const& each) { return same(each, wanted); });
}

/// Each once.
std::vector<CifOperation> listed_operations(CifColumn const& listed) {
  constexpr std::size_t most = 192;
  if (listed.size() > most)
    fail_input(listed.where, listed.size(), " symmetry operations, a space group has at most ",
               most);
  std::vector<CifOperation> operations;
  for (std::string const& text : listed.values)
    if (CifOperation const next = parse_operation(text, listed.where); !contains(operations, next))
      operations.push_back(next);
  return operations;
}

bool is_group(std::vector<CifOperation> const& operations) {
  return std::ranges::all_of(operations, [&](CifOperation const& a) {
    return std::ranges::all_of(
        operations, [&](CifOperation const& b) { return contains(operations, product(a, b)); });
  });
}

// --- group and cell ------------------------------------------------------------------------------

/// How far the operations are from leaving lengths and angles as they are: the largest change of
/// a_i . a_j, relative to |a_i| |a_j|.
double misfit(std::vector<CifOperation> const& operations, Cell const& cell) {
  std::array<Vec3, 3> const axes{cell.a, cell.b, cell.c};
  double worst = 0;
  for (CifOperation const& operation : operations) {
    auto const& w = operation.rows;
    std::array<Vec3, 3> const images{w[0].x * axes[0] + w[1].x * axes[1] + w[2].x * axes[2],
                                     w[0].y * axes[0] + w[1].y * axes[1] + w[2].y * axes[2],
                                     w[0].z * axes[0] + w[1].z * axes[1] + w[2].z * axes[2]};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        worst = std::max(worst, std::fabs(dot(images[i], images[j]) - dot(axes[i], axes[j])) /
                                    (norm(axes[i]) * norm(axes[j])));
  }
  return worst;
}

std::string percent(double part) {
  return std::to_string(std::lround(std::min(1e4, std::max(1.0, 100 * part)))) + " %";
}

/// The items of a block that say what its group is.
class NamedGroup {
 public:
  NamedGroup(CifBlock const& block, Cell const& cell)
      : block_(block),
        hall_(block.find({"_space_group_name_Hall", "_symmetry_space_group_name_Hall"})),
        name_(block.find({"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M",
                          "_space_group_name_H-M", "_space_group_name_H-M_full",
                          "_space_group_name_H-M_ref", "_symmetry_space_group_name_H-M_alt"})),
        number_(block.find({"_space_group_IT_number", "_symmetry_Int_Tables_number"})) {
    auto const angle = [](Vec3 u, Vec3 v) {
      return std::acos(dot(u, v) / (norm(u) * norm(v))) * 180 / pi;
    };
    alpha_ = angle(cell.b, cell.c);
    gamma_ = angle(cell.a, cell.b);
  }

  /// The group of the name, else of the number; nullptr if neither is given or known.
  gemmi::SpaceGroup const* stated() const {
    if (name_.has(0))
      if (auto const* group = group_named(name_.values[0], alpha_, gamma_).group) return group;
    return group_numbered(number(), alpha_, gamma_).group;
  }

  /// Throws InputError where the group or its setting is not certain.
  std::vector<CifOperation> operations(std::vector<std::string>& notes) const {
    if (hall_.has(0))
      if (auto operations = of_hall(notes)) return *std::move(operations);
    if (name_.has(0)) return of_name(notes);
    if (number_.has(0)) return of_number(notes);
    fail_input({block_.file}, "no symmetry in data_", block_.name,
               ", expected _space_group_symop_operation_xyz or the name of",
               " the space group ('P 1' if all atoms are listed)");
  }

  SourceLocation where() const {
    return hall_.has(0) ? hall_.where : name_.has(0) ? name_.where : number_.where;
  }

 private:
  int number() const {
    double value = 0;
    return number_.has(0) && parse_number(number_.values[0], value) && value >= 1 && value <= 230
               ? int(value)
               : 0;
  }

  std::optional<std::vector<CifOperation>> of_hall(std::vector<std::string>& notes) const {
    std::string const& symbol = hall_.values[0];
    try {
      gemmi::GroupOps const group = gemmi::symops_from_hall(symbol.c_str());
      if (auto const* named = stated(); named && named->operations().order() != group.order())
        notes.push_back("the Hall symbol " + in_quotes(symbol) + " has " +
                        std::to_string(group.order()) + " symmetry operations, the space group " +
                        named->hm + " has " + std::to_string(named->operations().order()) +
                        ": those of the Hall symbol are used");
      return operations_of(group);
    } catch (std::exception const& error) {
      if (!name_.has(0) && !number_.has(0))
        fail_input(hall_.where, "not a Hall symbol: ", in_quotes(symbol), " (", error.what(), ")");
      notes.push_back("not a Hall symbol: " + in_quotes(symbol) +
                      ", the space group's name or number is used");
      return {};
    }
  }

  std::vector<CifOperation> of_name(std::vector<std::string>& notes) const {
    std::string const& found = name_.values[0];
    auto const [group, sets_origin] = group_named(found, alpha_, gamma_);
    if (!group) {
      auto const [numbered, settings] = group_numbered(number(), alpha_, gamma_);
      if (!numbered) fail_input(name_.where, "unknown space group ", in_quotes(found));
      if (settings > 1)
        fail_input(name_.where, "unknown space group ", in_quotes(found), "; number ", number(),
                   " has several settings: expected the symmetry operations or the Hall symbol");
      notes.push_back("unknown space group " + in_quotes(found) + ": number " +
                      std::to_string(number()) + ", " + numbered->xhm() + ", is used");
      return operations_of(numbered->operations());
    }
    check_origin(*group, sets_origin, found, name_.where);
    if (!gemmi::find_spacegroup_by_name(found))
      notes.push_back("space group " + in_quotes(found) + " is read as " + group->xhm());
    if (int const n = number(); n > 0 && n != group->number)
      notes.push_back("the space group's name is " + in_quotes(found) + ", number " +
                      std::to_string(group->number) + ", but the file says number " +
                      std::to_string(n) + ": the name is used");
    return operations_of(group->operations());
  }

  std::vector<CifOperation> of_number(std::vector<std::string>& notes) const {
    std::string const& found = number_.values[0];
    auto const [group, settings] = group_numbered(number(), alpha_, gamma_);
    if (!group)
      fail_input(number_.where, "found ", in_quotes(found),
                 ", expected a space group's number, 1 to 230");
    check_origin(*group, false, found, number_.where);
    if (settings > 1)
      notes.push_back("the space group is given by its number " + std::to_string(number()) +
                      " alone: its standard setting, " + group->xhm() + ", is used");
    return operations_of(group->operations());
  }

  static void check_origin(gemmi::SpaceGroup const& group, bool is_set, std::string const& found,
                           SourceLocation const& where) {
    if ((group.ext == '1' || group.ext == '2') && !is_set)
      fail_input(where, "space group ", in_quotes(found),
                 " has two origin choices, expected the symmetry operations,",
                 " the Hall symbol, or '", group.hm, ":2' (or :1)");
  }

  CifBlock const& block_;
  CifColumn const &hall_, &name_, &number_;
  double alpha_ = 90, gamma_ = 90;
};

}  // namespace

std::vector<CifOperation> symmetry_of(CifBlock const& block, Cell const& cell, bool angles_assumed,
                                      std::vector<std::string>& notes) {
  CifColumn const& listed =
      block.find({"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"});
  NamedGroup const named(block, cell);
  bool const is_listed = listed.has(0);
  auto const operations = is_listed ? listed_operations(listed) : named.operations(notes);
  if (is_listed) {
    if (!is_group(operations))
      notes.push_back("the " + std::to_string(operations.size()) +
                      " listed symmetry operations form no group: one is missing or wrong");
    if (auto const* group = named.stated())
      if (int const order = group->operations().order(); order != int(operations.size()))
        notes.push_back((operations.size() == 1
                             ? std::string("1 symmetry operation is")
                             : std::to_string(operations.size()) + " symmetry operations are") +
                        " listed, but the space group " + group->hm + " has " +
                        std::to_string(order) + ": the listed ones are used");
  }
  // Cells relaxed under a kept name may be a little off; a wrong axis or angle is far off.
  constexpr double rounding = 1e-3, certain = 1e-2;
  double const wrong = misfit(operations, cell);
  if (wrong > rounding) {
    std::string const lengths = decimals(norm(cell.a), 4) + ", " + decimals(norm(cell.b), 4) +
                                ", " + decimals(norm(cell.c), 4) + " Å";
    std::string const text = "lengths and angles of the cell are off the symmetry by " +
                             percent(wrong) + " (a, b, c: " + lengths + ")" +
                             (angles_assumed ? "; the file states no angles" : "");
    if (!is_listed && (wrong > certain || angles_assumed))
      fail_input(named.where(), "the space group does not fit the cell: ", text);
    notes.push_back(text);
  }
  return operations;
}

}  // namespace ionscape
