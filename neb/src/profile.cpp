#include <ionscape/neb/profile.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

/// E(t) = d + t (c + t (b + t a)) on one segment, t from 0 to 1 over `length` Å.
struct Cubic {
  double a, b, c, d, start, length;

  Cubic(BandResult const& band, int i)
      : start(band.position[i]), length(band.position[i + 1] - band.position[i]) {
    double const rise = band.energy[i + 1] - band.energy[i];
    double const left = band.slope[i] * length, right = band.slope[i + 1] * length;
    a = left + right - 2 * rise;
    b = 3 * rise - 2 * left - right;
    c = left;
    d = band.energy[i];
  }
  double energy(double t) const { return d + t * (c + t * (b + t * a)); }
  double slope(double t) const { return (c + t * (2 * b + t * 3 * a)) / length; }
};

}  // namespace

std::vector<ProfilePoint> interpolate_profile(BandResult const& band, int n) {
  if (n < 2) fail_input({}, "profile of ", n, " points, expected at least 2");
  std::vector<ProfilePoint> profile;
  int segment = 0;
  for (int k = 0; k < n; ++k) {
    double const s = band.position.back() * k / (n - 1);
    while (segment < band.n_images - 2 && s > band.position[segment + 1]) ++segment;
    Cubic const cubic(band, segment);
    double const t = (s - cubic.start) / cubic.length;
    profile.push_back({s, cubic.energy(t), cubic.slope(t)});
  }
  return profile;
}

std::vector<ProfileExtremum> profile_extrema(BandResult const& band) {
  std::vector<ProfileExtremum> extrema;
  for (int i = 0; i + 1 < band.n_images; ++i) {
    Cubic const cubic(band, i);
    // Roots of c + 2 b t + 3 a t^2, in the form that loses no digits.
    double const discriminant = cubic.b * cubic.b - 3 * cubic.a * cubic.c;
    if (!(discriminant > 0)) continue;
    double const q = -(cubic.b + std::copysign(std::sqrt(discriminant), cubic.b));
    double roots[] = {q / (3 * cubic.a), cubic.c / q};
    if (!(roots[0] < roots[1])) std::swap(roots[0], roots[1]);
    for (double t : roots) {
      double const s = cubic.start + t * cubic.length;
      bool const inside = t >= 0 && t <= 1 && s > 0 && s < band.position.back();
      bool const known = !extrema.empty() &&
                         s - extrema.back().position < 1e-9;  // at an image, from its left side
      if (inside && !known) extrema.push_back({s, cubic.energy(t), cubic.b + 3 * cubic.a * t < 0});
    }
  }
  return extrema;
}

}  // namespace ionscape
