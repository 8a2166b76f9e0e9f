// Analytic energy surfaces for the tests of relax and neb. A surface is a functor (surface index, x, force)
// -> energy.
#pragma once

#include <Kokkos_Core.hpp>

#include <ionscape/potentials/surface.hpp>

namespace ionscape::test {

template <class Surface>
struct Analytic {
  Surface surface = {};

  template <class Exec>
  void evaluate(Exec const& exec, Points<typename Exec::memory_space> const& points) const {
    auto const self = surface;
    Kokkos::parallel_for(
        "ionscape::test::analytic", Kokkos::RangePolicy<Exec>(exec, 0, points.active.extent(0)),
        KOKKOS_LAMBDA(int k) {
          int const row = points.active(k);
          points.energy(row) =
              self(points.surface(row), &points.coordinates(row, 0), &points.force(row, 0));
        });
  }
};

/// Müller, Brown, Theor. Chim. Acta 53, 75 (1979). Lengths count as Å, energies as eV times `unit`.
struct MullerBrown {
  double unit = 1;

  KOKKOS_FUNCTION double operator()(int, double const* r, double* force) const {
    constexpr double A[] = {-200, -100, -170, 15}, a[] = {-1, -1, -6.5, 0.7}, b[] = {0, 0, 11, 0.6};
    constexpr double c[] = {-10, -10, -6.5, 0.7}, x0[] = {1, 0, -0.5, -1}, y0[] = {0, 0.5, 1.5, 1};
    double energy = 0;
    force[0] = force[1] = 0;
    for (int i = 0; i < 4; ++i) {
      double const x = r[0] - x0[i], y = r[1] - y0[i];
      double const term = unit * A[i] * Kokkos::exp(a[i] * x * x + b[i] * x * y + c[i] * y * y);
      energy += term;
      force[0] -= term * (2 * a[i] * x + b[i] * y);
      force[1] -= term * (b[i] * x + 2 * c[i] * y);
    }
    return energy;
  }
};

/// Per ion a curved double well, minima at (-1, 0, 0) and (1, 0, 0), saddle at (0, bend, 0) of
/// height 1 eV: (1 - x^2)^2 + tilt x + 2 (y - bend (1 - x^2))^2 + 2 z^2. Surface `broken` gives NaN
/// where x < 0.5.
struct DoubleWell {
  int n_ions = 1;
  double bend = 0.3, tilt = 0;
  int broken = -1;

  KOKKOS_FUNCTION double operator()(int surface, double const* r, double* force) const {
    double energy = 0;
    for (int ion = 0; ion < n_ions; ++ion) {
      double const x = r[3 * ion], y = r[3 * ion + 1], z = r[3 * ion + 2];
      double const well = 1 - x * x, off = y - bend * well;
      energy += well * well + tilt * x + 2 * off * off + 2 * z * z;
      force[3 * ion] = 4 * x * well - tilt - 8 * bend * x * off;
      force[3 * ion + 1] = -4 * off;
      force[3 * ion + 2] = -4 * z;
    }
    if (surface == broken && r[0] < 0.5) energy = Kokkos::Experimental::quiet_NaN_v<double>;
    return energy;
  }
};

/// Falls from left to right without a barrier: x^2 y^2 + y^2 + z^2 - x.
struct Slope {
  KOKKOS_FUNCTION double operator()(int, double const* r, double* force) const {
    double const x = r[0], y = r[1], z = r[2];
    force[0] = 1 - 2 * x * y * y;
    force[1] = -2 * y * (1 + x * x);
    force[2] = -2 * z;
    return x * x * y * y + y * y + z * z - x;
  }
};

}  // namespace ionscape::test
