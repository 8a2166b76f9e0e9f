// Extended XYZ: a count, a line of key=value pairs, a line for each ion; any number of frames.
// https://github.com/libAtoms/extxyz
#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

/// Keys and values, in the order of the line.
using Info = std::vector<std::pair<std::string, std::string>>;

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return lower;
}

/// The line of key=value pairs, blanks around '=' allowed. Values: bare words, "a b", 'a b', {a b},
/// [a, b], [[a, b], [c, d]]; a key alone stands for true.
class InfoLine {
 public:
  InfoLine(std::string_view line, SourceLocation const& where) : line_(line), where_(where) {}

  Info read() {
    Info info;
    for (skip_blanks(); at_ < line_.size(); skip_blanks()) {
      std::string const key = line_[at_] == '"' ? quoted(line_.substr(at_, 20)) : bare("= \t");
      skip_blanks();
      std::string value = "T";
      if (at_ < line_.size() && line_[at_] == '=') {
        ++at_;
        skip_blanks();
        value = read_value(key);
      }
      info.emplace_back(key, value);
    }
    return info;
  }

 private:
  void skip_blanks() { at_ = std::min(line_.find_first_not_of(" \t", at_), line_.size()); }

  std::string bare(std::string_view ends) {
    std::size_t const begin = at_;
    at_ = std::min(line_.find_first_of(ends, at_), line_.size());
    return std::string(line_.substr(begin, at_ - begin));
  }

  std::string read_value(std::string_view key) {
    char const open = at_ < line_.size() ? line_[at_] : ' ';
    if (open == '[') return bracketed(key);
    if (open == '"' || open == '\'' || open == '{') return quoted(key);
    return bare(" \t");
  }

  /// Without its quotes. A backslash makes the next character itself, and n a new line.
  std::string quoted(std::string_view key) {
    char const close = line_[at_] == '{' ? '}' : line_[at_];
    std::string value;
    for (++at_; at_ < line_.size() && line_[at_] != close; ++at_) {
      bool const escaped = line_[at_] == '\\' && at_ + 1 < line_.size();
      if (escaped) ++at_;
      value += escaped && line_[at_] == 'n' ? '\n' : line_[at_];
    }
    if (at_ == line_.size()) fail_open(key, close);
    ++at_;
    return value;
  }

  /// With its brackets, up to the one that closes the first.
  std::string bracketed(std::string_view key) {
    std::size_t const begin = at_;
    int depth = 0;
    do {
      if (at_ == line_.size()) fail_open(key, ']');
      if (line_[at_] == '"') {
        quoted(key);
        continue;
      }
      depth += line_[at_] == '[' ? 1 : line_[at_] == ']' ? -1 : 0;
      ++at_;
    } while (depth > 0);
    return std::string(line_.substr(begin, at_ - begin));
  }

  [[noreturn]] void fail_open(std::string_view key, char close) const {
    fail_input(where_, "the value of ", in_quotes(key), " has no closing ", close);
  }

  std::string_view line_;
  SourceLocation where_;
  std::size_t at_ = 0;
};

/// The value of a key, which some programs write in small letters or capitals: if it stands there as
/// the format has it, other spellings are keys of their own (lattice=fcc). nullptr: not there. Two
/// values are refused.
std::string const* find(Info const& info, std::string_view key, SourceLocation const& where) {
  auto const the_one = [&](auto const& is_meant) {
    std::string const* found = nullptr;
    for (auto const& [name, value] : info) {
      if (!is_meant(name)) continue;
      if (found && *found != value)
        fail_input(where, "found ", key, "=", in_quotes(*found), " and ", name, "=",
                   in_quotes(value), ", expected one of them");
      found = &value;
    }
    return found;
  };
  if (auto const* exact = the_one([&](std::string const& name) { return name == key; }))
    return exact;
  return the_one(
      [&](std::string const& name) { return in_lower_case(name) == in_lower_case(key); });
}

/// The elements of an array, whichever way it is written.
std::vector<std::string_view> elements_of(std::string& array) {
  std::replace_if(
      array.begin(), array.end(),
      [](char c) { return std::string_view("[]{},").find(c) != std::string_view::npos; }, ' ');
  return words_of(array);
}

/// Which words of an ion's line hold what; -1: not there.
struct Columns {
  int species = -1;
  int number = -1;  // atomic
  int position = -1;
  int charge = -1;
  int total = 0;
  bool stated = true;  // else it is a plain XYZ file's: more columns may follow
};

/// What a part name:type:columns of Properties says.
struct Property {
  std::string name;
  std::string type;
  int columns;
};

