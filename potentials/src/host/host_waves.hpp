// The wave vectors of one framework and their coefficients: FrozenHost's reciprocal space.
#pragma once

#include <vector>

#include "host/host_tables.hpp"

namespace ionscape::detail::host {

/// The largest factors with which the surfaces of one framework multiply its tables, per Å of force
/// and eV of energy.
struct Strengths {
  double coulomb = 0, dispersion = 0, inverse_length = 0;
};

/// Everything that one framework contributes to the tables.
struct FrameworkTables {
  FrameworkRecord record{};
  Strengths strengths;
  std::vector<Block> blocks;
  std::vector<double> coulomb, dispersion;  // coefficients c(G), as the blocks say
  double wave_vectors = 0;
};

/// Fills in the blocks, their coefficients and what the record says of them; cell, reciprocal and
/// alpha of the record are known. All that is left out stays below `accuracy` (eV, eV/Å).
void build_waves(FrameworkTables& out, HostFramework const& host, double accuracy);

}  // namespace ionscape::detail::host
