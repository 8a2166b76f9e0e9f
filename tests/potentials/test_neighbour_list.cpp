// Lists from the device against a plain search over all images: every pair as often as it occurs,
// in any cell.
#include <map>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ions/neighbour_list.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "oracles.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using List = NeighbourList<Exec::memory_space>;

struct System {
  Cell cell;
  std::vector<Vec3> positions;
  std::vector<int> types;
  double cutoff = 0;
};

struct Batch {
  std::vector<ListedSystem> listed;
  std::vector<Vec3> positions;
  std::vector<int> types;
  std::vector<double> charges;
};

Batch batch_of(std::vector<System> const& systems) {
  Batch batch;
  for (System const& s : systems) {
    int const begin = int(batch.positions.size());
    batch.positions.insert(batch.positions.end(), s.positions.begin(), s.positions.end());
    batch.types.insert(batch.types.end(), s.types.begin(), s.types.end());
    batch.listed.push_back({s.cell, begin, int(batch.positions.size()), s.cutoff});
  }
  for (std::size_t i = 0; i < batch.positions.size(); ++i)
    batch.charges.push_back(0.25 + double(i));
  return batch;
}

/// A pair as both searches know it: the partner, the shell, the pair vector.
struct Pair {
  int partner = 0;
  bool near = false;
  Vec3 vector;
};

/// Whole cells that reach `reach` Å, whatever the cell.
std::array<int, 3> reach_of(Cell const& cell, double reach) {
  Vec3 const h = cell.face_distances();
  return {int(reach / h.x) + 2, int(reach / h.y) + 2, int(reach / h.z) + 2};
}

std::vector<std::vector<Pair>> plain_search(std::vector<System> const& systems,
                                            std::vector<double> const& far, int n_types,
                                            double skin) {
  std::vector<std::vector<Pair>> all;
  int begin = 0;
  for (System const& s : systems) {
    double const longest = skin + std::max(s.cutoff, *std::max_element(far.begin(), far.end()));
    std::vector<Vec3> wrapped;
    for (Vec3 r : s.positions) {
      Vec3 const f = s.cell.to_fractional(r);
      wrapped.push_back(r -
                        s.cell.to_cartesian({std::floor(f.x), std::floor(f.y), std::floor(f.z)}));
    }
    auto const [A, B, C] = reach_of(s.cell, longest);
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
      std::vector<Pair> own;
      for (std::size_t j = 0; j < wrapped.size(); ++j)
        for (int a = -A; a <= A; ++a)
          for (int b = -B; b <= B; ++b)
            for (int c = -C; c <= C; ++c) {
              if (i == j && a == 0 && b == 0 && c == 0) continue;
              Vec3 const r =
                  wrapped[j] + s.cell.to_cartesian({double(a), double(b), double(c)}) - wrapped[i];
              double const distance = norm(r);
              bool const near = distance < s.cutoff + skin;
              if (near || distance < far[std::size_t(s.types[i] * n_types + s.types[j])] + skin)
                own.push_back({begin + int(j), near, r});
            }
      all.push_back(std::move(own));
    }
    begin += int(wrapped.size());
  }
  return all;
}

/// The lists on the host, after checking that their groups hold what they say.
std::vector<std::vector<Pair>> listed(List const& list, Batch const& batch) {
  auto const host = [](auto const& view) {
    return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  };
  auto const images = host(list.images), home = host(list.home);
  auto const image_ion = host(list.image_ion), entries = host(list.entries),
             group = host(list.group);
  auto const begin = host(list.begin);
  std::vector<std::vector<Pair>> all;
  int const groups = 2 * list.n_types;
  int wrong_type = 0, wrong_order = 0, wrong_charge = 0, wrong_home = 0;
  std::int64_t expected_begin = 0, pairs = 0;
  for (std::size_t i = 0; i < batch.positions.size(); ++i) {
    std::vector<Pair> own;
    int const* const starts = &group(i * (groups + 1));
    CHECK(begin(i) == expected_begin);
    CHECK(starts[0] == 0);
    for (int g = 0; g < groups; ++g) {
      bool padding = false;
      for (int k = starts[g]; k < starts[g + 1]; ++k) {
        std::size_t const image = std::size_t(entries(begin(i) + k));
        Vec3 const at{images(4 * image), images(4 * image + 1), images(4 * image + 2)};
        if (at.x > 5e4) {  // the dummy
          padding = true;
          wrong_charge += images(4 * image + 3) != 0;
          continue;
        }
        wrong_order += padding;
        int const j = image_ion(image);
        wrong_type += batch.types[std::size_t(j)] != g / 2;
        wrong_charge += images(4 * image + 3) != batch.charges[std::size_t(j)];
        own.push_back({j, g % 2 == 0, at - Vec3{home(4 * i), home(4 * i + 1), home(4 * i + 2)}});
      }
    }
    wrong_home += home(4 * i + 3) != batch.charges[i];
    expected_begin += starts[groups];
    pairs += std::int64_t(own.size());
    all.push_back(std::move(own));
  }
  CHECK(wrong_type == 0);
  CHECK(wrong_order == 0);
  CHECK(wrong_charge == 0);
  CHECK(wrong_home == 0);
  CHECK(list.pairs() == pairs);
  return all;
}

