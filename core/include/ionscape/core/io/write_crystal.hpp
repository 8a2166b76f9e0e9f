// Structures to files. Numbers read back as the same doubles; a file appears whole or not at all
// (io/atomic_file.hpp). Labels (O_OH) are written as the elements that they begin with.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// VASP 5 POSCAR with Cartesian positions. The format wants ions grouped by species, so **their
/// order changes**: species in order of first appearance, ions of one species in their order. The
/// format has no charges: they are left out. Selective dynamics if the crystal has fixed ions.
void write_poscar(std::filesystem::path const& file, Crystal const& crystal);

/// CIF without symmetry (P1), the ions in their order, labels as Li1, Li2. The format knows lengths
/// and angles of the cell, not its direction; a left-handed cell becomes its mirror image.
void write_cif(std::filesystem::path const& file, Crystal const& crystal);

/// What was computed for one frame.
struct Calculated {
  double energy = 0;             // eV
  std::span<Vec3 const> forces;  // eV/Å; may be left out
  std::optional<std::array<std::array<double, 3>, 3>>
      stress;  // eV/Å^3, positive: the cell wants to shrink (as in ASE)
};

/// Extended XYZ as ASE and pymatgen read it, one frame for each crystal, the ions in their order;
/// charges in a column `initial_charges`, forces in `forces`. `calculated`, if any, are one for
/// each frame.
void write_extxyz(std::filesystem::path const& file, std::span<Crystal const> frames,
                  std::span<Calculated const> calculated = {});

}  // namespace ionscape
