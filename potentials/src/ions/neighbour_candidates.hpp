// Which images belong into an ion's list, looked for a vector at a time.
#pragma once

#include <ionscape/potentials/ions/neighbour_list.hpp>

#include "device/native.hpp"

namespace ionscape::detail {

/// Calls visit(first, last) for each run of images that may lie within reach of an ion in home bin
/// (bx, by, bz): whole rows of bins along c.
template <class System, class Starts, class Visit>
KOKKOS_INLINE_FUNCTION void for_each_row(System const& s, Starts const& image_start, int bin,
                                         Visit const& visit) {
  int const bz = bin % s.bins[2], by = bin / s.bins[2] % s.bins[1],
            bx = bin / s.bins[2] / s.bins[1];
  int const ny = s.bins[1] + 2 * s.margin[1], nz = s.bins[2] + 2 * s.margin[2];
  for (int dx = 0; dx <= 2 * s.margin[0]; ++dx)
    for (int dy = 0; dy <= 2 * s.margin[1]; ++dy) {
      int const row = s.image_begin + ((bx + dx) * ny + by + dy) * nz + bz;
      visit(image_start(row), image_start(row + 2 * s.margin[2] + 1));
    }
}

/// The images near an ion, read a vector at a time.
template <class MemorySpace>
struct Candidates {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  View<typename NeighbourList<MemorySpace>::System> system;
  View<int> system_of, type, bin_of, image_start, image_ion;
  View<double> home, x, y, z, image_type, far_square;
  View<int> partners;
  int n_types;

  /// Calls visit(first image, bits, group) for all that belong into the list of ion i: bit k stands
  /// for the k-th image from the first. Without branches that depend on single images.
  template <class Visit>
  KOKKOS_INLINE_FUNCTION void for_each(int i, Visit const& visit) const {
    auto const& s = system(system_of(i));
    Lanes const xi(home(4 * i)), yi(home(4 * i + 1)), zi(home(4 * i + 2));
    Lanes const reach(s.reach_square), near(s.near_square);
    Lanes const apart(s.partners_square > 1e-16 ? s.partners_square : 1e-16);
    int const own_type = type(i);
    for_each_row(s, image_start, bin_of(i) - s.home_begin, [&](int first, int last) {
      for (int g = first; g < last; g += native_width) {
        Lanes const dx = load(&x(g)) - xi, dy = load(&y(g)) - yi, dz = load(&z(g)) - zi;
        Lanes const square = dx * dx + dy * dy + dz * dz;
        unsigned hits = bits_of(square, less(square, reach));
        if (last - g < native_width) hits &= (1u << (last - g)) - 1;
        if (hits == 0) continue;
        if (unsigned const close = hits & bits_of(square, less(square, apart)))
          hits &= ~not_listed(i, g, close, square, s.partners_square);
        unsigned const nearby = hits & bits_of(square, less(square, near));
        Lanes const types = load(&image_type(g));
        for (int t = 0; t < n_types; ++t) {
          unsigned const of_type = of(types, t);
          if (unsigned const bits = nearby & of_type) visit(g, bits, 2 * t);
          unsigned const beyond = hits & ~nearby & of_type;
          if (beyond == 0) continue;
          Lanes const far(far_square(own_type * n_types + t));
          if (unsigned const bits = beyond & bits_of(square, less(square, far)))
            visit(g, bits, 2 * t + 1);
        }
      }
    });
  }

 private:
  KOKKOS_INLINE_FUNCTION static unsigned of(Lanes types, int t) {
    Lanes const off = types - Lanes(t);
    return bits_of(types, less(off * off, Lanes(0.25)));
  }

  /// Of images that are close: the ion itself (another one at its place stays, and makes the energy
  /// infinite), and its partner.
  KOKKOS_INLINE_FUNCTION unsigned not_listed(int i, int g, unsigned close, Lanes square,
                                             double partners_square) const {
    double squares[native_width];
    store(squares, square);
    unsigned found = 0;
    for (int lane = 0; lane < native_width; ++lane) {
      if ((close >> lane & 1) == 0) continue;
      int const ion = image_ion(g + lane);
      if ((squares[lane] < 1e-16 && ion == i) ||
          (squares[lane] < partners_square && ion == partners(i)))
        found |= 1u << lane;
    }
    return found;
  }
};

}  // namespace ionscape::detail
