// Structures of GULP input files (.gin, .grs): `cell` or `vectors`, `fractional` or `cartesian`, and
// the symmetry of `space`. One structure for each cell.
//
// Ions are the cores; shells are left out, since the engine puts them where their energy is least.
// Labels of species (O1, O_OH) are kept: a potential set may name them. The symmetry goes through
// the reader of CIF files, which knows space groups.
#include <algorithm>
#include <array>
#include <cmath>

#include <gemmi/symmetry.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/gulp_input.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

/// The cell of six parameters (Å, degrees): a along x, b in the xy plane.
Cell cell_of(std::array<double, 6> const& p, SourceLocation const& where) {
  for (int k = 0; k < 3; ++k)
    if (!(p[k] > 0) || !(p[k + 3] > 0 && p[k + 3] < 180))
      fail_input(where, "a cell of ", p[0], " ", p[1], " ", p[2], " ", p[3], " ", p[4], " ", p[5],
                 ", expected three lengths above 0 and three angles between 0 and 180 degrees");
  auto const cosine = [](double degrees) {
    return degrees == 90 ? 0 : std::cos(degrees * pi / 180);
  };
  double const ca = cosine(p[3]), cb = cosine(p[4]), cg = cosine(p[5]);
  double const sg = std::sqrt(1 - cg * cg), y = (ca - cb * cg) / sg, z2 = 1 - cb * cb - y * y;
  if (!(z2 > 0)) fail_input(where, "angles ", p[3], ", ", p[4], ", ", p[5], ": no cell has these");
  return {{p[0], 0, 0}, {p[1] * cg, p[1] * sg, 0}, p[2] * Vec3{cb, y, std::sqrt(z2)}};
}

/// The words of several lines that are numbers; others are refused.
std::vector<double> numbers_of(GulpOption const& option, std::size_t from) {
  std::vector<double> numbers;
  auto const take = [&](GulpLine const& line, std::size_t first) {
    for (std::size_t k = first; k < line.words.size(); ++k) {
      auto const number = gulp_number(line.words[k]);
      if (!number)
        fail_input(line.where, "found ", in_quotes(line.words[k]),
                   ", expected a number (Å, degrees)");
      numbers.push_back(*number);
    }
  };
  take(option.head, from);
  for (GulpLine const& line : option.lines) take(line, 0);
  return numbers;
}

class GulpStructures {
 public:
  GulpStructures(GulpInput input, std::filesystem::path const& file)
      : input_(std::move(input)), file_(file) {}

  std::vector<Frame> read() {
    for (GulpOption const& option : input_.options) {
      if (option.use == GulpUse::not_of_cell)
        fail_input(option.head.where, "found ", option.name,
                   ", expected a crystal of one cell: cell or vectors, fractional or cartesian");
      if (option.name == "cell" || option.name == "vectors") take_cell(option);
      if (option.name == "name") name_ = option.head.words.size() > 1 ? option.head.words[1] : "";
      if (option.name == "fractional" || option.name == "cartesian") take_positions(option);
      if (option.name == "spacegroup") take_group(option);
      if (option.name == "origin") take_origin(option);
    }
    finish();
    if (frames_.empty()) fail_input({file_}, "no structure: no cell or vectors");
    if (std::string const passed_over = what_gulp_would_do(); !passed_over.empty())
      for (Frame& frame : frames_)
        frame.crystal.notes.push_back(
            "passed over, since the options of ionscape say what to do: " + passed_over);
    return std::move(frames_);
  }

 private:
  void take_cell(GulpOption const& option) {
    finish();
    for (std::size_t k = 1; k < option.head.words.size(); ++k)
      if (!gulp_number(option.head.words[k]) && !option.head.words[k].starts_with("ang"))
        fail_input(option.head.where, "found ", in_quotes(option.head.words[k]), ", expected Å");
    bool const unit = option.head.words.size() > 1 && !gulp_number(option.head.words[1]);
    auto const n = numbers_of(option, unit ? 2 : 1);
    bool const parameters = option.name == "cell";
    std::size_t const count = parameters ? 6 : 9;
    if (n.size() != count && n.size() != count + 6)  // behind: which of six strains are optimised
      fail_input(option.head.where, "found ", n.size(), " numbers under ", option.name,
                 ", expected ", count);
    frames_.push_back({{}, option.head.where.line});
    crystal().cell = parameters ? cell_of({n[0], n[1], n[2], n[3], n[4], n[5]}, option.head.where)
                                : Cell{{n[0], n[1], n[2]}, {n[3], n[4], n[5]}, {n[6], n[7], n[8]}};
    if (!parameters && crystal().cell.volume() == 0)
      fail_input(option.head.where, "the vectors span no volume");
    crystal().comment = name_;
    open_ = true;
  }

