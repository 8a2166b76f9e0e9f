// The energy along a band between its images: a cubic on each segment that matches energies and
// derivatives at both ends; appendix of Henkelman, Jónsson, J. Chem. Phys. 113, 9978 (2000).
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

/// Minima and maxima of the cubics between the first and the last image, in order of s; the ends
/// are not among them.
std::vector<ProfileExtremum> profile_extrema(BandResult const& band);

}  // namespace ionscape