/// Pairs that only one of the two has; `shells` false: whatever their shell.
int differences(std::vector<std::vector<Pair>> a, std::vector<std::vector<Pair>> const& b) {
  int missing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::map<int, std::vector<Pair>> by_partner;
    for (Pair const& pair : a[i]) by_partner[pair.partner].push_back(pair);
    for (Pair const& pair : b[i]) {
      auto& candidates = by_partner[pair.partner];
      auto const same = std::find_if(candidates.begin(), candidates.end(), [&](Pair const& other) {
        return pair.near == other.near && norm(pair.vector - other.vector) < 1e-9;
      });
      if (same == candidates.end())
        ++missing;
      else
        candidates.erase(same);
    }
    for (auto const& [partner, rest] : by_partner) missing += int(rest.size());
  }
  return missing;
}

System random_system(Cell const& cell, int n, int n_types, double cutoff, unsigned seed,
                     double cells_away = 0) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(-cells_away, 1 + cells_away);
  System s{cell, {}, {}, cutoff};
  for (int i = 0; i < n; ++i) {
    s.positions.push_back(cell.to_cartesian({one(random), one(random), one(random)}));
    s.types.push_back(int(random() % unsigned(n_types)));
  }
  return s;
}

/// Cells of all kinds, three types.
std::vector<System> all_kinds() {
  Cell const skewed{{3.1, 0, 0}, {0.4, 2.9, 0}, {15.5 + 0.3, 11.8, 3.3}};  // c = 5 a + 4 b + ...
  return {random_system(cubic(11), 90, 3, 4.1, 1),
          random_system({{9, 0, 0}, {2.5, 7.7, 0}, {-3.1, 2.2, 12}}, 60, 3, 3.7, 2, 6),
          random_system(cubic(2.3), 1, 3, 6.2, 3),
          random_system({{2.9, 0, 0}, {0.2, 3.1, 0}, {0.4, 0.3, 2.7}}, 2, 3, 5.9, 4, 40),
          random_system(skewed, 5, 3, 5.3, 5),
          random_system({skewed.b, skewed.a, skewed.c}, 7, 3, 4.4, 6, 3),    // left-handed
          random_system({{4, 0, 0}, {0, 30, 0}, {0, 0, 3.1}}, 33, 3, 5, 7),  // a slab
          random_system(cubic(40), 25, 3, 6, 8),                             // a gas
          random_system(cubic(5), 12, 3, 0, 9)};                             // nothing near
}

}  // namespace

TEST_CASE("Neighbour lists hold every image in reach once, in cells of any shape and size") {
  std::vector<System> const systems = all_kinds();
  std::vector<double> const far{0, 6.3, 4.2, 6.3, 7.1, 0, 4.2, 0, 5.05};
  for (double skin : {0.0, 0.7}) {
    CAPTURE(skin);
    Batch const batch = batch_of(systems);
    List list(batch.listed, batch.types, 3, batch.charges, far, skin, 1e9);
    CHECK(list.update(Exec(), on_device(batch.positions)));
    auto const mine = listed(list, batch), plain = plain_search(systems, far, 3, skin);
    CHECK(differences(mine, plain) == 0);
    CHECK(list.memory() > 4.0 * double(list.pairs()));
    // One by one, too: types that others have must not matter.
    int begin = 0;
    for (System const& system : systems) {
      CAPTURE(begin);
      Batch const one = batch_of({system});
      List alone(one.listed, one.types, 3, one.charges, far, skin, 1e9);
      alone.update(Exec(), on_device(one.positions));
      CHECK(differences(listed(alone, one), plain_search({system}, far, 3, skin)) == 0);
      begin += int(system.positions.size());
    }
  }
}

