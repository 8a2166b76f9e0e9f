// The constants of bond-valence site energies, softBV's: H. Chen, S. Adams, IUCrJ 4, 614 (2017); H.
// Chen, L. L. Wong, S. Adams, Acta Cryst. B 75, 18 (2019). landscape/data has the tables and says
// where each row is from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// A cation and an anion at distance R: Morse energy D0 {[exp(alpha (Rmin - R)) - 1]^2 - 1} and
/// bond valence exp(alpha (R0 - R)).
struct BondValencePair {
  double depth = 0;      // D0, eV
  double minimum = 0;    // Rmin, Å
  double steepness = 0;  // alpha = 1/b, Å^-1
  double unit = 0;       // R0, Å, the length of a bond of valence 1
  double cutoff = 0;     // Å, of bond valences
};

/// How far a constant can be trusted.
enum class BondValenceSource {
  table,     // D0, Rmin, alpha, R0 as published
  formula,   // R0 and alpha as published, D0 and Rmin by softbv_pair()
  estimate,  // made up; the table says how
};

/// A row of the table.
struct BondValenceRow {
  std::string cation, anion;              // elements
  int cation_state = 0, anion_state = 0;  // e
  BondValencePair pair;
  std::optional<double> coordination;  // of the cation, where D0 and Rmin follow from it
  BondValenceSource source = BondValenceSource::table;
};

/// All rows, ordered by cation, its state and anion.
std::vector<BondValenceRow> const& bond_valence_table();

/// Constants for any two ions, and what a user has to know about them (empty: nothing).
struct BondValenceChoice {
  BondValencePair pair;
  std::string remark;
};

/// The constants of a cation of state > 0 and an anion of state < 0 (e, elements by their symbols).
/// A state between two of the table's takes the mean of their constants, one beyond them those of
/// the nearest; anions have one state each in the table (O -2) and take its row in any: with a
/// remark. Throws InputError if the table has no row for the two elements.
BondValenceChoice bond_valence_pair(std::string const& cation, double cation_state,
                                    std::string const& anion, double anion_state);

/// Use of an oxidation state in finding those of a crystal.
enum class StateUse {
  common,  // as many compounds have it
  redox,   // the same, and one electron from another: ions of a crystal may have a mean in between
  rare,
};

/// An ion in softBV's formulas.
struct BondValenceIon {
  std::string element;
  int state = 0;              // e
  int principal_number = 0;   // n
  int block = 0;              // 1: s or p, 2: d, 3: f; 0: hydrogen
  double radius = 0;          // covalent radius, Å, softBV's: one for cations, one for anions
  double cordero_radius = 0;  // Å, of the element: Cordero et al., Dalton Trans. 2008, 2832
  std::optional<double> softness;
  StateUse use = StateUse::common;
};

/// All rows, ordered by atomic number and state.
std::vector<BondValenceIon> const& bond_valence_ions();

/// The ion of an element whose state has the sign of `state` and is nearest to it. Throws
/// InputError for an unknown element, or one without such ions.
BondValenceIon const& bond_valence_ion(std::string const& element, double state);

/// D0 and Rmin from R0 (Å), b = 1/alpha (Å) and the cation's coordination number:
///   Rmin = R0 (0.9185 + 0.2285 |softness difference|) - b ln(z / coordination)
///   D0 = 14.4 eV Å Z b^2 / (2 Rmin sqrt(n n_X)), Z = z |z_X|; 2 sqrt(2 z |z_X|) in blocks d and f
/// Throws InputError if a softness is unknown.
BondValencePair softbv_pair(BondValenceIon const& cation, BondValenceIon const& anion, double R0,
                            double b, double coordination);

}  // namespace ionscape
