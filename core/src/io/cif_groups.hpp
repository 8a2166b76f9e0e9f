// Space groups as CIF files name them, in gemmi's tables.
#pragma once

#include <string>
#include <vector>

#include <gemmi/symmetry.hpp>

#include "cif_symmetry.hpp"

namespace ionscape {

std::vector<CifOperation> operations_of(gemmi::GroupOps const& group);

struct GroupName {
  gemmi::SpaceGroup const* group = nullptr;
  bool sets_origin = false;  // the name says which setting is meant
};

/// By a Hermann-Mauguin name in any of the ways that files write it: with markup, suffixes of ICSD,
/// full symbols, old cubic ones. The angles (degrees) choose between hexagonal and rhombohedral
/// axes. No group if it is not known.
GroupName group_named(std::string const& found, double alpha, double gamma);

/// The group of a number in its standard setting, and how many settings the tables have.
struct GroupNumber {
  gemmi::SpaceGroup const* group = nullptr;
  int settings = 0;
};

/// No group for a number that is none, 1 to 230.
GroupNumber group_numbered(int number, double alpha, double gamma);

}  // namespace ionscape