TEST_CASE("Ions on the faces, edges and corners of their cell are neither lost nor counted twice") {
  Cell const cell{{4, 0, 0}, {1, 5, 0}, {0.5, -1, 4.5}};
  System s{cell, {}, {}, 3.3};
  double const tiny = 1e-17;
  for (Vec3 f :
       {Vec3{0, 0, 0}, {1, 0.5, 0.5}, {0.5, -tiny, 0.25}, {0.25, 0.5, 1}, {0.5, 1 - 1e-16, -1e-16}})
    s.positions.push_back(cell.to_cartesian(f)), s.types.push_back(0);
  Batch const batch = batch_of({s});
  std::vector<double> const far{4.7};
  List list(batch.listed, batch.types, 1, batch.charges, far, 0, 1e9);
  list.update(Exec(), on_device(batch.positions));
  // The plain search may wrap to the other face than the list: only numbers and distances are
  // compared.
  auto const mine = listed(list, batch), plain = plain_search({s}, far, 1, 0);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    auto const distances = [](std::vector<Pair> const& pairs) {
      std::vector<double> all;
      for (Pair const& pair : pairs) all.push_back(norm(pair.vector));
      std::sort(all.begin(), all.end());
      return all;
    };
    auto const a = distances(mine[i]), b = distances(plain[i]);
    REQUIRE(a.size() == b.size());
    for (std::size_t k = 0; k < a.size(); ++k) CHECK(std::fabs(a[k] - b[k]) < 1e-12);
  }
}

TEST_CASE(
    "A list serves until an ion has moved by half of the skin, and holds all pairs all the while") {
  System s = random_system({{9, 0, 0}, {2.5, 7.7, 0}, {-3.1, 2.2, 12}}, 60, 2, 3.7, 12, 2);
  std::vector<double> const far{4.4, 0, 0, 5.1};
  double const skin = 0.8;
  Batch batch = batch_of({s});
  List list(batch.listed, batch.types, 2, batch.charges, far, skin, 1e9);
  CHECK(list.update(Exec(), on_device(s.positions)));
  CHECK_FALSE(list.update(Exec(), on_device(s.positions)));
  System const first = s;
  std::mt19937 random(4);
  std::normal_distribution<double> gauss;
  auto const moved_by = [&](double distance) {
    System moved = first;
    for (Vec3& r : moved.positions) {
      Vec3 const v{gauss(random), gauss(random), gauss(random)};
      r += distance / norm(v) * v;
    }
    return moved;
  };
  for (double distance : {0.1, 0.3, 0.3999}) {
    CAPTURE(distance);
    s = moved_by(distance);
    CHECK_FALSE(list.update(Exec(), on_device(s.positions)));
    // Without the skin: every pair within the cutoffs is listed where it is now, under either
    // shell.
    auto const now = listed(list, batch), needed = plain_search({s}, far, 2, 0);
    int missing = 0;
    for (std::size_t i = 0; i < needed.size(); ++i)
      for (Pair const& pair : needed[i]) {
        double const least = norm(pair.vector);
        bool const there = std::any_of(now[i].begin(), now[i].end(), [&](Pair const& other) {
          return other.partner == pair.partner && std::fabs(norm(other.vector) - least) < 1e-9 &&
                 (other.near || !pair.near);
        });
        missing += !there;
      }
    CHECK(missing == 0);
  }
  // One ion alone makes lists stale.
  s = first;
  s.positions[37] += Vec3{0.2, 0.35, 0};
  CHECK(list.update(Exec(), on_device(s.positions)));
  CHECK(differences(listed(list, batch), plain_search({s}, far, 2, skin)) == 0);
  CHECK_FALSE(list.update(Exec(), on_device(s.positions)));
  s = moved_by(2.5);  // another number of pairs
  CHECK(list.update(Exec(), on_device(s.positions)));
  CHECK(differences(listed(list, batch), plain_search({s}, far, 2, skin)) == 0);
  // Without a skin every move counts.
  List strict(batch.listed, batch.types, 2, batch.charges, far, 0, 1e9);
  CHECK(strict.update(Exec(), on_device(s.positions)));
  CHECK_FALSE(strict.update(Exec(), on_device(s.positions)));
  s.positions[5].z += 1e-9;
  CHECK(strict.update(Exec(), on_device(s.positions)));
}

