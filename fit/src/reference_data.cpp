#include <ionscape/fit/reference_data.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_text.hpp>

namespace ionscape {

namespace {

using Path = std::filesystem::path;

constexpr int n_images = 7;
constexpr double source_noise =
    0.009;  // eV: mean difference of [X20] and [O23] for S at the same points
constexpr double off_trend = 0.01;  // eV from the trend, above which an image is doubtful

// --- quirks of the sources -----------------------------------------------------------------------

/// The volume per anion of the 48-anion cell of [X20], from the lattice scale in its labels;
/// reproduces the volumes in the headers of the published tables to 0.01 Å^3.
double volume_of_scale(double scale) { return 23.858583 * scale * scale * scale; }

/// Between -1.7 and -1.8 e the energies of O and S jump in a way that no smooth surface follows.
bool beyond_kink(std::string const& anion, double charge) {
  return (anion == "O" || anion == "S") && charge < -1.75;
}

/// Image 3 of many [X20] profiles is off, by up to tenths of an eV, and the raw files do not say
/// where. The seven energies of a sound path are so smooth that the sixth difference nearly
/// vanishes: this is what image 3 misses to that. Against a fit over all charges and volumes it
/// finds 9 of 10 such images.
double miss_of_image_3(std::array<double, n_images> const& e) {
  return e[3] - (e[0] - 6 * e[1] + 15 * e[2] + 15 * e[4] - 6 * e[5] + e[6]) / 20;
}

/// The misspelt file names of [X20] ("lithium-chlroine-barrier.txt") by their beginnings.
std::optional<std::string> anion_of_file(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  std::pair<char const*, char const*> const beginnings[] = {
      {"li-o-", "O"},        {"li-s-", "S"},        {"lithium-oxy", "O"},  {"lithium-sul", "S"},
      {"lithium-bro", "Br"}, {"lithium-chl", "Cl"}, {"lithium-fluo", "F"}, {"lithium-iod", "I"},
      {"li-br-", "Br"},      {"li-cl-", "Cl"},      {"li-f-", "F"},        {"li-i-", "I"}};
  for (auto const& [beginning, anion] : beginnings)
    if (name.starts_with(beginning)) return anion;
  return {};
}

// --- the [X20] profiles --------------------------------------------------------------------------

/// One CI-NEB path of [X20] from Oct to Tet.
struct Profile {
  std::string anion;
  double charge = 0, volume = 0;
  std::array<double, n_images> energy{};  // eV, relative to image 0
  std::array<bool, n_images> off{};       // off the trend
  std::string source;
};

double highest(Profile const& p, bool with_image_3) {
  double high = p.energy[0];
  for (int k = 1; k < n_images; ++k)
    if (k != 3 || with_image_3) high = std::max(high, p.energy[k]);
  return high;
}

/// D, the barrier from the lower *end* (an erratic image may lie below both), and the images.
void add_profile(Profile const& p, std::vector<ReferenceValue>& values) {
  bool const kink = beyond_kink(p.anion, p.charge);
  auto const add = [&](Quantity quantity, int image, double value, bool doubtful) {
    values.push_back({p.anion, p.volume, p.charge, 1, quantity, image, value, source_noise, false,
                      kink || doubtful, p.source, 0});
  };
  for (int k = 1; k < n_images; ++k) add(Quantity::image, k, p.energy[k], p.off[k]);
  add(Quantity::tet_minus_oct, 0, p.energy[6], p.off[6]);
  // Where image 3 is off it is left out; if it is the highest, or would be on a smooth path, the
  // others only bound the barrier from below.
  bool const drop = p.off[3];
  double const top = highest(p, !drop), smooth = p.energy[3] - miss_of_image_3(p.energy);
  bool const lost = drop && std::max(p.energy[3], smooth) > top;
  bool const another =
      std::ranges::any_of(std::array{0, 1, 2, 4, 5, 6}, [&](int k) { return p.off[k]; });
  add(Quantity::barrier, 0, top - std::min(0.0, p.energy[6]), lost || another);
}

std::vector<Profile> read_profile_table(Path const& file) {
  CsvTable const table = CsvTable::read(file);
  std::map<std::string, Profile> profiles;
  std::map<std::string, std::set<int>> images_of;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string const& id = table.text(row, "profile_id");
    Profile& p = profiles[id];
    p.anion = table.text(row, "anion");
    p.charge = table.number(row, "charge_e");
    p.volume = volume_of_scale(table.number(row, "lattice_scale"));
    p.source = "[X20] " + file.filename().string();
    double const image = table.number(row, "image");
    if (image < 0 || image >= n_images || image != std::floor(image))
      fail_input(table.where(row), "image ", image, ", expected 0 to ", n_images - 1);
    if (!images_of[id].insert(int(image)).second)
      fail_input(table.where(row), "profile ", id, ": a second image ", image);
    p.energy[std::size_t(image)] = table.number(row, "relative_energy_eV");
    p.off[std::size_t(image)] = table.number(row, "flag_offtrend") != 0;
  }
  std::vector<Profile> list;
  for (auto const& [id, p] : profiles) {
    if (images_of[id].size() != n_images)
      fail_input({file}, "profile ", id, " has ", images_of[id].size(), " images, expected ",
                 n_images);
    list.push_back(p);
  }
  return list;
}

/// One line without its end, which may be LF, CR LF or CR in one and the same file; its number as
/// an editor counts.
struct Line {
  int number;
  std::string text;
};

std::vector<Line> lines_of(Path const& file) {
  std::string const text = read_text(file);
  std::vector<Line> lines;
  int number = 1;
  std::string current;
  auto const finish = [&] {
    if (current.find_first_not_of(" \t") != std::string::npos) lines.push_back({number, current});
    current.clear();
    ++number;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      current += text[i];
      continue;
    }
    finish();
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  finish();
  return lines;
}

/// Blocks of a header, which ends with CHARGE-v-SCALE, and seven lines "image force energy
/// relative".
std::vector<Profile> read_barrier_file(Path const& file, std::string const& anion,
                                       std::string const& series,
                                       std::vector<std::string>& remarks) {
  static std::regex const label(R"((\d*\.?\d+)[^0-9.]*-v-\s*(\d*\.?\d+))");
  auto const lines = lines_of(file);
  std::vector<Profile> list;
  int other_relative = 0;
  for (std::size_t at = 0; at < lines.size();) {
    Line const& header = lines[at++];
    std::smatch found;
    if (!std::regex_search(header.text, found, label))
      fail_input({file, header.number}, "found '", header.text,
                 "', expected a label with CHARGE-v-SCALE");
    double const charge = std::stod(found[1]), scale = std::stod(found[2]);
    if (!(charge > 0 && charge < 4 && scale > 0.3 && scale < 3))
      fail_input({file, header.number}, "charge ", charge, " and scale ", scale, " in '",
                 header.text, "', expected 0 to 4 e and 0.3 to 3");
    Profile p{anion, -charge, volume_of_scale(scale), {}, {}, series};
    double first = 0;
    for (int image = 0; image < n_images; ++image, ++at) {
      if (at == lines.size()) fail_input({file}, "ends inside the block '", header.text, "'");
      std::istringstream fields(lines[at].text);
      double index, force, energy, relative;
      if (!(fields >> index >> force >> energy >> relative) || index != image)
        fail_input({file, lines[at].number}, "found '", lines[at].text, "', expected image ", image,
                   " as 'image force energy relative'");
      if (image == 0) first = energy;
      p.energy[std::size_t(image)] = energy - first;
      other_relative += std::fabs(relative - (energy - first)) > 2e-3;
    }
    p.off[3] = std::fabs(miss_of_image_3(p.energy)) > off_trend;
    list.push_back(p);
  }
  if (other_relative > 0)
    remarks.push_back(series + ": " + std::to_string(other_relative) +
                      " images with a relative energy that is not the energy minus that of image "
                      "0; the energies are "
                      "used");
  return list;
}

/// Only the site energies and the barriers, for who has no profiles.
void read_site_table(Path const& file, std::vector<ReferenceValue>& values) {
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string const anion = table.text(row, "anion");
    double const charge = table.number(row, "charge_e"),
                 volume = volume_of_scale(table.number(row, "lattice_scale"));
    bool const kink = beyond_kink(anion, charge),
               off = table.number(row, "n_other_images_offtrend") > 0;
    bool const off3 = table.number(row, "flag_image3_offtrend") != 0;
    double const all = table.number(row, "barrier_from_endpoint_eV");
    double const barrier = off3 ? table.number(row, "barrier_excl_image3_eV") : all;
    // Beside the highest of the others, image 3 may be higher still: which the table does not say.
    double const saddle = table.number(row, "saddle_image");
    bool const lost = off3 && (barrier != all || saddle == 2 || saddle == 4);
    std::string const source = "[X20] " + file.filename().string();
    values.push_back({anion, volume, charge, 1, Quantity::tet_minus_oct, 0,
                      table.number(row, "E_tet_minus_E_oct_eV"), source_noise, false, kink || off,
                      source, 0});
    values.push_back({anion, volume, charge, 1, Quantity::barrier, 0, barrier, source_noise, false,
                      kink || off || lost, source, 0});
  }
}

