// Crystals made from crystals: repeated, and with an ion less.
#pragma once

#include <array>
#include <cstddef>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// How often a cell is repeated along a, b and c.
using CellSize = std::array<int, 3>;

/// The crystal n[0] x n[1] x n[2] times, with what it knows of each ion; copies of ion i stand at i, i +
/// size, ... (the last of n counts fastest). Throws InputError for an n below 1.
Crystal supercell(Crystal const& crystal, CellSize n);

/// How often to repeat the cell so that its images are at least `distance` (Å) apart: opposite faces of
/// the cell, to 1e-6 of it. Throws InputError if that is more than 1000 times, or no distance.
CellSize size_for(Cell const& cell, double distance);

/// Without ion `ion` (from 0); those after it move up by one.
Crystal without_ion(Crystal crystal, std::size_t ion);

}  // namespace ionscape
