// A solved hop as one path: what tables and pictures are made of.
#pragma once

#include <vector>

#include <ionscape/barriers/solve_hops.hpp>

namespace ionscape {

/// All parts behind each other, saddles that were found in place of the images that had climbed (slope
/// 0). Positions s count from the first end; saddle and barriers are those of the whole.
BandResult whole_path(SolvedHop const& hop);

/// How far ions go.
struct IonMove {
  std::size_t ion = 0;   // counted from 0
  double to_saddle = 0;  // Å, from the first end to the highest point of the path
  double to_end = 0;     // Å, from end to end
};

/// Of the ions that go by at least `least` Å to the highest point or the end; the farthest first.
std::vector<IonMove> ion_moves(BandResult const& path, double least = 0.1);

}  // namespace ionscape
