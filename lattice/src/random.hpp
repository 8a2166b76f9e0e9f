// Random vectors that are the same on every platform: std::mt19937_64 is fully specified, the
// distributions are not.
#pragma once

#include <random>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// Uniform in [-1, 1) from the upper 53 bits.
inline double uniform_symmetric(std::mt19937_64& bits) {
  return double(bits() >> 11) * 0x1p-52 - 1;
}

/// Uniform in the unit ball.
inline Vec3 uniform_in_ball(std::mt19937_64& bits) {
  for (;;) {
    double const x = uniform_symmetric(bits), y = uniform_symmetric(bits),
                 z = uniform_symmetric(bits);
    if (Vec3 const v{x, y, z}; dot(v, v) <= 1) return v;
  }
}

}  // namespace ionscape