// --- the tables of [O23] -------------------------------------------------------------------------

/// The point of a row of an [O23] table.
ReferenceValue point_of(CsvTable const& table, std::size_t row, std::string_view distortion,
                        std::string const& source) {
  ReferenceValue v;
  v.anion = table.text(row, "anion");
  v.volume_A3 = table.number(row, "volume_per_anion_A3");
  v.charge_e = table.number(row, "charge_e");
  v.distortion = table.number(row, distortion);
  v.source = source;
  v.uncertainty_eV = source_noise;
  return v;
}

/// Markers hidden behind others can be misread. All quantities are nearly linear in the charge: a
/// value that misses the mean of its two neighbours by more than anything else does, and by more
/// than its neighbours miss theirs, is doubtful. (Known: D of O at 12.64 Å^3 and -1.5 e, 0.39 eV
/// too low.)
void mark_misread(std::vector<ReferenceValue>& decoded) {
  constexpr double too_far = 0.1;  // eV; the others miss by 0.04 at most
  std::map<std::tuple<std::string, Quantity, double, double>, std::map<double, ReferenceValue*>>
      lines;
  for (ReferenceValue& v : decoded)
    if (!v.bound && v.quantity != Quantity::E_tet)
      lines[{v.anion, v.quantity, v.distortion, v.volume_A3}][v.charge_e] = &v;
  for (auto const& [key, line] : lines) {
    std::vector<ReferenceValue*> row;
    for (auto const& [charge, v] : line) row.push_back(v);
    std::vector<double> miss(row.size(), 0);
    for (std::size_t i = 1; i + 1 < row.size(); ++i)
      miss[i] = std::fabs(row[i]->value_eV - 0.5 * (row[i - 1]->value_eV + row[i + 1]->value_eV));
    for (std::size_t i = 1; i + 1 < row.size(); ++i)
      row[i]->doubtful |= miss[i] > too_far && miss[i] > miss[i - 1] && miss[i] > miss[i + 1];
  }
}

