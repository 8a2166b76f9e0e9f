// Oxidation states of a crystal's ions: given, stated by its file, or found by charge balance and
// bond-valence sums. How they came about, and what is doubtful, is part of the result.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

enum class StateOrigin {
  given,      // per species, for all of them
  structure,  // by the structure's file
  assigned,   // by charge balance: the neutral choice whose bond valences fit best
};

struct IonStates {
  std::vector<double> states;  // e, one an ion
  StateOrigin origin = StateOrigin::assigned;
  double net_charge = 0;  // e, of the cell
  /// Global instability index (Salinas-Sanchez et al., J. Solid State Chem. 100, 201 (1992)): root
  /// mean square of bond-valence sum - |state| over the ions, in valence units. Below 0.2 in sound
  /// structures. NaN if the table lacks constants for all of them.
  double instability = 0;
  /// "assigned by charge balance: Li +1, Fe +2.25, P +5, O -2".
  std::string source;
  /// What a user has to know: mixed valence, a charged cell, other choices as good.
  std::vector<std::string> remarks;
};

/// States of all ions; species are element symbols.
///   given   state (e) per species: these are taken, whatever else is known
///   stated  what the file says (charges, oxidation numbers of a CIF), one an ion, NaN where it
///           says nothing; taken if all are whole numbers, else left aside with a remark; may be empty
/// The rest is found so: ions of a nonmetal that are bonded to a more electronegative one are
/// cations (S of a sulfate), else anions (S of a sulfide); ions of a kind have one state, less or
/// more by one for each bond with their like (O of a peroxide -1, P of P2S6 +4). Of all choices of
/// common states that are neutral the one with the least instability is taken. If there are none:
/// one metal takes a mean between states one electron apart (Fe +2.25); rare states; p-block ions
/// each by their bond valences (Sb +3 and +5); a metal below its known states; and last, the
/// common states with the least net charge, which stays (a vacancy without a metal that could make
/// up for it). Throws InputError for unknown elements, crystals without anions, carbon bonded to
/// hydrogen, and a given species that is not there.
IonStates ion_states(Crystal const& crystal, std::map<std::string, double> const& given = {},
                     std::span<double const> stated = {});

/// Sum of the bond valences of each ion, in valence units (positive for anions, too): over all ions
/// of the other sign within the cutoff of their constants. NaN for an ion whose sum is not complete
/// since the table lacks constants.
std::vector<double> bond_valence_sums(Crystal const& crystal, std::span<double const> states);

/// The global instability index of these sums; see IonStates.
double global_instability(std::span<double const> sums, std::span<double const> states);

}  // namespace ionscape
