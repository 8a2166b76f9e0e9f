// The uncertainty of a model's barrier: the potential's own error, that of C, and what both lack.
#pragma once

#include <array>
#include <initializer_list>
#include <string>

#include <ionscape/compounds/predict.hpp>

namespace ionscape {

/// Throws InputError if the options have none for this anion, or one without [insertion].
PotentialSet const& potential_of(PredictOptions const& options, std::string const& anion);

/// The anion charges C - u, C + u (e), both negative.
std::array<double, 2> charges_around(double charge, double u);

/// Root of the sum of squares of what is known; NaN if nothing is.
double combined(std::initializer_list<double> parts);

/// What changes with C: half the difference over C -+ u, scaled where charges_around had to stop
/// short.
double charge_part(double below, double above, double charge, double u);

/// Whether a point lies farther outside the fitted range than the set's own error can be carried.
bool is_far_outside(PotentialSet const& set, double charge_e, double volume_A3, double d);

/// Notes on what is known of the error neither from the set nor from its range.
void note_unknown_error(PotentialSet const& set, bool far_outside, ModelBarrier& barrier);

/// What changes with `of`, C or D, could not be found at both neighbours; said once.
void note_missing_part(ModelBarrier& barrier, std::string const& of);

}  // namespace ionscape
