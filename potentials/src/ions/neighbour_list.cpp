// A NeighbourList's bins, and when its lists are built anew; how: neighbour_build.cpp.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "ions/neighbour_memory.hpp"

namespace ionscape {

using detail::upload;

namespace {

constexpr double bins_per_cutoff = 3;
constexpr int most_margin = 500;  // bins of an axis are packed into ten bits

/// The least length of x u + y v with x within 1 of i and y within 1 of j.
double least_length(Vec3 u, Vec3 v, int i, int j) {
  if (std::abs(i) <= 1 && std::abs(j) <= 1) return 0;
  double least = std::numeric_limits<double>::infinity();
  // It lies on an edge: one factor at its end, the other where the length is least.
  auto const edges = [&](Vec3 fixed, int at, Vec3 free, int around) {
    for (int const x : {at - 1, at + 1}) {
      double const y =
          std::clamp(-x * dot(fixed, free) / dot(free, free), around - 1.0, around + 1.0);
      least = std::min(least, norm(double(x) * fixed + y * free));
    }
  };
  edges(u, i, v, j);
  edges(v, j, u, i);
  return least;
}

/// For each row of bins along c in which something may be within reach of a point of the bin in the
/// middle of the margins: its first bin, counted in bins of a cell that is continued to
/// `continued` bins, and how many. `bin`: edges of a bin.
void add_rows(Cell const& bin, int const (&margin)[3], int const (&continued)[3], double reach,
              std::vector<int>& rows) {
  Vec3 const along = (1 / norm(bin.c)) * bin.c;
  double const a = dot(bin.a, along), b = dot(bin.b, along), c = norm(bin.c);
  for (int i = -margin[0]; i <= margin[0]; ++i)
    for (int j = -margin[1]; j <= margin[1]; ++j) {
      double const apart = least_length(bin.a - a * along, bin.b - b * along, i, j);
      if (apart >= reach) continue;
      double const half =
          std::sqrt(reach * reach - apart * apart) + std::fabs(a) + std::fabs(b) + c;
      int const first = std::max(-margin[2], int(std::ceil((-half - i * a - j * b) / c)));
      int const last = std::min(margin[2], int(std::floor((half - i * a - j * b) / c)));
      if (first > last) continue;
      rows.push_back(((i + margin[0]) * continued[1] + j + margin[1]) * continued[2] + first +
                     margin[2]);
      rows.push_back(last - first + 1);
    }
}

}  // namespace

template <class MemorySpace>
NeighbourList<MemorySpace>::NeighbourList(std::span<ListedSystem const> systems,
                                          std::span<int const> types, int types_in_all,
                                          std::span<double const> charges,
                                          std::span<double const> far_cutoffs, double skin,
                                          double memory_limit, std::span<int const> partners)
    : n_types(types_in_all), skin_(skin), memory_limit_(memory_limit) {
  std::size_t const n = types.size();
  std::vector<int> system_of(n, 0), types_present, slot_of(n, 0);
  std::vector<double> far_square;
  double pairs_expected = 0, longest = 0;
  for (double cutoff : far_cutoffs) far_square.push_back((cutoff + skin) * (cutoff + skin));
  for (ListedSystem const& listed : systems) {
    int const index = int(records_.size());
    System s{};
    s.cell = s.built = listed.cell;
    s.ion_begin = listed.ion_begin, s.ion_end = listed.ion_end;
    s.reach = listed.cutoff;
    // Only types that the system has: its lists must not depend on the rest of the batch.
    std::vector<double> count(std::size_t(n_types), 0);
    for (int i = s.ion_begin; i < s.ion_end; ++i) ++count[std::size_t(types[std::size_t(i)])];
    for (int a = 0; a < n_types; ++a)
      for (int b = 0; b < n_types; ++b) {
        double const pairs = count[std::size_t(a)] * count[std::size_t(b)];
        if (pairs == 0) continue;
        double const cutoff =
            std::max(listed.cutoff, far_cutoffs[std::size_t(a * n_types + b)]) + skin;
        pairs_expected += pairs * 4 * pi / 3 * cutoff * cutoff * cutoff / s.cell.volume();
        s.reach = std::max(s.reach, far_cutoffs[std::size_t(a * n_types + b)]);
      }
    longest = std::max(longest, s.reach + skin);
    s.type_begin = int(types_present.size());
    for (int t = 0; t < n_types; ++t)
      if (count[std::size_t(t)] > 0) {
        for (int i = s.ion_begin; i < s.ion_end; ++i)
          if (types[std::size_t(i)] == t)
            slot_of[std::size_t(i)] = int(types_present.size()) - s.type_begin;
        types_present.push_back(t);
      }
    s.n_types = int(types_present.size()) - s.type_begin;
    s.near_square = (listed.cutoff + skin) * (listed.cutoff + skin);
    s.reach_square = (s.reach + skin) * (s.reach + skin);
    s.partners_square = listed.partners_within * listed.partners_within;
    std::fill(system_of.begin() + s.ion_begin, system_of.begin() + s.ion_end, index);
    records_.push_back(s);
  }
  double const images_expected = lay_out_bins();
  // What build() will need, as far as the mean density tells: refused before the work.
  char what[80];
  std::snprintf(what, sizeof what, "the neighbour lists with cutoffs up to %.6g Å", longest);
  detail::require_memory(
      what,
      8.0 * double(image_system_.size() + home_system_.size()) +
          double(n) * (9 * sizeof(double) + sizeof(int) * (7 + 2 * std::size_t(n_types))) +
          images_expected * (detail::bytes_per_image + detail::bytes_of_columns) +
          pairs_expected * sizeof(int),
      memory_limit_);
  system_of_ = upload<MemorySpace>("ionscape::neighbours::system_of", system_of);
  far_square_ = upload<MemorySpace>("ionscape::neighbours::far_square", far_square);
  types_present_ = upload<MemorySpace>("ionscape::neighbours::types_present", types_present);
  slot_of_ = upload<MemorySpace>("ionscape::neighbours::slot_of", slot_of);
  types_ = upload<MemorySpace>("ionscape::neighbours::types", types);
  charges_ = upload<MemorySpace>("ionscape::neighbours::charges", charges);
  partners_ = upload<MemorySpace>("ionscape::neighbours::partners", partners);
  built_at_ = decltype(built_at_)("ionscape::neighbours::built_at", n, 3);
  stale_ = View<int>("ionscape::neighbours::stale", records_.size());
  first_image_ = View<int>("ionscape::neighbours::first_image", records_.size());
  wrap_ = View<int>("ionscape::neighbours::wrap", 3 * n);
  bin_of_ = View<int>("ionscape::neighbours::bin_of", n);
  sorted_ = View<int>("ionscape::neighbours::sorted", n);
  home = View<double>("ionscape::neighbours::home", 4 * n);
  begin = View<std::int64_t>("ionscape::neighbours::begin", n);
  group = View<int>("ionscape::neighbours::group", n * (2 * n_types + 1));
}

/// The bins of all systems for the cells in which lists are made; returns how many images to expect.
template <class MemorySpace>
double NeighbourList<MemorySpace>::lay_out_bins() {
  std::vector<int> home_system, image_system, rows;
  double images_expected = 0;
  for (System& s : records_) {
    int const index = int(&s - records_.data());
    s.home_begin = int(home_system.size()), s.image_begin = int(image_system.size());
    double const reach = s.reach + skin_;
    Vec3 const faces = s.built.face_distances();
    double const heights[3] = {faces.x, faces.y, faces.z};
    double const ions = double(s.ion_end - s.ion_begin), types = std::max(1, s.n_types);
    double const density = ions / types / (heights[0] * heights[1] * heights[2]);
    double image_bins = 1;
    for (int axis = 0; axis < 3; ++axis) {
      // Hardly more bins than ions of a type: empty ones cost time, too.
      double const wanted = std::min(bins_per_cutoff / reach, std::cbrt(density));
      s.bins[axis] = std::max(1, int(heights[axis] * wanted));
      double const margin = std::ceil(reach / heights[axis] * s.bins[axis] * (1 + 1e-12));
      if (margin > most_margin)
        fail_input({}, "the cutoff of ", reach, " Å is ", std::round(reach / heights[axis]),
                   " times the cell's height, at most ", most_margin, " times is possible");
      s.margin[axis] = int(margin);
      image_bins *= s.bins[axis] + 2 * margin;
    }
    double const home_bins = double(s.bins[0]) * s.bins[1] * s.bins[2];
    images_expected += ions * image_bins / home_bins;
    if (double(image_system.size()) + types * image_bins > 5e8)
      fail_input({}, "too many bins for the neighbour lists");
    s.home_bins = int(home_bins), s.image_bins = int(image_bins);
    home_system.resize(home_system.size() + std::size_t(types * home_bins), index);
    image_system.resize(image_system.size() + std::size_t(types * image_bins), index);
    Cell const bin{1.0 / s.bins[0] * s.built.a, 1.0 / s.bins[1] * s.built.b,
                   1.0 / s.bins[2] * s.built.c};
    int const continued[3] = {s.bins[0] + 2 * s.margin[0], s.bins[1] + 2 * s.margin[1],
                              s.bins[2] + 2 * s.margin[2]};
    s.row_begin = int(rows.size() / 2);
    add_rows(bin, s.margin, continued, reach * (1 + 1e-9), rows);
    s.near_row_begin = int(rows.size() / 2);
    add_rows(bin, s.margin, continued, std::sqrt(s.near_square) * (1 + 1e-9), rows);
    s.row_end = int(rows.size() / 2);
  }
  systems_ = upload<MemorySpace>("ionscape::neighbours::systems", records_);
  home_system_ = upload<MemorySpace>("ionscape::neighbours::home_system", home_system);
  image_system_ = upload<MemorySpace>("ionscape::neighbours::image_system", image_system);
  home_start_ = View<int>("ionscape::neighbours::home_start", home_system.size() + 1);
  image_start_ = View<int>("ionscape::neighbours::image_start", image_system.size() + 1);
  rows_ = upload<MemorySpace>("ionscape::neighbours::rows", rows);
  slots_ = View<int>("ionscape::neighbours::slots", home_system.size());
  return images_expected;
}

template <class MemorySpace>
double NeighbourList<MemorySpace>::memory() const {
  return double(detail::bytes(images, image_ion, home, entries, entries_before_, begin, group,
                              built_at_, wrap_, bin_of_, sorted_, slot_of_, types_present_, rows_,
                              home_start_, image_start_, home_system_, image_system_, image_cell_,
                              slots_, charges_, types_, system_of_));
}

template <class MemorySpace>
void NeighbourList<MemorySpace>::deform(std::span<Cell const> cells) {
  for (std::size_t k = 0; k < records_.size(); ++k) {
    System& s = records_[k];
    s.cell = cells[k];
    // A pair vector r of now was F r when the lists were built, F = built cell / cell of now. At
    // most 1 + |F - 1| times as long, by the Frobenius norm.
    Vec3 const axes[3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    double square = 0;
    for (Vec3 const axis : axes) {
      Vec3 const off = s.built.to_cartesian(s.cell.to_fractional(axis)) - axis;
      square += dot(off, off);
    }
    s.stretch = std::sqrt(square);
  }
  systems_ = upload<MemorySpace>("ionscape::neighbours::systems", records_);
  deformed_ = true;
}

/// Marks the systems in which a pair may have come within its cutoff that the lists do not have,
/// and takes over their positions and cells to make lists of. Whether there are any.
template <class MemorySpace>
template <class Exec>
bool NeighbourList<MemorySpace>::take_stale(Exec const& exec, Positions const& positions) {
  Kokkos::deep_copy(exec, stale_, built_ ? 0 : 1);
  int n_stale = built_ ? 0 : 1;
  auto const old = built_at_;
  auto const system = systems_;
  auto const system_of = system_of_, stale = stale_;
  double const skin = skin_;
  if (built_)
    Kokkos::parallel_reduce(
        "ionscape::neighbours::moved", Kokkos::RangePolicy<Exec>(exec, 0, positions.extent(0)),
        KOKKOS_LAMBDA(int i, int& count) {
          auto const& s = system(system_of(i));
          Vec3 before{old(i, 0), old(i, 1), old(i, 2)};
          if (s.stretch > 0) before = s.cell.to_cartesian(s.built.to_fractional(before));
          Vec3 const moved = Vec3{positions(i, 0), positions(i, 1), positions(i, 2)} - before;
          double const nearer = (1 + s.stretch) * 2 * norm(moved) + s.stretch * s.reach;
          if (nearer <= skin) return;  // NaN counts as moved
          Kokkos::atomic_store(&stale(system_of(i)), 1);
          ++count;
        },
        n_stale);
  if (n_stale == 0) return false;
  Kokkos::parallel_for(
      "ionscape::neighbours::take_stale", Kokkos::RangePolicy<Exec>(exec, 0, positions.extent(0)),
      KOKKOS_LAMBDA(int i) {
        if (stale(system_of(i)) == 0) return;
        for (int d = 0; d < 3; ++d) old(i, d) = positions(i, d);
      });
  if (!deformed_) return true;
  auto const marks = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), stale_);
  deformed_ = false;
  for (std::size_t k = 0; k < records_.size(); ++k) {
    if (marks(k) != 0) records_[k].built = records_[k].cell, records_[k].stretch = 0;
    deformed_ = deformed_ || records_[k].stretch > 0;
  }
  lay_out_bins();
  return true;
}

template <class MemorySpace>
template <class Exec>
bool NeighbourList<MemorySpace>::update(Exec const& exec, Positions const& positions) {
  bool const anew = take_stale(exec, positions);
  if (anew) build(exec);
  // The images of a single system are where build() has put them.
  if (!anew || records_.size() > 1) place_images(exec, positions, false);
  return anew;
}

using Default = Kokkos::DefaultExecutionSpace;
template NeighbourList<Default::memory_space>::NeighbourList(std::span<ListedSystem const>,
                                                             std::span<int const>, int,
                                                             std::span<double const>,
                                                             std::span<double const>, double,
                                                             double, std::span<int const>);
template double NeighbourList<Default::memory_space>::memory() const;
template void NeighbourList<Default::memory_space>::deform(std::span<Cell const>);
template bool NeighbourList<Default::memory_space>::update(Default const&, Positions const&);

}  // namespace ionscape