std::vector<Property> properties_of(std::string_view text, SourceLocation const& where) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t const end = std::min(text.find(':', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() % 3 != 0)
    fail_input(where, "Properties=", in_quotes(text),
               ", expected name:type:columns, as species:S:1:pos:R:3");
  std::vector<Property> properties;
  for (std::size_t p = 0; p < parts.size(); p += 3) {
    std::string const name(parts[p]);
    int const columns = to_integer(parts[p + 2], where, "the number of columns of " + name, 1);
    properties.push_back({name, std::string(parts[p + 1]), columns});
  }
  return properties;
}

Columns read_columns(std::string_view text, SourceLocation const& where) {
  Columns columns;
  // The first of these that is there holds the charges; ASE calls given ones initial_charges.
  constexpr std::array charge_names{"initial_charges", "charges", "charge"};
  auto best_charge = charge_names.end();
  std::set<std::string> known;
  for (Property const& property : properties_of(text, where)) {
    std::string const name = property.name == "Z" ? "numbers" : in_lower_case(property.name);
    auto const expect = [&](std::string_view types, int expected) {
      if (property.type.size() != 1 || types.find(property.type) == types.npos ||
          property.columns != expected)
        fail_input(where, "property ", in_quotes(property.name), " is ", property.type, ":",
                   property.columns, ", expected ", types[0], ":", expected);
      if (!known.insert(name).second)
        fail_input(where, "Properties=", in_quotes(text), " names ", name, " twice");
    };
    if (name == "species") {
      expect("S", 1);
      columns.species = columns.total;
    } else if (name == "numbers") {
      expect("I", 1);
      columns.number = columns.total;
    } else if (name == "pos") {
      expect("RI", 3);
      columns.position = columns.total;
    } else if (auto const found = std::find(charge_names.begin(), charge_names.end(), name);
               found < best_charge) {
      expect("RI", 1);
      columns.charge = columns.total;
      best_charge = found;
    }
    constexpr int most = 100'000;
    if (property.columns > most || (columns.total += property.columns) > most)
      fail_input(where, "more than ", most, " columns");
  }
  bool const named = columns.species >= 0 || columns.number >= 0;
  if (!named || columns.position < 0)
    fail_input(where, "Properties=", in_quotes(text), " without ",
               named ? "pos:R:3" : "species:S:1 or numbers:I:1");
  return columns;
}

Columns read_columns(Info const& info, SourceLocation const& where) {
  if (std::string const* const properties = find(info, "Properties", where))
    return read_columns(*properties, where);
  Columns columns = read_columns("species:S:1:pos:R:3", where);
  columns.stated = false;
  return columns;
}

Cell read_lattice(Info const& info, SourceLocation const& where) {
  std::string const* const lattice = find(info, "Lattice", where);
  if (!lattice)
    fail_input(where, "no Lattice=\"ax ay az bx by bz cx cy cz\": a periodic cell is needed");
  std::string array = *lattice;
  auto const words = elements_of(array);
  if (words.size() != 9) fail_input(where, "Lattice holds ", words.size(), " values, expected 9");
  std::array<double, 9> h{};
  for (std::size_t i = 0; i < 9; ++i) h[i] = to_number(words[i], where, "Lattice");

  if (std::string const* const pbc = find(info, "pbc", where)) {
    array = *pbc;
    auto const flags = elements_of(array);
    auto const periodic = [](std::string_view flag) {
      return flag[0] == 'T' || flag[0] == 't' || flag == "1";
    };
    bool const right_size = flags.size() == 3 || flags.size() == 1;
    if (!right_size || !std::all_of(flags.begin(), flags.end(), periodic))
      fail_input(where, "pbc=", in_quotes(*pbc),
                 ", expected \"T T T\": a cell that is periodic in all directions");
  }
  return {{h[0], h[1], h[2]}, {h[3], h[4], h[5]}, {h[6], h[7], h[8]}};
}

/// The ion that a line describes, put at the end of the crystal's.
void read_ion(std::string_view line, Columns const& columns, std::string const& ion,
              SourceLocation const& where, Crystal& crystal) {
  auto const words = words_of(line);
  auto const expected = static_cast<std::size_t>(columns.total);
  if (words.size() < expected || (words.size() > expected && columns.stated))
    fail_input(where, "found ", words.size(), " columns, expected ", expected, ": ", ion);
  auto const word = [&](int column) { return words[static_cast<std::size_t>(column)]; };
  auto const number = [&](int column) { return to_number(word(column), where, ion); };
  bool const by_number =
      columns.species < 0 || std::isdigit(static_cast<unsigned char>(word(columns.species)[0]));
  crystal.species.push_back(
      by_number
          ? element_of_number(word(columns.species < 0 ? columns.number : columns.species), where)
          : element_of(word(columns.species), where));
  crystal.positions.push_back(
      {number(columns.position), number(columns.position + 1), number(columns.position + 2)});
  if (columns.charge >= 0) crystal.charges.push_back(number(columns.charge));
}

