// Harmonic vibrations: frequencies at any wave vector, and what they add to heat and free energy.
//
// Shells have no mass and follow at once (Cochran, Proc. R. Soc. A 253, 260 (1959)). Imaginary
// frequencies stand as negative numbers. 1 THz is 33.35641 cm^-1.
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include <ionscape/core/thermal.hpp>
#include <ionscape/crystals/second_derivatives.hpp>

namespace ionscape {

inline constexpr double inverse_centimetres_per_THz = 33.3564095198152;  // 1e10/(299 792 458)
inline constexpr double meV_per_THz = 4.135667696923859;                 // h, CODATA 2018

/// Standard atomic weights (u) of the ions. Throws InputError for a label that names no element.
std::vector<double> masses_of(Particles const& particles);

class Phonons {
 public:
  /// `masses` of the ions in u. The derivatives must outlive this, and are taken with shells at rest.
  Phonons(SecondDerivatives const& derivatives, std::vector<double> masses);

  int modes() const { return 3 * int(masses_.size()); }

  /// Frequencies in THz at the wave vector q (Å^-1, Cartesian), ascending. At q = 0 the three
  /// translations are exactly 0, and no field acts; with `direction` the field of a long wave along
  /// it does (LO and TO modes apart). Throws InputError where the shells are not at a minimum for
  /// this wave. Many threads may call at once.
  std::vector<double> frequencies(Vec3 q, std::optional<Vec3> direction = {}) const;

  /// The same at many wave vectors, on all threads that Kokkos has, which must be running.
  std::vector<std::vector<double>> frequencies_at(std::span<Vec3 const> q) const;

 private:
  SecondDerivatives const& derivatives_;
  std::vector<double> masses_;
};

/// Wave vectors with weights that add up to 1.
struct WaveMesh {
  std::vector<Vec3> q;  // Å^-1
  std::vector<double> weight;
};

/// u_r = (2 r - n - 1)/(2 n), r = 1 ... n, along each reciprocal vector (Monkhorst and Pack, Phys.
/// Rev. B 13, 5188 (1976), eq. 3); q and -q are one.
WaveMesh monkhorst_pack(Cell const& cell, std::array<int, 3> size);

/// Per cell, at one temperature.
struct HarmonicRow {
  double temperature = 0;    // K
  double free_energy = 0;    // eV, with the zero-point energy, without the static energy
  double energy = 0;         // eV, the same
  double entropy = 0;        // eV/K
  double heat_capacity = 0;  // eV/K, at constant volume
};

struct Harmonic {
  double zero_point = 0;  // eV per cell
  std::vector<HarmonicRow> rows;
  /// Modes left out, weighted over the mesh: translations (|nu| below `still`), and imaginary ones.
  double translations = 0, imaginary = 0;
};

/// `frequencies` (THz) at each point of the mesh. Modes below `still` THz count as translations.
Harmonic harmonic(WaveMesh const& mesh, std::span<std::vector<double> const> frequencies,
                  std::span<double const> temperatures, double still = 1e-3);

}  // namespace ionscape
