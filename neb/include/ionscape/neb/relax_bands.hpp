// Nudged elastic bands, thousands at a time, on any Kokkos back end. HUJ00: Henkelman, Uberuaga,
// Jónsson, J. Chem. Phys. 113, 9901 (2000); HJ00: Henkelman, Jónsson, ibid. 9978.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/neb/detail/chains.hpp>
#include <ionscape/neb/fire.hpp>
#include <ionscape/neb/lbfgs.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/neb/path.hpp>
#include <ionscape/neb/result.hpp>

namespace ionscape {

/// Called on the host after every step with the number of bands that are finished.
using NebProgress = std::function<void(int n_finished)>;

namespace neb {

/// Puts the chains that did not converge back to where they were at `start`; returns their number.
template <class Exec, class MemorySpace>
int start_again(Exec const& exec, Chains<MemorySpace> const& chains,
                typename Chains<MemorySpace>::Matrix const& start) {
  int n_again = 0;
  Kokkos::parallel_reduce(
      "ionscape::neb::start_again", Kokkos::RangePolicy<Exec>(exec, 0, chains.n_chains),
      KOKKOS_LAMBDA(int chain, int& n) {
        BandStatus const status = chains.status(chain);
        if (status != BandStatus::step_limit && status != BandStatus::not_finite) return;
        for (int row = chain * chains.n_images; row < (chain + 1) * chains.n_images; ++row)
          for (int k = 0; k < chains.dof; ++k) chains.coordinates(row, k) = start(row, k);
        chains.status(chain) = BandStatus::running;
        chains.climber(chain) = 0;
        ++n;
      },
      n_again);
  return n_again;
}

/// Relaxes with the chosen optimizer. A band has no energy that could guard L-BFGS, and about one
/// in ten thousand wanders off or falls onto an ion; a chain that it has not finished starts again
/// with FIRE, which is slower and stays near its path, and has max_steps of its own.
template <class Exec, class Model, class MemorySpace, class Rule, class Progress>
void relax(Exec const& exec, Model const& model, Chains<MemorySpace> const& chains,
           Rule const& rule, NebOptions const& o, Progress const& progress) {
  Fire const fire{o.max_step_length, o.dof_per_ion};
  if (o.optimizer == Optimizer::fire) {
    relax(exec, model, chains, rule, fire, o.force_tolerance, o.max_steps, progress);
    return;
  }
  typename Chains<MemorySpace>::Matrix start(
      Kokkos::view_alloc(exec, Kokkos::WithoutInitializing, "ionscape::neb::start"),
      chains.coordinates.extent(0), chains.coordinates.extent(1));
  Kokkos::deep_copy(exec, start, chains.coordinates);
  // The last call would count chains as done that start again.
  relax(exec, model, chains, rule, Lbfgs{o.max_step_length, o.dof_per_ion}, o.force_tolerance,
        o.max_steps, [&](int n_done) {
          if (n_done < chains.n_chains) progress(n_done);
        });
  if (start_again(exec, chains, start) > 0)
    relax(exec, model, chains, rule, fire, o.force_tolerance, o.max_steps, progress);
  else
    progress(chains.n_chains);
}

/// Minimises the ends of all bands as 2 n_bands lone points (first and last of each band in turn)
/// and bends the bands after them: image i moves by its share of the two ends' displacements. Bands
/// with an end that found no minimum are set aside with their status. Returns the points, whose
/// steps count as evaluations.
template <class Exec, class Model, class MemorySpace>
Chains<MemorySpace> relax_ends(Exec const& exec, Model const& model,
                               Chains<MemorySpace> const& bands, NebOptions const& options) {
  Chains<MemorySpace> ends(exec, 2 * bands.n_chains, 1, bands.dof, 0, 1);
  int const last = bands.n_images - 1, dof = bands.dof;
  Kokkos::parallel_for(
      "ionscape::neb::take_ends", Kokkos::RangePolicy<Exec>(exec, 0, ends.n_chains),
      KOKKOS_LAMBDA(int end) {
        int const row = end / 2 * (last + 1) + end % 2 * last;
        ends.surface(end) = bands.surface(row);
        for (int k = 0; k < dof; ++k) ends.coordinates(end, k) = bands.coordinates(row, k);
      });
  relax(exec, model, ends, PlainForce{options.dof_per_ion}, options, [](int) {});
  Kokkos::parallel_for(
      "ionscape::neb::bend_to_ends", Kokkos::RangePolicy<Exec>(exec, 0, bands.n_chains),
      KOKKOS_LAMBDA(int band) {
        int const begin = band * (last + 1);
        for (int k = 0; k < dof; ++k) {
          double const first_shift = ends.coordinates(2 * band, k) - bands.coordinates(begin, k);
          double const last_shift =
              ends.coordinates(2 * band + 1, k) - bands.coordinates(begin + last, k);
          for (int i = 0; i <= last; ++i)
            bands.coordinates(begin + i, k) += ((last - i) * first_shift + i * last_shift) / last;
        }
        for (int side = 0; side < 2; ++side) {
          BandStatus const status = ends.status(2 * band + side);
          if (status == BandStatus::not_finite) bands.status(band) = status;
          if (status == BandStatus::step_limit)
            bands.status(band) = BandStatus::endpoint_not_converged;
        }
      });
  return ends;
}

/// Sets aside the running bands whose two ends are the same point.
template <class Exec, class MemorySpace>
void set_aside_closed(Exec const& exec, Chains<MemorySpace> const& bands,
                      NebOptions const& options) {
  int const last = bands.n_images - 1, dof = bands.dof, dof_per_ion = options.dof_per_ion;
  double const distinct = options.distinct_ends;
  Kokkos::parallel_for(
      "ionscape::neb::set_aside_closed", Kokkos::RangePolicy<Exec>(exec, 0, bands.n_chains),
      KOKKOS_LAMBDA(int band) {
        if (bands.status(band) != BandStatus::running) return;
        double const* first = bands.row(bands.coordinates, band * (last + 1));
        for (int k = 0; k < dof; k += dof_per_ion)
          if (distance(dof_per_ion, first + k, first + last * dof + k) >= distinct) return;
        bands.status(band) = BandStatus::endpoints_coincide;
      });
}

template <class Exec, class T, class... P>
auto on_host(Exec const& exec, Kokkos::View<T, P...> const& view) {
  auto host = Kokkos::create_mirror_view(view);
  Kokkos::deep_copy(exec, host, view);
  return host;
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
std::vector<BandResult> relax_bands(Exec const& exec, Model const& model, PathSet const& paths,
                                    NebOptions const& options = {},
                                    NebProgress const& progress = {}) {
  using MemorySpace = typename Exec::memory_space;
  using neb::on_host;
  validate(options);
  validate(paths, 3);
  if (paths.dof % options.dof_per_ion != 0)
    fail_input({}, "neb: paths of ", paths.dof,
               " coordinates, expected a multiple of dof_per_ion = ", options.dof_per_ion);

  int const n_bands = paths.n_bands(), n_images = paths.n_images, dof = paths.dof;
  neb::Chains<MemorySpace> bands(exec, n_bands, n_images, dof, 1, n_images - 2);
  auto const coordinates = Kokkos::create_mirror_view(bands.coordinates);
  auto const surface = Kokkos::create_mirror_view(bands.surface);
  exec.fence("ionscape::neb::relax_bands: views are filled");
  std::copy(paths.coordinates.begin(), paths.coordinates.end(), coordinates.data());
  for (int row = 0; row < n_bands * n_images; ++row) surface(row) = paths.surface[row / n_images];
  Kokkos::deep_copy(exec, bands.coordinates, coordinates);
  Kokkos::deep_copy(exec, bands.surface, surface);

  typename neb::Chains<MemorySpace>::template Vector<int> end_steps;
  if (options.relax_endpoints) end_steps = neb::relax_ends(exec, model, bands, options).steps;
  neb::set_aside_closed(exec, bands, options);
  neb::BandForce const rule{options.dof_per_ion, options.spring,
                            options.climb ? options.climb_threshold : 0, options.kink_springs};
  neb::relax(exec, model, bands, rule, options, [&](int n) {
    if (progress) progress(n);
  });

  Kokkos::deep_copy(exec, coordinates, bands.coordinates);
  auto const energy = on_host(exec, bands.energy);
  auto const force = on_host(exec, bands.force);
  auto const status = on_host(exec, bands.status);
  auto const steps = on_host(exec, bands.steps);
  auto const largest_force = on_host(exec, bands.largest_force);
  auto const steps_of_ends = on_host(exec, end_steps);
  exec.fence("ionscape::neb::relax_bands: results have arrived");

  std::vector<BandResult> results(n_bands);
  for (int band = 0; band < n_bands; ++band) {
    BandResult& r = results[band];
    std::size_t const row = std::size_t(band) * n_images;
    r.status = status(band);
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
        r.end_moved[side] = std::max(r.end_moved[side],
                                     neb::distance(options.dof_per_ion, &paths.coordinates[end + k],
                                                   coordinates.data() + end + k));
    }
    analyse(r, {force.data() + row * dof, std::size_t(n_images) * dof}, options.dof_per_ion);
  }
  return results;
}

}  // namespace ionscape
