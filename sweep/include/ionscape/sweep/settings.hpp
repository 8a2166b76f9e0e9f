// The settings of a plan as text: in the record of a map, and in the key of its checkpoints.
#pragma once

#include <string>

#include <ionscape/sweep/plan.hpp>

namespace ionscape {

/// Potentials and settings of a plan, without its points, as JSON text.
std::string settings_json(SweepPlan const& plan);

}  // namespace ionscape
