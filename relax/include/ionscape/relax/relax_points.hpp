// Minimisation of lone points: one ion in its host, or all ions of a crystal; many at once.
#pragma once

#include <functional>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/point_set.hpp>
#include <ionscape/relax/relax_chains.hpp>

namespace ionscape {

/// Energies in eV, lengths in Å, forces in eV/Å.
struct RelaxedPoint {
  RelaxStatus status = RelaxStatus::running;
  int steps = 0;
  double energy = 0;
  double max_force = 0;                    // largest norm on any one ion
  std::vector<double> coordinates, force;  // dof numbers each
};

/// Follows the forces from each point to a minimum; results in the order of the points. `progress`
/// hears on the host after every step how many points are done. A point's result does not depend,
/// not even in the last bit, on its batch or on the number of threads. Throws InputError on bad
/// options or points, before anything is computed.
template <class Exec, EnergySurface<Exec> Model>
std::vector<RelaxedPoint> relax_points(Exec const& exec, Model&& model, PointSet const& points,
                                       RelaxOptions const& options = {},
                                       std::function<void(int)> const& progress = {}) {
  validate(options);
  validate(points);
  if (points.dof % options.dof_per_ion != 0)
    fail_input({}, "relax: points of ", points.dof,
               " coordinates, expected a multiple of dof_per_ion = ", options.dof_per_ion);
  relax::Chains<typename Exec::memory_space> const chains(exec, points.size(), 1, points.dof, 0, 1);
  chains.start_at(exec, points.coordinates, points.surface);
  relax::relax_chains(exec, model, chains, relax::PlainForce{options.dof_per_ion}, options,
                      [&](int n) {
                        if (progress) progress(n);
                      });

  auto const coordinates = relax::on_host(exec, chains.coordinates);
  auto const force = relax::on_host(exec, chains.force);
  auto const energy = relax::on_host(exec, chains.energy);
  auto const status = relax::on_host(exec, chains.status);
  auto const steps = relax::on_host(exec, chains.steps);
  auto const largest_force = relax::on_host(exec, chains.largest_force);
  exec.fence("ionscape::relax::relax_points: results have arrived");
  std::vector<RelaxedPoint> results;
  for (int i = 0; i < points.size(); ++i) {
    auto const row = [&](auto const& matrix) {
      double const* const begin = matrix.data() + std::size_t(i) * points.dof;
      return std::vector<double>(begin, begin + points.dof);
    };
    results.push_back(
        {status(i), steps(i), energy(i), largest_force(i), row(coordinates), row(force)});
  }
  return results;
}

}  // namespace ionscape
