// Planning and launching a MeshSum; what runs is in mesh_kernels.hpp and mesh_splines.hpp.
#include <ionscape/potentials/ewald/mesh_sum.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "ewald/bspline.hpp"
#include "ewald/mesh_kernels.hpp"
#include "ewald/mesh_splines.hpp"

namespace ionscape {

using namespace detail::mesh;
using detail::line_block;
using detail::MeshShape;
using detail::ReciprocalKernel;

namespace {

void check(MeshParameters const& mesh) {
  if (mesh.order < 4 || mesh.order > 14 || mesh.order % 2 != 0)
    fail_input({}, "B-splines of order ", mesh.order, ", expected 4, 6, ... 14");
  for (int n : mesh.size)
    if (n < mesh.order || n > 8192)
      fail_input({}, "a mesh of ", n,
                 " points along one axis, expected at least the splines' order ", mesh.order,
                 " and at most 8192");
  if (double(mesh.size[0]) * mesh.size[1] * mesh.size[2] > 4e9)
    fail_input({}, "a mesh of more than 4e9 points");
}

/// For each axis and wave number: |b|^2 = 1 / (sum over j of M_p(j) exp(2 pi i k j/n))^2 of Essmann
/// et al., eq. 4.4, and A_0 = sum s_m^2, A_1 = sum s_m s_(m+1) over the aliases of k. An ion that
/// is spread and gathered sees itself as the sum over G of w |b|^2 A A A, with three A_0 for the
/// mean over its place u in a mesh cell, and one A_1 for the part that goes with 2 cos 2 pi u_d.
std::vector<double> axis_tables(std::array<int, 3> const& size, int order) {
  std::vector<double> const knots = detail::spline_at_integers(order);
  std::vector<double> all;
  for (int n : size) {
    std::vector<double> out(3 * std::size_t(n));
    for (int k = 0; k < n; ++k) {
      double euler = knots[std::size_t(order / 2)];
      for (int j = 1; j < order / 2; ++j)
        euler += 2 * knots[std::size_t(order / 2 + j)] * std::cos(2 * pi * (long(j) * k % n) / n);
      detail::SplineAliases const a(order, double(2 * k > n ? k - n : k) / n);
      out[std::size_t(k)] = 1 / (euler * euler);
      out[std::size_t(n + k)] = a.product(0);
      out[std::size_t(2 * n + k)] = a.product(1);
    }
    all.insert(all.end(), out.begin(), out.end());
  }
  return all;
}

template <class T, class MemorySpace>
Kokkos::View<T*, MemorySpace> allocate(char const* label, long n) {
  Kokkos::View<T*, MemorySpace> const view(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label)), std::size_t(n));
#if defined(__linux__)
  // An ion's rows lie on tens of pages: large ones, where the system offers them, spare address
  // translations. Only a hint.
  if constexpr (!gpu) {
    constexpr std::uintptr_t page = 2 << 20;
    auto const begin = (reinterpret_cast<std::uintptr_t>(view.data()) + page - 1) / page * page;
    auto const end = reinterpret_cast<std::uintptr_t>(view.data() + n) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  }
#endif
  return view;
}

}  // namespace

int fft_size(int at_least) {
  for (int n = std::max(2, at_least + at_least % 2);; n += 2) {
    int rest = n;
    for (int factor : {2, 3, 5, 7})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return n;
  }
}

double mesh_memory(MeshParameters const& mesh, std::size_t ions) {
  MeshShape const n = shape_of(mesh);
  double const columns = double(n.y) * ((n.z / 2 + line_block) / line_block);
  double const bundles =
      double((n.x + bundle_x - 1) / bundle_x) * ((n.y + bundle_y - 1) / bundle_y);
  return 8 * (double(n.size()) + 2 * columns * n.x * line_block + 7 * harmonics * columns) +
         4 * bundles * n.z + double(ions) * (7 * 8 + 3 * 4);
}

