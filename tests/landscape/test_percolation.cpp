// Grids, floods, windings.
#include <limits>
#include <random>

#include <ionscape/landscape/percolation.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>
#include <ionscape_test/property.hpp>

#include "surfaces.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

using Shifts = std::vector<LatticeShift>;

/// A plain lattice test: whether v is a sum of the vectors with coefficients of -20 to 20.
bool is_sum(Shifts const& vectors, LatticeShift v, std::size_t from = 0) {
  if (from == vectors.size()) return v == LatticeShift{};
  for (int n = -20; n <= 20; ++n) {
    LatticeShift rest = v;
    for (int k = 0; k < 3; ++k) rest[k] -= n * vectors[from][k];
    if (is_sum(vectors, rest, from + 1)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("A lattice of windings holds the sums of its vectors and nothing else") {
  WindingLattice lattice;
  CHECK(lattice.rank() == 0);
  CHECK(lattice.contains({0, 0, 0}));
  CHECK_FALSE(lattice.contains({0, 1, 0}));
  CHECK(lattice.add({2, 0, 0}));
  CHECK_FALSE(lattice.add({4, 0, 0}));
  CHECK_FALSE(lattice.contains({1, 0, 0}));
  CHECK_FALSE(lattice.add({-3, 0, 0}));
  CHECK(lattice.basis() == Shifts{{1, 0, 0}});
  CHECK(lattice.add({5, -1, 2}));
  CHECK(lattice.basis() == Shifts{{1, 0, 0}, {0, 1, -2}});

  std::mt19937 random(3);
  auto const below = [&](int n) { return int(random() % unsigned(2 * n + 1)) - n; };
  for (int trial = 0; trial < 200; ++trial) {
    Shifts const vectors{{below(2), below(2), below(2)}, {below(2), below(2), below(2)}};
    WindingLattice both;
    for (LatticeShift v : vectors) both.add(v);
    for (int k = 0; k < 20; ++k) {
      LatticeShift const v{below(3), below(3), below(3)};
      CHECK(both.contains(v) == is_sum(vectors, v));
    }
    for (LatticeShift v : both.basis()) CHECK(is_sum(vectors, v));
  }
}

TEST_CASE("Sets on a torus know in which directions they go on") {
  WindingSets sets(4);
  CHECK(sets.join(0, 1, {0, 0, 0}).merged);
  CHECK(sets.connected(0, 1, {0, 0, 0}));
  CHECK_FALSE(sets.connected(0, 1, {1, 0, 0}));
  CHECK(sets.join(2, 3, {0, 0, 1}).merged);
  CHECK(sets.join(1, 2, {0, 2, 0}).merged);
  CHECK(sets.connected(0, 3, {0, 2, 1}));
  auto const closed = sets.join(3, 0, {1, -2, -1});
  CHECK_FALSE(closed.merged);
  CHECK(closed.rank == 1);
  CHECK(sets.windings(closed.first).basis() == Shifts{{1, 0, 0}});
  CHECK(sets.connected(0, 3, {-7, 2, 1}));
  CHECK_FALSE(sets.connected(0, 3, {0, 2, 0}));
  CHECK(sets.join(3, 3, {0, 0, 0}).rank == 1);
  CHECK(sets.join(2, 2, {0, 0, 3}).rank == 2);
}

TEST_CASE("A grid has the model's energies, in the reduced cell") {
  holds("at the places that it names", [] {
    Cell const cell = random_cell(1.5);
    Waves const given(skewed(cell, 2), random_waves(cell, 1).waves());
    EnergyGrid const grid = energy_grid(given, {0.4, 5});
    RC_ASSERT(grid.longest_step() <= 0.4 + 1e-12);
    double lowest = std::numeric_limits<double>::infinity();
    for (std::size_t p = 0; p < grid.size(); ++p) {
      Vec3 const r = grid.place(p);
      RC_ASSERT(std::fabs(grid.energy[p] - given.local(r).energy) < 1e-12);
      lowest = std::min(lowest, grid.energy[p]);
      auto const near = grid.nearest(r + grid.cell.to_cartesian({0, -2, 1}));
      RC_ASSERT(near.point == p);
      RC_ASSERT((near.shift == LatticeShift{0, -2, 1}));
    }
    RC_ASSERT(grid.lowest == lowest);
    RC_ASSERT(grid.closed_above == lowest + 5);
    // A shift of the grid's cell is the same vector in the model's.
    LatticeShift const s{1, -2, 3}, t = grid.of_model(s);
    Vec3 const v = grid.cell.to_cartesian({1, -2, 3}),
               w = given.cell().to_cartesian({double(t[0]), double(t[1]), double(t[2])});
    RC_ASSERT(norm(v - w) < 1e-9 * (1 + norm(v)));
    RC_ASSERT(grid.of_grid(t) == s);
  });
}

TEST_CASE("Grids that make no sense are refused") {
  Waves const model = cosines({4, 4, 4}, {1, 1, 1}, box({4, 4, 4}));
  CHECK_THAT(input_error([&] { energy_grid(model, {0, 5}); }), ContainsSubstring("resolution 0 Å"));
  CHECK_THAT(input_error([&] { energy_grid(model, {0.2, -1}); }), ContainsSubstring("emax -1 eV"));
  CHECK_THAT(input_error([&] {
               energy_grid(model, {1e-4, 5});
             }),
             ContainsSubstring("6.4e+13 points"));
  Waves const flat = cosines({4, 4, 4}, {1, 1, 1}, {{4, 0, 0}, {0, 4, 0}, {4, 4, 0}});
  CHECK_THAT(input_error([&] { energy_grid(flat); }), ContainsSubstring("cell"));
  Waves const nan = cosines({4, 4, 4}, {1, std::nan(""), 1}, box({4, 4, 4}));
  CHECK_THAT(input_error([&] { energy_grid(nan); }), ContainsSubstring("not a number"));
}

namespace {

/// A multiple of 2 steps along each axis, so that all critical points of cosines() are on the grid.
GridFlood flood_of(SiteEnergy const& model, double resolution = 0.25) {
  return flood(energy_grid(model, {resolution, 100}));
}

void check_levels(GridFlood const& flooded, Vec3 barriers, std::array<Shifts, 3> const& windings,
                  double within = 1e-12) {
  double const expected[] = {barriers.x, barriers.y, barriers.z};
  for (std::size_t d = 0; d < 3; ++d) {
    PercolationLevel const& level = flooded.percolation[d];
    CHECK(level.dimension == int(d) + 1);
    CHECK_THAT(level.barrier(), WithinAbs(expected[d], within));
    CHECK(level.windings == windings[d]);
  }
}

}  // namespace

TEST_CASE("A product of cosines is flooded axis by axis") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  GridFlood const flooded = flood_of(cosines(size, A, box(size)));
  REQUIRE(flooded.basins.size() == 1);
  CHECK_THAT(flooded.basins[0].energy, WithinAbs(-1.05, 1e-12));
  CHECK(flooded.merges.empty());
  Shifts const x{{1, 0, 0}}, xy{{1, 0, 0}, {0, 1, 0}}, xyz{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  check_levels(flooded, {0.2, 0.5, 1.4}, {x, xy, xyz});

  GridFlood const other = flood_of(cosines(size, {0.7, 0.25, 0.1}, box(size)));
  check_levels(other, {0.2, 0.5, 1.4}, {Shifts{{0, 0, 1}}, Shifts{{0, 1, 0}, {0, 0, 1}}, xyz});
}

TEST_CASE("Equal barriers open all dimensions at once") {
  GridFlood const flooded = flood_of(cosines({4, 4, 4}, {0.3, 0.3, 0.3}, box({4, 4, 4})));
  for (PercolationLevel const& level : flooded.percolation)
    CHECK_THAT(level.barrier(), WithinAbs(0.6, 1e-12));
}

TEST_CASE("Supercells, other cells of the lattice and shifted origins have the same levels") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  Cell const unit = box(size);
  SECTION("a supercell has its basins' merges, and windings of its own vectors") {
    GridFlood const flooded = flood_of(cosines(size, A, {2.0 * unit.a, unit.b, unit.c}));
    REQUIRE(flooded.basins.size() == 2);
    REQUIRE(flooded.merges.size() == 1);
    CHECK_THAT(flooded.merges[0].energy - flooded.basins[0].energy, WithinAbs(0.2, 1e-12));
    check_levels(
        flooded, {0.2, 0.5, 1.4},
        {Shifts{{1, 0, 0}}, Shifts{{1, 0, 0}, {0, 1, 0}}, Shifts{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
  }
  SECTION("windings are in the vectors of the given cell, however skewed") {
    // b' = b + 3 a and c' = c - 2 b', so that a = a, b = b' - 3 a.
    Cell const cell{unit.a, unit.b + 3.0 * unit.a, unit.c - 2.0 * (unit.b + 3.0 * unit.a)};
    GridFlood const flooded = flood_of(cosines(size, A, cell));
    check_levels(
        flooded, {0.2, 0.5, 1.4},
        {Shifts{{1, 0, 0}}, Shifts{{1, 0, 0}, {0, 1, 0}}, Shifts{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
    // Along a vector that is no cell vector.
    GridFlood const along_y = flood_of(cosines(size, {0.7, 0.1, 0.25}, cell));
    CHECK(along_y.percolation[0].windings == Shifts{{3, -1, 0}});
  }
  SECTION("the origin") {
    GridFlood const flooded = flood_of(cosines(size, A, unit, {1.234, -0.7, 2.5}), 0.05);
    check_levels(
        flooded, {0.2, 0.5, 1.4},
        {Shifts{{1, 0, 0}}, Shifts{{1, 0, 0}, {0, 1, 0}}, Shifts{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
        2e-3);
  }
}

TEST_CASE("What is closed does not percolate") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  GridFlood const flooded = flood(energy_grid(cosines(size, A, box(size)), {0.25, 1.0}));
  CHECK(flooded.percolation[1].found());
  CHECK_FALSE(flooded.percolation[2].found());
  CHECK(flooded.percolation[2].windings.empty());
}

TEST_CASE("The minimax between two places is that of the image which is meant") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  EnergyGrid const grid = energy_grid(cosines(size, A, box(size)), {0.25, 100});
  double const bottom = -1.05;
  auto const barrier = [&](Vec3 to) { return grid_minimax(grid, {0, 0, 0}, to) - bottom; };
  CHECK_THAT(barrier({0, 0, 0}), WithinAbs(0, 1e-12));
  CHECK_THAT(barrier({4, 0, 0}), WithinAbs(0.2, 1e-12));
  CHECK_THAT(barrier({-8, 0, 0}), WithinAbs(0.2, 1e-12));
  CHECK_THAT(barrier({4, 5, 0}), WithinAbs(0.5, 1e-12));
  CHECK_THAT(barrier({0, 0, 6}), WithinAbs(1.4, 1e-12));
  CHECK_THAT(barrier({2, 0, 0}), WithinAbs(0.2, 1e-12));
  EnergyGrid const narrow = energy_grid(cosines(size, A, box(size)), {0.25, 0.3});
  CHECK(std::isinf(grid_minimax(narrow, {0, 0, 0}, {0, 0, 6})));
}