/// Colours of 3-D scatter plots turned into numbers.
void read_decoded(Path const& file, std::vector<ReferenceValue>& values) {
  CsvTable const table = CsvTable::read(file);
  std::vector<ReferenceValue> decoded;
  std::map<std::string, Quantity> const quantities{{"Ea", Quantity::barrier_three_point},
                                                   {"E_tet_minus_E_oct", Quantity::tet_minus_oct},
                                                   {"dE_oct_rel_undistorted", Quantity::dE_oct},
                                                   {"E_tet_insertion", Quantity::E_tet}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ReferenceValue v =
        point_of(table, row, "distortion_factor", "[O23] " + file.filename().string());
    std::string const& name = table.text(row, "quantity");
    auto const quantity = quantities.find(name);
    if (quantity == quantities.end())
      fail_input(table.where(row), "quantity '", name,
                 "', expected Ea, E_tet_minus_E_oct, dE_oct_rel_undistorted or E_tet_insertion");
    v.quantity = quantity->second;
    if (v.quantity == Quantity::dE_oct && v.distortion == 1) continue;  // zero by definition
    v.source += ", " + table.text(row, "source_figure");
    v.value_eV = table.number(row, "value_eV");
    v.uncertainty_eV = table.number(row, "uncertainty_eV");
    // What cannot be told from an end of the scale is a bound as well: 0.996 +- 0.007 of a scale
    // that ends at 1.
    double const low = table.number(row, "scale_min_eV"), high = table.number(row, "scale_max_eV");
    bool const at_high = v.value_eV + v.uncertainty_eV >= high,
               at_low = v.value_eV - v.uncertainty_eV <= low;
    v.bound = table.number(row, "saturated") != 0 || at_high || at_low;
    if (v.bound) v.bound_sign = v.value_eV > 0.5 * (low + high) ? 1 : -1;
    // Read from a scale 13 eV wide, never checked against a printed number.
    v.doubtful = v.quantity == Quantity::E_tet;
    decoded.push_back(v);
  }
  mark_misread(decoded);
  values.insert(values.end(), decoded.begin(), decoded.end());
}

