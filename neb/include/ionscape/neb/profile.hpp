// The energy along a band between its images, through the energies and slopes of all.
//
// On each segment the cubic of Henkelman, Jónsson, J. Chem. Phys. 113, 9978 (2000), appendix, unless
// it would turn twice on a way that goes up (or down) by both slopes and both energies: there these
// say nothing of a maximum and a minimum, which a cubic makes of steep slopes alone (condition:
// Fritsch, Carlson, SIAM J. Numer. Anal. 17, 238 (1980)). In its place stands the rational quadratic
// of Gregory, Delbourgo, IMA J. Numer. Anal. 2, 123 (1982), which has the same energies and slopes
// and turns nowhere. So energies and slopes of images are kept, a maximum between two images that
// their slopes point to stays what it was, and none is made up.
#pragma once

#include <vector>

#include <ionscape/neb/result.hpp>

namespace ionscape {

struct ProfilePoint {
  double position;  // s, Å
  double energy;    // eV
  double slope;     // dE/ds, eV/Å
};

/// n >= 2 points, equally spaced in s from the first image to the last.
std::vector<ProfilePoint> interpolate_profile(BandResult const& band, int n);

struct ProfileExtremum {
  double position;  // s, Å
  double energy;    // eV
  bool maximum;
};

/// Minima and maxima between the first and the last image, in order of s; the ends are not among
/// them. None beside energies that are not finite.
std::vector<ProfileExtremum> profile_extrema(BandResult const& band);

}  // namespace ionscape
