#include <ionscape/barriers/rates.hpp>

#include <cmath>
#include <limits>

#include <ionscape/crystals/phonons.hpp>

namespace ionscape {

double HarmonicRate::at(double temperature) const {
  return 1e12 * attempt * std::exp(-barrier / (boltzmann * temperature));
}

HarmonicRate harmonic_rate(StationaryPoint const& minimum, StationaryPoint const& saddle,
                           double hessian_error) {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  HarmonicRate rate{nan, nan, saddle.energy - minimum.energy};
  if (!minimum.is_minimum() || !saddle.is_saddle()) return rate;
  Eigen::VectorXd const &a = minimum.mass_weighted, &b = saddle.mass_weighted;
  if (a.size() != b.size() || a.minCoeff() <= 0 || b.size() < 2 || b[1] <= 0) return rate;
  // One frequency more below than above: the logarithm of the ratio, in units of the first.
  double log_nu = std::log(frequency_of(a[0]));
  for (Eigen::Index k = 1; k < a.size(); ++k) log_nu += 0.5 * (std::log(a[k]) - std::log(b[k]));
  rate.attempt = std::exp(log_nu);
  rate.error = rate.attempt * hessian_error * std::sqrt(0.5 * double(a.size()));
  return rate;
}

double imaginary_frequency(StationaryPoint const& saddle) {
  return saddle.mass_weighted.size() > 0 ? -frequency_of(saddle.mass_weighted[0])
                                         : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace ionscape
