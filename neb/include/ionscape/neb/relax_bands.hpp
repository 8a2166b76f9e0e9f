// Nudged elastic bands, thousands at a time, on any Kokkos back end. HUJ00: Henkelman, Uberuaga,
// Jónsson, J. Chem. Phys. 113, 9901 (2000); HJ00: Henkelman, Jónsson, ibid. 9978.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/neb/detail/band_force.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/neb/path.hpp>
#include <ionscape/neb/result.hpp>
#include <ionscape/relax/relax_chains.hpp>

namespace ionscape {

/// Called on the host after every step with the number of bands that are finished.
using NebProgress = std::function<void(int n_finished)>;

namespace neb {

/// The bands of one call, as chains, and why some are not relaxed.
template <class MemorySpace>
struct Bands {
  using Chains = relax::Chains<MemorySpace>;

  Chains chains;
  typename Chains::template Vector<BandStatus> reason;  // (bands), of those set aside

  template <class Exec>
  Bands(Exec const& exec, PathSet const& paths)
      : chains(exec, paths.n_bands(), paths.n_images, paths.dof, 1, paths.n_images - 2),
        reason(Kokkos::view_alloc(exec, "ionscape::neb::reason"), paths.n_bands()) {
    chains.start_at(exec, paths.coordinates, paths.surface);
  }

