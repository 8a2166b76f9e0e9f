// Which lattice the anions of a compound resemble: fcc, hcp, bcc or none, and how closely.
//
// The shell of every anion, its 12 (fcc, hcp) or 14 (bcc: 8 + 6) nearest anions, is compared with
// the cuboctahedron, the anticuboctahedron and the 8 + 6 shell of bcc by the continuous symmetry
// measure S of csm.hpp. The deviation
//   d = sqrt(S / 100)
// is the rms distance of shell and central ion from the best-placed template, over their rms
// distance from their centroid. It is 0 for the ideal lattice and proportional to small
// displacements: nearly the RMSD of polyhedral template matching (Larsen, Schmidt, Schiotz,
// Modelling Simul. Mater. Sci. Eng. 24, 055007 (2016)), the shells taken by distance. Being local,
// it sees mixed stackings and single displaced ions, which one mapping of the whole lattice (Wang
// et al., Nat. Mater. 14, 1026 (2015)) does not. No strain is taken out: fcc and bcc are the ends
// of the same Bain strain. The d of the kind that fits is sure. Those of the others are upper
// bounds (csm.hpp), and where equally near ions compete for the last places of a shell (12 of bcc's
// 14; 14 of fcc's 12 + 6), any of them may be taken. Cost: about 5 ms per anion.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

enum class FrameworkKind { fcc, hcp, bcc, none };

/// "fcc", "hcp", "bcc" or "none".
char const* name_of(FrameworkKind kind);

struct FrameworkOptions {
  /// An anion with a larger deviation from all three templates counts as none. Measured: fcc and
  /// hcp shells are 0.271 apart, ideal bcc is 0.15 or more from both, random points begin at 0.24;
  /// fcc and hcp compounds (spinels, layered, thio-LISICON) and random displacements of up to 0.1
  /// anion distances stay below 0.15.
  double largest_deviation = 0.2;
};

/// The surroundings of one anion.
struct AnionMatch {
  std::size_t ion = 0;  // index into the crystal
  FrameworkKind kind =
      FrameworkKind::none;  // of the smallest deviation, none above the largest allowed
  std::array<double, 3> deviations = {};  // d from fcc, hcp, bcc
};

struct FrameworkMatch {
  FrameworkKind kind =
      FrameworkKind::none;  // of more than half of the anions; none where no kind has so many
  double deviation = 0;     // the one of `kind`; of none: the smallest of the three
  std::array<double, 3> deviations = {};  // from fcc, hcp, bcc: rms of d over all anions
  std::array<double, 4> shares = {};  // of the anions that are fcc, hcp, bcc, none; the sum is 1
  double volume_per_anion = 0;        // Å^3
  std::vector<AnionMatch> anions;     // in the order of the crystal
};

/// Match of the sublattice of the ions in `anions` (species labels; empty: every ion) to fcc, hcp
/// and bcc. Throws InputError if there are no anions, two of them overlap, or the cell is singular.
FrameworkMatch match_framework(Crystal const& crystal, std::vector<std::string> const& anions = {},
                               FrameworkOptions const& options = {});

}  // namespace ionscape
