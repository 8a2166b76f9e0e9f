#include "host/host_lists.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "device/host_threads.hpp"

namespace ionscape::detail::host {

namespace {

/// Edge of the bins of the neighbour lists.
constexpr double bin_edge = 0.55;  // in units of (volume per ion)^(1/3)
/// Shells per square of that unit, equally thick in distance^2: a vector's worth of ions in each at
/// the usual cutoffs.
constexpr double shells_per_square = 5;

/// For each framework the first one with the same ions: what surrounds them is listed once.
std::vector<std::size_t> first_with_same_ions(std::span<HostFramework const> frameworks) {
  std::vector<std::size_t> first(frameworks.size());
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    HostFramework const& host = frameworks[f];
    while (first[f] < f) {
      HostFramework const& other = frameworks[first[f]];
      if (host.cell.a == other.cell.a && host.cell.b == other.cell.b &&
          host.cell.c == other.cell.c && host.positions == other.positions &&
          host.type_of == other.type_of && host.types.size() == other.types.size())
        break;
      ++first[f];
    }
  }
  return first;
}

/// Refuses hosts whose lists would not fit; `first` as first_with_same_ions() says.
void check_memory(std::span<HostFramework const> frameworks, std::vector<std::size_t> const& first,
                  std::vector<double> const& cutoffs) {
  constexpr double most_entries = 6e7, bytes = 3 * sizeof(double);
  double entries = 0;
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    if (first[f] != f) continue;
    double const n = double(frameworks[f].positions.size()),
                 spacing = std::cbrt(frameworks[f].cell.volume() / n);
    double const reach = cutoffs[f] / spacing + bin_edge;
    entries += n / (bin_edge * bin_edge * bin_edge) * 4 * pi / 3 * reach * reach * reach;
  }
  if (entries > most_entries)
    fail_input({}, "the neighbour lists of these hosts would take ",
               std::round(entries * bytes / 1e8) / 10, " GB, at most ", most_entries * bytes / 1e9,
               " GB are allowed: a volume is very small for the potential's range, a charge very "
               "large, or ",
               "there are too many or too large frameworks at once");
}

/// The bins and shells of a framework, and all that lies around each bin.
class Surroundings {
 public:
  Surroundings(HostFramework const& host, double cutoff) : host_(&host) {
    Cell const& cell = host.cell;
    double const spacing = std::cbrt(cell.volume() / double(host.positions.size()));
    Vec3 const faces = cell.face_distances();
    int* const n = bins_.count;
    n[0] = std::max(1, int(faces.x / (bin_edge * spacing)));
    n[1] = std::max(1, int(faces.y / (bin_edge * spacing)));
    n[2] = std::max(1, int(faces.z / (bin_edge * spacing)));
    double radius = 0;  // the farthest corner of a bin from its centre
    for (int corner = 0; corner < 4; ++corner)
      radius =
          std::max(radius, norm(cell.to_cartesian({0.5 / n[0], (corner & 1 ? 0.5 : -0.5) / n[1],
                                                   (corner & 2 ? 0.5 : -0.5) / n[2]})));
    double const reach = cutoff + radius;
    reach_square_ = reach * reach;
    bins_.inverse_shell = shells_per_square / (spacing * spacing);
    bins_.n_shells = int(reach_square_ * bins_.inverse_shell) + 1;

    for (Vec3 r : host.positions) {
      Vec3 const f = cell.to_fractional(r);
      home_.push_back(
          cell.to_cartesian({f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)}));
    }
    // Both points lie in the home cell, less than one cell apart along each axis.
    int const shifts[3] = {int(reach / faces.x) + 1, int(reach / faces.y) + 1,
                           int(reach / faces.z) + 1};
    for (int a = -shifts[0]; a <= shifts[0]; ++a)
      for (int b = -shifts[1]; b <= shifts[1]; ++b)
        for (int c = -shifts[2]; c <= shifts[2]; ++c)
          translations_.push_back(cell.to_cartesian({double(a), double(b), double(c)}));
  }

  /// All but list_begin is known.
  BinGrid const& bins() const { return bins_; }
  int n_bins() const { return bins_.count[0] * bins_.count[1] * bins_.count[2]; }

  /// Calls visit(type, shell, position) for every ion and image around a bin, always in the same
  /// order.
  template <class Visit>
  void around(int bin, Visit const& visit) const {
    int const* const n = bins_.count;
    int const z = bin % n[2], y = bin / n[2] % n[1], x = bin / n[2] / n[1];
    Vec3 const centre =
        host_->cell.to_cartesian({(x + 0.5) / n[0], (y + 0.5) / n[1], (z + 0.5) / n[2]});
    for (std::size_t i = 0; i < home_.size(); ++i)
      for (Vec3 translation : translations_) {
        Vec3 const r = home_[i] + translation, d = r - centre;
        double const square = dot(d, d);
        if (square <= reach_square_) visit(host_->type_of[i], int(square * bins_.inverse_shell), r);
      }
  }

 private:
  BinGrid bins_;
  HostFramework const* host_;
  double reach_square_;
  std::vector<Vec3> home_, translations_;
};

}  // namespace