  KOKKOS_FUNCTION void set_aside(int band, BandStatus why) const {
    chains.status(band) = RelaxStatus::set_aside;
    reason(band) = why;
  }
};

/// Minimises the ends of all bands as 2 n_bands lone points (first and last of each band in turn)
/// and bends the bands after them: image i moves by its share of the two ends' displacements. Bands
/// with an end that found no minimum are set aside. Returns the steps of the points.
template <class Exec, class Model, class MemorySpace>
typename relax::Chains<MemorySpace>::template Vector<int> relax_ends(
    Exec const& exec, Model& model, Bands<MemorySpace> const& bands, NebOptions const& options) {
  auto const chains = bands.chains;
  relax::Chains<MemorySpace> const ends(exec, 2 * chains.n_chains, 1, chains.dof, 0, 1);
  int const last = chains.n_points - 1, dof = chains.dof;
  Kokkos::parallel_for(
      "ionscape::neb::take_ends", Kokkos::RangePolicy<Exec>(exec, 0, ends.n_chains),
      KOKKOS_LAMBDA(int end) {
        int const row = end / 2 * (last + 1) + end % 2 * last;
        ends.surface(end) = chains.surface(row);
        for (int k = 0; k < dof; ++k) ends.coordinates(end, k) = chains.coordinates(row, k);
      });
  relax::relax_chains(exec, model, ends, relax::PlainForce{options.dof_per_ion}, options,
                      [](int) {});
  Kokkos::parallel_for(
      "ionscape::neb::bend_to_ends", Kokkos::RangePolicy<Exec>(exec, 0, chains.n_chains),
      KOKKOS_LAMBDA(int band) {
        int const begin = band * (last + 1);
        for (int k = 0; k < dof; ++k) {
          double const first_shift = ends.coordinates(2 * band, k) - chains.coordinates(begin, k);
          double const last_shift =
              ends.coordinates(2 * band + 1, k) - chains.coordinates(begin + last, k);
          for (int i = 0; i <= last; ++i)
            chains.coordinates(begin + i, k) += ((last - i) * first_shift + i * last_shift) / last;
        }
        for (int side = 0; side < 2; ++side) {
          RelaxStatus const status = ends.status(2 * band + side);
          if (status == RelaxStatus::not_finite) bands.set_aside(band, BandStatus::not_finite);
          if (status == RelaxStatus::step_limit)
            bands.set_aside(band, BandStatus::endpoint_not_converged);
        }
      });
  return ends.steps;
}

/// Sets aside the running bands whose two ends are the same point.
template <class Exec, class MemorySpace>
void set_aside_closed(Exec const& exec, Bands<MemorySpace> const& bands,
                      NebOptions const& options) {
  auto const chains = bands.chains;
  int const last = chains.n_points - 1, dof = chains.dof, dof_per_ion = options.dof_per_ion;
  double const distinct = options.distinct_ends;
  Kokkos::parallel_for(
      "ionscape::neb::set_aside_closed", Kokkos::RangePolicy<Exec>(exec, 0, chains.n_chains),
      KOKKOS_LAMBDA(int band) {
        if (chains.status(band) != RelaxStatus::running) return;
        double const* first = chains.row(chains.coordinates, band * (last + 1));
        for (int k = 0; k < dof; k += dof_per_ion)
          if (relax::distance(dof_per_ion, first + k, first + last * dof + k) >= distinct) return;
        bands.set_aside(band, BandStatus::endpoints_coincide);
      });
}

}  // namespace neb

/// Relaxes all paths to minimum energy paths (HJ00) with a climbing image (HUJ00), ends held or
/// minimised first, and returns one result per path, in order. A band's result does not depend, not
/// even in the last bit, on its batch or on the number of threads. A band that fails keeps its data
/// and says why in its status.
///
/// The barrier is exact at the climbing image to second order in force_tolerance over the
/// curvature; the other images' energies are on the path to the same order. Throws InputError on
/// bad options or paths, before anything is computed.
template <class Exec, EnergySurface<Exec> Model>
std::vector<BandResult> relax_bands(Exec const& exec, Model&& model, PathSet const& paths,
                                    NebOptions const& options = {},
                                    NebProgress const& progress = {}) {
  using MemorySpace = typename Exec::memory_space;
  using relax::on_host;
  validate(options);
  validate(paths, 3);
  if (paths.dof % options.dof_per_ion != 0)
    fail_input({}, "neb: paths of ", paths.dof,
               " coordinates, expected a multiple of dof_per_ion = ", options.dof_per_ion);

  int const n_bands = paths.n_bands(), n_images = paths.n_images, dof = paths.dof;
  neb::Bands<MemorySpace> const bands(exec, paths);
  auto const& chains = bands.chains;
  typename relax::Chains<MemorySpace>::template Vector<int> end_steps;
  if (options.relax_endpoints) end_steps = neb::relax_ends(exec, model, bands, options);
  neb::set_aside_closed(exec, bands, options);
  neb::BandForce<MemorySpace> const rule(exec, chains, options);
  relax::relax_chains(exec, model, chains, rule, options, [&](int n) {
    if (progress) progress(n);
  });

  auto const coordinates = on_host(exec, chains.coordinates);
  auto const energy = on_host(exec, chains.energy);
  auto const force = on_host(exec, chains.force);
  auto const status = on_host(exec, chains.status);
  auto const reason = on_host(exec, bands.reason);
  auto const steps = on_host(exec, chains.steps);
  auto const largest_force = on_host(exec, chains.largest_force);
  auto const steps_of_ends = on_host(exec, end_steps);
  exec.fence("ionscape::neb::relax_bands: results have arrived");

  std::vector<BandResult> results(n_bands);
  for (int band = 0; band < n_bands; ++band) {
    BandResult& r = results[band];
    std::size_t const row = std::size_t(band) * n_images;
    r.status = band_status(status(band), reason(band));
    r.steps = steps(band);
    r.evaluations = n_images + long(n_images - 2) * r.steps;
    if (options.relax_endpoints)
      r.evaluations += 2 + steps_of_ends(2 * band) + steps_of_ends(2 * band + 1);
    r.max_force = largest_force(band);
    r.n_images = n_images;
    r.dof = dof;
    r.coordinates.assign(coordinates.data() + row * dof,
                         coordinates.data() + (row + n_images) * dof);
    r.energy.assign(energy.data() + row, energy.data() + row + n_images);
    for (int side : {0, 1}) {
      std::size_t const end = (row + std::size_t(side * (n_images - 1))) * dof;
      for (int k = 0; k < dof; k += options.dof_per_ion)
        r.end_moved[side] = std::max(
            r.end_moved[side], relax::distance(options.dof_per_ion, &paths.coordinates[end + k],
                                               coordinates.data() + end + k));
    }
    analyse(r, {force.data() + row * dof, std::size_t(n_images) * dof}, options.dof_per_ion);
  }
  return results;
}

}  // namespace ionscape
