// What turns energies and curvatures into rates.
#pragma once

#include <cmath>

#include <ionscape/core/units.hpp>

namespace ionscape {

inline constexpr double boltzmann = 8.617333262e-5;  // eV/K, CODATA 2018

/// In THz, of an eigenvalue of a mass-weighted Hessian in eV/(Å^2 u); negative for a negative one. e
/// and u of CODATA 2018.
inline double frequency_of(double eigenvalue) {
  double const root = std::sqrt(std::fabs(eigenvalue) * (1.602176634e-19 / 1.66053906660e-27));
  return std::copysign(root, eigenvalue) * 1e-2 / (2 * pi);
}

}  // namespace ionscape
