// A sample of a sweep's energies against the reference engine.
#pragma once

#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// Fills in measured_accuracy, the largest difference of E_face_eV over a sample of rows (NaN if an
/// energy is), the size of that sample, and the time that this took.
void verify(SweepPlan const& plan, SweepResult& result);

}  // namespace ionscape
