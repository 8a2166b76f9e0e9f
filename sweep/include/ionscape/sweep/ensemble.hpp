// Error bars for maps: what the potentials say of their own errors, and the spread over an ensemble of potentials that were
// fitted to resampled data (ionscape calibrate writes one).
#pragma once

#include <filesystem>

#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// Assigns the error columns of rows of `plan`. `ensemble`: empty, or a folder whose subfolders hold one potential for each anion
/// of the plan (files *.toml with [insertion]); the plan is then swept once for each member. Throws InputError for a folder without
/// such potentials, or a member that lacks an anion.
void assign_errors(SweepPlan const& plan, std::filesystem::path const& ensemble, std::vector<MapRow>& rows);

/// The standard error in eV of a barrier, by three points or by NEB, that a set states for itself (error_eV: mean absolute errors,
/// times sqrt(pi / 2)). From d = 1 it grows linearly to that of distorted cells, which is an average and taken to hold in the middle
/// of the fitted range of d. NEB barriers of distorted cells have no published reference: theirs grows alike. NaN if the set states
/// none.
double model_error(PotentialSet const& set, double distortion, bool three_point);

}  // namespace ionscape
