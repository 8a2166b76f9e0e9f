// What two species do to each other, summed over collected neighbours of one ion.
#pragma once

#include <type_traits>
#include <variant>

#include <ionscape/potentials/pair/pair_form.hpp>

#include "device/neighbour_buffer.hpp"

namespace ionscape::detail {

/// What two species do to each other.
struct PairRule {
  PairFunction function;
  PairEnd end;
  double cutoff_square = -1;  // none
  double C = 0;               // of the lattice sum of -C/r^6
  double turnover = 0;
  double tail = 0;  // eV per pair of ions
};

template <class Term>
Lanes sum_pairs(Term const& term, PairRule const& rule, Neighbours const& near) {
  double const wall_square = rule.function.wall * rule.function.wall;
  PairEnd const& end = rule.end;
  Lanes sum(0.0);
  for (int i = 0; i < near.n; i += native_width) {
    Lanes const square = load(near.square + i), inverse = inverse_sqrt(square),
                r = square * inverse;
    Lanes v(0.0), unused(0.0);
    term.add(r, inverse, v, unused);
    if (wall_square > 0) {
      Lanes const s = inverse * inverse, s3 = s * s * s;
      v = choose(less(square, Lanes(wall_square)), Lanes(end.wall_B) * s3 * s3 + Lanes(end.wall_D),
                 v);
    }
    v -= Lanes(end.shift) + (r - Lanes(rule.function.cutoff)) * Lanes(end.slope);
    sum += choose(less(Lanes(rule.cutoff_square), square), Lanes(0.0), v);
  }
  return sum;
}

/// Energy in eV of the pairs of one occupant with all neighbours, which are padded.
inline double pair_energy(PairRule const& rule, Neighbours const& near) {
  return std::visit(
      [&](auto const& form) {
        using Form = std::remove_cvref_t<decltype(form)>;
        if constexpr (std::is_same_v<Form, std::monostate>)
          return 0.0;
        else if constexpr (std::is_same_v<Form, PairTable>)
          return horizontal_sum(
              sum_pairs(Tabulated{form.coefficients->data(), form.first, 1 / form.step,
                                  int(form.coefficients->size() / 4)},
                        rule, near));
        else
          return horizontal_sum(sum_pairs(form, rule, near));
      },
      rule.function.form);
}

/// Sum of q erfc(alpha r)/r over padded neighbours.
inline double screened_sum(double alpha, Neighbours const& near) {
  Lanes sum(0.0);
  for (int i = 0; i < near.n; i += native_width) {
    Lanes const square = load(near.square + i), inverse = inverse_sqrt(square);
    Lanes unused;
    sum += load(near.value + i) * erfc_positive(square * inverse * Lanes(alpha), unused) * inverse;
  }
  return horizontal_sum(sum);
}

inline double dispersion_energy(double C, double alpha, Neighbours const& near) {
  DispersionReal const term{C, alpha};
  Lanes sum(0.0), unused(0.0);
  for (int i = 0; i < near.n; i += native_width) {
    Lanes const square = load(near.square + i), inverse = inverse_sqrt(square);
    term.add(square * inverse, inverse, sum, unused);
  }
  return horizontal_sum(sum);
}

}  // namespace ionscape::detail