  void take_positions(GulpOption const& option) {
    if (!open_) fail_input(option.head.where, "found ", option.name, " before cell or vectors");
    for (std::size_t k = 1; k < option.head.words.size(); ++k)
      if (!gulp_number(option.head.words[k]))  // the number of ions may stand here
        fail_input(option.head.where, "found ", in_quotes(option.head.words[k]),
                   ", expected no options of ", option.name, " (Å and region 1 are understood)");
    for (GulpLine const& line : option.lines) take_ion(line, option.name == "fractional");
  }

  /// "O core x y z [charge [occupancy [radius]]] [three flags]".
  void take_ion(GulpLine const& line, bool fractional) {
    auto const label = gulp_label(line.words[0]);
    if (!label)
      fail_input(line.where, "found ", in_quotes(line.words[0]),
                 ", expected an ion as 'O core 0 0 0'");
    std::size_t next = 1;
    bool shell = false;
    if (line.words.size() > 1 && !gulp_number(line.words[1])) {
      shell = line.words[1].starts_with("she");
      if (!shell && !line.words[1].starts_with("cor"))
        fail_input(line.where, "found ", in_quotes(line.words[1]), ", expected core or shel");
      next = 2;
    }
    std::vector<double> n;
    for (std::size_t k = next; k < line.words.size(); ++k) {
      auto const number = gulp_number(line.words[k]);
      if (!number)
        fail_input(line.where, "found ", in_quotes(line.words[k]), ", expected a number");
      n.push_back(*number);
    }
    auto const is_flag = [](std::string const& word) { return word == "0" || word == "1"; };
    if (n.size() >= 6 && std::all_of(line.words.end() - 3, line.words.end(), is_flag))
      n.resize(n.size() - 3);
    if (n.size() < 3 || n.size() > 6)
      fail_input(line.where, "found ", n.size(),
                 " numbers, expected a position, and perhaps charge, occupancy and radius");
    if (n.size() > 4 && n[4] != 1)
      fail_input(line.where, "found an occupancy of ", n[4], ", expected 1: ordered crystals only");
    if (shell) {
      shells_ = true;
      return;
    }
    Vec3 const place{n[0], n[1], n[2]};
    crystal().species.push_back(*label);
    crystal().positions.push_back(fractional ? crystal().cell.to_cartesian(place) : place);
  }

  void take_group(GulpOption const& option) {
    std::vector<GulpLine> lines{option.head};
    lines[0].words.erase(lines[0].words.begin());
    lines.insert(lines.end(), option.lines.begin(), option.lines.end());
    group_.clear();
    for (GulpLine const& line : lines)
      for (std::string word : line.words) {
        for (char& c : word) c = char(std::tolower(static_cast<unsigned char>(c)));
        group_ += (group_.empty() ? "" : " ") + word;
      }
    if (group_.empty()) fail_input(option.head.where, "space without a group");
    group_[0] = char(std::toupper(static_cast<unsigned char>(group_[0])));
    group_where_ = option.head.where;
  }

  void take_origin(GulpOption const& option) {
    auto const n = numbers_of(option, 1);
    if (n.size() != 1 || (n[0] != 1 && n[0] != 2))
      fail_input(option.head.where, "found a shifted origin, expected origin 1 or 2");
    origin_ = int(n[0]);
  }

