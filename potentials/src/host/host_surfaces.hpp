// What the surfaces of FrozenHost say of their types of ions, and how far each term reaches.
#pragma once

#include <span>
#include <vector>

#include "host/host_waves.hpp"

namespace ionscape::detail::host {

/// Throws InputError for what no frozen host can be made of, as FrozenHost's constructor says.
void check(std::span<HostFramework const> frameworks, std::span<HostSurface const> surfaces,
           double accuracy);

/// Cell, splitting parameter and strengths of each framework, from all its surfaces.
std::vector<FrameworkTables> split_frameworks(std::span<HostFramework const> frameworks,
                                              std::span<HostSurface const> surfaces);

/// The records of all surfaces, for the device.
struct SurfaceTables {
  std::vector<SurfaceRecord> surfaces;
  std::vector<TypeRecord> types;
  std::vector<RepulsionRecord> repulsions;
  std::vector<double> neighbours;   // of a point, for each surface
  std::vector<double> list_cutoff;  // how far the lists of each framework reach, in its length
};

/// All real-space sums of a type left out stay below `accuracy` (eV, eV/Å) each.
SurfaceTables surface_tables(std::span<HostFramework const> frameworks,
                             std::span<HostSurface const> surfaces,
                             std::vector<FrameworkTables> const& split, double accuracy);

}  // namespace ionscape::detail::host
