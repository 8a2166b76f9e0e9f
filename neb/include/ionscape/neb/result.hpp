// What is known about a band after its relaxation. Energies in eV, lengths in Å, forces in eV/Å.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <ionscape/relax/status.hpp>

namespace ionscape {

enum class BandStatus : int {
  running,  // never in a returned result
  converged,
  step_limit,              // max_steps were not enough; the last path is kept
  not_finite,              // the model gave NaN or infinity; the path that did it is kept
  endpoint_not_converged,  // relax_endpoints: an end found no minimum; the band was not relaxed
  // both ends are the same point (given so, or fallen into one minimum); not relaxed
  endpoints_coincide,
};

enum class SaddleKind {
  none,  // energies are not finite
  // the highest image is higher than both ends: a saddle, if the band has climbed and converged
  interior,
  endpoint,  // the path's highest point is an end: no saddle in between
};

char const* to_string(BandStatus status);
/// The band's status from its relaxation's; `reason` is that of a band set aside.
BandStatus band_status(RelaxStatus relaxation, BandStatus reason);
/// The inverse; nothing for another text.
std::optional<BandStatus> parse_band_status(std::string_view text);
char const* to_string(SaddleKind kind);

struct BandResult {
  BandStatus status = BandStatus::running;
  int steps = 0;  // optimizer steps of the band
  /// Energies and forces asked of the model, relaxed ends included; a restart's first call is not.
  long evaluations = 0;
  /// Largest band force on any ion of any interior image, as compared with force_tolerance.
  double max_force = 0;

  int n_images = 0, dof = 0;
  std::vector<double> coordinates;  // (n_images, dof)
  std::vector<double> energy;       // (n_images)
  /// (n_images), path length from the first image: the reaction coordinate s.
  std::vector<double> position;
  std::vector<double> slope;  // (n_images), dE/ds = -force . tangent
  /// Largest true force on any ion at the first and the last image: an end where this is not small
  /// is no minimum.
  std::array<double, 2> end_force = {};
  /// relax_endpoints: how far the farthest ion of the first and of the last image has gone from
  /// where the path was given; it may have left its site.
  std::array<double, 2> end_moved = {};

  SaddleKind saddle_kind = SaddleKind::none;
  int saddle_image = -1;       // the highest image, ends included; -1 where energies are not finite
  double saddle_energy = 0;    // its energy; like the barriers NaN where energies are not finite
  double forward_barrier = 0;  // saddle - first
  double reverse_barrier = 0;  // saddle - last
  /// Over all images: the E_a of Xu et al. (2020) and Ouyang et al. (2023). Between held ends that
  /// are no minima it depends on where the springs put the lowest image.
  double max_minus_min = 0;

  std::span<double const> image(int i) const {
    return {coordinates.data() + std::size_t(i) * dof, std::size_t(dof)};
  }
};

/// Fills in what follows from coordinates, energies and true forces (n_images, dof): positions,
/// slopes, forces at the ends, saddle and barriers.
void analyse(BandResult& result, std::span<double const> force, int dof_per_ion);
/// Saddle and barriers alone, from the energies.
void analyse_energies(BandResult& result);

}  // namespace ionscape
