// How rows and settings look in files; shared by the map, the runner's checkpoints, and the JSON
// record.
#pragma once

#include <ostream>
#include <span>
#include <string>

#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// The header and one line a row.
void write_rows(std::ostream& out, std::span<MapRow const> rows);

/// Potentials and settings of a plan, without its points, as JSON text.
std::string settings_json(SweepPlan const& plan);

}  // namespace ionscape