  /// The group's name with its origin, as the reader of CIF knows it.
  std::string group_name() const {
    double number = 0;
    gemmi::SpaceGroup const* group = parse_number(group_, number)
                                         ? gemmi::find_spacegroup_by_number(int(number))
                                         : gemmi::find_spacegroup_by_name(group_);
    if (!group && parse_number(group_, number))
      fail_input(group_where_, "unknown space group ", in_quotes(group_));
    if (!group) return group_;  // perhaps an old spelling (P a 3), of which the other reader knows
    std::string name = parse_number(group_, number) ? group->hm : group_;
    if (group->ext == '1' || group->ext == '2') name += ":" + std::to_string(origin_);
    return name;
  }

  /// All images of the ions that are listed, each once.
  void expand() {
    std::string const name = group_name();
    Crystal const listed = std::move(crystal());
    crystal() = {listed.cell, {}, {}, {}, listed.comment};
    Cell const& c = listed.cell;
    auto const degrees = [](Vec3 u, Vec3 v) {
      return shortest(std::acos(dot(u, v) / (norm(u) * norm(v))) * 180 / pi);
    };
    std::string const head = "data_x\n_cell_length_a " + shortest(norm(c.a)) + "\n_cell_length_b " +
                             shortest(norm(c.b)) + "\n_cell_length_c " + shortest(norm(c.c)) +
                             "\n_cell_angle_alpha " + degrees(c.b, c.c) + "\n_cell_angle_beta " +
                             degrees(c.a, c.c) + "\n_cell_angle_gamma " + degrees(c.a, c.b) +
                             "\n_space_group_name_H-M_alt '" + name +
                             "'\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n"
                             "_atom_site_fract_z\n";
    for (std::size_t i = 0; i < listed.size(); ++i) {
      Vec3 const f = c.to_fractional(listed.positions[i]);
      std::string const site = element_of_label(listed.species[i]) + " " + shortest(f.x) + " " +
                               shortest(f.y) + " " + shortest(f.z) + "\n";
      std::vector<Frame> images;
      try {
        images = read_cif(head + site, {});
      } catch (InputError const& error) {
        fail_input(group_where_, "space group ", in_quotes(group_), " of ", listed.species[i], ": ",
                   error.what());
      }
      Crystal const& expanded = images.at(0).crystal;
      for (Vec3 const r : expanded.positions) {
        crystal().species.push_back(listed.species[i]);
        crystal().positions.push_back(c.to_cartesian(expanded.cell.to_fractional(r)));
      }
    }
    if (crystal().size() != listed.size())
      note("the space group " + name + " makes " + std::to_string(crystal().size()) +
           " ions of the " + std::to_string(listed.size()) + " listed");
  }

  /// "opti, conp, pressure 5": what the file asks for besides energies.
  std::string what_gulp_would_do() const {
    std::vector<std::string> all;
    for (std::string const& task : input_.tasks)
      if (!task.starts_with("sing")) all.push_back(task);
    for (GulpOption const& option : input_.options) {
      if (option.use != GulpUse::nothing || option.name == "title") continue;
      all.push_back(option.head.words[0]);
      auto const take = [&](GulpLine const& line, std::size_t from) {
        for (std::size_t k = from; k < line.words.size(); ++k) all.back() += " " + line.words[k];
      };
      take(option.head, 1);
      if (option.head.words.size() == 1 && option.lines.size() == 1) take(option.lines[0], 0);
    }
    return joined(all);
  }

  /// Ends the structure that is open.
  void finish() {
    if (!open_) return;
    if (crystal().species.empty())
      fail_input({file_, frames_.back().line},
                 "a cell without cores, expected fractional or cartesian");
    if (!group_.empty() && group_ != "1" && group_ != "P 1" && group_ != "P1") expand();
    if (shells_)
      note("the positions of shells are left out: shells are placed where their energy is least");
    open_ = shells_ = false;
    group_.clear();
    origin_ = 1;
  }

  Crystal& crystal() { return frames_.back().crystal; }
  void note(std::string text) { crystal().notes.push_back(std::move(text)); }

  GulpInput input_;
  std::filesystem::path file_;
  std::vector<Frame> frames_;
  bool open_ = false, shells_ = false;  // of the last frame
  std::string name_, group_;
  SourceLocation group_where_;
  int origin_ = 1;
};

}  // namespace

std::vector<Frame> read_gulp(std::string_view text, std::filesystem::path const& file) {
  return GulpStructures(read_gulp_input(text, file), file).read();
}

}  // namespace ionscape