// First counted, then filled in.
template <class MemorySpace>
void build_lists(typename FrozenHost<MemorySpace>::Tables& tables,
                 std::vector<FrameworkTables>& built, std::span<HostFramework const> frameworks,
                 std::vector<double> cutoffs) {
  auto const first = first_with_same_ions(frameworks);
  for (std::size_t f = 0; f < frameworks.size(); ++f)
    cutoffs[first[f]] = std::max(cutoffs[first[f]], cutoffs[f]);
  check_memory(frameworks, first, cutoffs);

  std::vector<std::pair<Surroundings, FrameworkRecord const*>> all;
  std::vector<ShellList> lists;
  int n_shells = 0;
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    FrameworkRecord& record = built[f].record;
    record.n_types = int(frameworks[f].types.size());
    if (first[f] != f) {
      record.bins = built[first[f]].record.bins;
      continue;
    }
    Surroundings const& here =
        all.emplace_back(Surroundings(frameworks[f], cutoffs[f]), &record).first;
    record.bins = here.bins();
    record.bins.list_begin = int(lists.size());
    for (int l = 0; l < here.n_bins() * record.n_types; ++l, n_shells += record.bins.n_shells)
      lists.push_back({0, 0, n_shells});
  }
  auto const for_each_bin = [&](char const* label, auto const& work) {
    for (auto const& [here, record] : all)
      on_all_threads(label, here.n_bins(), [&, &here = here, record = record](int bin) {
        work(here, bin,
             std::span(&lists[record->bins.list_begin + bin * record->n_types], record->n_types));
      });
  };

  tables.shells = decltype(tables.shells)("ionscape::potentials::shells", n_shells);
  auto const shells = Kokkos::create_mirror_view(tables.shells);
  Kokkos::deep_copy(shells, 0);
  for_each_bin("ionscape::potentials::count_lists", [&](Surroundings const& here, int bin,
                                                        std::span<ShellList> of_type) {
    here.around(bin, [&](int type, int shell, Vec3) { ++shells(of_type[type].shells + shell); });
    for (ShellList& list : of_type)  // from numbers to where each shell begins
      for (int s = 0; s < here.bins().n_shells; ++s)
        list.count += std::exchange(shells(list.shells + s), list.count);
  });
  int n_entries = 0;
  for (ShellList& list : lists) {
    list.begin = n_entries;
    list.count = whole_vectors(list.count);
    n_entries += list.count;
  }

  auto const allocate = [&](auto& view, char const* label) {
    view = std::remove_cvref_t<decltype(view)>(
        Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label)), n_entries);
    return Kokkos::create_mirror_view(view);
  };
  auto const x = allocate(tables.x, "ionscape::potentials::x"),
             y = allocate(tables.y, "ionscape::potentials::y"),
             z = allocate(tables.z, "ionscape::potentials::z");
  for_each_bin("ionscape::potentials::fill_lists", [&](Surroundings const& here, int bin,
                                                       std::span<ShellList> of_type) {
    auto const put = [&](int at, Vec3 r) { x(at) = r.x, y(at) = r.y, z(at) = r.z; };
    here.around(bin, [&](int type, int shell, Vec3 r) {  // each shell's begin moves on to its end
      ShellList const& list = of_type[type];
      put(list.begin + shells(list.shells + shell)++, r);
    });
    // Padded to whole vectors with points so far away that nothing is left of any term.
    for (ShellList const& list : of_type)
      for (int i = shells(list.shells + here.bins().n_shells - 1); i < list.count; ++i)
        put(list.begin + i, {1e5, 1e5, 1e5});
  });
  Kokkos::deep_copy(tables.x, x), Kokkos::deep_copy(tables.y, y), Kokkos::deep_copy(tables.z, z);
  Kokkos::deep_copy(tables.shells, shells);
  tables.lists = upload<MemorySpace>("ionscape::potentials::lists", lists);
}

#define IONSCAPE_INSTANTIATE(SPACE)                                                           \
  template void build_lists<SPACE>(FrozenHost<SPACE>::Tables&, std::vector<FrameworkTables>&, \
                                   std::span<HostFramework const>, std::vector<double>);
IONSCAPE_INSTANTIATE(Kokkos::DefaultExecutionSpace::memory_space)
#if defined(KOKKOS_ENABLE_CUDA) || defined(KOKKOS_ENABLE_HIP) || defined(KOKKOS_ENABLE_SYCL)
IONSCAPE_INSTANTIATE(Kokkos::DefaultHostExecutionSpace::memory_space)
#endif
#undef IONSCAPE_INSTANTIATE

}  // namespace ionscape::detail::host
