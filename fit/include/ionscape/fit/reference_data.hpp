// Published DFT values of the fcc anion frameworks, for calibration and comparison: read from
// tables or from the files of the authors, one value a row, with the known traps of the sources
// handled.
//   [X20] Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020), doi 10.1038/s41524-020-0324-7
//   [O23] Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023), doi 10.1063/5.0140110
#pragma once

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace ionscape {

enum class Quantity {
  image,                // energy of one image of an [X20] CI-NEB path relative to image 0
  tet_minus_oct,        // D = E_tet - E_oct
  barrier,              // [X20] highest image above the lower end, CI-NEB
  barrier_three_point,  // [O23] max - min of E_oct, E_face, E_tet, Li unrelaxed
  dE_oct,               // E_oct(distortion) - E_oct(1), same volume and charge
  dE_tet,               // the same of E_tet
  E_tet,  // insertion energy in the convention of [O23]: its zero is not that of a classical model
};
inline constexpr Quantity all_quantities[] = {
    Quantity::image,  Quantity::tet_minus_oct, Quantity::barrier, Quantity::barrier_three_point,
    Quantity::dE_oct, Quantity::dE_tet,        Quantity::E_tet};

/// "image", "tet_minus_oct", ...: as in the enumeration.
std::string name_of(Quantity quantity);

struct ReferenceValue {
  std::string anion;
  double volume_A3 = 0;   // per anion
  double charge_e = 0;    // per anion, negative
  double distortion = 1;  // WindowShear::factor
  Quantity quantity = Quantity::image;
  int image =
      // of Quantity::image: 1 to 6, equally spaced from Oct (0, which is zero by definition) to Tet
      // (6); else 0
      0;
  double value_eV = 0;
  /// Of a value read from a picture: of the reading. Else the noise of the source: two published
  /// values of the same quantity differ by 0.009 eV on average.
  double uncertainty_eV = 0;
  bool bound = false;  // at the end of a colour scale, or masked: only a bound, see bound_sign
  bool doubtful =
      // off the trend of its neighbours, a suspect row, or outside what the source computes
      // smoothly
      false;
  std::string source;  // file and series
  int bound_sign = 0;  // +1: the true value is at least value_eV; -1: at most; 0: not a bound
};

/// Published share of the charge-volume plane with a three-point barrier below a limit.
struct ReferenceShare {
  std::string anion;
  double distortion = 1;
  double limit_eV = 0;
  double share = 0;
  bool doubtful = false;
};

/// The same for points that differ in the last digits with which files give them (d and q to 1e-4,
/// V to 0.002 Å^3). Rounded a quarter off, since volumes have three decimals at most: those must
/// not stand on the edge between two keys.
using PointKey = std::array<long, 3>;
inline PointKey point_key(double distortion, double charge_e, double volume_A3) {
  return {std::lround(1e4 * distortion), std::lround(-1e4 * charge_e),
          std::lround(500 * volume_A3 + 0.25)};
}

struct ReferenceData {
  std::vector<ReferenceValue>
      values;  // at most one for each point, quantity and image: the best known
  std::vector<std::string> remarks;  // what was read, left out, corrected or missed; for the user
  std::vector<ReferenceShare> shares;
};

/// Reads from `directory` whatever it holds of
///   dft_profiles.csv or dft_sites.csv, cvd_decoded_3d.csv, cvd_grid_S_csm0.csv, cvd_grid_rows.csv,
///   digitised_csm_curves.csv, cvd_coverage.csv                     tables with the columns that
///                                                                  the reader asks for
///   *-barrier.txt, at any depth                                    the files of [X20] as its
///     authors lay them out
/// The notebooks of [O23] are not read: they print ten rows of a table and draw the rest. A file
/// that is missing is a remark. Throws InputError if there is none of them, and with file and line
/// for one that cannot be understood.
ReferenceData read_reference_data(std::filesystem::path const& directory);

}  // namespace ionscape
