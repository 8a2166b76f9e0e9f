// FrozenHost: its tables are made on the host and uploaded; its kernel is launched.
#include <ionscape/potentials/host/frozen_host.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <ionscape/potentials/point_set.hpp>

#include "device/device_memory.hpp"
#include "device/host_threads.hpp"
#include "host/frozen_host_kernel.hpp"
#include "host/host_lists.hpp"
#include "host/host_surfaces.hpp"
#include "host/host_waves.hpp"

namespace ionscape {

using detail::on_all_threads;
using detail::upload;
namespace host = detail::host;

namespace {

/// Puts the blocks of all frameworks behind each other, and uploads them and the records.
template <class MemorySpace, class Tables>
void upload_waves(Tables& tables, std::vector<host::FrameworkTables>& built) {
  std::vector<host::FrameworkRecord> framework_records;
  std::vector<host::Block> blocks;
  std::vector<double> coulomb, dispersion;
  bool const any_dispersion = std::any_of(
      built.begin(), built.end(), [](auto const& part) { return part.strengths.dispersion > 0; });
  auto const append = [](std::vector<double>& to, std::vector<double> const& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (host::FrameworkTables& part : built) {
    part.record.block_begin = int(blocks.size());
    for (host::Block block : part.blocks) {
      block.coefficients += long(coulomb.size());
      blocks.push_back(block);
    }
    part.record.block_end = int(blocks.size());
    if (any_dispersion) part.dispersion.resize(part.coulomb.size(), 0.0);
    append(coulomb, part.coulomb), append(dispersion, part.dispersion);
    framework_records.push_back(part.record);
    tables.h_max = std::max(tables.h_max, part.record.h_max);
    tables.k_max = std::max(tables.k_max, part.record.k_max);
    tables.l_max = std::max(tables.l_max, part.record.l_max);
  }
  tables.frameworks = upload<MemorySpace>("ionscape::potentials::frameworks", framework_records);
  tables.blocks = upload<MemorySpace>("ionscape::potentials::blocks", blocks);
  tables.coulomb = upload<MemorySpace>("ionscape::potentials::coulomb", coulomb);
  tables.dispersion = upload<MemorySpace>("ionscape::potentials::dispersion", dispersion);
}

}  // namespace

HostEnergy reference_site_energy(HostFramework const& framework, HostSurface const& surface,
                                 Vec3 point) {
  Cell cell = framework.cell;
  for (Vec3* v : {&cell.a, &cell.b, &cell.c}) *v = surface.length * *v;
  std::vector<HostIon> ions;
  for (std::size_t i = 0; i < framework.positions.size(); ++i) {
    auto const& type = framework.types[framework.type_of[i]];
    auto const& here = surface.types[framework.type_of[i]];
    ions.push_back({surface.length * framework.positions[i], surface.charge_factor * type.charge,
                    surface.length * here.width, here.repulsion,
                    surface.dispersion_factor * type.dispersion});
    if (framework.screening_width > 0)
      ions.push_back({surface.length * framework.positions[i], -surface.charge_factor * type.charge,
                      surface.length * framework.screening_width});
  }
  return reference_site_energy(cell, ions, point, ewald_parameters(cell, ions.size(), 1e-15));
}

template <class MemorySpace>
FrozenHost<MemorySpace>::FrozenHost(std::span<HostFramework const> given,
                                    std::span<HostSurface const> surfaces,
                                    FrozenHostOptions const& options)
    : tables_(std::make_unique<Tables>()) {
  host::check(given, surfaces, options.accuracy);
  // Any cell of a lattice will do: lists and sums are short in that of the shortest vectors.
  std::vector<HostFramework> frameworks(given.begin(), given.end());
  for (HostFramework& framework : frameworks) framework.cell = reduced(framework.cell).cell;
  std::size_t repulsions = 1;  // of a type, at most
  for (HostSurface const& surface : surfaces)
    for (auto const& type : surface.types) repulsions = std::max(repulsions, type.repulsion.size());
  // Reciprocal space, and points, Gaussians, r^-6 and repulsions in real space.
  double const accuracy = options.accuracy / double(4 + repulsions);

  auto built = host::split_frameworks(frameworks, surfaces);
  auto const records = host::surface_tables(frameworks, surfaces, built, accuracy);
  on_all_threads("ionscape::potentials::build_waves", int(frameworks.size()),
                 [&](int f) { host::build_waves(built[f], frameworks[f], accuracy); });
  host::build_lists<MemorySpace>(*tables_, built, frameworks, records.list_cutoff);
  for (std::size_t s = 0; s < surfaces.size(); ++s)
    tables_->work.push_back({built[surfaces[s].framework].wave_vectors, records.neighbours[s]});
  tables_->surfaces = upload<MemorySpace>("ionscape::potentials::surfaces", records.surfaces);
  tables_->types = upload<MemorySpace>("ionscape::potentials::types", records.types);
  tables_->repulsions = upload<MemorySpace>("ionscape::potentials::repulsions", records.repulsions);
  upload_waves<MemorySpace>(*tables_, built);
}

template <class MemorySpace>
FrozenHost<MemorySpace>::~FrozenHost() = default;
template <class MemorySpace>
FrozenHost<MemorySpace>::FrozenHost(FrozenHost&&) noexcept = default;
template <class MemorySpace>
FrozenHost<MemorySpace>& FrozenHost<MemorySpace>::operator=(FrozenHost&&) noexcept = default;

template <class MemorySpace>
int FrozenHost<MemorySpace>::surfaces() const {
  return int(tables_->work.size());
}

template <class MemorySpace>
typename FrozenHost<MemorySpace>::Work FrozenHost<MemorySpace>::work(int surface) const {
  return tables_->work.at(surface);
}

template <class MemorySpace>
template <class Exec>
void FrozenHost<MemorySpace>::evaluate(Exec const& exec, Points<MemorySpace> const& points) const {
  static_assert(Kokkos::SpaceAccessibility<Exec, MemorySpace>::accessible);
  int const n = int(points.active.extent(0));
  if (n == 0) return;
  host::EvaluatePoints<Exec> const kernel(*tables_, points);
  // One point is one team: a single thread on a CPU, a block of threads on a GPU.
  int const threads =
      detail::native_width == 1 && !std::is_same_v<Exec, Kokkos::DefaultHostExecutionSpace> ? 128
                                                                                            : 1;
  typename host::EvaluatePoints<Exec>::Policy policy(exec, n, threads, 1);
  policy.set_scratch_size(0, Kokkos::PerTeam(int(kernel.scratch_doubles() * sizeof(double))));
  Kokkos::parallel_for("ionscape::potentials::frozen_host", policy, kernel);
}

template <class MemorySpace>
void FrozenHost<MemorySpace>::evaluate_here(int surface, std::span<Vec3 const> points,
                                            std::span<double> energies,
                                            std::span<Vec3> forces) const
    requires(bool(Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible)) {
  host::EvaluatePoints<Kokkos::DefaultHostExecutionSpace> const kernel(*tables_, {});
  std::vector<double> scratch(kernel.scratch_doubles());
  host::ThisThread const team{scratch.data()};
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto const result = kernel.at(team, surface, points[i]);
    energies[i] = result.energy;
    if (!forces.empty()) forces[i] = result.force;
  }
}

template <class MemorySpace>
double FrozenHost<MemorySpace>::evaluate_here(int surface, Vec3 point, Vec3& force,
                                              std::array<std::array<double, 3>, 3>& hessian) const
    requires(bool(Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible)) {
  host::EvaluatePoints<Kokkos::DefaultHostExecutionSpace> const kernel(*tables_, {});
  std::vector<double> scratch(kernel.scratch_doubles());
  auto const result =
      kernel.curvature_at(host::ThisThread{scratch.data()}, surface, point, hessian);
  force = result.force;
  return result.energy;
}

template <class MemorySpace>
template <class Exec>
void FrozenHost<MemorySpace>::closest_approach(Exec const& exec, Points<MemorySpace> const& points,
                                               Kokkos::View<double*, MemorySpace> ratio) const {
  host::EvaluatePoints<Exec> const kernel(*tables_, points);
  Kokkos::parallel_for(
      "ionscape::potentials::closest_approach",
      Kokkos::RangePolicy<Exec>(exec, 0, int(points.active.extent(0))), KOKKOS_LAMBDA(int i) {
        int const point = kernel.points.active(i);
        host::SurfaceRecord const surface = kernel.surfaces(kernel.points.surface(point));
        host::FrameworkRecord const& host = kernel.frameworks(surface.framework);
        double const s = surface.inverse_length;
        auto const p = host::EvaluatePoints<Exec>::place(
            host, {s * kernel.points.coordinates(point, 0), s * kernel.points.coordinates(point, 1),
                   s * kernel.points.coordinates(point, 2)});
        double smallest = 1e300;
        for (int t = 0; t < host.n_types; ++t) {
          double const turnover = kernel.types(surface.type_begin + t).turnover;
          if (turnover <= 0) continue;
          host::ShellList const list = kernel.lists(p.list + t);
          for (int j = list.begin; j < list.begin + list.count; ++j) {
            Vec3 const d = Vec3{kernel.x(j), kernel.y(j), kernel.z(j)} - p.r;
            smallest = Kokkos::min(smallest, norm(d) / turnover);
          }
        }
        ratio(point) = smallest;
      });
}

template <class Exec>
std::vector<PointResult> evaluate_points(Exec const& exec,
                                         FrozenHost<typename Exec::memory_space> const& model,
                                         std::span<int const> surface,
                                         std::span<Vec3 const> points) {
  PointSet set{3, {}, {surface.begin(), surface.end()}};
  for (Vec3 r : points) set.coordinates.insert(set.coordinates.end(), {r.x, r.y, r.z});
  auto const on_device = upload_points(exec, set);
  Kokkos::View<double*, typename Exec::memory_space> ratio("ionscape::potentials::ratio",
                                                           points.size());
  model.evaluate(exec, on_device);
  model.closest_approach(exec, on_device, ratio);
  auto h_energy = Kokkos::create_mirror_view(on_device.energy);
  auto h_force = Kokkos::create_mirror_view(on_device.force);
  auto h_ratio = Kokkos::create_mirror_view(ratio);
  Kokkos::deep_copy(exec, h_energy, on_device.energy);
  Kokkos::deep_copy(exec, h_force, on_device.force);
  Kokkos::deep_copy(exec, h_ratio, ratio);
  exec.fence("ionscape::potentials::evaluate_points");
  std::vector<PointResult> results(points.size());
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i] = {h_energy(i), {h_force(i, 0), h_force(i, 1), h_force(i, 2)}, h_ratio(i)};
  return results;
}

#define IONSCAPE_INSTANTIATE(EXEC)                                                                 \
  template class FrozenHost<EXEC::memory_space>;                                                   \
  template void FrozenHost<EXEC::memory_space>::evaluate(EXEC const&,                              \
                                                         Points<EXEC::memory_space> const&) const; \
  template void FrozenHost<EXEC::memory_space>::closest_approach(                                  \
      EXEC const&, Points<EXEC::memory_space> const&, Kokkos::View<double*, EXEC::memory_space>)   \
      const;                                                                                       \
  template std::vector<PointResult> evaluate_points(EXEC const&,                                   \
                                                    FrozenHost<EXEC::memory_space> const&,         \
                                                    std::span<int const>, std::span<Vec3 const>);
IONSCAPE_INSTANTIATE(Kokkos::DefaultExecutionSpace)
#if defined(KOKKOS_ENABLE_CUDA) || defined(KOKKOS_ENABLE_HIP) || defined(KOKKOS_ENABLE_SYCL)
IONSCAPE_INSTANTIATE(Kokkos::DefaultHostExecutionSpace)
#endif
#undef IONSCAPE_INSTANTIATE

}  // namespace ionscape
