// The option --potential of subcommands that compute whole crystals.
#pragma once

#include <ionscape/potentials/pair/potential_set.hpp>

#include "arguments.hpp"

namespace ionscape::app {

inline constexpr char const* potential_help =
    "potential set with [charges], or GULP's .lib or .gin (needed)";

/// The set that --potential names. Throws InputError without the option, for a set that cannot be
/// read, and for one without charges, which knows one ion in a framework only.
PotentialSet read_set_with_charges(Arguments const& arguments);

}  // namespace ionscape::app
