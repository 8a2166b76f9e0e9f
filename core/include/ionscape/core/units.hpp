// Units used everywhere in ionscape: eV, angstrom (Å), elementary charge (e). Nothing is ever
// stored in other units; files in other units are converted where they are read.
#pragma once

namespace ionscape {

/// Coulomb constant e^2 / (4 pi epsilon_0) in eV Å e^-2 (CODATA 2018).
inline constexpr double coulomb_constant = 14.39964547842567;

inline constexpr double pi = 3.14159265358979323846;

/// Pressure of 1 eV/Å^3 in GPa (for printing only).
inline constexpr double gigapascal_per_eV_per_A3 = 160.21766339999999;

}  // namespace ionscape
