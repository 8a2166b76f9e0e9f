// Numbers as CIF files write them.
#pragma once

#include <string>
#include <string_view>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// A number, perhaps with its uncertainty: 4.321(5). NaN if it is none.
double cif_number(std::string_view text);

/// The same; throws InputError "expected a number: WHAT" if it is none.
double cif_number(std::string const& text, SourceLocation const& where, std::string const& what);

/// A fractional coordinate of a site: a number, or a fraction as "1/3", which some files have though
/// CIF knows none.
double cif_coordinate(std::string const& text, SourceLocation const& where,
                      std::string const& site);

/// "1/3", "0.25", ".5", "2" at the beginning of `text`, which is advanced behind it.
bool take_fraction(std::string_view& text, double& value);

}  // namespace ionscape
