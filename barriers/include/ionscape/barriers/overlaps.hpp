// Ions too close to each other on a path.
#pragma once

#include <ionscape/barriers/crystal_hop.hpp>

namespace ionscape {

/// Two ions of one image, or an ion and an image of its own (`ion` = `partner`); all count from 0.
struct ClosestIons {
  std::size_t image = 0, ion = 0, partner = 0;
  double distance = 0;  // Å
};

/// The closest of all images of a path in `cell`; of equally close ones the first.
ClosestIons closest_ions(Cell const& cell, CrystalPath const& path);

/// Throws InputError naming image, ions and distance if two ions come closer than 0.5 Å or than half
/// the distance that one of them keeps, at both ends, from its nearest neighbour.
void refuse_overlaps(CrystalHop const& hop, CrystalPath const& path);

}  // namespace ionscape
