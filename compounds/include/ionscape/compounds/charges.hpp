// The charge of the anions of a compound, C of the models, and where it comes from. The program
// never invents one: a source must be named, and results repeat which it was.
//
//   given     one number per species
//   file      per species or per ion, CSV or TOML; or Bader charges as ACF.dat (Henkelman,
//             Arnaldsson, Jonsson, Comput. Mater. Sci. 36, 354 (2006)), which lists electrons:
//             charge = valence electrons - electrons
//   structure what the structure file says itself: charges of an extended XYZ, oxidation numbers
//     of a CIF
//   formal    common oxidation states that sum to zero
//   ionicity  formal states times a covalency factor, an estimate of Bader charges with a measured
//             error
//
// The potentials were fitted to Bader charges. Formal ones (O -2, S -2) lie outside the range in
// which they hold.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/error.hpp>

namespace ionscape {

/// Number of ions by species, in any unit of formulas.
using Composition = std::map<std::string, double>;

Composition composition_of(Crystal const& crystal);
/// "Li2S", "LiTi2(PO4)3", "Li1.5Al0.5Ge1.5(PO4)3". Throws InputError for anything else, and for
/// unknown elements.
Composition parse_formula(std::string_view formula, SourceLocation const& where);

/// "LiTi2O4": whole numbers of ions without a common factor, `first` before all others and `last`
/// behind them, the rest in alphabetical order.
std::string reduced_formula(Composition const& composition, std::string const& first,
                            std::string const& last);

/// Charges of a crystal's ions and what is known about them.
struct ChargeAssignment {
  std::vector<double> charges;  // e, one an ion; NaN where the source does not say
  double uncertainty = 0;       // e, standard deviation of an anion's charge; 0: taken as exact
  std::string source;           // for people: "given: O -1.06 e"
  std::vector<std::string> remarks;  // what a user has to know
  bool by_number = false;            // each by its ion's number alone: good for one structure only
};

/// Species without an entry stay unknown. Throws InputError for a species that the crystal does not
/// have.
ChargeAssignment charges_per_species(Crystal const& crystal,
                                     std::map<std::string, double> const& charges);

/// By the file's name or, for Bader's, by the heading of its table:
///   *.toml          [charges] with a number (e) per species, or charges_e = [...], one an ion
///   *.csv           columns species, charge_e; or ion (1, 2, ...), charge_e, and if there species,
///                   which must agree
///   ACF.dat         Bader: columns #, X, Y, Z, CHARGE (electrons), ...; `valence_electrons` (ZVAL
///                   of the POTCAR) of each species are needed, and the positions must be the
///                   crystal's
/// Throws InputError with file and line.
ChargeAssignment charges_from_file(Crystal const& crystal, std::filesystem::path const& file,
                                   std::map<std::string, double> const& valence_electrons = {});

/// crystal.charges as its file states them, else the oxidation numbers of a CIF. Throws InputError
/// if there are none.
ChargeAssignment charges_of_structure(Crystal const& crystal, std::filesystem::path const& file);

/// One oxidation state per species. An average that is no whole number stands for mixed valence.
struct OxidationStates {
  std::map<std::string, double> states;
  std::vector<std::string> remarks;
};

/// States that sum to zero, from a table of common states: negative ones for `anions`, any for the
/// rest (Cl of Li6PS5Cl is -1 beside S, and 7 in a perchlorate); `chosen` in place of the table. If
/// no whole states do, the one species with several states takes the average that does (mixed
/// valence). Throws InputError if no choice is neutral, or with the list of choices if several are.
OxidationStates oxidation_states(Composition const& composition,
                                 std::vector<std::string> const& anions,
                                 std::map<std::string, double> const& chosen,
                                 SourceLocation const& where);

ChargeAssignment formal_charges(Crystal const& crystal, std::vector<std::string> const& anions,
                                std::map<std::string, double> const& chosen,
                                SourceLocation const& where);

/// Model "ionicity" of Bader charges: each cation M of state z hands z f(X - M) of its electrons
/// over to the anions,
///   f = 0.415 + 0.133 (chi_X - chi_M),   chi: Pauling's electronegativity (CRC Handbook).
/// Pauling's own 1 - exp(-(chi_X - chi_M)^2 / 4) is far off (standard error 0.44 e); the two
/// numbers are a least-squares fit to the 68 Bader charges of oxides and sulfides in Fig. 1 of Xu
/// et al., npj Comput. Mater. 6, 47 (2020). Standard error of the anions' charge with each compound
/// left out of the fit: 0.19 e (O), 0.17 e (S), 0.18 e all. Not tested for other anions.
inline constexpr double ionicity_intercept = 0.4147, ionicity_slope = 0.1333, ionicity_error = 0.18;

/// Mean charge (e) of the anions by that model. Throws InputError for an element without an
/// electronegativity and for a negative state outside `anions`.
double ionicity_anion_charge(Composition const& composition,
                             std::map<std::string, double> const& states,
                             std::vector<std::string> const& anions, SourceLocation const& where);

/// All anions of a species get the same charge; the cations stay unknown.
ChargeAssignment ionicity_charges(Crystal const& crystal, std::vector<std::string> const& anions,
                                  std::map<std::string, double> const& chosen,
                                  SourceLocation const& where);

/// C of the models: the mean over the ions of `anions`.
struct AnionCharge {
  double mean = 0, lowest = 0, highest = 0;  // e
};
/// Throws InputError if a charge is unknown, or the mean is not negative.
AnionCharge anion_charge(Crystal const& crystal, ChargeAssignment const& assignment,
                         std::vector<std::string> const& anions, SourceLocation const& where);

}  // namespace ionscape
