// LAMMPS data files, as read_data and write_data have them. https://docs.lammps.org/read_data.html
//
// They say neither units nor boundaries: Å and e (units metal and real) and a box that is periodic
// in all directions are what they are taken for.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>

#include <gemmi/elem.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

/// Where the columns of an Atoms line are; -1: the style has none.
struct AtomStyle {
  std::string_view name;
  int type, charge, position;
};
constexpr std::array styles{AtomStyle{"atomic", 1, -1, 2},    AtomStyle{"charge", 1, 2, 3},
                            AtomStyle{"molecular", 2, -1, 3}, AtomStyle{"bond", 2, -1, 3},
                            AtomStyle{"angle", 2, -1, 3},     AtomStyle{"full", 2, 3, 4}};

struct AtomLine {
  std::vector<std::string_view> words;
  SourceLocation where;
};

/// The element whose standard weight is the mass, if there is exactly one within 0.1 g/mol.
std::optional<std::string> element_of_mass(double mass) {
  std::optional<std::string> found;
  for (int z = 1; z <= 118; ++z) {
    gemmi::Element const element(z);
    if (std::fabs(element.weight() - mass) > 0.1) continue;
    if (found) return {};
    found = element.name();
  }
  return found;
}

bool is_whole(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); });
}

class LammpsData {
 public:
  LammpsData(std::string_view text, std::filesystem::path const& file)
      : in_(text, file), file_(file) {}

  Crystal read() {
    crystal_.comment = trimmed(in_.next("a comment"));
    check_units();
    while (in_.skip_blank_lines()) {
      std::string_view const line = in_.next("");
      std::string_view const content = line.substr(0, line.find('#'));
      std::string_view const hint = trimmed(line.substr(std::min(content.size() + 1, line.size())));
      read_line(words_of(content), hint);
    }
    crystal_.cell = cell();
    take_atoms();
    return std::move(crystal_);
  }

 private:
  /// write_data states the units in line 1.
  void check_units() const {
    std::string_view const comment = crystal_.comment;
    std::size_t const at = comment.find("units = ");
    if (at == comment.npos) return;
    auto const words = words_of(comment.substr(at + 8));
    if (words.empty() || words[0] == "metal" || words[0] == "real") return;
    fail_input(in_.where(), "units = ", words[0], ", expected metal or real (Å and e)");
  }

  /// A line is of the header, the title of a section, or an entry of the section before it.
  void read_line(std::vector<std::string_view> const& words, std::string_view hint) {
    if (words.empty()) return;
    double number = 0;
    bool const letter = std::isalpha(static_cast<unsigned char>(words[0][0]));
    if (letter && !(words.size() > 1 && parse_number(words[1], number))) {
      section_ = words[0];
      for (std::size_t i = 1; i < words.size(); ++i) section_ += " " + std::string(words[i]);
      if (section_ == "Atoms") set_style(hint);
    } else if (section_.empty()) {
      read_header(words);
    } else if (section_ == "Atoms") {
      atoms_.push_back({words, in_.where()});
    } else if (section_ == "Masses") {
      read_mass(words, hint);
    } else if (section_ == "Atom Type Labels") {
      if (words.size() != 2)
        fail_input(in_.where(), "found ", words.size(), " words, expected a type and its label");
      labels_[std::string(words[0])] = words[1];
    }
  }

  /// "8 atoms", "0 4.2 xlo xhi", "0 0 0 xy xz yz", "4 0 0 avec"; others are passed over.
  void read_header(std::vector<std::string_view> const& words) {
    auto const number = [&](std::size_t i) { return to_number(words[i], in_.where(), "the box"); };
    std::size_t const n = words.size();
    if (n == 2 && words[1] == "atoms") {
      count_ = to_integer(words[0], in_.where(), "the number of atoms", 1);
    } else if (n == 4 && (words[2] == "xlo" || words[2] == "ylo" || words[2] == "zlo")) {
      lengths_[words[2][0]] = number(1) - number(0);
    } else if (n == 6 && words[3] == "xy" && words[4] == "xz" && words[5] == "yz") {
      tilts_ = {number(0), number(1), number(2)};
    } else if (n == 4 && (words[3] == "avec" || words[3] == "bvec" || words[3] == "cvec")) {
      vectors_[words[3][0]] = {number(0), number(1), number(2)};
    }
  }

  Cell cell() const {
    if (vectors_.size() == 3) return {vectors_.at('a'), vectors_.at('b'), vectors_.at('c')};
    for (char const axis : {'x', 'y', 'z'}) {
      auto const length = lengths_.find(axis);
      if (length == lengths_.end())
        fail_input({file_}, "no line with '", axis, "lo ", axis, "hi': no LAMMPS data file?");
      if (!(length->second > 0))
        fail_input({file_}, axis, "hi lies ", length->second, " Å behind ", axis, "lo");
    }
    return {{lengths_.at('x'), 0, 0},
            {tilts_.x, lengths_.at('y'), 0},
            {tilts_.y, tilts_.z, lengths_.at('z')}};
  }

  void set_style(std::string_view hint) {
    auto const words = words_of(hint);
    if (words.empty()) return;
    style_ = std::find_if(styles.begin(), styles.end(),
                          [&](AtomStyle const& style) { return style.name == words[0]; });
    if (style_ == styles.end() || words.size() > 1)
      fail_input(in_.where(), "atom style ", in_quotes(hint),
                 ", expected atomic, charge, molecular, bond, angle or full");
    style_known_ = true;
  }

