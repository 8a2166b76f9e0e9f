// Which element a site of a CIF file holds.
#pragma once

#include <string>
#include <string_view>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// For the end of an error message about a disordered structure.
inline constexpr char const* make_ordered =
    ": this is a disordered structure, make an ordered one of it first";

/// The letters that a label begins with.
std::string letters_of(std::string_view label);

/// The element of _atom_site_type_symbol, in any case of letters: "Mg2+", "MG2+", "mg".
std::string element_of_symbol(std::string const& symbol, SourceLocation const& where,
                              std::string const& site);

/// The element that a label begins with, where there is no type symbol: "Li1", "Li1_a", "MG1",
/// "OW2". Labels in capitals with two readings are refused: "CO1" is Co or C.
std::string element_of_label(std::string const& label, SourceLocation const& where);

}  // namespace ionscape
