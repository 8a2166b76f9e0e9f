// Extended XYZ: a count, a line of key=value pairs, a line for each ion; any number of frames.
// https://github.com/libAtoms/extxyz
#include <algorithm>
#include <array>
#include <map>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

using Info = std::map<std::string, std::string, std::less<>>;

/// key=value, key="a b", key='a b', key={a b}; a key alone stands for true.
Info read_info(std::string_view line, SourceLocation const& where) {
  constexpr std::string_view blanks = " \t";
  Info info;
  for (std::size_t at = line.find_first_not_of(blanks); at < line.size();
       at = line.find_first_not_of(blanks, at)) {
    std::size_t const end = std::min(line.find_first_of("= \t", at), line.size());
    std::string const key(line.substr(at, end - at));
    at = end;
    std::string value = "T";
    if (at < line.size() && line[at] == '=') {
      ++at;
      char const open = at < line.size() ? line[at] : ' ';
      if (open == '"' || open == '\'' || open == '{') {
        char const close = open == '{' ? '}' : open;
        value.clear();
        for (++at; at < line.size() && line[at] != close; ++at) {
          if (line[at] == '\\' && at + 1 < line.size()) ++at;
          value += line[at];
        }
        if (at == line.size())
          fail_input(where, "the value of ", in_quotes(key), " has no closing ", close);
        ++at;
      } else {
        std::size_t const stop = std::min(line.find_first_of(blanks, at), line.size());
        value = line.substr(at, stop - at);
        at = stop;
      }
    }
    info[key] = value;
  }
  return info;
}

/// Which words of an ion's line hold what; -1: not there.
struct Columns {
  int species = -1;
  int position = -1;
  int charge = -1;
  int total = 0;
};

Columns read_columns(std::string_view properties, SourceLocation const& where) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= properties.size();) {
    std::size_t const end = std::min(properties.find(':', begin), properties.size());
    parts.push_back(properties.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() % 3 != 0)
    fail_input(where, "Properties=", in_quotes(properties),
               ", expected name:type:columns, as species:S:1:pos:R:3");

  Columns columns;
  // The first of these that is there holds the charges; ASE calls given ones initial_charges.
  constexpr std::array charge_names{"initial_charges", "charges", "charge"};
  auto best_charge = charge_names.end();
  for (std::size_t p = 0; p < parts.size(); p += 3) {
    std::string_view const name = parts[p];
    int const count =
        to_integer(parts[p + 2], where, "the number of columns of " + std::string(name), 1);
    auto const expect = [&](char type, int expected) {
      if (parts[p + 1] != std::string_view(&type, 1) || count != expected)
        fail_input(where, "property ", in_quotes(name), " is ", parts[p + 1], ":", count,
                   ", expected ", type, ":", expected);
    };
    if (name == "species") {
      expect('S', 1);
      columns.species = columns.total;
    } else if (name == "pos") {
      expect('R', 3);
      columns.position = columns.total;
    } else if (auto const found = std::find(charge_names.begin(), charge_names.end(), name);
               found < best_charge) {
      expect('R', 1);
      columns.charge = columns.total;
      best_charge = found;
    }
    constexpr int most = 100'000;
    if (count > most || (columns.total += count) > most)
      fail_input(where, "more than ", most, " columns");
  }
  if (columns.species < 0 || columns.position < 0)
    fail_input(where, "Properties=", in_quotes(properties), " without ",
               columns.species < 0 ? "species:S:1" : "pos:R:3");
  return columns;
}

Cell read_lattice(Info const& info, SourceLocation const& where) {
  auto const lattice = info.find("Lattice");
  if (lattice == info.end())
    fail_input(where, "no Lattice=\"ax ay az bx by bz cx cy cz\": a periodic cell is needed");
  auto const words = words_of(lattice->second);
  if (words.size() != 9) fail_input(where, "Lattice holds ", words.size(), " values, expected 9");
  std::array<double, 9> h{};
  for (std::size_t i = 0; i < 9; ++i) h[i] = to_number(words[i], where, "Lattice");

  if (auto const pbc = info.find("pbc"); pbc != info.end()) {
    std::string value = pbc->second;
    std::replace_if(
        value.begin(), value.end(), [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
    auto const flags = words_of(value);
    auto const periodic = [](std::string_view flag) {
      return flag[0] == 'T' || flag[0] == 't' || flag == "1";
    };
    if (flags.size() != 3 || !std::all_of(flags.begin(), flags.end(), periodic))
      fail_input(where, "pbc=", in_quotes(pbc->second),
                 ", expected \"T T T\": a cell that is periodic in all directions");
  }
  return {{h[0], h[1], h[2]}, {h[3], h[4], h[5]}, {h[6], h[7], h[8]}};
}

Frame read_frame(LineReader& in) {
  Frame frame;
  Crystal& crystal = frame.crystal;
  std::string_view const count_line = trimmed(in.next("the number of ions"));
  int const n = to_integer(count_line, in.where(), "the number of ions", 1);
  frame.line = in.where().line;

  std::string_view const info_line = in.next("a line with Lattice=... Properties=...");
  Info const info = read_info(info_line, in.where());
  crystal.cell = read_lattice(info, in.where());
  auto const properties = info.find("Properties");
  Columns const columns = read_columns(
      properties == info.end() ? std::string_view("species:S:1:pos:R:3") : properties->second,
      in.where());
  if (auto const comment = info.find("comment"); comment != info.end())
    crystal.comment = comment->second;

  for (int i = 1; i <= n; ++i) {
    std::string const ion = "ion " + std::to_string(i) + " of " + std::to_string(n);
    auto const words = words_of(in.next(ion));
    SourceLocation const where = in.where();
    if (words.size() != static_cast<std::size_t>(columns.total))
      fail_input(where, "found ", words.size(), " columns, expected ", columns.total, ": ", ion);
    auto const number = [&](int column) {
      return to_number(words[static_cast<std::size_t>(column)], where, ion);
    };
    crystal.species.push_back(element_of(words[static_cast<std::size_t>(columns.species)], where));
    crystal.positions.push_back(
        {number(columns.position), number(columns.position + 1), number(columns.position + 2)});
    if (columns.charge >= 0) crystal.charges.push_back(number(columns.charge));
  }
  return frame;
}

std::ostream& operator<<(std::ostream& out, Vec3 v) {
  return out << shortest(v.x) << ' ' << shortest(v.y) << ' ' << shortest(v.z);
}

/// In double quotes, so that read_info gives it back.
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
  while (in.skip_blank_lines()) frames.push_back(read_frame(in));
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
      text << crystal.species[i] << ' ' << crystal.positions[i];
      if (charged) text << ' ' << shortest(crystal.charges[i]);
      if (forces) text << ' ' << result->forces[i];
      text << '\n';
    }
  }
  out.commit();
}

}  // namespace ionscape
