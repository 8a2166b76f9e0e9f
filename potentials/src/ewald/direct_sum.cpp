// The tables of DirectSum, made on the host, and the launch of its kernels.
#include <ionscape/potentials/ewald/direct_sum.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "device/device_memory.hpp"
#include "ewald/direct_sum_kernels.hpp"

namespace ionscape {

using detail::native_width;
using detail::ReciprocalKernel;
using detail::upload;
using detail::whole_vectors;
using detail::direct::block_ions;
using detail::direct::Chunk;
using detail::direct::Kernels;
using detail::direct::Row;
using detail::direct::rows_per_chunk;
using detail::direct::SystemRecord;

template <class MemorySpace>
struct DirectSum<MemorySpace>::Tables : detail::direct::DeviceTables<MemorySpace> {
  std::vector<double> wave_vectors;
  std::vector<SystemRecord> records;  // what systems holds
};

namespace {

/// The weights of the wave vectors of a row in another cell.
template <class MemorySpace>
struct Reweigh {
  detail::direct::DeviceTables<MemorySpace> t;

  KOKKOS_INLINE_FUNCTION void operator()(int r) const {
    Row const row = t.rows(r);
    SystemRecord const& s = t.systems(row.system);
    for (int sign = 0; sign < 4; ++sign)
      for (int l = 0; l < row.l_count; ++l) {
        long const at = 4 * row.first + sign * row.l_count + l;
        if (t.weight(at) == 0) continue;  // not summed
        Vec3 const g =
            s.reciprocal.to_cartesian({double(row.h), sign < 2 ? double(row.k) : -double(row.k),
                                       sign % 2 ? -double(l) : double(l)});
        t.weight(at) = 2 * s.kernel.value(dot(g, g));
        t.slope(at) = 2 * s.kernel.derivative(dot(g, g));
      }
  }
};

}  // namespace

template <class MemorySpace>
DirectSum<MemorySpace>::DirectSum(std::span<DirectSystem const> systems, double memory_limit)
    : tables_(std::make_unique<Tables>()) {
  std::vector<SystemRecord> records;
  std::vector<Row> rows;
  std::vector<Chunk> chunks;
  std::vector<int> system_of_pack;
  std::vector<double> weight, slope;
  long powers = 0, transposed = 0, values = 0;
  for (DirectSystem const& system : systems) {
    SystemRecord s{};
    s.cell = system.cell;
    s.reciprocal = system.cell.reciprocal();
    s.kernel = system.kernel;
    s.ion_begin = system.ion_begin, s.ion_end = system.ion_end, s.index = system.index;
    s.pack_begin = int(system_of_pack.size());
    double const reach = system.cutoff / (2 * pi);  // |h| = |G.a| / 2 pi <= |G| |a| / 2 pi
    double const h_max = reach * norm(s.cell.a), k_max = reach * norm(s.cell.b),
                 l_max = reach * norm(s.cell.c);
    int const n = s.ion_end - s.ion_begin, packs = (n + native_width - 1) / native_width;
    detail::require_memory(
        "the wave vectors of the direct Ewald sum",
        128.0 * pi / 6 * h_max * k_max * l_max + 48.0 * n * (h_max + k_max + 2 * l_max),
        memory_limit);
    s.row_begin = int(rows.size());
    double count = 0;
    for (int h = 0; h <= int(h_max); ++h)
      for (int k = 0; k <= int(k_max); ++k) {
        // The largest l of the row, whatever the signs.
        auto const square = [&](int sign, int l) {
          Vec3 const g = s.reciprocal.to_cartesian(
              {double(h), sign < 2 ? double(k) : -double(k), sign % 2 ? -double(l) : double(l)});
          return dot(g, g);
        };
        double const limit = system.cutoff * system.cutoff;
        auto const kept = [&](int sign, int l) {
          if (k == 0 && sign >= 2) return false;
          if (l == 0 && sign % 2 == 1) return false;
          if (h == 0 && sign >= 2) return false;
          if (h == 0 && k == 0 && (l == 0 || sign == 1)) return false;
          return square(sign, l) <= limit;
        };
        int last = -1;
        for (int l = 0; l <= int(l_max); ++l)
          for (int sign = 0; sign < 4; ++sign)
            if (kept(sign, l)) last = l;
        if (last < 0) continue;
        Row const row{int(records.size()), h, k, whole_vectors(last + 1), values};
        rows.push_back(row);
        values += row.l_count;
        weight.resize(4 * values, 0.0);
        slope.resize(4 * values, 0.0);
        s.h_max = std::max(s.h_max, h), s.k_max = std::max(s.k_max, k),
        s.l_max = std::max(s.l_max, last);
        for (int sign = 0; sign < 4; ++sign)
          for (int l = 0; l <= last; ++l)
            if (kept(sign, l)) {
              double const g2 = square(sign, l);
              weight[4 * row.first + sign * row.l_count + l] = 2 * s.kernel.value(g2);
              slope[4 * row.first + sign * row.l_count + l] = 2 * s.kernel.derivative(g2);
              count += 1;
            }
      }
    s.row_end = int(rows.size());
    s.z_stride = whole_vectors(s.l_max + 1);
    s.powers = powers;
    s.transposed = transposed;
    powers += long(packs) * 2 * (s.h_max + s.k_max + s.l_max + 3) * native_width;
    transposed += long(n) * 2 * s.z_stride;
    s.chunk_begin = int(chunks.size());
    for (int r = s.row_begin; r < s.row_end; r += rows_per_chunk)
      chunks.push_back({int(records.size()), r, std::min(r + rows_per_chunk, s.row_end)});
    s.chunk_end = int(chunks.size());
    system_of_pack.resize(system_of_pack.size() + packs, int(records.size()));
    records.push_back(s);
    tables_->wave_vectors.push_back(count);
  }
  detail::require_memory("the tables of the direct Ewald sum",
                         8.0 * (16.0 * values + powers + transposed), memory_limit);
  Tables& t = *tables_;
  t.systems = upload<MemorySpace>("ionscape::direct::systems", records);
  t.records = std::move(records);
  t.rows = upload<MemorySpace>("ionscape::direct::rows", rows);
  t.chunks = upload<MemorySpace>("ionscape::direct::chunks", chunks);
  t.system_of_pack = upload<MemorySpace>("ionscape::direct::system_of_pack", system_of_pack);
  t.weight = upload<MemorySpace>("ionscape::direct::weight", weight);
  t.slope = upload<MemorySpace>("ionscape::direct::slope", slope);
  t.coefficients = Kokkos::View<double*, MemorySpace>("ionscape::direct::coefficients", 8 * values);
  t.powers = Kokkos::View<double*, MemorySpace>("ionscape::direct::powers", powers);
  t.transposed = Kokkos::View<double*, MemorySpace>("ionscape::direct::transposed", transposed);
  t.chunk_sums =
      Kokkos::View<double*, MemorySpace>("ionscape::direct::chunk_sums", 7 * chunks.size());
}

template <class MemorySpace>
void DirectSum<MemorySpace>::deform(std::span<Cell const> cells,
                                    std::span<ReciprocalKernel const> kernels) {
  Tables& t = *tables_;
  if (t.records.empty()) return;
  for (std::size_t k = 0; k < t.records.size(); ++k) {
    t.records[k].cell = cells[k];
    t.records[k].reciprocal = cells[k].reciprocal();
    t.records[k].kernel = kernels[k];
  }
  t.systems = upload<MemorySpace>("ionscape::direct::systems", t.records);
  using Exec = typename MemorySpace::execution_space;
  Kokkos::parallel_for("ionscape::direct::reweigh", Kokkos::RangePolicy<Exec>(0, t.rows.extent(0)),
                       Reweigh<MemorySpace>{t});
  Kokkos::fence("ionscape::direct::deform");
}

template <class MemorySpace>
DirectSum<MemorySpace>::~DirectSum() = default;
template <class MemorySpace>
DirectSum<MemorySpace>::DirectSum(DirectSum&&) noexcept = default;
template <class MemorySpace>
DirectSum<MemorySpace>& DirectSum<MemorySpace>::operator=(DirectSum&&) noexcept = default;

template <class MemorySpace>
template <class Exec>
void DirectSum<MemorySpace>::evaluate(Exec const& exec, Positions const& positions,
                                      Kokkos::View<double const*, MemorySpace> const& charges,
                                      Kokkos::View<double*, MemorySpace> const& potential,
                                      Vectors const& gradient, Vectors const& sums) const {
  using K = Kernels<MemorySpace>;
  Tables const& t = *tables_;
  if (t.systems.extent(0) == 0) return;
  K const kernels{t, positions, charges, potential, gradient, sums};
  int const packs = int(t.system_of_pack.extent(0)), chunks = int(t.chunks.extent(0));
  using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
  Kokkos::parallel_for("ionscape::direct::powers",
                       Kokkos::RangePolicy<Exec, typename K::Powers>(exec, 0, packs), kernels);
  int const team = native_width == 1 ? 32 : 1;
  Kokkos::parallel_for(
      "ionscape::direct::structure_factors",
      Kokkos::TeamPolicy<Exec, typename K::StructureFactors, Dynamic>(exec, chunks, team)
          .set_scratch_size(0, Kokkos::PerTeam(4 * block_ions * int(sizeof(double)) + 64)),
      kernels);
  Kokkos::parallel_for("ionscape::direct::sums",
                       Kokkos::RangePolicy<Exec, typename K::Sums>(exec, 0, t.systems.extent(0)),
                       kernels);
  Kokkos::parallel_for("ionscape::direct::potentials",
                       Kokkos::RangePolicy<Exec, typename K::Potentials, Dynamic>(exec, 0, packs),
                       kernels);
}

template <class MemorySpace>
double DirectSum<MemorySpace>::wave_vectors(int system) const {
  return tables_->wave_vectors[std::size_t(system)];
}

template <class MemorySpace>
double DirectSum<MemorySpace>::memory() const {
  Tables const& t = *tables_;
  return double(detail::bytes(t.systems, t.rows, t.chunks, t.system_of_pack, t.weight, t.slope,
                              t.coefficients, t.powers, t.transposed, t.chunk_sums));
}

using Default = Kokkos::DefaultExecutionSpace;
template class DirectSum<Default::memory_space>;
template void DirectSum<Default::memory_space>::evaluate(
    Default const&, Positions const&, Kokkos::View<double const*, Default::memory_space> const&,
    Kokkos::View<double*, Default::memory_space> const&, Vectors const&, Vectors const&) const;

}  // namespace ionscape
