// The options that say where the anions' charge of compounds comes from.
#pragma once

#include <vector>

#include <ionscape/compounds/compound.hpp>

#include "arguments.hpp"

namespace ionscape::app {

void declare_charge_source(Arguments& arguments);

/// Throws InputError unless exactly one source is named, and for numbers of species that no crystal
/// has.
ChargeSource charge_source(Arguments const& arguments, std::vector<Crystal> const& crystals);

}  // namespace ionscape::app
