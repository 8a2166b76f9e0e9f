// A potential set: charges and pair terms with their source, as read from a TOML file (examples/potentials).
//
//     name   = "MgO, Lewis and Catlow"
//     source = "Lewis, Catlow, J. Phys. C 18, 1149 (1985)"
//     cutoff = 9.0                        # Å, plain truncation of the pair terms; left out: summed to the asked accuracy
//     [charges]                           # e, rigid ions
//     Mg = 2.0
//     O = -2.0
//     [[pair]]
//     species = ["Mg", "O"]
//     form = "buckingham"                 # or "born-mayer" (no C)
//     A = 1428.5                          # eV
//     rho = 0.2945                        # Å
//     C = 0.0                             # eV Å^6
//
// A set for the insertion of a mobile ion into an anion framework has [insertion] in place of [charges]:
//
//     [insertion]
//     mobile = "Li"
//     framework = "S"
//     z = 0.717                           # effective charge product Q = z q - z0 in e^2, q < 0 the anion charge
//     z0 = 1.61
//     gaussian_width = 0.197              # anions are Gaussians of width sigma = gaussian_width * a; 0 or absent: points
//     [fitted]                            # the range that the parameters were fitted in
//     charge_e = [-1.7, -0.5]
//     volume_A3 = [26.0, 65.0]
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/pair_terms.hpp>

namespace ionscape {

/// One short-range term between two species; the order of the species does not matter.
struct PairTerm {
  std::array<std::string, 2> species;
  std::string form;  // "buckingham" or "born-mayer"
  Buckingham term;
};

/// How a mobile ion meets the anions of a framework when only the product of their charges is known.
struct Insertion {
  std::string mobile, framework;
  double z = 1, z0 = 0;
  double gaussian_width = 0;  // sigma / a, a = (4V)^(1/3) of the undistorted framework

  /// Effective charge product in e^2 for the anion charge q in e; negative = attraction.
  double charge_product(double q) const { return z * q - z0; }
};

/// Where a fitted set was fitted; outside it extrapolates, and results say so.
struct FittedRange {
  std::array<double, 2> charge_e, volume_A3;
  bool contains(double charge, double volume) const {
    return charge >= charge_e[0] && charge <= charge_e[1] && volume >= volume_A3[0] && volume <= volume_A3[1];
  }
};

struct PotentialSet {
  std::string name, source;
  std::filesystem::path file;
  std::optional<double> cutoff;           // Å
  std::map<std::string, double> charges;  // e, per species; empty for an insertion set
  std::vector<PairTerm> pairs;
  std::optional<Insertion> insertion;
  std::optional<FittedRange> fitted;

  /// The term between two species; all zero if the set has none.
  Buckingham pair(std::string const& a, std::string const& b) const;
};

/// Throws InputError (file, line) for malformed TOML, unknown keys, values out of range.
PotentialSet read_potential_set(std::filesystem::path const& file);
/// The same from text; `name` stands for the file in errors.
PotentialSet parse_potential_set(std::string_view text, std::filesystem::path const& name);

/// Fills crystal.charges from the set's [charges]. Throws InputError if the set has none for a species.
void assign_charges(Crystal& crystal, PotentialSet const& set);

}  // namespace ionscape
