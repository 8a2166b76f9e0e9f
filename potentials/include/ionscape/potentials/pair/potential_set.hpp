// A potential set: charges and pair terms with their source, as read from a TOML file
// (examples/potentials).
//
//     name   = "MgO, Lewis and Catlow"
//     source = "Lewis, Catlow, J. Phys. C 18, 1149 (1985)"
//     cutoff = 9.0          # Å, of the pair terms; left out: summed to the asked accuracy
//     truncation = "plain"  # or "shifted", "force-shifted": see pair_form.hpp
//     tail = false          # true: add the analytic tail correction
//     dispersion = "cutoff" # -C/r^6 ends like the rest of its term; or "lattice-sum": an Ewald sum
//     [charges]             # e, rigid ions
//     Mg = 2.0
//     O = -2.0
//     [[pair]]              # the order of the species does not matter
//     species = ["Mg", "O"]
//     form = "buckingham"
//     A = 1428.5            # eV
//     rho = 0.2945          # Å
//     C = 0.0               # eV Å^6
//     cutoff = 12.0         # Å, in place of the set's; may be left out, like the next
//     wall = 0.8            # Å, below it the term is replaced by B/r^12 + D: see pair_form.hpp
//
// What may stand in a set with [charges] besides (formulas: bonded_terms.hpp):
//
//     coulomb_constant = 14.3997584  # eV Å/e^2, as another program has it; absent: CODATA 2018
//     [[shell]]             # splits the charge of its species: the core has what is left
//     species = "O"
//     charge = -2.86902     # e, of the shell
//     k2 = 74.92            # eV/Å^2
//     k4 = 0.0              # eV/Å^4; may be left out
//     [[angle]]
//     centre = "P"
//     outer = ["O", "O"]
//     k = 1.322626          # eV/rad^2
//     theta0_deg = 109.47
//     cutoffs = [1.9, 1.9, 3.5]  # Å: both legs, and from outer to outer ion; the third may be left
//                                # out: no bound
//
// Pair terms and angles act on the shell of a species that has one. "O core" and "O shell" in their
// species say it otherwise.
//
// Ions of one element may be of several kinds. Species are labels then, and each says which ions of a
// structure it means: those that the structure itself calls so, else those that its rule finds.
//
//     [[label]]
//     name = "O_OH"         # in [charges] and wherever species stand
//     element = "O"
//     bonded_to = "H"       # an ion of this element is near; left out with the next: all others
//     within = 1.2          # Å
//
// Input and library files of GULP are read as well: read_gulp.hpp.
//
// The forms and their keys; formulas in pair_terms.hpp:
//
//     "buckingham"       A (eV), rho (Å), C (eV Å^6)
//     "born-mayer"       A (eV), rho (Å)
//     "born-mayer-huggins"  A (eV), rho (Å), sigma (Å, may be 0), C (eV Å^6), D (eV Å^8)
//     "morse"            D (eV), a (Å^-1), r0 (Å), C (eV Å^12; may be left out): ... + C/r^12
//     "lennard-jones"    epsilon (eV), sigma (Å)
//     "lennard"          A (eV Å^12), B (eV Å^6): A/r^12 - B/r^6
//     "table"            first (Å), step (Å), energies (list, eV)
//                        or file: a text file, relative to the set's own, with lines
//                        "radius energy" (Å, eV), the radii ascending and equidistant (to 1e-6
//                        of a step); '#' begins a comment
//
// A set for the insertion of a mobile ion into an anion framework has [insertion] in place of
// [charges]. With the anion charge q < 0 (e) and a = (4V)^(1/3), V the undistorted volume per
// anion, its energy is the sum over all anions of
//
//     k_e Q [erf(d/(sqrt(2) sigma)) - erf(d/(sqrt(2) lambda))]/d
//       + sum over the entries of A exp(growth (|q| - 1)) exp(-d/rho) - C/d^6,
//     Q = z q - z0 - z2 (|q| - 1)^2, the effective product of charges in e^2,
//     sigma = gaussian_width * a * exp(gaussian_growth * (|q| - 1)),
//     lambda = screening_length * (a / 5 Å)^screening_exponent
//
// Anions grow with their charge (sigma). Electrons gather around an anion and hide its charge from
// afar (lambda), as far as a length of their own (exponent 0) or one that follows the lattice (1).
//
// C may be negative here: a repulsion that falls off as d^-6. Its pairs are "buckingham" or
// "born-mayer" without a wall, and are summed completely: there is no truncation to be chosen. A
// pair of species may have several entries, which are added: repulsion by the core and by the
// valence shell. (With [charges] a pair has one entry.)
//
//     [insertion]
//     mobile = "Li"
//     framework = "S"
//     z = 0.717
//     z0 = 1.61
//     z2 = 0.1                      # absent: 0
//     gaussian_width = 0.197        # sigma / a at q = -1 e; 0 or absent: points
//     gaussian_growth = 0.1         # absent: 0
//     screening_length = 1.6        # Å, lambda at a = 5 Å; 0 or absent: not screened
//     screening_exponent = 0.1      # absent: 0
//     [[pair]]
//     species = ["Li", "S"]
//     form = "born-mayer"
//     A = 804.0                     # eV, at q = -1 e
//     rho = 0.311                   # Å
//     growth = 0.2                  # absent: 0
//     [fitted]                      # the range that the parameters were fitted in
//     charge_e = [-1.7, -0.5]
//     volume_A3 = [26.0, 65.0]
//     distortion = [1.0, 1.2]       # may be left out, like what follows
//     error_eV = {barrier = 0.012}  # how large errors were, by names of the writer's choice
//     [provenance]                  # where the parameters come from: anything, for people
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/potentials/pair/bonded_terms.hpp>
#include <ionscape/potentials/pair/pair_form.hpp>

