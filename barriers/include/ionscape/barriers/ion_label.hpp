// How people call an ion, and which one they mean.
#pragma once

#include <cstddef>
#include <string>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// "Li12": the species, and the number among all ions of the crystal, from 1. `ion` counts from 0.
std::string ion_label(Crystal const& crystal, std::size_t ion);

/// The ion (from 0) that "Li12" or "12" means. Throws InputError for a number that no ion has, and a
/// species that is not the ion's.
std::size_t ion_named(Crystal const& crystal, std::string const& word);

}  // namespace ionscape
