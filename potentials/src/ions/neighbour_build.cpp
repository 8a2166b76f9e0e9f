// How a NeighbourList is built: ions into bins, images into the continued bins, lists.
#include <cmath>

#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "device/native.hpp"
#include "ions/neighbour_candidates.hpp"
#include "ions/neighbour_memory.hpp"

namespace ionscape {

namespace {

using detail::native_width;
using detail::whole_vectors;

constexpr double far_away =
    1e5;  // Å, where the dummy is: not so far that its energies become denormal numbers

KOKKOS_INLINE_FUNCTION int pack_shift(int a, int b, int c) {
  return (a + 512) | (b + 512) << 10 | (c + 512) << 20;
}
KOKKOS_INLINE_FUNCTION Vec3 unpack_shift(int packed) {
  return {double((packed & 1023) - 512), double((packed >> 10 & 1023) - 512),
          double((packed >> 20 & 1023) - 512)};
}

KOKKOS_INLINE_FUNCTION int floor_divide(int a, int b) { return (a >= 0 ? a : a - b + 1) / b; }

/// The home bin that a continued bin repeats, and by how many cells it is shifted.
template <class System>
KOKKOS_INLINE_FUNCTION int home_bin(System const& s, int image_bin, int& packed_shift) {
  int const slot = (image_bin - s.image_begin) / s.image_bins,
            index = (image_bin - s.image_begin) % s.image_bins;
  int const ny = s.bins[1] + 2 * s.margin[1], nz = s.bins[2] + 2 * s.margin[2];
  int const at[3] = {index / nz / ny - s.margin[0], index / nz % ny - s.margin[1],
                     index % nz - s.margin[2]};
  int bin = 0, shift[3];
  for (int d = 0; d < 3; ++d) {
    shift[d] = floor_divide(at[d], s.bins[d]);
    bin = bin * s.bins[d] + at[d] - shift[d] * s.bins[d];
  }
  packed_shift = pack_shift(shift[0], shift[1], shift[2]);
  return s.home_begin + slot * s.home_bins + bin;
}

/// Whether an ion's list only needs to be copied.
template <class MemorySpace>
struct Kept {
  bool any;
  Kokkos::View<int*, MemorySpace> stale, system_of;

