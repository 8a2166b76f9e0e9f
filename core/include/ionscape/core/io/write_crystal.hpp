// Structures to files. Numbers read back as the same doubles; a file appears whole or not at all (io/atomic_file.hpp).
#pragma once

#include <filesystem>
#include <span>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// VASP 5 POSCAR with Cartesian positions. The format wants ions grouped by species, so **their order changes**:
/// species in order of first appearance, ions of one species in their order. The format has no charges: they are left
/// out.
void write_poscar(std::filesystem::path const& file, Crystal const& crystal);

/// Extended XYZ as ASE and pymatgen read it, one frame for each crystal, the ions in their order; charges in a column
/// `initial_charges`. `energies`, if any, are one for each frame, in eV.
void write_extxyz(std::filesystem::path const& file, std::span<Crystal const> frames,
                  std::span<double const> energies = {});

}  // namespace ionscape
