// VASP's POSCAR and CONTCAR. https://www.vasp.at/wiki/index.php/POSCAR
#include <algorithm>
#include <cmath>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find_first_of("!#"));
}

Vec3 componentwise(Vec3 u, Vec3 v) { return {u.x * v.x, u.y * v.y, u.z * v.z}; }

/// Lines 2 to 5: a factor, or minus the wanted volume, or one factor for each of x, y, z; then the
/// lattice vectors. Returns the cell and the factors, which hold for Cartesian positions too.
std::pair<Cell, Vec3> read_cell(LineReader& in) {
  auto const words = words_of(without_comment(in.next("the scale factor")));
  SourceLocation const where = in.where();
  if (words.size() != 1 && words.size() != 3)
    fail_input(where, "found ", words.size(), " values, expected one scale factor or three");
  std::vector<double> scale;
  for (std::string_view word : words) scale.push_back(to_number(word, where, "scale factor"));
  for (double s : scale)
    if (s == 0 || (s < 0 && scale.size() == 3))
      fail_input(where, "scale factor ", s,
                 ", expected one that is positive, or minus the volume in Å^3");

  auto const lattice_vector = [&](std::string const& what) {
    std::string_view const line = in.next(what);
    return three_numbers(line, in.where(), what);
  };
  Vec3 const a = lattice_vector("lattice vector a");
  Vec3 const b = lattice_vector("lattice vector b");
  Vec3 const c = lattice_vector("lattice vector c");
  Cell const cell{a, b, c};
  Vec3 factors{scale.front(), scale.front(), scale.front()};
  if (scale.size() == 3) {
    factors = {scale[0], scale[1], scale[2]};
  } else if (scale[0] < 0) {
    if (cell.volume() == 0) fail_input(in.where(), "the cell is singular (volume 0)");
    double const s = std::cbrt(-scale[0] / cell.volume());
    factors = {s, s, s};
  }
  return {{componentwise(factors, a), componentwise(factors, b), componentwise(factors, c)},
          factors};
}

struct SpeciesCount {
  std::string species;
  int count;
};

/// The species line and the counts. VASP 4 has no species line: symbols in the comment will do, as
/// ASE writes them.
std::vector<SpeciesCount> read_species(LineReader& in, std::string const& comment) {
  std::vector<SpeciesCount> result;
  std::string_view const line = trimmed(without_comment(in.next("the species, as 'Li O'")));
  auto words = words_of(line);
  double number = 0;
  if (!words.empty() && !parse_number(words[0], number)) {
    for (std::string_view word : words) result.push_back({element_of(word, in.where()), 0});
    words = words_of(without_comment(in.next("the number of ions of each species")));
  } else {
    bool all_known = true;
    for (std::string_view word : words_of(comment)) {
      auto const symbol = find_element(word);
      all_known = all_known && symbol;
      result.push_back({symbol.value_or(""), 0});
    }
    if (words.empty() || !all_known || result.size() != words.size())
      fail_input(in.where(), "found ", in_quotes(line),
                 ", expected the species, as 'Li O' (VASP 5), or as many element symbols in the "
                 "first line (VASP 4)");
  }
  if (words.size() != result.size())
    fail_input(in.where(), "found ", words.size(), " counts, expected ", result.size(),
               ": one for each species");
  for (std::size_t s = 0; s < words.size(); ++s)
    result[s].count =
        to_integer(words[s], in.where(), "the number of " + result[s].species + " ions", 1);
  return result;
}

bool one_of(char letter, std::string_view letters) { return letters.find(letter) != letters.npos; }

/// 'Selective dynamics', if it is there, and 'Direct' or 'Cartesian', by the first letter as VASP
/// does.
struct Mode {
  bool selective;
  bool cartesian;
};
Mode read_mode(LineReader& in) {
  auto const next_letter = [&] {
    std::string_view const line = trimmed(in.next("'Direct' or 'Cartesian'"));
    if (line.empty() || !one_of(line[0], "sSdDcCkK"))
      fail_input(in.where(), "found ", in_quotes(line), ", expected 'Direct' or 'Cartesian'");
    return line[0];
  };
  char letter = next_letter();
  bool const selective = one_of(letter, "sS");
  if (selective) letter = next_letter();
  if (one_of(letter, "sS"))
    fail_input(in.where(), "a second 'Selective dynamics', expected 'Direct' or 'Cartesian'");
  return {selective, one_of(letter, "cCkK")};
}

/// Three of T, F, .TRUE., .FALSE. behind the coordinates.
void check_selective_flags(std::string_view line, SourceLocation const& where) {
  auto const words = words_of(line);
  for (std::size_t i = 3; i < 6; ++i) {
    std::string_view word = i < words.size() ? words[i] : "";
    if (word.starts_with('.')) word.remove_prefix(1);
    if (word.empty() || !one_of(word[0], "tTfF"))
      fail_input(where, "found ", in_quotes(trimmed(line)),
                 ", expected three coordinates and three of T or F");
  }
}

}  // namespace

Frame read_poscar(std::string_view text, std::filesystem::path const& file) {
  LineReader in(text, file);
  Crystal crystal;
  crystal.comment = trimmed(in.next("a comment"));
  auto const [cell, factors] = read_cell(in);
  crystal.cell = cell;
  auto const species = read_species(in, crystal.comment);
  auto const [selective, cartesian] = read_mode(in);

  for (SpeciesCount const& entry : species)
    for (int i = 1; i <= entry.count; ++i) {
      std::string const what = "position of " + entry.species + " ion " + std::to_string(i) +
                               " of " + std::to_string(entry.count);
      std::string_view const line = in.next(what);
      Vec3 const r = three_numbers(line, in.where(), what);
      if (selective) check_selective_flags(line, in.where());
      crystal.species.push_back(entry.species);
      crystal.positions.push_back(cartesian ? componentwise(factors, r) : cell.to_cartesian(r));
    }

  // Velocities may follow after a blank line; a further position is a wrong count.
  auto const rest = words_of(in.peek());
  if (double number = 0; !rest.empty() && parse_number(rest[0], number)) {
    std::string_view const line = in.next("");
    fail_input(in.where(), "found ", in_quotes(trimmed(line)), " after the positions of all ",
               crystal.size(), " ions");
  }
  return {std::move(crystal), 0};
}

void write_poscar(std::filesystem::path const& file, Crystal const& crystal) {
  std::vector<std::string> order;
  for (std::string const& species : crystal.species)
    if (std::find(order.begin(), order.end(), species) == order.end()) order.push_back(species);

  AtomicFile out(file);
  std::ostream& text = out.stream();
  auto const write = [&](Vec3 v) {
    text << shortest(v.x) << ' ' << shortest(v.y) << ' ' << shortest(v.z) << '\n';
  };
  text << one_line(crystal.comment) << "\n1.0\n";
  for (Vec3 vector : {crystal.cell.a, crystal.cell.b, crystal.cell.c}) write(vector);
  for (std::string const& species : order) text << species << ' ';
  text << '\n';
  for (std::string const& species : order)
    text << std::count(crystal.species.begin(), crystal.species.end(), species) << ' ';
  text << "\nCartesian\n";
  for (std::string const& species : order)
    for (std::size_t i = 0; i < crystal.size(); ++i)
      if (crystal.species[i] == species) write(crystal.positions[i]);
  out.commit();
}

}  // namespace ionscape