/// The printed grid at d = 1; blank where the source hides what lies above 0.4 eV.
void read_printed_grid(Path const& file, std::vector<ReferenceValue>& values) {
  constexpr double mask = 0.4;  // eV
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ReferenceValue v =
        point_of(table, row, "distortion_factor", "[O23] " + file.filename().string());
    v.quantity = Quantity::barrier_three_point;
    auto const printed = table.optional_number(row, "Ea_eV");
    v.bound = !printed;
    v.bound_sign = printed ? 0 : 1;
    v.value_eV = printed.value_or(mask);
    values.push_back(v);
  }
}

/// Printed rows of the big tables. Their labels Etet and Eoct are exchanged, which the corrected
/// column has undone.
void read_printed_rows(Path const& file, std::vector<ReferenceValue>& values) {
  CsvTable const table = CsvTable::read(file);
  std::pair<char const*, Quantity> const columns[] = {
      {"Ea_eV", Quantity::barrier_three_point},
      {"E_tet_minus_E_oct_corrected_eV", Quantity::tet_minus_oct}};
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (auto const& [column, quantity] : columns)
      if (auto const number = table.optional_number(row, column)) {
        ReferenceValue v =
            point_of(table, row, "distortion_factor", "[O23] " + file.filename().string());
        v.quantity = quantity;
        v.value_eV = *number;
        values.push_back(v);
      }
}

/// Markers of line plots. The legends say CSM 0.0 where d = 1.04 (O) and 1.12 (S) are drawn: the
/// column of what is drawn counts, not the legend's.
void read_curves(Path const& file, std::vector<ReferenceValue>& values) {
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string const& name = table.text(row, "quantity");
    if (name != "Ea" && name != "E_tet_minus_E_oct")
      fail_input(table.where(row), "quantity '", name, "', expected Ea or E_tet_minus_E_oct");
    ReferenceValue v =
        point_of(table, row, "distortion_factor_plotted",
                 "[O23] " + file.filename().string() + ", " + table.text(row, "source_figure"));
    v.quantity = name == "Ea" ? Quantity::barrier_three_point : Quantity::tet_minus_oct;
    v.value_eV = table.number(row, "value_eV");
    v.uncertainty_eV = table.number(row, "uncertainty_eV");
    values.push_back(v);
  }
}

/// Shares of the plane. The rows of 0.2 eV are copies of those of 0.3 eV, and those of 1.2 eV are 1
/// although larger barriers exist: the table marks both as suspect.
void read_coverage(Path const& file, std::vector<ReferenceShare>& shares) {
  CsvTable const table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.text(row, "quantity") == "coverage_fraction")
      shares.push_back({table.text(row, "anion"), table.number(row, "distortion_factor"),
                        table.number(row, "Ea_threshold_eV"), table.number(row, "value"),
                        table.number(row, "suspect") != 0});
}

// --- all at once ---------------------------------------------------------------------------------

