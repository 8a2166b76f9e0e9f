// Values on a grid through a cell, for VESTA, 3Dmol and others.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Gaussian's cube format: lengths in Bohr, the values as they are. `values` (n0, n1, n2), the last index
/// runs fastest, at (i/n0, j/n1, k/n2) of `cell`, which may be another cell of the crystal's lattice.
/// `title`: one line. Labels that begin with no element are written as number 0.
void write_cube(std::filesystem::path const& file, std::string const& title, Crystal const& crystal,
                Cell const& cell, std::array<int, 3> n, std::span<double const> values);

}  // namespace ionscape
