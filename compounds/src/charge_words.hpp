// What the sources of charges share: lists of species, and the words that say what was taken.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <ionscape/compounds/charges.hpp>

namespace ionscape {

using SpeciesMap = std::map<std::string, double>;

inline constexpr char const* formal_is_large =
    "formal charges are larger than the Bader charges that the potentials were fitted with: expect "
    "a large error";

/// Each once, in the order of their first.
std::vector<std::string> distinct(std::vector<std::string> const& labels);

bool contains(std::vector<std::string> const& list, std::string const& word);

/// At most so many decimals: "2", "3.286".
std::string rounded(double x, int decimals);

/// "Fe 2, P 5", or "none".
std::string in_words(SpeciesMap const& values);

/// Throws InputError "charge of Xx: ..." for a species that the crystal does not have.
void refuse_unknown_species(Crystal const& crystal, SpeciesMap const& given,
                            SourceLocation const& where, char const* what);

/// NaN for the ions of a species that has no entry.
ChargeAssignment spread_over_ions(Crystal const& crystal, SpeciesMap const& by_species,
                                  std::string source);

/// Where all charges are known, they should be neutral: a remark if they are not.
void note_total(ChargeAssignment& assignment);

}  // namespace ionscape
