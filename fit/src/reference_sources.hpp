// Readers of the published tables, one pair of files a source:
//   [X20]  Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020): xu_2020.cpp
//   [O23]  Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023): ouyang_2023.cpp
// All throw InputError with file and line. reference_data.cpp puts their values together.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/fit/reference_data.hpp>
#include <ionscape/sweep/plan.hpp>

namespace ionscape {

/// eV: mean difference of [X20] and [O23] for S at the same points.
inline constexpr double source_noise = 0.009;

/// Between -1.7 and -1.8 e the energies of O and S jump in a way that no smooth surface follows.
inline bool beyond_kink(std::string const& anion, double charge) {
  return (anion == "O" || anion == "S") && charge < -1.75;
}

/// Throws InputError for a point that no sweep could compute.
inline void check_point(std::string const& anion, double volume_A3, double charge_e,
                        double distortion, SourceLocation const& where) {
  validate(SweepPoint{anion, volume_A3, charge_e, distortion}, where);
}

using Values = std::vector<ReferenceValue>;

// --- [X20] ---------------------------------------------------------------------------------------

/// dft_profiles.csv: all images of all paths.
void read_profile_table(std::filesystem::path const& file, Values& values);
/// dft_sites.csv: only the site energies and the barriers, for who has no profiles.
void read_site_table(std::filesystem::path const& file, Values& values);
/// The authors' own files, by their names, in a folder and below.
std::vector<std::filesystem::path> barrier_files(std::filesystem::path const& directory);
/// The anion that such a file's name says.
std::optional<std::string> anion_of_file(std::string name);
/// Such a file; `series` is how sources and remarks call it. Returns the number of profiles.
std::size_t read_barrier_file(std::filesystem::path const& file, std::string const& anion,
                              std::string const& series, Values& values,
                              std::vector<std::string>& remarks);

// --- [O23] ---------------------------------------------------------------------------------------

/// cvd_decoded_3d.csv: colours of 3-D scatter plots turned into numbers.
void read_decoded(std::filesystem::path const& file, Values& values);
/// cvd_grid_S_csm0.csv: the printed grid at d = 1; blank where the source hides what lies above
/// 0.4 eV.
void read_printed_grid(std::filesystem::path const& file, Values& values);
/// cvd_grid_rows.csv: printed rows of the big tables.
void read_printed_rows(std::filesystem::path const& file, Values& values);
/// digitised_csm_curves.csv: markers of line plots.
void read_curves(std::filesystem::path const& file, Values& values);
/// cvd_coverage.csv: shares of the plane.
void read_coverage(std::filesystem::path const& file, std::vector<ReferenceShare>& shares);

}  // namespace ionscape