template <class MemorySpace>
MeshSum<MemorySpace>::MeshSum(Cell const& cell, ReciprocalKernel const& kernel,
                              MeshParameters const& mesh, std::size_t ions) {
  check(mesh);
  MeshShape const n = shape_of(mesh);
  state_ = std::make_unique<State>();
  State& s = *state_;
  s.transform = detail::Transform(n);
  s.shape = n;
  s.order = mesh.order;
  s.kz_count = (n.z + 1) / 2;
  s.blocks = (s.kz_count + line_block - 1) / line_block;
  s.tiles_x = (n.x + tile_x - 1) / tile_x;
  s.tiles_y = (n.y + tile_y - 1) / tile_y;
  s.bundles_x = (n.x + bundle_x - 1) / bundle_x;
  s.bundles_y = (n.y + bundle_y - 1) / bundle_y;
  long const items = long(n.y) * s.blocks, table = items * n.x * line_block;
  s.mesh = allocate<double, MemorySpace>("ionscape::mesh::mesh", n.size());
  s.influence = allocate<double, MemorySpace>("ionscape::mesh::influence", table);
  // The Coulomb sum's w' is cheaper computed from w than read.
  bool const tabulate_slope = kernel.kind != ReciprocalKernel::coulomb;
  s.slope = allocate<double, MemorySpace>("ionscape::mesh::slope", tabulate_slope ? table : 0);
  s.axis = detail::upload<MemorySpace>("ionscape::mesh::axis", axis_tables(mesh.size, mesh.order));
  s.spline = detail::upload<MemorySpace>(
      "ionscape::mesh::spline", detail::spline_coefficients(mesh.order, whole_vectors(mesh.order)));
  s.self = allocate<double, MemorySpace>("ionscape::mesh::self", 7 * harmonics);
  s.partial = allocate<double, MemorySpace>("ionscape::mesh::partial", 7 * harmonics * items);
  s.tile_sums =
      allocate<double, MemorySpace>("ionscape::mesh::tile_sums", harmonics * s.tiles_x * s.tiles_y);
  s.key = allocate<int, MemorySpace>("ionscape::mesh::key", long(ions));
  s.slot = allocate<int, MemorySpace>("ionscape::mesh::slot", long(ions));
  s.order_of = allocate<int, MemorySpace>("ionscape::mesh::order_of", long(ions));
  s.start = allocate<int, MemorySpace>("ionscape::mesh::start",
                                       long(s.bundles_x) * s.bundles_y * n.z + 1);
  s.u = allocate<double, MemorySpace>("ionscape::mesh::u", 3 * long(ions));
  s.sorted = allocate<double, MemorySpace>("ionscape::mesh::sorted", 4 * long(ions));

  deform(cell, kernel);
}

template <class MemorySpace>
void MeshSum<MemorySpace>::deform(Cell const& cell, ReciprocalKernel const& kernel) {
  State& s = *state_;
  s.reciprocal = cell.reciprocal();
  s.to_mesh = {s.shape.x / (2 * pi) * s.reciprocal.a, s.shape.y / (2 * pi) * s.reciprocal.b,
               s.shape.z / (2 * pi) * s.reciprocal.c};
  s.kernel = kernel;
  int const items = s.shape.y * s.blocks;
  using K = Kernels<MemorySpace>;
  using Exec = typename K::Exec;
  Exec const exec;
  K const kernels{s, {}, {}, {}};
  using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
  Kokkos::parallel_for("ionscape::mesh::tabulate",
                       Kokkos::RangePolicy<Exec, typename K::Tabulate, Dynamic>(exec, 0, items),
                       kernels);
  Kokkos::parallel_for("ionscape::mesh::self",
                       Kokkos::TeamPolicy<Exec, typename K::Reduce>(exec, harmonics, team_threads),
                       kernels);
  exec.fence("ionscape::mesh");
}

template <class MemorySpace>
MeshSum<MemorySpace>::~MeshSum() = default;
template <class MemorySpace>
MeshSum<MemorySpace>::MeshSum(MeshSum&&) noexcept = default;
template <class MemorySpace>
MeshSum<MemorySpace>& MeshSum<MemorySpace>::operator=(MeshSum&&) noexcept = default;

