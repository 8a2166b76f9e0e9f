#include <ionscape/fit/reference_data.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>

#include "reference_sources.hpp"

namespace ionscape {

namespace {

using Path = std::filesystem::path;

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

/// The files of one folder, one after the other, with a remark on each.
class FolderReader {
 public:
  explicit FolderReader(Path const& directory) : directory_(directory) {}

  void read_tables() {
    Values& values = data_.values;
    has_profiles_ = table("dft_profiles.csv", read_profile_table, values);
    if (!has_profiles_) table("dft_sites.csv", read_site_table, values);
    table("cvd_decoded_3d.csv", read_decoded, values);
    table("cvd_grid_S_csm0.csv", read_printed_grid, values);
    table("cvd_grid_rows.csv", read_printed_rows, values);
    table("digitised_csm_curves.csv", read_curves, values);
    table("cvd_coverage.csv", read_coverage, data_.shares);
  }

  void read_barrier_files() {
    for (Path const& file : barrier_files(directory_)) {
      std::string const series = std::filesystem::relative(file, directory_).generic_string();
      auto const anion = anion_of_file(file.filename().string());
      if (has_profiles_) {  // which say of more images that they are off
        remark(series + ": not read, dft_profiles.csv holds the profiles");
      } else if (!anion) {
        remark(series + ": not read, its name says no anion");
      } else {
        ++files_;
        auto const n = read_barrier_file(file, *anion, series, data_.values, data_.remarks);
        remark(series + ": " + std::to_string(n) +
               " profiles; image 3 is checked by the smoothness of its path, other images are not");
      }
    }
  }

  /// What was read. Throws InputError if it is nothing.
  ReferenceData take() {
    if (files_ == 0)
      fail_input({directory_}, "no reference data found, expected ", joined(missing_),
                 ", or files named *-barrier.txt as Xu et al. (2020) published them (the notebooks "
                 "of Ouyang et al. (2023), *.ipynb, print ten rows a table and draw the rest: they "
                 "are not read)");
    if (!missing_.empty()) remark("not there: " + joined(missing_));
    return std::move(data_);
  }

 private:
  void remark(std::string const& text) { data_.remarks.push_back(text); }

  /// Reads NAME behind what is in `list`; false if there is no such file.
  template <class T>
  bool table(char const* name, void (*read)(Path const&, std::vector<T>&), std::vector<T>& list) {
    Path const file = directory_ / name;
    if (!std::filesystem::exists(file)) {
      missing_.push_back(name);
      return false;
    }
    ++files_;
    std::size_t const before = list.size();
    read(file, list);
    remark(name + (": " + std::to_string(list.size() - before)) + " values");
    return true;
  }

  Path directory_;
  ReferenceData data_;
  std::vector<std::string> missing_;
  bool has_profiles_ = false;
  int files_ = 0;
};

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
  FolderReader folder(directory);
  folder.read_tables();
  folder.read_barrier_files();
  ReferenceData data = folder.take();
  keep_the_best(data);
  derive_dE_tet(data);
  add_remarks_on_quirks(data);
  return data;
}

}  // namespace ionscape