  /// "1 6.94 # Li": the comment names the element, or else the mass does.
  void read_mass(std::vector<std::string_view> const& words, std::string_view hint) {
    if (words.size() != 2)
      fail_input(in_.where(), "found ", words.size(), " words, expected a type and its mass");
    double const mass = to_number(words[1], in_.where(), "a mass");
    auto const comment = words_of(hint);
    std::string const type(words[0]);
    if (!comment.empty())
      if (auto const symbol = find_element(comment[0])) commented_[type] = *symbol;
    masses_[type] = mass;
  }

  /// The element of a type, or of a type label, by the surest source that there is.
  std::string element_of_type(std::string const& type, SourceLocation const& where) {
    if (auto const known = elements_.find(type); known != elements_.end()) return known->second;
    auto const label = labels_.find(type);
    std::string const& name = label == labels_.end() ? type : label->second;
    auto symbol = find_element(name);
    for (std::string const& key : {type, number_of(type), name}) {
      if (auto const found = commented_.find(key); !symbol && found != commented_.end())
        symbol = found->second;
    }
    for (std::string const& key : {type, number_of(type), name}) {
      auto const found = masses_.find(key);
      if (symbol || found == masses_.end()) continue;
      symbol = element_of_mass(found->second);
      if (symbol)
        crystal_.notes.push_back("type " + type + " is taken for " + *symbol + " by its mass");
    }
    if (!symbol)
      fail_input(where, "the element of type ", type, " is not known, expected '", type,
                 " <mass> # <symbol>' under Masses");
    return elements_[type] = *symbol;
  }

  /// The number of a type that is given by its label.
  std::string number_of(std::string const& type) const {
    for (auto const& [number, label] : labels_)
      if (label == type) return number;
    return type;
  }

  /// By the number of columns, where the file does not name the style: three more are the counts of
  /// boxes that an atom passed through. Six columns are 'charge' if the third is no type.
  void guess_style() {
    std::size_t const n = atoms_.front().words.size();
    std::size_t const columns = n >= 8 ? n - 3 : n;
    auto const all_types = std::all_of(atoms_.begin(), atoms_.end(), [](AtomLine const& atom) {
      return atom.words.size() > 2 && is_whole(atom.words[1]) && is_whole(atom.words[2]);
    });
    std::string_view name;
    if (columns == 5) name = "atomic";
    if (columns == 6 && !all_types) name = "charge";
    if (columns == 7 && all_types) name = "full";
    if (name.empty())
      fail_input(atoms_.front().where, "found ", n,
                 " columns and no atom style, expected a title such as 'Atoms # charge'");
    style_ = std::find_if(styles.begin(), styles.end(),
                          [&](AtomStyle const& style) { return style.name == name; });
    crystal_.notes.push_back("atom style " + std::string(name) +
                             " is taken from the number of columns, the file names none");
  }

  /// The atoms in the order of their numbers: LAMMPS writes them in any.
  void take_atoms() {
    if (atoms_.size() != static_cast<std::size_t>(count_) || count_ == 0)
      fail_input({file_}, "found ", atoms_.size(), " lines under Atoms, expected ", count_,
                 " as the header says");
    if (!style_known_) guess_style();
    std::map<int, AtomLine const*> ordered;
    for (AtomLine const& atom : atoms_) {
      std::size_t const columns = static_cast<std::size_t>(style_->position) + 3;
      if (atom.words.size() != columns && atom.words.size() != columns + 3)
        fail_input(atom.where, "found ", atom.words.size(), " columns, expected ", columns, " or ",
                   columns + 3, ": atom style ", style_->name);
      int const number = to_integer(atom.words[0], atom.where, "the number of an atom", 1);
      if (!ordered.emplace(number, &atom).second)
        fail_input(atom.where, "a second atom with the number ", number);
    }
    for (auto const& [number, atom] : ordered) take_atom(*atom);
  }

  void take_atom(AtomLine const& atom) {
    auto const word = [&](int column) { return atom.words[static_cast<std::size_t>(column)]; };
    auto const value = [&](int column) { return to_number(word(column), atom.where, "an atom"); };
    crystal_.species.push_back(element_of_type(std::string(word(style_->type)), atom.where));
    int const x = style_->position;
    crystal_.positions.push_back({value(x), value(x + 1), value(x + 2)});
    if (style_->charge >= 0) crystal_.charges.push_back(value(style_->charge));
  }

  LineReader in_;
  std::filesystem::path file_;
  Crystal crystal_;
  int count_ = 0;
  std::map<char, double> lengths_;  // of the box along x, y, z
  Vec3 tilts_;                      // xy, xz, yz
  std::map<char, Vec3> vectors_;    // of a general triclinic box
  std::string section_;             // empty: the header
  decltype(styles)::const_iterator style_ = styles.end();
  bool style_known_ = false;
  std::vector<AtomLine> atoms_;
  // By type, as the file writes it: a number or a label.
  std::map<std::string, std::string> labels_, commented_, elements_;
  std::map<std::string, double> masses_;
};

}  // namespace

Frame read_lammps_data(std::string_view text, std::filesystem::path const& file) {
  return {LammpsData(text, file).read(), 0};
}

}  // namespace ionscape
