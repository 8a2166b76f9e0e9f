// Chains of structures from and to files.
#pragma once

#include <filesystem>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Reads a band from a folder of folders 00, 01, ... NN as VTST lays it out (in each the CONTCAR if
/// there is one that is not empty, else the POSCAR), or from one extxyz file with a frame for each
/// image. Every image must have the same species in the same order and the same cell; positions are
/// made continuous along the chain by minimum image. Throws InputError.
Band read_band(std::filesystem::path const& path);

/// Writes folder/00/POSCAR ... folder/NN/POSCAR (see write_poscar: the ions' order changes, the
/// same way in all images).
void write_band(std::filesystem::path const& folder, Band const& band);

}  // namespace ionscape
