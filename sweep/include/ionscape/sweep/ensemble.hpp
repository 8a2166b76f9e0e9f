// Error bars for maps: what the potentials say of their own errors, and the spread over an ensemble
// of potentials that were fitted to resampled data (ionscape calibrate writes one).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// The potentials of each member, by anion.
using Ensemble = std::vector<std::map<std::string, PotentialSet>>;

/// Reads a folder whose subfolders are members: each holds one potential (file *.toml with
/// [insertion]) for each anion of the plan. Throws InputError for fewer than two members, or one
/// that lacks an anion or has two sets for one.
Ensemble read_ensemble(std::filesystem::path const& folder, SweepPlan const& plan);

/// Assigns the error columns of rows of `plan`: the sets' own errors and, if there is an ensemble,
/// the spread of its members, for each of which the plan is swept. Bands that did not converge stay
/// out of the spread; NaN where fewer than two are left. The sets' errors, as calibrate states
/// them, contain some of that spread already: together they are rather too large than too small.
void assign_errors(SweepPlan const& plan, Ensemble const& ensemble, std::vector<MapRow>& rows);

/// The standard error in eV of a barrier, by three points or by NEB, that a set states for itself
/// (error_eV: mean absolute errors, times sqrt(pi / 2)). From d = 1 it grows linearly to that of
/// distorted cells, which is an average and taken to hold in the middle of the fitted range of d.
/// NEB barriers of distorted cells have no published reference: theirs grows alike. NaN if the set
/// states none.
double model_error(PotentialSet const& set, double distortion, bool three_point);

}  // namespace ionscape
