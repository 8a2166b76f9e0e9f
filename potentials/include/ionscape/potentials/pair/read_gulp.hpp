// Potential sets from input and library files of GULP: species, buckingham, lennard, general,
// morse, spring and three, with what GULP means by them. docs/potentials.md says how each option is
// mapped, and lists what is passed over and what is refused.
//
//  - The Coulomb constant is GULP's, 14.3997584 eV Å/e^2; kJ/mol and kcal/mol are converted by its
//    numbers.
//  - A library holds many species. An entry that cannot be summed (PotentialSet::unsummed) is refused
//    with its line when a crystal has all its species. So is a second term for one pair, which GULP
//    would add.
//  - A potential of O acts on O1, O2 ... as well. The only label of an element (Ca_2+) is called by
//    the element. Of several, a structure says which it means; X_OH are those within 1.3 Å of an H (of
//    an O, for H), as GULP's libraries use the name.
#pragma once

#include <filesystem>
#include <string_view>

#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// eV Å/e^2, of GULP 1 to 6.
inline constexpr double gulp_coulomb_constant = 14.3997584;

/// `file` is for errors. Throws InputError with the line for an option or keyword that is not
/// known, or that changes the energy in a way that is not read.
PotentialSet parse_gulp_potentials(std::string_view text, std::filesystem::path const& file);

}  // namespace ionscape