namespace ionscape {

/// One short-range term between two kinds of particles; their order does not matter.
struct PairTerm {
  /// Labels: a species, or where it has a shell "O core" or "O shell" (bonded_terms.hpp).
  std::array<std::string, 2> species;
  std::string form;  // its name in the file
  PairForm term;
  std::optional<double> cutoff;  // Å, in place of the set's
  double wall = 0;               // Å, see pair_form.hpp; 0 = none
  double growth = 0;  // of A with the anion charge: see the head of this file; insertion sets only
};

/// Which ions of a structure a species of the set means.
struct LabelRule {
  std::string name;       // of the species
  std::string element;    // of the ions
  std::string bonded_to;  // they have an ion of this element within the distance; empty: no rule
  double within = 0;      // Å
};

/// An entry of a file that cannot be summed: crystals that have all of its species are refused.
struct UnsummedTerm {
  std::vector<std::string> species;
  SourceLocation where;
  std::string why;  // "a Morse term with its Coulomb energy taken off"
};

/// How the pair terms of a crystal end.
struct PairSums {
  double cutoff = 0;  // Å, of the pairs without one of their own; 0: such pairs have no term at all
  Truncation truncation = Truncation::plain;
  bool tail = false;  // add the analytic tail correction (energy and stress)
  /// Sum -C/r^6 of every term over the whole lattice; only the rest of the term is cut off.
  bool dispersion_lattice_sum = false;
};

/// The lattice constant (Å) at which screening lengths are given.
inline constexpr double screening_reference = 5;

/// How a mobile ion meets the anions of a framework when only the product of their charges is
/// known.
struct Insertion {
  std::string mobile, framework;
  double z = 1, z0 = 0, z2 = 0;
  double gaussian_width = 0;   // sigma / a at q = -1 e, a = (4V)^(1/3) of the undistorted framework
  double gaussian_growth = 0;  // of sigma with the anion charge
  double screening_length =
      0;  // Å, lambda of the cloud that screens the charge at a = screening_reference; 0: none
  double screening_exponent = 0;  // of its growth with a

  /// Effective charge product in e^2 for the anion charge q in e; negative = attraction.
  double charge_product(double q) const {
    return z * q - z0 - z2 * (std::fabs(q) - 1) * (std::fabs(q) - 1);
  }
  /// sigma / a for the anion charge q in e.
  double reduced_width(double q) const {
    return gaussian_width * growth_factor(gaussian_growth, q);
  }
  /// lambda / a at the lattice constant a in Å; 0: not screened.
  double reduced_screening(double a) const {
    return screening_length / screening_reference *
           std::pow(a / screening_reference, screening_exponent - 1);
  }
  /// By how much something that is 1 at |q| = 1 e has grown at the anion charge q in e.
  static double growth_factor(double growth, double q) {
    return std::exp(growth * (std::fabs(q) - 1));
  }
};

/// Where a fitted set was fitted; outside it extrapolates, and results say so.
struct FittedRange {
  std::array<double, 2> charge_e, volume_A3;
  std::optional<std::array<double, 2>> distortion = {};
  std::map<std::string, double> error_eV = {};  // by the names that the set gives them