TEST_CASE("Lists grow when ions crowd together") {
  System s = random_system(cubic(30), 200, 1, 3, 13);
  Batch const batch = batch_of({s});
  std::vector<double> const far{3.6};
  List list(batch.listed, batch.types, 1, batch.charges, far, 0.2, 1e9);
  for (double size : {1.0, 0.5, 0.25, 0.8}) {
    CAPTURE(size);
    System crowd = s;
    for (Vec3& r : crowd.positions) r = size * r;
    CHECK(list.update(Exec(), on_device(crowd.positions)));
    CHECK(differences(listed(list, batch), plain_search({crowd}, far, 1, 0.2)) == 0);
  }
}

TEST_CASE("Systems of a batch that have not moved keep their lists, those that have get new ones") {
  std::vector<System> systems = all_kinds();
  std::vector<double> const far{0, 6.3, 4.2, 6.3, 7.1, 0, 4.2, 0, 5.05};
  Batch const batch = batch_of(systems);
  // Little more than the lists need: no room for copies of those that stay.
  double const needed = [&] {
    List list(batch.listed, batch.types, 3, batch.charges, far, 0.3, 1e9);
    list.update(Exec(), on_device(batch.positions));
    return list.memory();
  }();
  for (double memory_limit : {1e9, 1.7 * needed}) {
    CAPTURE(memory_limit);
    List list(batch.listed, batch.types, 3, batch.charges, far, 0.3, memory_limit);
    list.update(Exec(), on_device(batch.positions));
    std::mt19937 random(7);
    std::uniform_real_distribution<double> shift(-1, 1);
    for (std::size_t moved : {1u, 0u, 3u, 1u}) {
      CAPTURE(moved);
      for (Vec3& r : systems[moved].positions)
        r += Vec3{shift(random), shift(random), shift(random)};
      Batch const now = batch_of(systems);
      REQUIRE(list.update(Exec(), on_device(now.positions)));
      CHECK(differences(listed(list, now), plain_search(systems, far, 3, 0.3)) == 0);
    }
  }
}

TEST_CASE("The same list comes out entry by entry, however many threads make it") {
  Exec const all;
  if (all.concurrency() < 2) return;  // nothing to compare
  Batch const batch = batch_of(all_kinds());
  std::vector<double> const far{0, 6.3, 4.2, 6.3, 7.1, 0, 4.2, 0, 5.05};
  auto const parts = Kokkos::Experimental::partition_space(all, 1, 1);
  auto const entries_with = [&](Exec const& exec) {
    List list(batch.listed, batch.types, 3, batch.charges, far, 0.3, 1e9);
    list.update(exec, on_device(batch.positions));
    auto const entries = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), list.entries);
    auto const group = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), list.group);
    auto const begin = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), list.begin);
    std::vector<int> used;
    for (std::size_t i = 0; i < batch.positions.size(); ++i)
      for (int k = 0; k < group(i * 7 + 6); ++k) used.push_back(entries(begin(i) + k));
    return used;
  };
  CHECK(entries_with(parts[0]) == entries_with(all));
}

TEST_CASE("Lists that do not fit into the memory limit are refused with the size needed") {
  Batch const batch = batch_of({random_system(cubic(11), 400, 1, 9, 14)});
  std::vector<double> const far{0};
  List list(batch.listed, batch.types, 1, batch.charges, far, 0, 1e9);
  list.update(Exec(), on_device(batch.positions));
  auto const error_at = [&](double limit) {
    return ionscape_test::input_error([&] {
      List bounded(batch.listed, batch.types, 1, batch.charges, far, 0, limit);
      bounded.update(Exec(), on_device(batch.positions));
      CHECK(bounded.memory() <= limit);
    });
  };
  CHECK(error_at(4 * list.memory()).empty());
  for (double part : {0.9, 0.5, 0.1, 0.001}) {
    CAPTURE(part);
    CHECK_THAT(error_at(part * list.memory()),
               ContainsSubstring("GB") && ContainsSubstring("are allowed"));
  }
  ListedSystem const needle{{{1e-2, 0, 0}, {0, 5, 0}, {0, 0, 5}}, 0, 400, 9};
  CHECK_THAT(ionscape_test::input_error([&] {
               List refused(std::span(&needle, 1), batch.types, 1, batch.charges, far, 0, 1e9);
             }),
             ContainsSubstring("times the cell's height"));
}
