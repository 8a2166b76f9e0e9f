// The entries of GULP's potentials: their species, and what their numbers mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ionscape/core/io/gulp_input.hpp>
#include <ionscape/potentials/pair/pair_form.hpp>

namespace ionscape::detail {

struct GulpParticle {
  std::string label;  // of the species
  bool shell = false;
};

/// A line below an option: species, then numbers.
struct GulpEntry {
  std::vector<GulpParticle> particles;
  std::vector<double> numbers;
  SourceLocation where;
};

/// Throws InputError for a word that is neither.
GulpEntry read_gulp_entry(GulpLine const& line);

/// What stands behind the name of a potential.
struct GulpModifiers {
  double unit = 1;  // eV, of the entries' energies
  Truncation truncation = Truncation::plain;
  bool epsilon = false, zero = false;  // of lennard
  std::vector<double> powers;          // of lennard and general
  std::string
      unsummed;  // why the entries cannot be summed: "only bonded ions (bond)"; empty: they can
};

/// Throws InputError for an unknown word.
GulpModifiers read_gulp_modifiers(GulpOption const& option);

struct GulpPair {
  std::string form;  // its name in our sets
  PairForm term;
  double cutoff = 0;     // Å
  std::string unsummed;  // as above
};

/// A line of buckingham, general, lennard or morse; `fitted`: flags stand at its end. Throws InputError
/// for too few or too many numbers.
GulpPair read_gulp_pair(GulpOption const& option, GulpModifiers const& modifiers,
                        GulpEntry const& entry, bool fitted);

/// Two terms of one pair as one, where a form has both: Morse and A/r^12, in either order. None
/// otherwise.
std::optional<PairForm> sum_of(PairForm const& a, PairForm const& b);

struct GulpAngle {
  double k = 0, theta0_deg = 0;
  std::array<double, 3> cutoffs{};
  std::string unsummed;
};
GulpAngle read_gulp_angle(GulpModifiers const& modifiers, GulpEntry const& entry, bool fitted);

struct GulpSpring {
  double k2 = 0, k4 = 0;
  std::string unsummed;
};
GulpSpring read_gulp_spring(GulpModifiers const& modifiers, GulpEntry const& entry, bool fitted);

}  // namespace ionscape::detail