  bool contains(double charge, double volume) const {
    return charge >= charge_e[0] && charge <= charge_e[1] && volume >= volume_A3[0] &&
           volume <= volume_A3[1];
  }
  /// The same with the distortion, if the set says in which range that was.
  bool contains(double charge, double volume, double d) const {
    return contains(charge, volume) &&
           (!distortion || (d >= (*distortion)[0] && d <= (*distortion)[1]));
  }
  /// The same with a tenth of each range more on either side, and 0.01 in d: so far the errors
  /// hold, since cross-validation leaves out whole blocks at the edges. (A cell of d = 1.01 has CSM
  /// 0.01: nearly undistorted.)
  bool nearly_contains(double charge, double volume, double d) const {
    auto const wide = [](std::array<double, 2> r, double least = 0) {
      double const more = std::max(least, 0.1 * (r[1] - r[0]));
      return std::array<double, 2>{r[0] - more, r[1] + more};
    };
    FittedRange const wider{wide(charge_e), wide(volume_A3),
                            distortion ? std::optional(wide(*distortion, 0.01)) : distortion};
    return wider.contains(charge, volume, d);
  }
};

struct PotentialSet {
  std::string name, source;
  std::filesystem::path file;
  std::optional<double> cutoff;  // Å
  Truncation truncation = Truncation::plain;
  bool tail = false;
  bool dispersion_lattice_sum = false;
  std::map<std::string, double> charges;   // e, of whole ions; empty for an insertion set
  std::optional<double> coulomb_constant;  // eV Å/e^2, in place of units.hpp
  std::vector<PairTerm> pairs;
  std::vector<ShellTerm> shells;  // at most one of a species
  std::vector<AngleTerm> angles;
  std::vector<LabelRule> labels;       // the first that fits an ion counts
  std::vector<UnsummedTerm> unsummed;  // of a GULP file
  std::optional<Insertion> insertion;
  std::optional<FittedRange> fitted;

  /// The shell of a species; nullptr if it has none.
  ShellTerm const* shell(std::string const& species) const;
  /// The label of the particle of a species on which short-range terms act: its shell, if any.
  std::string acting_label(std::string const& species) const;
  /// The term between two labels, the first if an insertion set has several; nullptr if the set has
  /// none.
  PairTerm const* find(std::string const& a, std::string const& b) const;
  /// The same where only Buckingham and Born-Mayer terms can be used (frozen hosts); all zero if
  /// the set has none. Throws InputError for another form, a wall, or several terms.
  Buckingham buckingham(std::string const& a, std::string const& b) const;
  /// All terms between the mobile ion and an anion of charge q in e, to be added, as they have
  /// grown. The set has [insertion].
  std::vector<Buckingham> insertion_terms(double q) const;
  /// The pair of two species as it is summed with `ends`: the pair's own cutoff before that of
  /// `ends`, and without -C/r^6 if that is summed over the lattice. Form monostate if there is no
  /// term, or no cutoff.
  PairFunction function(std::string const& a, std::string const& b, PairSums const& ends) const;
  /// C in eV Å^6 of the -C/r^6 between two species that is summed over the lattice: what function()
  /// leaves out.
  double lattice_dispersion(std::string const& a, std::string const& b, PairSums const& ends) const;
};

/// A TOML file, or one of GULP (read_gulp.hpp). Throws InputError (file, line) for malformed text,
/// unknown keys, values out of range.
PotentialSet read_potential_set(std::filesystem::path const& file);
/// The same from text; `name` stands for the file in the choice of the format and in errors.
PotentialSet parse_potential_set(std::string_view text, std::filesystem::path const& name);

/// Fills crystal.charges from the set's [charges], and names the ions as the set does: a species that
/// the set has stays, but for an element whose [[label]] says otherwise; other labels of the structure
/// (O1) are taken for their element. Throws InputError if the set has no charge for an ion, if
/// several of its labels may be meant, or if it has a term of these species that cannot be summed.
void assign_charges(Crystal& crystal, PotentialSet const& set);
/// Throws InputError if the set has a term of such species that cannot be summed.
void refuse_unsummed(PotentialSet const& set, std::vector<std::string> const& species);

}  // namespace ionscape
