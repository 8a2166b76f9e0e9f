#include <ionscape/potentials/ions/ion_surface.hpp>

#include <algorithm>

#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"

namespace ionscape {

namespace {

/// The systems of a batch: every crystal `copies` times.
std::vector<Crystal> repeated(std::span<Crystal const> crystals, int copies) {
  if (crystals.empty()) fail_input({}, "an ion surface needs at least one crystal");
  if (copies < 1) fail_input({}, copies, " copies of each crystal, expected at least 1");
  std::vector<Crystal> systems;
  for (Crystal const& crystal : crystals) {
    if (crystal.size() != crystals.front().size())
      fail_input({}, "crystals of ", crystals.front().size(), " and ", crystal.size(),
                 " ions, expected one number of ions");
    systems.insert(systems.end(), std::size_t(copies), crystal);
  }
  return systems;
}

/// Rounds of systems * rows: which row each system takes in each round, -1 = none.
std::vector<std::vector<int>> rounds(std::vector<std::vector<int>> const& rows_of, int copies) {
  std::size_t most = 0;
  for (auto const& rows : rows_of) most = std::max(most, rows.size());
  std::size_t const n = (most + std::size_t(copies) - 1) / std::size_t(copies);
  std::vector<std::vector<int>> all(n, std::vector<int>(rows_of.size() * std::size_t(copies), -1));
  for (std::size_t s = 0; s < rows_of.size(); ++s)
    for (std::size_t i = 0; i < rows_of[s].size(); ++i)
      all[i / copies][s * copies + i % copies] = rows_of[s][i];
  return all;
}

}  // namespace

template <class MemorySpace>
IonSurface<MemorySpace>::IonSurface(std::span<Crystal const> crystals, PotentialSet const& set,
                                    EnergyOptions const& options, int copies)
    : n_ions_(crystals.empty() ? 0 : int(crystals.front().size())),
      copies_(copies),
      model_(repeated(crystals, copies), set, options),
      positions_(model_.initial_positions()) {
  if (!set.shells.empty())
    fail_input({set.file},
               "the set has shells, expected rigid ions: a point is all ions, and "
               "nothing would move their shells");
  for (Crystal const& crystal : crystals) volume_.push_back(crystal.cell.volume());
}

template <class MemorySpace>
template <class Exec>
void IonSurface<MemorySpace>::evaluate(Exec const& exec, Points<MemorySpace> const& points) {
  auto const active = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), points.active);
  auto const surface = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), points.surface);
  std::vector<std::vector<int>> rows_of(volume_.size());
  for (std::size_t i = 0; i < active.extent(0); ++i)
    rows_of.at(std::size_t(surface(active(i)))).push_back(active(i));

  auto const volume = detail::upload<MemorySpace>("ionscape::potentials::volumes", volume_);
  int const n = n_ions_, copies = copies_, systems = model_.systems();
  auto const positions = positions_;
  for (std::vector<int> const& rows : rounds(rows_of, copies)) {
    auto const row_of = detail::upload<MemorySpace>("ionscape::potentials::rows", rows);
    Kokkos::parallel_for(
        "ionscape::potentials::put_points", Kokkos::RangePolicy<Exec>(exec, 0, systems * n),
        KOKKOS_LAMBDA(int ion) {
          int const row = row_of(ion / n);
          if (row < 0) return;
          for (int k = 0; k < 3; ++k) positions(ion, k) = points.coordinates(row, ion % n * 3 + k);
        });
    model_.evaluate(exec, positions);
    auto const energy = model_.energy();
    auto const forces = model_.forces(), stress = model_.stress();
    bool const strained = points.strain_derivative.extent(0) > 0;
    Kokkos::parallel_for(
        "ionscape::potentials::take_forces", Kokkos::RangePolicy<Exec>(exec, 0, systems * n),
        KOKKOS_LAMBDA(int ion) {
          int const row = row_of(ion / n);
          if (row < 0) return;
          for (int k = 0; k < 3; ++k) points.force(row, ion % n * 3 + k) = forces(ion, k);
        });
    Kokkos::parallel_for(
        "ionscape::potentials::take_energies", Kokkos::RangePolicy<Exec>(exec, 0, systems),
        KOKKOS_LAMBDA(int system) {
          int const row = row_of(system);
          if (row < 0) return;
          points.energy(row) = energy(system);
          if (strained)
            for (int c = 0; c < 6; ++c)
              points.strain_derivative(row, c) = volume(system / copies) * stress(system, c);
        });
    exec.fence("ionscape::potentials::ion_surface: the batch is free again");
  }
}

PointSet ion_points(std::span<Crystal const> crystals) {
  PointSet points{crystals.empty() ? 0 : int(3 * crystals.front().size()), {}, {}};
  for (std::size_t i = 0; i < crystals.size(); ++i) {
    std::vector<double> point;
    for (Vec3 r : crystals[i].positions) point.insert(point.end(), {r.x, r.y, r.z});
    points.add(point, int(i));
  }
  return points;
}

using Default = Kokkos::DefaultExecutionSpace;
template class IonSurface<Default::memory_space>;
template void IonSurface<Default::memory_space>::evaluate(Default const&,
                                                          Points<Default::memory_space> const&);

}  // namespace ionscape
