#include <ionscape/core/io/read_crystal.hpp>

#include <algorithm>
#include <array>
#include <cctype>

#include <ionscape/core/io/read_text.hpp>

#include "formats.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

using Reader = std::vector<Frame> (*)(std::string_view, std::filesystem::path const&);

/// The file's name in small letters, without .gz.
std::string plain_name(std::filesystem::path const& file) {
  std::string name = file.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name;
}

/// Whether the ending says that the file holds something else (poscar.json, data.csv).
bool is_other_kind(std::string const& name) {
  constexpr std::array others{".json", ".yaml", ".yml",  ".xml",   ".toml", ".csv", ".py",  ".sh",
                              ".md",   ".png",  ".svg",  ".pdf",   ".jpg",  ".h5",  ".zip", ".tar",
                              ".xz",   ".bz2",  ".html", ".ipynb", ".log",  ".txt", ".dat", ".out"};
  return std::any_of(others.begin(), others.end(),
                     [&](char const* other) { return name.ends_with(other); });
}

template <Frame (*read_one)(std::string_view, std::filesystem::path const&)>
std::vector<Frame> read_single(std::string_view text, std::filesystem::path const& file) {
  return {read_one(text, file)};
}
constexpr Reader poscar = read_single<read_poscar>;
constexpr Reader lammps_data = read_single<read_lammps_data>;

/// The reader that the file's name asks for; nullptr if it is no structure's. VASP's names may
/// stand anywhere in a name (Li2O-POSCAR, POSCAR.old, CONTCAR_1).
Reader reader_by_name(std::filesystem::path const& file) {
  std::string const name = plain_name(file);
  auto const has = [&](char const* part) { return name.find(part) != name.npos; };
  if (name.ends_with(".cif")) return read_cif;
  if (name.ends_with(".extxyz") || name.ends_with(".xyz")) return read_extxyz;
  if (name.ends_with(".vasp")) return poscar;
  if (name.ends_with(".gin") || name.ends_with(".grs")) return read_gulp;
  if (is_other_kind(name)) return nullptr;
  if (has("xdatcar")) return read_xdatcar;
  if (has("poscar") || has("contcar")) return poscar;
  if (name.ends_with(".data") || name.ends_with(".lmp") || name.starts_with("data."))
    return lammps_data;
  return nullptr;
}

/// The reader of what the first lines look like; nullptr if that is nothing we know.
Reader reader_by_content(std::string_view text) {
  LineReader in(text, {});
  std::vector<std::string_view> lines;
  while (lines.size() < 40 && in.more()) lines.push_back(in.next(""));
  lines.resize(40);
  double number = 0;
  auto const numbers = [&](std::string_view line) {
    auto const words = words_of(line);
    return std::find_if_not(words.begin(), words.end(),
                            [&](auto word) { return parse_number(word, number); }) -
           words.begin();
  };
  auto const begins = [&](char const* start) {
    return [=](std::string_view line) { return trimmed(line).starts_with(start); };
  };
  if (std::any_of(lines.begin(), lines.end(), begins("data_"))) return read_cif;
  if (std::any_of(lines.begin(), lines.end(), begins("Direct configuration="))) return read_xdatcar;
  if (numbers(lines[1]) >= 1 && numbers(lines[2]) >= 3 && numbers(lines[3]) >= 3 &&
      numbers(lines[4]) >= 3)
    return poscar;
  if (numbers(lines[0]) == 1 &&
      (lines[1].find("attice") != lines[1].npos || lines[1].find("LATTICE") != lines[1].npos))
    return read_extxyz;
  auto const option = [&](char const* start) {
    return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
      auto const words = words_of(line);
      return words.size() == 1 && words[0].starts_with(start);
    });
  };
  if ((option("cell") || option("vect")) && (option("frac") || option("cart"))) return read_gulp;
  for (std::string_view const line : lines)
    if (auto const words = words_of(line.substr(0, line.find('#')));
        words.size() == 2 && words[1] == "atoms" && parse_number(words[0], number))
      return lammps_data;
  return nullptr;
}

Reader reader_for(std::string_view text, std::filesystem::path const& file) {
  if (Reader const named = reader_by_name(file)) return named;
  if (Reader const found = reader_by_content(text)) return found;
  fail_input(
      {file},
      "unknown format, expected a POSCAR, XDATCAR, CIF, extended XYZ, GULP or LAMMPS data file");
}

/// Frames that cannot be computed get their error.
std::vector<Frame> checked_frames(std::string_view text, std::filesystem::path const& file) {
  text = without_byte_order_mark(text);
  auto frames = reader_for(text, file)(text, file);
  for (std::size_t f = 0; f < frames.size(); ++f)
    if (!frames[f].error) try {
        validate(frames[f].crystal, "structure " + std::to_string(f + 1));
      } catch (InputError const& error) {
        frames[f].error = InputError({file, frames[f].line}, error.what());
      }
  return frames;
}

}  // namespace

bool has_structure_name(std::filesystem::path const& file) {
  return reader_by_name(file) != nullptr;
}

std::vector<Crystal> read_crystals(std::filesystem::path const& file) {
  return read_crystals(read_text(file), file);
}

std::vector<Crystal> read_crystals(std::string_view text, std::filesystem::path const& file) {
  std::vector<Crystal> crystals;
  for (Frame& frame : checked_frames(text, file)) {
    if (frame.error) throw *frame.error;
    crystals.push_back(std::move(frame.crystal));
  }
  return crystals;
}

std::vector<FrameOrError> read_frames(std::filesystem::path const& file) {
  std::vector<FrameOrError> frames;
  for (Frame& frame : checked_frames(read_text(file), file))
    frames.push_back({std::move(frame.crystal), frame.error ? frame.error->what() : ""});
  return frames;
}

Crystal read_crystal(std::filesystem::path const& file) {
  std::vector<Crystal> crystals = read_crystals(file);
  if (crystals.size() != 1)
    fail_input({file}, "holds ", crystals.size(), " structures, expected one");
  return std::move(crystals.front());
}

std::vector<double> read_oxidation_numbers(std::filesystem::path const& file) {
  std::string const contents = read_text(file);
  std::string_view const text = without_byte_order_mark(contents);
  if (reader_for(text, file) != Reader{read_cif}) return {};
  return read_cif(text, file).at(0).oxidation_numbers;
}

}  // namespace ionscape
