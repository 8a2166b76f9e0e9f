// How often a hop happens: harmonic transition state theory in classical crystals.
#pragma once

#include <span>
#include <vector>

#include <ionscape/barriers/stationary_point.hpp>

namespace ionscape {

/// Vineyard, J. Phys. Chem. Solids 3, 121 (1957), eq. 17: the rate over one saddle is
///     k(T) = nu exp(-E/(k_B T)),   nu = prod nu_i(minimum)/prod nu_j(saddle),
/// over the frequencies of all ions but the imaginary one.
struct HarmonicRate {
  double attempt = 0;  // THz, nu
  double error = 0;    // THz, of nu: what the error of the Hessians makes of it
  double barrier = 0;  // eV, E

  double at(double temperature) const;  // 1/s, of K
};

/// Of a minimum and a saddle of the same ions (StationaryPoint::mass_weighted). NaN where one is not
/// what its name says. `hessian_error`: relative, of the eigenvalues; independent ones add up to
/// sqrt(2 n)/2 times it in ln nu, n being their number.
HarmonicRate harmonic_rate(StationaryPoint const& minimum, StationaryPoint const& saddle,
                           double hessian_error = 0);

/// THz, of the way over the saddle: sqrt(|lowest eigenvalue|)/(2 pi).
double imaginary_frequency(StationaryPoint const& saddle);

}  // namespace ionscape
