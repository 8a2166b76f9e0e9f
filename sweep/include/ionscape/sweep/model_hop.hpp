// A point of a sweep as one hop: the model cell's fcc framework, distorted, and the ion's path.
#pragma once

#include <ionscape/lattice/hop.hpp>
#include <ionscape/neb/hop_task.hpp>
#include <ionscape/sweep/plan.hpp>

namespace ionscape {

struct ModelHop {
  HopTask task;
  double csm_tet = 0, csm_oct = 0;
};

/// `set` has [insertion] for the point's anion. Throws InputError for a point out of range.
ModelHop model_hop(SweepPoint const& point, HopKind kind, PotentialSet const& set);

}  // namespace ionscape
