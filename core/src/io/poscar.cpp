// VASP's POSCAR and CONTCAR, https://www.vasp.at/wiki/index.php/POSCAR, and XDATCAR.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find_first_of("!#"));
}

Vec3 componentwise(Vec3 u, Vec3 v) { return {u.x * v.x, u.y * v.y, u.z * v.z}; }

bool one_of(char letter, std::string_view letters) { return letters.find(letter) != letters.npos; }

/// Reads a POSCAR from its first line to its last position, or the many configurations of an XDATCAR.
class Poscar {
 public:
  Poscar(std::string_view text, std::filesystem::path const& file) : in_(text, file) {}

  Crystal read() {
    crystal_.comment = trimmed(in_.next("a comment"));
    read_cell();
    read_groups();
    read_mode();
    read_positions();
    refuse_more_positions();
    return std::move(crystal_);
  }

  /// Header, configuration, configuration, ...; a run that changes the cell repeats the header. One
  /// that a killed run has left incomplete at the end costs only itself.
  std::vector<Frame> read_configurations() {
    std::vector<Frame> frames;
    do {
      std::size_t const length = last_length_;
      try {
        frames.push_back(read_configuration());
      } catch (InputError const&) {
        if (frames.empty() || !in_.ends_early()) throw;
        note_cut(frames);
        break;
      }
      // A last number that lost digits is a number, too: the line tells, if it is shorter than that
      // of the same ion before.
      if (frames.size() > 1 && in_.ends_early() && last_length_ < length) {
        frames.pop_back();
        note_cut(frames);
      }
    } while (in_.skip_blank_lines());
    return frames;
  }

 private:
  /// Ions of one species that stand together; VASP 4 files do not name the species here.
  struct Group {
    std::string species;
    int count;
  };

  void note(std::string sentence) {
    if (std::ranges::find(crystal_.notes, sentence) == crystal_.notes.end())
      crystal_.notes.push_back(std::move(sentence));
  }

  /// 'Direct configuration= 1'; 'Konfig= 1' before VASP 5.2.
  static bool is_configuration(std::string_view line) {
    std::string_view const title = trimmed(line);
    return title.find('=') != title.npos &&
           (title.starts_with("Direct configuration") || title.starts_with("Konfig") ||
            title.starts_with("Cartesian configuration"));
  }

  Frame read_configuration() {
    if (!is_configuration(in_.peek())) read_configuration_header();
    std::string_view const title = in_.next("'Direct configuration='");
    if (!is_configuration(title))
      fail_input(in_.where(), "found ", in_quotes(trimmed(title)),
                 ", expected 'Direct configuration='");
    cartesian_ = one_of(trimmed(title)[0], "cC");
    crystal_.species.clear();
    crystal_.positions.clear();
    int const line = in_.where().line;
    read_positions();
    return {crystal_, line};
  }

  static void note_cut(std::vector<Frame>& frames) {
    frames.back().crystal.notes.push_back("the file ends within the next configuration, number " +
                                          std::to_string(frames.size() + 1) +
                                          ", which is left out");
  }

  void read_configuration_header() {
    groups_.clear();
    crystal_.notes.clear();
    // A blank comment has been passed over with the blank lines before it.
    if (!next_begins_with_number()) crystal_.comment = trimmed(in_.next("a comment"));
    read_cell();
    read_groups();
  }

  /// The number that a word is, if it is one.
  static bool is_number(std::string_view word) {
    double number = 0;
    return parse_number(word, number);
  }

  /// Line 2: a factor, or minus the wanted volume, or one factor for each of x, y, z. What is no
  /// number behind them is passed over.
  std::vector<double> read_scale() {
    auto words = words_of(in_.next("the scale factor"));
    SourceLocation const where = in_.where();
    if (!words.empty()) to_number(words[0], where, "scale factor");
    words.erase(std::find_if_not(words.begin(), words.end(), is_number), words.end());
    if (words.size() != 1 && words.size() != 3)
      fail_input(where, "found ", words.size(), " values, expected one scale factor or three");
    std::vector<double> scale;
    for (std::string_view word : words) scale.push_back(to_number(word, where, "scale factor"));
    for (double s : scale)
      if (s == 0 || (s < 0 && scale.size() == 3))
        fail_input(where, "scale factor ", s,
                   ", expected one that is positive, or minus the volume in Å^3");
    return scale;
  }

  /// Lines 2 to 5. The factors hold for Cartesian positions too.
  void read_cell() {
    std::vector<double> const scale = read_scale();
    auto const lattice_vector = [&](std::string const& what) {
      std::string_view const line = in_.next(what);
      return three_numbers(line, in_.where(), what);
    };
    Vec3 const a = lattice_vector("lattice vector a");
    Vec3 const b = lattice_vector("lattice vector b");
    Vec3 const c = lattice_vector("lattice vector c");
    factors_ = {scale.front(), scale.front(), scale.front()};
    if (scale.size() == 3) {
      factors_ = {scale[0], scale[1], scale[2]};
    } else if (scale[0] < 0) {
      double const volume = Cell{a, b, c}.volume();
      if (volume == 0) fail_input(in_.where(), "the cell is singular (volume 0)");
      double const s = std::cbrt(-scale[0] / volume);
      factors_ = {s, s, s};
    }
    crystal_.cell = {componentwise(factors_, a), componentwise(factors_, b),
                     componentwise(factors_, c)};
  }

