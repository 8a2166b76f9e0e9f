// A short-range interaction between two species: its form (which functor of pair_terms.hpp), how it
// ends at a cutoff, and what stands in for it at very short distance.
//
// Up to the cutoff r_c the energy of one pair is
//     plain          V(r)
//     shifted        V(r) - V(r_c)                            no jump of the energy
//     force-shifted  V(r) - V(r_c) - (r - r_c) V'(r_c)        no jump of the force either
// Below `wall`, if one is given, V(r) is B/r^12 + D with B and D such that V and V' are continuous
// there: a stand-in for the unphysical inner part of a Buckingham term, never applied unless asked
// for. Where -C/r^6 is summed over the lattice, the wall stands in for the rest of the term only.
//
// A new form: a functor in pair_terms.hpp, a member of PairForm, and its lines in pair_form.cpp
// (what it is), src/pair/pair_forms.cpp (what it is called in a file) and src/pair/pair_record.hpp
// (how kernels know it).
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <ionscape/potentials/pair/pair_terms.hpp>

namespace ionscape {

/// V(r) given on equidistant radii, interpolated by a cubic spline; zero beyond the last radius,
/// below the first one the first cubic goes on. Equal means: the same coefficients in memory.
struct PairTable {
  double first = 0, step = 1;  // Å
  std::shared_ptr<std::vector<double> const>
      coefficients;  // (intervals, 4), see Tabulated in pair_terms.hpp
  double last() const { return first + step * double(coefficients->size() / 4); }
  friend bool operator==(PairTable const&, PairTable const&) = default;
};

/// monostate: the two species have no short-range term. Born-Mayer is Buckingham with C = 0.
using PairForm =
    std::variant<std::monostate, Buckingham, Morse, LennardJones, PairTable, BornMayerHuggins>;

/// V in eV and V' = dV/dr in eV/Å at r (Å).
struct PairValue {
  double energy = 0, slope = 0;
};
PairValue evaluate(PairForm const& form, double r);

/// Cubic spline through V (eV) at the radii first, first + step, ...: the end slopes are those of
/// the cubics through the first and the last four points, so that a cubic comes out exactly. Throws
/// InputError for fewer than four points, a negative first radius or a step that is not positive.
PairTable spline_table(double first, double step, std::vector<double> const& energies);

/// C of the form's -C/r^6 tail in eV Å^6: C of Buckingham and Born-Mayer-Huggins, 4 epsilon sigma^6
/// of Lennard-Jones, else 0.
double dispersion_coefficient(PairForm const& form);
/// The form without that tail: what is left in real space when -C/r^6 is summed over the lattice.
PairForm without_dispersion(PairForm const& form);

/// The radius in Å below which the form is not to be trusted: the inner maximum of Buckingham and
/// Born-Mayer-Huggins terms (turnover_radius in pair_terms.hpp), a table's first radius; 0 if the
/// form repels at all short distances; infinity if it never does.
double turnover_radius(PairForm const& form);

enum class Truncation { plain, shifted, force_shifted };

/// A form with everything that its energy depends on.
struct PairFunction {
  PairForm form;
  double cutoff = 0;  // Å, > 0
  Truncation truncation = Truncation::plain;
  double wall = 0;  // Å; 0 = none
};

/// What is derived from a PairFunction: V_pair(r) = V(r) - shift - (r - cutoff) * slope for wall <=
/// r <= cutoff and wall_B / r^12 + wall_D - shift - (r - cutoff) * slope for r < wall.
struct PairEnd {
  double shift = 0, slope = 0;    // eV, eV/Å
  double wall_B = 0, wall_D = 0;  // eV Å^12, eV
};
/// Throws InputError if the form does not repel at the wall's radius (no r^-12 joins it smoothly),
/// or if the wall is not inside the cutoff. All zero for the form monostate.
PairEnd pair_end(PairFunction const& function);

/// V_pair and its slope, both 0 beyond the cutoff.
PairValue evaluate(PairFunction const& function, PairEnd const& end, double r);
PairValue evaluate(PairFunction const& function, double r);

/// What turns the sum of V_pair into an estimate of the complete sum of V, for a uniform density of
/// `density` partners per Å^3 around one ion, from r = 0 on. Both numbers are per ion: each pair
/// counts half here, half with its partner.
///     energy, to be added to E:
///         2 pi density { int_{r_c}^inf r^2 V dr + int_0^{r_c} r^2 [V - V_pair] dr }
///     virial, to be added to dE/d(strain) on each of xx, yy and zz (divided by the volume: to
///       the stress):
///         (2 pi/3) density { int_{r_c}^inf r^3 V' dr + int_0^{r_c} r^3 [V' - V_pair'] dr }
/// V - V_pair is what the truncation has taken off, shift + (r - r_c) slope: nothing for the plain
/// one. By parts
///     virial = -energy - (2 pi/3) density r_c^3 V_pair(r_c):
/// for the shifted truncations just the strain derivative of the energy, which goes as 1/volume;
/// for the plain one also the mean of the jumps of the energy when strain carries pairs across the
/// cutoff, of which forces do not know. All integrals are analytic. Beyond its last radius a table
/// has nothing; V' includes its drop to zero there. An ion counts as one of the partners of its own
/// species, at r = 0, so its energy is too large by (shift - r_c slope)/2.
struct TailCorrection {
  double energy = 0, virial = 0;  // eV per ion
};
TailCorrection tail_correction(PairFunction const& function, double density);

}  // namespace ionscape