/// Of values for the same point, quantity and image.
auto key_of(ReferenceValue const& v) {
  return std::tuple(v.anion, int(v.quantity), point_key(v.distortion, v.charge_e, v.volume_A3),
                    v.image);
}

/// Values before bounds, sure before doubtful, printed before read from colours, well read before
/// badly read; of bounds on one side the tighter.
bool better(ReferenceValue const& a, ReferenceValue const& b) {
  auto const rank = [](ReferenceValue const& v) {
    bool const from_colours = v.source.find("decoded") != std::string::npos;
    return std::tuple(v.bound, v.doubtful, -v.bound_sign * v.value_eV, from_colours,
                      v.uncertainty_eV);
  };
  return rank(a) < rank(b);
}

void keep_the_best(ReferenceData& data) {
  auto const before = data.values.size();
  std::ranges::stable_sort(data.values, [](ReferenceValue const& a, ReferenceValue const& b) {
    auto const ka = key_of(a), kb = key_of(b);
    return ka != kb ? ka < kb : better(a, b);
  });
  auto const rest = std::ranges::unique(data.values, {}, key_of);
  data.values.erase(rest.begin(), rest.end());
  if (auto const n = before - data.values.size(); n > 0)
    data.remarks.push_back(std::to_string(n) +
                           " values stand in a second place as well: the better known are kept");
}

/// dE_tet = dE_oct + D(d) - D(1): more exact than the difference of two insertion energies read
/// from a wide scale.
void derive_dE_tet(ReferenceData& data) {
  std::map<decltype(key_of(ReferenceValue{})), ReferenceValue const*> known;
  for (ReferenceValue const& v : data.values)
    if (!v.bound) known.emplace(key_of(v), &v);
  auto const find = [&](ReferenceValue v, Quantity quantity, double distortion) {
    v.quantity = quantity, v.distortion = distortion;
    auto const at = known.find(key_of(v));
    return at == known.end() ? nullptr : at->second;
  };
  std::vector<ReferenceValue> derived;
  for (ReferenceValue const& oct : data.values) {
    if (oct.quantity != Quantity::dE_oct || oct.bound) continue;
    auto const *distorted = find(oct, Quantity::tet_minus_oct, oct.distortion),
               *ideal = find(oct, Quantity::tet_minus_oct, 1);
    if (!distorted || !ideal) continue;
    ReferenceValue v = oct;
    v.quantity = Quantity::dE_tet;
    v.value_eV += distorted->value_eV - ideal->value_eV;
    v.uncertainty_eV =
        std::hypot(oct.uncertainty_eV, distorted->uncertainty_eV, ideal->uncertainty_eV);
    v.doubtful = oct.doubtful || distorted->doubtful || ideal->doubtful;
    v.source = "[O23] derived: dE_oct + D(d) - D(1)";
    derived.push_back(v);
  }
  if (!derived.empty())
    data.remarks.push_back(std::to_string(derived.size()) +
                           " values of dE_tet are derived as dE_oct + D(d) - D(1)");
  data.values.insert(data.values.end(), derived.begin(), derived.end());
}

std::vector<Path> barrier_files(Path const& directory) {
  std::vector<Path> files;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && entry.path().filename().string().ends_with("-barrier.txt"))
      files.push_back(entry);
  std::ranges::sort(files);
  return files;
}

void add_remarks_on_quirks(ReferenceData& data) {
  auto const say = [&](std::string const& what, auto const& is) {
    if (auto const n = std::ranges::count_if(data.values, is); n > 0)
      data.remarks.push_back(std::to_string(n) + what);
  };
  using Value = ReferenceValue;
  say(" values are only bounds: ends of colour scales, masked cells",
      [](Value const& v) { return v.bound; });
  say(" values are doubtful: O and S beyond the kink at -1.75 e",
      [](Value const& v) { return beyond_kink(v.anion, v.charge_e); });
  say(" values are doubtful: insertion energies read from a scale that nobody has checked",
      [](Value const& v) { return v.quantity == Quantity::E_tet; });
  say(" values are doubtful: off the trend of their neighbours", [](Value const& v) {
    return v.doubtful && v.quantity != Quantity::E_tet && !beyond_kink(v.anion, v.charge_e);
  });
  if (std::ranges::any_of(
          data.values, [](ReferenceValue const& v) { return v.anion == "F" && v.charge_e < -0.7; }))
    data.remarks.push_back(
        "the energies of F have a kink between -0.75 and -0.85 e; they are kept");
}

}  // namespace