  bool next_begins_with_number() const {
    auto const words = words_of(in_.peek());
    return !words.empty() && is_number(words[0]);
  }

  /// The species and the number of ions of each, on as many lines as they take: VASP breaks long
  /// lists.
  void read_groups() {
    named_ = !next_begins_with_number();
    while (!next_begins_with_number()) {
      auto const words = words_of(without_comment(
          in_.next(groups_.empty() ? "the species, as 'Li O'" : "the number of ions of each")));
      if (words.empty()) fail_input(in_.where(), "an empty line, expected the species and counts");
      for (std::string_view word : words) groups_.push_back({element_of(word, in_.where()), 0});
    }
    std::vector<int> counts;
    counts_line_ = in_.where();
    counts_line_.line += 1;
    while (next_begins_with_number() && (!named_ || counts.size() < groups_.size()))
      for (std::string_view word : words_of(without_comment(in_.next("")))) {
        std::string const what = counts.size() < groups_.size()
                                     ? "the number of " + groups_[counts.size()].species + " ions"
                                     : "the number of ions of each species";
        counts.push_back(to_integer(word, in_.where(), what, 0));
      }
    if (!named_) groups_.resize(counts.size());
    if (counts.size() != groups_.size())
      fail_input(counts_line_, "found ", counts.size(), " counts, expected ", groups_.size(),
                 ": one for each species");
    for (std::size_t s = 0; s < counts.size(); ++s) groups_[s].count = counts[s];
    if (!named_ && take_species_from_comment())
      note("the species are taken from line 1 (VASP 4 names none)");
  }

  /// 'Mg O' or a formula, 'Mg4 O4' or 'MgO', that goes with the counts. False: line 1 is something
  /// else.
  bool take_species_from_comment() {
    auto const words = words_of(crystal_.comment);
    std::vector<Group> symbols;
    for (std::string_view word : words)
      if (auto const symbol = find_element(word)) symbols.push_back({*symbol, 0});
    bool const has_numbers = crystal_.comment.find_first_of("0123456789") != std::string::npos;
    bool const is_list =
        !has_numbers && symbols.size() == words.size() && words.size() == groups_.size();
    if (!is_list) {
      std::string formula;
      for (std::string_view word : words) formula += word;
      symbols = formula_of(formula);
      if (!fits_counts(symbols) && !words.empty()) symbols = formula_of(words[0]);
      if (!fits_counts(symbols)) return false;
    }
    for (std::size_t s = 0; s < groups_.size(); ++s) groups_[s].species = symbols[s].species;
    return true;
  }

