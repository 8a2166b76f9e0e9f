// How a band is relaxed.
#pragma once

#include <ionscape/relax/options.hpp>

namespace ionscape {

/// The optimiser's options, which hold for the band and for relaxed ends, and the band's own. The
/// driving force is the band's force on the interior images.
struct NebOptions : RelaxOptions {
  int images = 7;       // per band, ends included; for the callers that build the path
  double spring = 5.0;  // eV/Å^2
  /// eV/Å^2: energy-weighted springs (forces.hpp), from this at the ends to `spring` at the top; 0:
  /// all springs are equal.
  double softest_spring = 0;
  /// Springs also pull across the path where it turns sharply (see forces.hpp); without them bands
  /// between held ends that are no minima fold up and run away.
  bool kink_springs = true;
  bool climb = true;             // the highest image climbs, if it is higher than both ends
  double climb_threshold = 0.5;  // eV/Å: climbing starts once the largest force is below this
  bool relax_endpoints = false;  // minimise the two ends first; otherwise they are held
  double distinct_ends = 0.1;    // Å: ends whose ions are all closer than this are one minimum
};

/// Throws InputError naming the option, its value and what was expected.
void validate(NebOptions const& options);

}  // namespace ionscape
