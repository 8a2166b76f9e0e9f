#include "cif_groups.hpp"

#include <algorithm>
#include <string_view>

#include "text.hpp"

namespace ionscape {

std::vector<CifOperation> operations_of(gemmi::GroupOps const& group) {
  std::vector<CifOperation> operations;
  constexpr double unit = gemmi::Op::DEN;
  for (gemmi::Op const& op : group.all_ops_sorted()) {
    CifOperation operation;
    for (std::size_t i = 0; i < 3; ++i)
      operation.rows[i] = {op.rot[i][0] / unit, op.rot[i][1] / unit, op.rot[i][2] / unit};
    operation.translation = {op.tran[0] / unit, op.tran[1] / unit, op.tran[2] / unit};
    operations.push_back(operation);
  }
  return operations;
}

namespace {

/// "P 6~3~/m m c", "P 21(1) c", "F_m_-3_m" without what stands for subscripts and blanks.
std::string without_markup(std::string name) {
  std::erase_if(name, [](char c) { return c == '~' || c == '(' || c == ')'; });
  std::ranges::replace(name, '_', ' ');
  return std::string(trimmed(name));
}

/// The setting behind a name: "R -3 m H" -> "R -3 m", ":H". No Hermann-Mauguin symbol ends with
/// these letters. ICSD marks hexagonal and rhombohedral axes by H and R, the origin at the centre
/// of inversion (choice 2) by Z and the other one by S.
struct Suffixed {
  std::string name, setting;
};
Suffixed split_setting(std::string name) {
  struct Suffix {
    std::string_view letters;
    char const* setting;
  };
  for (auto const [letters, setting] : {Suffix{":H", ":H"},
                                        {":R", ":R"},
                                        {"HR", ":H"},
                                        {"H", ":H"},
                                        {"R", ":R"},
                                        {":Z", ":2"},
                                        {":S", ":1"},
                                        {"Z", ":2"},
                                        {"S", ":1"},
                                        {"O1", ":1"},
                                        {"O2", ":2"},
                                        {"origin choice 1", ":1"},
                                        {"origin choice 2", ":2"},
                                        {":1", ":1"},
                                        {":2", ":2"}})
    if (name.size() > letters.size() + 1 && name.ends_with(letters))
      return {std::string(trimmed(name.substr(0, name.size() - letters.size()))), setting};
  return {std::move(name), ""};
}

/// "F 4/m -3 2/m" -> "F m -3 m": the full symbol without the axes that the mirrors imply. The
/// same name where there are none.
std::string short_symbol(std::string const& full) {
  std::vector<std::string> parts;
  for (std::string_view word : words_of(full)) parts.emplace_back(word);
  if (parts.size() != 4) return full;
  auto const shorten = [&](std::size_t i) { parts[i].erase(0, parts[i].find('/') + 1); };
  auto const has_mirror = [&](std::size_t i) { return parts[i].find('/') != std::string::npos; };
  bool const orthorhombic =
      has_mirror(1) && has_mirror(2) && has_mirror(3) && parts[1].starts_with('2');
  if (orthorhombic || parts[2] == "-3") shorten(1);
  shorten(2);
  shorten(3);
  return parts[0] + " " + parts[1] + " " + parts[2] + " " + parts[3];
}

/// "F d 3 m" -> "F d -3 m": cubic groups before the International Tables of 1983.
std::string with_bar(std::string name) {
  std::size_t const three = name.find('3', 1);
  if (three == name.npos) return name;
  std::size_t const before = name.find_last_not_of(' ', three - 1);
  if (before != name.npos && before > 0 &&
      std::string_view("mnad").find(name[before]) != std::string_view::npos)
    name.insert(three, "-");
  return name;
}

}  // namespace

GroupName group_named(std::string const& found, double alpha, double gamma) {
  std::string const plain = without_markup(found);
  Suffixed const suffixed = split_setting(plain);
  for (std::string const& core :
       {suffixed.name, short_symbol(suffixed.name), with_bar(suffixed.name)})
    for (std::string const& setting : {suffixed.setting, std::string()})
      if (auto const* group = gemmi::find_spacegroup_by_name(core + setting, alpha, gamma))
        return {group, !setting.empty()};
  return {};
}

GroupNumber group_numbered(int number, double alpha, double gamma) {
  GroupNumber out;
  for (gemmi::SpaceGroup const& each : gemmi::spacegroup_tables::main)
    if (each.number == number) {
      ++out.settings;
      if (!out.group) out.group = &each;
    }
  // Hexagonal or rhombohedral axes: the angles say which.
  if (out.group && out.group->ext == 'H') {
    out.group = gemmi::find_spacegroup_by_name(out.group->hm, alpha, gamma);
    out.settings = 1;
  }
  return out;
}

}  // namespace ionscape