  /// 'LiFePO4' as Li 1, Fe 1, P 1, O 4; empty if it is no formula.
  static std::vector<Group> formula_of(std::string_view text) {
    auto const is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::vector<Group> formula;
    while (!text.empty()) {
      std::size_t end = 1;
      while (end < text.size() && is_lower(text[end])) ++end;
      auto const symbol = find_element(text.substr(0, end));
      if (!symbol) return {};
      text.remove_prefix(end);
      std::size_t const digits = static_cast<std::size_t>(
          std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
      if (digits > 6) return {};
      formula.push_back({*symbol, digits == 0 ? 1 : to_integer(text.substr(0, digits), {}, "", 0)});
      text.remove_prefix(digits);
    }
    return formula;
  }

  /// Whether the counts are those of the formula, or one multiple of them.
  bool fits_counts(std::vector<Group> const& formula) const {
    if (formula.size() != groups_.size()) return false;
    for (std::size_t s = 0; s < formula.size(); ++s)
      if (formula[s].count < 1 || std::int64_t{formula[s].count} * groups_[0].count !=
                                      std::int64_t{groups_[s].count} * formula[0].count)
        return false;
    return !formula.empty();
  }

  /// 'Selective dynamics', if it is there, and 'Direct' or 'Cartesian', by the first letter as VASP
  /// does: C, c, K and k are Cartesian, all others direct.
  void read_mode() {
    std::string_view line = in_.next("'Direct' or 'Cartesian'");
    selective_ = one_of(first_letter(line), "sS");
    if (selective_) line = in_.next("'Direct' or 'Cartesian'");
    char const letter = first_letter(line);
    if (one_of(letter, "sS"))
      fail_input(in_.where(), "a second 'Selective dynamics', expected 'Direct' or 'Cartesian'");
    cartesian_ = one_of(letter, "cCkK");
    if (!one_of(letter, "cCkKdDfF"))
      note("positions are read as direct: " + in_quotes(trimmed(line)) +
           " does not begin with C or K");
  }

  /// Of a line that must be a word of mode: no position, and none with a symbol before it.
  char first_letter(std::string_view line) const {
    auto const words = words_of(line);
    bool const known = !words.empty() && one_of(words[0][0], "sSdDcCkKfF");
    bool const numbers = !words.empty() && (is_number(words[0]) ||
                                            (!known && words.size() > 1 && is_number(words[1])));
    bool const letter = !words.empty() && std::isalpha(static_cast<unsigned char>(words[0][0]));
    if (!letter || numbers)
      fail_input(in_.where(), "found ", in_quotes(trimmed(line)),
                 ", expected 'Direct' or 'Cartesian'");
    return words[0][0];
  }

  /// Three of T, F, .TRUE., .FALSE. behind the coordinates.
  static bool are_flags(std::vector<std::string_view> const& words) {
    for (std::size_t i = 3; i < 6; ++i) {
      std::string_view word = i < words.size() ? words[i] : "";
      if (word.starts_with('.')) word.remove_prefix(1);
      if (word.empty() || !one_of(word[0], "tTfF")) return false;
    }
    return true;
  }

  void read_positions() {
    for (Group const& group : groups_) {
      std::size_t const first = crystal_.size();
      for (int i = 1; i <= group.count; ++i) {
        std::string const what = "position of " + group.species +
                                 (group.species.empty() ? "ion " : " ion ") + std::to_string(i) +
                                 " of " + std::to_string(group.count);
        crystal_.species.push_back(species_of_next(group));
        read_position(what);
        if (crystal_.species.back() != crystal_.species[first])
          fail_input(in_.where(), "found ", crystal_.species.back(),
                     " behind a position in a group"
                     " of ",
                     group.count, " that begins with ", crystal_.species[first],
                     ": the counts do not go with the symbols");
      }
    }
  }

  /// The group's species or, in a VASP 4 file, the symbol behind the position.
  std::string species_of_next(Group const& group) {
    std::string const label = label_behind(words_of(in_.peek()));
    if (!group.species.empty()) {
      if (label.empty() || label == group.species) return group.species;
      if (!named_)
        fail_input({in_.where().file, in_.where().line + 1}, "found ", label,
                   " behind a position of ", group.species, " as line 1 has it");
      note("symbols behind the positions that differ from the species line are passed over");
      return group.species;
    }
    if (label.empty())
      fail_input(counts_line_,
                 "counts without species, expected them in the line before, as "
                 "'Li O' (VASP 5), or as many in the first line, or behind each position (VASP 4)");
    note("the species are taken from behind the positions (VASP 4 names none)");
    return label;
  }

  void read_position(std::string const& what) {
    std::string_view const line = in_.next(what);
    last_length_ = trimmed(line).size();
    auto const words = words_of(line);
    if (words.size() < 3)
      fail_input(in_.where(), "found ", in_quotes(trimmed(line)),
                 ", expected three numbers: ", what);
    auto const number = [&](std::size_t i) { return to_number(words[i], in_.where(), what); };
    Vec3 const r{number(0), number(1), number(2)};
    if (selective_ && !are_flags(words))
      fail_input(in_.where(), "found ", in_quotes(trimmed(line)),
                 ", expected three coordinates and three of T or F");
    if (selective_) {
      auto const fixed = [&](std::size_t i) {
        std::string_view word = words[i];
        if (word.starts_with('.')) word.remove_prefix(1);
        return one_of(word[0], "fF");
      };
      crystal_.fixed.push_back({fixed(3), fixed(4), fixed(5)});
    }
    if (words.size() > 3 && is_number(words[3]))
      note("numbers behind the three coordinates are passed over, as VASP does");
    crystal_.positions.push_back(cartesian_ ? componentwise(factors_, r)
                                            : crystal_.cell.to_cartesian(r));
  }

  /// The element that stands behind the coordinates (and flags) of an ion, '' if none does.
  std::string label_behind(std::vector<std::string_view> words) const {
    // 'F F F' are flags that nobody announced, not fluorine.
    std::size_t at = selective_ || are_flags(words) ? 6 : 3;
    if (at < words.size() && (words[at] == "!" || words[at] == "#")) ++at;
    if (at >= words.size()) return {};
    std::string_view word = words[at];
    if (one_of(word[0], "!#")) word.remove_prefix(1);
    return find_element(word).value_or("");
  }

  /// Velocities may follow after a blank line; a further position is a wrong count.
  void refuse_more_positions() {
    if (!next_begins_with_number()) return;
    std::string_view const line = in_.next("");
    fail_input(in_.where(), "found ", in_quotes(trimmed(line)), " after the positions of all ",
               crystal_.size(), " ions");
  }

  LineReader in_;
  Crystal crystal_;
  Vec3 factors_;  // of Cartesian coordinates
  std::vector<Group> groups_;
  bool named_ = false;  // the species, in the line before the counts
  SourceLocation counts_line_;
  bool selective_ = false;
  bool cartesian_ = false;
  std::size_t last_length_ = 0;  // of the line of the position read last, without blanks around it
};

}  // namespace

Frame read_poscar(std::string_view text, std::filesystem::path const& file) {
  return {Poscar(text, file).read(), 0};
}

std::vector<Frame> read_xdatcar(std::string_view text, std::filesystem::path const& file) {
  return Poscar(text, file).read_configurations();
}

}  // namespace ionscape
