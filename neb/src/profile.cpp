#include <ionscape/neb/profile.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

int sign(double x) { return (x > 0) - (x < 0); }

/// Whether the cubic with these slopes, as multiples of the mean one, goes one way only (both are not
/// negative): theorem 3 of Fritsch and Carlson.
bool goes_one_way(double first, double last) {
  if (first + last <= 2 || 2 * first + last <= 3 || first + 2 * last <= 3) return true;
  double const excess = 2 * first + last - 3;
  return first >= excess * excess / (3 * (first + last - 2));
}

/// Between two images; t goes from 0 to 1 over `length` Å. Energies in eV, slopes by t.
class Segment {
 public:
  Segment(BandResult const& band, int i)
      : start_(band.position[i]),
        length_(band.position[i + 1] - band.position[i]),
        energy_(band.energy[i]),
        rise_(band.energy[i + 1] - band.energy[i]),
        first_(band.slope[i] * length_),
        last_(band.slope[i + 1] * length_),
        a_(first_ + last_ - 2 * rise_),
        b_(3 * rise_ - 2 * first_ - last_) {
    bool const one_way = first_ * rise_ >= 0 && last_ * rise_ >= 0 && rise_ != 0;
    rational_ = one_way && !goes_one_way(first_ / rise_, last_ / rise_);
  }

  double position(double t) const { return start_ + t * length_; }
  double share(double s) const { return (s - start_) / length_; }

  double energy(double t) const {
    if (!rational_) return energy_ + t * (first_ + t * (b_ + t * a_));
    double const u = t * (1 - t);
    return energy_ + rise_ * (rise_ * t * t + first_ * u) / (rise_ + a_ * u);
  }

  /// eV/Å.
  double slope(double t) const {
    if (!rational_) return (first_ + t * (2 * b_ + t * 3 * a_)) / length_;
    double const u = t * (1 - t), below = 1 + a_ / rise_ * u;
    return (last_ * t * t + 2 * rise_ * u + first_ * (1 - t) * (1 - t)) / (below * below * length_);
  }

  /// Of the slope just behind the first and just before the last image.
  int sign_at_first() const {
    if (first_ != 0) return sign(first_);
    return rational_ ? sign(rise_) : sign(b_ != 0 ? b_ : a_);
  }
  int sign_at_last() const {
    if (last_ != 0) return sign(last_);
    return rational_ ? sign(rise_) : sign(b_ + 3 * a_ != 0 ? -(b_ + 3 * a_) : a_);
  }

  /// Where it turns between the images, in order: once, if the signs at both ends differ; twice, if
  /// it goes the other way at both.
  std::vector<double> turns() const {
    int const first = sign_at_first(), last = sign_at_last();
    bool const once = first * last<0, twice = first * last> 0 && first * sign(rise_) <= 0;
    // Roots of first + 2 b t + 3 a t^2, in the form that loses no digits.
    double const discriminant = b_ * b_ - 3 * a_ * first_;
    if (!(once || twice) || !(discriminant > 0)) return {};
    double const q = -(b_ + std::copysign(std::sqrt(discriminant), b_));
    double low = q / (3 * a_), high = first_ / q;
    if (!(low < high)) std::swap(low, high);
    if (twice) return {low, high};
    // One lies between the images, the other does not.
    double const turn = std::fabs(low - 0.5) < std::fabs(high - 0.5) ? low : high;
    return {std::clamp(turn, 0.0, 1.0)};
  }

 private:
  double start_, length_, energy_, rise_, first_, last_;
  double a_, b_;  // of energy + t (first + t (b + t a))
  bool rational_;
};

}  // namespace

std::vector<ProfilePoint> interpolate_profile(BandResult const& band, int n) {
  if (n < 2) fail_input({}, "profile of ", n, " points, expected at least 2");
  std::vector<ProfilePoint> profile;
  int i = 0;
  for (int k = 0; k < n; ++k) {
    double const s = band.position.back() * k / (n - 1);
    while (i < band.n_images - 2 && s > band.position[i + 1]) ++i;
    Segment const segment(band, i);
    double const t = segment.share(s);
    profile.push_back({s, segment.energy(t), segment.slope(t)});
  }
  return profile;
}

std::vector<ProfileExtremum> profile_extrema(BandResult const& band) {
  std::vector<ProfileExtremum> extrema;
  int before = 0;  // the sign of the slope
  for (int i = 0; i + 1 < band.n_images; ++i) {
    Segment const segment(band, i);
    int now = segment.sign_at_first();
    if (before * now < 0) extrema.push_back({band.position[i], band.energy[i], before > 0});
    for (double t : segment.turns()) {
      extrema.push_back({segment.position(t), segment.energy(t), now > 0});
      now = -now;
    }
    before = segment.sign_at_last();
  }
  return extrema;
}

}  // namespace ionscape
