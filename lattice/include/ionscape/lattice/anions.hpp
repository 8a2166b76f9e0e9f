// Which species of a structure are its anions.
#pragma once

#include <string>
#include <vector>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// Whether an element forms anion frameworks: O, S, Se, Te, F, Cl, Br, I, N.
bool is_known_anion(std::string const& species);

/// The known anions among `species` (repetitions do not matter), in their order; `asked`, if not
/// empty, in place of them. Throws InputError if `asked` names one that is not there, or none is
/// left.
std::vector<std::string> choose_anions(std::vector<std::string> const& species,
                                       std::vector<std::string> const& asked,
                                       SourceLocation const& where);

}  // namespace ionscape