template <class MemorySpace>
template <class Exec>
void MeshSum<MemorySpace>::evaluate(Exec const& exec, Positions const& positions,
                                    Kokkos::View<double const*, MemorySpace> const& charges,
                                    Kokkos::View<double*, MemorySpace> const& potential,
                                    Vectors const& gradient,
                                    Kokkos::View<double*, MemorySpace> const& sums) const {
  using K = Kernels<MemorySpace>;
  using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
  State const& s = *state_;
  K const kernels{s, positions, charges, sums};
  int const ions = int(s.key.extent(0)), keys = s.bundles_x * s.bundles_y * s.shape.z,
            tiles = s.tiles_x * s.tiles_y;
  auto const range = [&]<class Tag>(char const* label, Tag, int count) {
    Kokkos::parallel_for(label, Kokkos::RangePolicy<Exec, Tag>(exec, 0, count), kernels);
  };
  range("ionscape::mesh::clear", typename K::Clear{}, keys + 1);
  range("ionscape::mesh::place", typename K::Place{}, ions);
  Kokkos::parallel_scan("ionscape::mesh::scan",
                        Kokkos::RangePolicy<Exec, typename K::Scan>(exec, 0, keys + 1), kernels);
  range("ionscape::mesh::scatter", typename K::Scatter{}, ions);
  range("ionscape::mesh::sort", typename K::Sort{}, keys);

  with_order(s.order, [&](auto order) {
    using Spreading = Spread<MemorySpace, order()>;
    Kokkos::parallel_for("ionscape::mesh::spread",
                         Kokkos::TeamPolicy<Exec, Dynamic>(exec, tiles, team_threads)
                             .set_scratch_size(0, Kokkos::PerTeam(int(Spreading::scratch) + 128)),
                         Spreading{s});
  });

  int const items = s.shape.y * s.blocks;
  using Multiply = Kokkos::TeamPolicy<Exec, typename K::Multiply, Dynamic>;
#if defined(KOKKOS_ENABLE_CUDA)
  s.transform.forward(exec, s.mesh.data());
  Kokkos::parallel_for("ionscape::mesh::multiply", Multiply(exec, items, team_threads), kernels);
  s.transform.backward(exec, s.mesh.data());
  range("ionscape::mesh::fill", typename K::Fill{}, s.shape.x * s.shape.y);
#else
  auto const scratch = Kokkos::PerTeam(int(kernels.scratch_doubles() * sizeof(double)) + 128);
  Kokkos::parallel_for(
      "ionscape::mesh::forward",
      Kokkos::TeamPolicy<Exec, typename K::ForwardPlane, Dynamic>(exec, s.shape.x, 1)
          .set_scratch_size(1, scratch),
      kernels);
  Kokkos::parallel_for("ionscape::mesh::multiply",
                       Multiply(exec, items, 1).set_scratch_size(1, scratch), kernels);
  Kokkos::parallel_for(
      "ionscape::mesh::backward",
      Kokkos::TeamPolicy<Exec, typename K::BackwardPlane, Dynamic>(exec, s.shape.x, 1)
          .set_scratch_size(1, scratch),
      kernels);
#endif

  with_order(s.order, [&](auto order) {
    Kokkos::parallel_for("ionscape::mesh::gather",
                         Kokkos::TeamPolicy<Exec, Dynamic>(exec, tiles, team_threads),
                         Gather<MemorySpace, order()>{s, potential, gradient});
  });
  Kokkos::parallel_for("ionscape::mesh::finish",
                       Kokkos::TeamPolicy<Exec, typename K::Finish>(exec, 1, team_threads),
                       kernels);
}

using Default = Kokkos::DefaultExecutionSpace;
template class MeshSum<Default::memory_space>;
template void MeshSum<Default::memory_space>::evaluate(
    Default const&, Positions const&, Kokkos::View<double const*, Default::memory_space> const&,
    Kokkos::View<double*, Default::memory_space> const&, Vectors const&,
    Kokkos::View<double*, Default::memory_space> const&) const;

}  // namespace ionscape