/// The key `comment`, or else what the line says besides structure and energies: "id=7 end=initial".
std::string comment_of(Info const& info) {
  constexpr std::string_view others[] = {"Lattice", "Properties",  "pbc",    "energy",
                                         "stress",  "free_energy", "virial", "charge"};
  std::string words;
  for (auto const& [key, value] : info) {
    if (key == "comment") return value;
    if (std::ranges::find(others, key) == std::end(others))
      words += (words.empty() ? "" : " ") + key + "=" + value;
  }
  return words;
}

Crystal read_ions(LineReader& in, int n) {
  Crystal crystal;
  std::string_view const info_line = in.next("a line with Lattice=... Properties=...");
  Info const info = InfoLine(info_line, in.where()).read();
  crystal.cell = read_lattice(info, in.where());
  Columns const columns = read_columns(info, in.where());
  crystal.comment = comment_of(info);
  for (int i = 1; i <= n; ++i) {
    std::string const ion = "ion " + std::to_string(i) + " of " + std::to_string(n);
    std::string_view const line = in.next(ion);
    read_ion(line, columns, ion, in.where(), crystal);
  }
  return crystal;
}

/// The next frame, or its error; then, too, all of its lines are taken.
Frame read_frame(LineReader& in) {
  Frame frame;
  std::string_view const count_line = trimmed(in.next("the number of ions"));
  int const n = to_integer(count_line, in.where(), "the number of ions", 1);
  frame.line = in.where().line;
  long const last = long(frame.line) + 1 + n;
  try {
    frame.crystal = read_ions(in, n);
  } catch (InputError const& error) {
    frame.error = error;
    while (in.where().line < last && in.skip_blank_lines()) in.next("an ion");
  }
  return frame;
}

std::ostream& operator<<(std::ostream& out, Vec3 v) {
  return out << shortest(v.x) << ' ' << shortest(v.y) << ' ' << shortest(v.z);
}

/// In double quotes, so that InfoLine gives it back.
std::string escaped(std::string const& text) {
  std::string result = "\"";
  for (char c : one_line(text)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

std::vector<Frame> read_extxyz(std::string_view text, std::filesystem::path const& file) {
  LineReader in(text, file);
  std::vector<Frame> frames;
  try {
    while (in.skip_blank_lines()) frames.push_back(read_frame(in));
  } catch (InputError const& error) {  // no count of ions: nobody knows where the next one begins
    frames.emplace_back().error = error;
  }
  if (frames.empty()) fail_input({file}, "no structure, only blank lines");
  return frames;
}

void write_extxyz(std::filesystem::path const& file, std::span<Crystal const> frames,
                  std::span<Calculated const> calculated) {
  if (!calculated.empty() && calculated.size() != frames.size())
    fail_input({file}, calculated.size(), " results for ", frames.size(), " frames");
  AtomicFile out(file);
  std::ostream& text = out.stream();
  for (std::size_t f = 0; f < frames.size(); ++f) {
    Crystal const& crystal = frames[f];
    Calculated const* const result = calculated.empty() ? nullptr : &calculated[f];
    Cell const& cell = crystal.cell;
    bool const charged = !crystal.charges.empty(), forces = result && !result->forces.empty();
    if (forces && result->forces.size() != crystal.size())
      fail_input({file}, result->forces.size(), " forces for ", crystal.size(), " ions");
    text << crystal.size() << "\nLattice=\"" << cell.a << ' ' << cell.b << ' ' << cell.c
         << "\" Properties=species:S:1:pos:R:3" << (charged ? ":initial_charges:R:1" : "")
         << (forces ? ":forces:R:3" : "") << " pbc=\"T T T\"";
    if (result) text << " energy=" << shortest(result->energy);
    if (result && result->stress) {
      auto const& [x, y, z] = *result->stress;
      text << " stress=\"" << Vec3{x[0], x[1], x[2]} << ' ' << Vec3{y[0], y[1], y[2]} << ' '
           << Vec3{z[0], z[1], z[2]} << '"';
    }
    if (!crystal.comment.empty()) text << " comment=" << escaped(crystal.comment);
    text << '\n';
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      text << symbol_of(crystal.species[i]) << ' ' << crystal.positions[i];
      if (charged) text << ' ' << shortest(crystal.charges[i]);
      if (forces) text << ' ' << result->forces[i];
      text << '\n';
    }
  }
  out.commit();
}

}  // namespace ionscape
