// The proof of one barrier.
#pragma once

#include <ionscape/barriers/solve_hops.hpp>

namespace ionscape::detail {

/// "the first end is not at rest (a force of 0.2 eV/Å is left)".
std::string not_at_rest(char const* which, double force);

/// The stationary point beside the image of the band that climbed. Throws InputError as CrystalSurface
/// does.
StationaryPoint saddle_of(HopPart const& part, PotentialSet const& set, HopOptions const& options);

/// The band bent along the second direction that falls at the saddle: most there, not at all at the
/// ends.
CrystalPath bent_path(HopPart const& part, StationaryPoint const& saddle);

/// With what is known of the saddle. Its `missing` is filled in.
Certificate certificate_of(HopPart const& part, StationaryPoint saddle, PotentialSet const& set,
                           HopOptions const& options);

/// Å: how far the ion that is farthest from where it is in the other structure; what is fixed or a
/// common drift does not count.
double largest_move(Crystal const& crystal, std::span<Vec3 const> a, std::span<Vec3 const> b);

}  // namespace ionscape::detail
