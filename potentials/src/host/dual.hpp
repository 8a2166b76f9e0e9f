// Numbers that carry their derivative: what a kernel adds up for a radius then has its slope, too.
#pragma once

#include "device/native.hpp"

namespace ionscape::detail {

/// Value and slope along the radius, in each lane.
struct Dual {
  Lanes value, slope;

  Dual() = default;
  KOKKOS_FUNCTION Dual(Lanes v, Lanes s) : value(v), slope(s) {}
  KOKKOS_FUNCTION Dual(double constant) : value(constant), slope(0.0) {}

  KOKKOS_FUNCTION friend Dual operator+(Dual a, Dual b) {
    return {a.value + b.value, a.slope + b.slope};
  }
  KOKKOS_FUNCTION friend Dual operator-(Dual a, Dual b) {
    return {a.value - b.value, a.slope - b.slope};
  }
  KOKKOS_FUNCTION friend Dual operator-(Dual a) { return {-a.value, -a.slope}; }
  KOKKOS_FUNCTION friend Dual operator*(Dual a, Dual b) {
    return {a.value * b.value, a.value * b.slope + a.slope * b.value};
  }
  KOKKOS_FUNCTION Dual& operator+=(Dual b) { return *this = *this + b; }
  KOKKOS_FUNCTION Dual& operator-=(Dual b) { return *this = *this - b; }
};

KOKKOS_INLINE_FUNCTION Dual exp(Dual x) {
  Lanes const e = exp(x.value);
  return {e, e * x.slope};
}

KOKKOS_INLINE_FUNCTION Dual reciprocal(Dual x) {
  Lanes const y = reciprocal(x.value);
  return {y, -(y * y) * x.slope};
}

}  // namespace ionscape::detail