  KOKKOS_INLINE_FUNCTION bool operator()(int ion) const {
    return any && stale(system_of(ion)) == 0;
  }
};

}  // namespace

template <class MemorySpace>
template <class Exec>
void NeighbourList<MemorySpace>::place_images(Exec const& exec, Positions const& positions,
                                              bool as_built) {
  auto const system = systems_;
  auto const system_of = system_of_;
  auto const wrap = wrap_;
  auto const charge = charges_;
  auto const home_ = home;
  Kokkos::parallel_for(
      "ionscape::neighbours::home", Kokkos::RangePolicy<Exec>(exec, 0, positions.extent(0)),
      KOKKOS_LAMBDA(int i) {
        auto const& s = system(system_of(i));
        Vec3 const off = (as_built ? s.built : s.cell)
                             .to_cartesian({double(wrap(3 * i)), double(wrap(3 * i + 1)),
                                            double(wrap(3 * i + 2))});
        home_(4 * i) = positions(i, 0) - off.x;
        home_(4 * i + 1) = positions(i, 1) - off.y;
        home_(4 * i + 2) = positions(i, 2) - off.z;
        home_(4 * i + 3) = charge(i);
      });
  auto const images_ = images;
  auto const ion_of = image_ion;
  auto const shift = image_cell_;
  Kokkos::parallel_for(
      "ionscape::neighbours::images", Kokkos::RangePolicy<Exec>(exec, 0, n_images_),
      KOKKOS_LAMBDA(int g) {
        int const i = ion_of(g);
        auto const& s = system(system_of(i));
        Vec3 const by = (as_built ? s.built : s.cell).to_cartesian(unpack_shift(shift(g)));
        images_(4 * g) = home_(4 * i) + by.x;
        images_(4 * g + 1) = home_(4 * i + 1) + by.y;
        images_(4 * g + 2) = home_(4 * i + 2) + by.z;
        images_(4 * g + 3) = home_(4 * i + 3);
      });
}

template <class MemorySpace>
template <class Exec>
void NeighbourList<MemorySpace>::build(Exec const& exec) {
  using Range = Kokkos::RangePolicy<Exec>;
  using Dynamic = Kokkos::RangePolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>>;
  Positions const positions = built_at_;
  int const n = int(positions.extent(0));
  auto const system = systems_;
  auto const system_of = system_of_, wrap = wrap_, bin_of = bin_of_, sorted = sorted_,
             home_start = home_start_, image_start = image_start_, home_system = home_system_,
             image_system = image_system_, type = types_, slots = slots_, slot_of = slot_of_,
             types_present = types_present_;

  auto const scratch = [&](char const* label) {
    return View<double>(Kokkos::view_alloc(std::string(label), Kokkos::WithoutInitializing),
                        std::size_t(n_images_) + native_width);
  };

  // Ions into the bins of their home cell, in ascending order inside a bin.
  Kokkos::deep_copy(exec, home_start, 0);
  Kokkos::deep_copy(exec, slots, 0);
  Kokkos::parallel_for(
      "ionscape::neighbours::bin", Range(exec, 0, n), KOKKOS_LAMBDA(int i) {
        auto const& s = system(system_of(i));
        Vec3 const r{positions(i, 0), positions(i, 1), positions(i, 2)};
        Vec3 const f = s.built.to_fractional(r);
        double const fraction[3] = {f.x, f.y, f.z};
        int bin = 0;
        for (int d = 0; d < 3; ++d) {
          double const whole = Kokkos::floor(fraction[d]);
          // NaN and what is very far away go to bin 0: the sums then carry it to the result.
          bool const near = Kokkos::fabs(whole) < 1e9;
          wrap(3 * i + d) = near ? int(whole) : 0;
          int const b = near ? int((fraction[d] - whole) * s.bins[d]) : 0;
          bin = bin * s.bins[d] + (b < s.bins[d] ? b : s.bins[d] - 1);
        }
        bin_of(i) = s.home_begin + slot_of(i) * s.home_bins + bin;
        Kokkos::atomic_inc(&home_start(bin_of(i) + 1));
      });
  auto const scan = [&](char const* label, View<int> const& starts) {
    Kokkos::parallel_scan(
        label, Range(exec, 0, starts.extent(0)), KOKKOS_LAMBDA(int b, int& sum, bool last) {
          sum += starts(b);
          if (last) starts(b) = sum;
        });
  };
  scan("ionscape::neighbours::home_start", home_start);
  Kokkos::parallel_for(
      "ionscape::neighbours::sort", Range(exec, 0, n), KOKKOS_LAMBDA(int i) {
        int const b = bin_of(i);
        sorted(home_start(b) + Kokkos::atomic_fetch_add(&slots(b), 1)) = i;
      });
  Kokkos::parallel_for(
      "ionscape::neighbours::order", Range(exec, 0, home_system.extent(0)), KOKKOS_LAMBDA(int b) {
        for (int k = home_start(b) + 1; k < home_start(b + 1); ++k) {
          int const ion = sorted(k);
          int at = k;
          for (; at > home_start(b) && sorted(at - 1) > ion; --at) sorted(at) = sorted(at - 1);
          sorted(at) = ion;
        }
      });

  // The bins continued beyond the faces, and the images in them.
  int const image_bins = int(image_system.extent(0));
  View<int> const repeats(
      Kokkos::view_alloc("ionscape::neighbours::repeats", Kokkos::WithoutInitializing),
      2 * image_system.extent(0));  // which bin, shifted by how many cells
  double images_in_all = 0;
  Kokkos::parallel_reduce(
      "ionscape::neighbours::count_images", Range(exec, 0, image_bins),
      KOKKOS_LAMBDA(int b, double& sum) {
        int const from = home_bin(system(image_system(b)), b, repeats(2 * b + 1));
        repeats(2 * b) = from;
        int const count = home_start(from + 1) - home_start(from);
        image_start(b + 1) = count;
        if (b == 0) image_start(0) = 0;
        sum += count;
      },
      images_in_all);
  double const fixed =
      memory() - double(detail::bytes(images, image_ion, image_cell_, entries, entries_before_));
  detail::require_memory(
      "the periodic images of the neighbour lists",
      fixed + (images_in_all + 1) * (detail::bytes_per_image + detail::bytes_of_columns),
      memory_limit_);
  if (images_in_all > 2e9)
    fail_input({}, "the neighbour lists need ", images_in_all,
               " periodic images, at most 2e9 are possible");
  scan("ionscape::neighbours::image_start", image_start);
  int const dummy_before = n_images_;
  n_images_ = int(images_in_all);
  if (images.extent(0) < std::size_t(4) * (n_images_ + 1)) {
    std::size_t const room = std::size_t(double(n_images_ + 1) * detail::room_to_grow);
    images = View<double>(
        Kokkos::view_alloc("ionscape::neighbours::images", Kokkos::WithoutInitializing), 4 * room);
    image_ion = View<int>(
        Kokkos::view_alloc("ionscape::neighbours::image_ion", Kokkos::WithoutInitializing), room);
    image_cell_ = View<int>(
        Kokkos::view_alloc("ionscape::neighbours::image_cell", Kokkos::WithoutInitializing), room);
  }
  auto const ion_of = image_ion, shift = image_cell_;
  auto const place = images;
  int const dummy = n_images_;
  Kokkos::parallel_for(
      "ionscape::neighbours::fill_images", Range(exec, 0, image_bins), KOKKOS_LAMBDA(int b) {
        int const first = home_start(repeats(2 * b)), to = image_start(b);
        for (int k = 0; k < image_start(b + 1) - to; ++k)
          ion_of(to + k) = sorted(first + k), shift(to + k) = repeats(2 * b + 1);
        if (b == 0)
          for (int d = 0; d < 4; ++d) place(4 * dummy + d) = d < 3 ? far_away : 0;
      });
  place_images(exec, positions, true);

  // Systems whose ions have hardly moved have the lists that they had, of images that may have other
  // numbers now: these are copied, if there is room for a second copy.
  bool const copies =
      built_ && records_.size() > 1 && memory() + double(detail::bytes(entries)) < memory_limit_;
  auto const stale = stale_, first_image = first_image_;
  Kept<MemorySpace> const is_kept{copies, stale, system_of};

  // Lists: count, allot, fill. Candidates are read a vector at a time.
  View<double> const xs = scratch("ionscape::neighbours::x"),
                     ys = scratch("ionscape::neighbours::y"),
                     zs = scratch("ionscape::neighbours::z");
  Kokkos::parallel_for(
      "ionscape::neighbours::columns", Range(exec, 0, n_images_), KOKKOS_LAMBDA(int g) {
        if (is_kept(ion_of(g))) return;
        xs(g) = place(4 * g), ys(g) = place(4 * g + 1), zs(g) = place(4 * g + 2);
      });
  auto const begin_ = begin;
  auto const group_ = group;
  auto const far_square = far_square_;
  int const n_types_ = n_types, groups = 2 * n_types;
  detail::Candidates<MemorySpace> const candidates{
      system, system_of, bin_of, image_start, ion_of, rows_, home, xs, ys, zs, partners_};
  Kokkos::parallel_for(
      "ionscape::neighbours::count", Dynamic(exec, 0, n, Kokkos::ChunkSize(16)),
      KOKKOS_LAMBDA(int i) {
        if (is_kept(i)) return;
        int* const count = &group_(i * (groups + 1));
        for (int t = 0; t <= groups; ++t) count[t] = 0;
        auto const& s = system(system_of(i));
        for (int slot = 0; slot < s.n_types; ++slot) {
          int const t = types_present(s.type_begin + slot);
          int n_near = 0, n_far = 0;
          candidates.for_each(i, slot, far_square(type(i) * n_types_ + t),
                              [&](int, unsigned near, unsigned far) {
                                n_near += Kokkos::popcount(near), n_far += Kokkos::popcount(far);
                              });
          count[2 * t] = n_near, count[2 * t + 1] = n_far;
        }
      });
  View<std::int64_t> const begin_before(
      Kokkos::view_alloc("ionscape::neighbours::begin_before", Kokkos::WithoutInitializing), n);
  if (copies) Kokkos::deep_copy(exec, begin_before, begin);
  std::int64_t entries_in_all = 0;
  Kokkos::parallel_scan(
      "ionscape::neighbours::allot", Range(exec, 0, n),
      KOKKOS_LAMBDA(int i, std::int64_t& sum, bool last) {
        if (last) begin_(i) = sum;
        if (is_kept(i)) {
          sum += group_(i * (groups + 1) + groups);
          return;
        }
        for (int t = 0; t < groups; ++t) sum += whole_vectors(group_(i * (groups + 1) + t));
      },
      entries_in_all);
  auto const before = entries;
  if (copies) std::swap(entries, entries_before_);
  double const bytes = memory() - double(detail::bytes(entries)) +
                       detail::bytes_of_columns * double(n_images_) +
                       double(entries_in_all) * detail::room_to_grow * sizeof(int);
  if (copies && bytes > memory_limit_) {
    entries_before_ = {};
    Kokkos::deep_copy(exec, stale_, 1);
    built_ = false;
    return build(exec);
  }
  detail::require_memory("the neighbour lists", bytes, memory_limit_);
  if (std::int64_t(entries.extent(0)) < entries_in_all)
    entries =
        View<int>(Kokkos::view_alloc("ionscape::neighbours::entries", Kokkos::WithoutInitializing),
                  std::size_t(double(entries_in_all) * detail::room_to_grow));
  auto const list = entries;
  Kokkos::parallel_reduce(
      "ionscape::neighbours::fill", Dynamic(exec, 0, n, Kokkos::ChunkSize(16)),
      KOKKOS_LAMBDA(int i, std::int64_t& found) {
        // Counts become the places for the next entry of each type, and at last where each type
        // begins.
        int* const next = &group_(i * (groups + 1));
        int* const own = &list(begin_(i));
        if (is_kept(i)) {
          int const* const kept = &before(begin_before(i));
          auto const& s = system(system_of(i));
          int const by = image_start(s.image_begin) - first_image(system_of(i));
          for (int k = 0; k < next[groups]; ++k) {
            bool const is_dummy = kept[k] == dummy_before;
            own[k] = is_dummy ? dummy : kept[k] + by;
            found += !is_dummy;
          }
          return;
        }
        int start = 0;
        for (int t = 0; t < groups; ++t) {
          int const count = next[t];
          next[t] = start;
          start += whole_vectors(count);
          found += count;
        }
        auto const& s = system(system_of(i));
        for (int slot = 0; slot < s.n_types; ++slot) {
          int const t = types_present(s.type_begin + slot);
          int *to_near = own + next[2 * t], *to_far = own + next[2 * t + 1];
          candidates.for_each(i, slot, far_square(type(i) * n_types_ + t),
                              [&](int g, unsigned near, unsigned far) {
                                if (near != 0) to_near = detail::write_lanes(near, g, to_near);
                                if (far != 0) to_far = detail::write_lanes(far, g, to_far);
                              });
          next[2 * t] = int(to_near - own), next[2 * t + 1] = int(to_far - own);
        }
        for (int t = groups; t > 0; --t) {
          int const end = whole_vectors(next[t - 1]);
          for (int k = next[t - 1]; k < end; ++k) own[k] = dummy;
          next[t] = end;
        }
        next[0] = 0;
      },
      pairs_);
  Kokkos::parallel_for(
      "ionscape::neighbours::first_image", Range(exec, 0, records_.size()),
      KOKKOS_LAMBDA(int k) { first_image(k) = image_start(system(k).image_begin); });
  built_ = true;
}

using Default = Kokkos::DefaultExecutionSpace;
template void NeighbourList<Default::memory_space>::build(Default const&);
template void NeighbourList<Default::memory_space>::place_images(Default const&, Positions const&,
                                                                 bool);

}  // namespace ionscape