std::string name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::image:
      return "image";
    case Quantity::tet_minus_oct:
      return "tet_minus_oct";
    case Quantity::barrier:
      return "barrier";
    case Quantity::barrier_three_point:
      return "barrier_three_point";
    case Quantity::dE_oct:
      return "dE_oct";
    case Quantity::dE_tet:
      return "dE_tet";
    case Quantity::E_tet:
      return "E_tet";
  }
  return "";
}

ReferenceData read_reference_data(Path const& directory) {
  if (!std::filesystem::is_directory(directory))
    fail_input({directory},
               "no such folder, expected one with reference tables or with *-barrier.txt");
  ReferenceData data;
  std::vector<std::string> missing;
  int files = 0;
  auto const say = [&](std::string const& name, std::size_t n, std::string const& what) {
    data.remarks.push_back(name + ": " + std::to_string(n) + what);
  };

  // Reads NAME if it is there; `read` returns what it has read, for the remark.
  auto const table = [&](char const* name, auto const& read) {
    Path const file = directory / name;
    bool const exists = std::filesystem::exists(file);
    if (!exists) {
      missing.push_back(name);
      return false;
    }
    ++files;
    std::size_t const before = data.values.size() + data.shares.size();
    read(file);
    say(name, data.values.size() + data.shares.size() - before, " values");
    return true;
  };

  bool const profiles = table("dft_profiles.csv", [&](Path const& file) {
    for (Profile const& p : read_profile_table(file)) add_profile(p, data.values);
  });
  if (!profiles)
    table("dft_sites.csv", [&](Path const& file) { read_site_table(file, data.values); });
  table("cvd_decoded_3d.csv", [&](Path const& file) { read_decoded(file, data.values); });
  table("cvd_grid_S_csm0.csv", [&](Path const& file) { read_printed_grid(file, data.values); });
  table("cvd_grid_rows.csv", [&](Path const& file) { read_printed_rows(file, data.values); });
  table("digitised_csm_curves.csv", [&](Path const& file) { read_curves(file, data.values); });
  table("cvd_coverage.csv", [&](Path const& file) { read_coverage(file, data.shares); });

  for (Path const& file : barrier_files(directory)) {
    std::string const series = std::filesystem::relative(file, directory).generic_string();
    if (profiles) {  // which say of more images that they are off
      data.remarks.push_back(series + ": not read, dft_profiles.csv holds the profiles");
      continue;
    }
    auto const anion = anion_of_file(file.filename().string());
    if (!anion) {
      data.remarks.push_back(series + ": not read, its name says no anion");
      continue;
    }
    ++files;
    auto const list = read_barrier_file(file, *anion, "[X20] " + series, data.remarks);
    for (Profile const& p : list) add_profile(p, data.values);
    say(series, list.size(),
        " profiles; image 3 is checked by the smoothness of its path, other images are not");
  }
  if (files == 0)
    fail_input(
        {directory},
        "no reference data found, expected dft_profiles.csv, dft_sites.csv, cvd_decoded_3d.csv, "
        "cvd_grid_S_csm0.csv, cvd_grid_rows.csv, digitised_csm_curves.csv, cvd_coverage.csv, or "
        "files named "
        "*-barrier.txt as Xu et al. (2020) published them (the notebooks of Ouyang et al. (2023), "
        "*.ipynb, print ten "
        "rows a table and draw the rest: they are not read)");
  if (!missing.empty()) data.remarks.push_back("not there: " + joined(missing));
  keep_the_best(data);
  derive_dE_tet(data);
  add_remarks_on_quirks(data);
  return data;
}

}  // namespace ionscape
