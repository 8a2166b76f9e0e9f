// Networks of sites: hops, percolation and minimax energies that are known.
#include <algorithm>

#include <ionscape/core/crystal.hpp>
#include <ionscape/landscape/site_network.hpp>
#include <ionscape_test/catch.hpp>

#include "surfaces.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::WithinAbs;

namespace {

using Shifts = std::vector<LatticeShift>;

SiteNetwork network_of(SiteEnergy const& model, double resolution = 0.2, double emax = 100) {
  return site_network(model, energy_grid(model, {resolution, emax}));
}

void check_levels(SiteNetwork const& network, Vec3 barriers,
                  std::array<Shifts, 3> const& windings) {
  double const expected[] = {barriers.x, barriers.y, barriers.z};
  for (std::size_t d = 0; d < 3; ++d) {
    NetworkPercolation const& level = network.percolation[d];
    CHECK(level.dimension == int(d) + 1);
    CHECK_THAT(level.barrier(), WithinAbs(expected[d], 1e-10));
    CHECK(level.windings == windings[d]);
    CHECK_THAT(network.saddles[level.bottleneck].energy, WithinAbs(level.energy, 1e-14));
    REQUIRE(level.loops.size() == level.windings.size());
    for (std::size_t k = 0; k < level.loops.size(); ++k) {
      // A loop leads from a site to its image, never higher than the level.
      auto const path = network.path(level.loops[k]);
      LatticeShift const w = level.windings[k];
      Vec3 const along = network.cell.to_cartesian({double(w[0]), double(w[1]), double(w[2])});
      CHECK(norm(path.place.back() - path.place.front() - along) < 1e-6);
      CHECK(*std::ranges::max_element(path.energy) <= level.energy + 1e-12);
    }
  }
}

/// Paths go down on both sides of their saddle, in small steps, on the surface.
void check_paths(SiteNetwork const& network, SiteEnergy const& model) {
  for (Hop const& hop : network.hops) {
    REQUIRE(hop.path.size() == hop.energy.size());
    for (std::size_t i = 0; i + 1 < hop.path.size(); ++i) {
      CHECK(norm(hop.path[i + 1] - hop.path[i]) < 0.31);
      if (i < hop.top) CHECK(hop.energy[i] <= hop.energy[i + 1] + 1e-9);
      if (i >= hop.top) CHECK(hop.energy[i + 1] <= hop.energy[i] + 1e-9);
      CHECK_THAT(model.local(hop.path[i]).energy, WithinAbs(hop.energy[i], 1e-9));
    }
    Vec3 const to = network.sites[hop.to].place +
                    network.cell.to_cartesian(
                        {double(hop.shift[0]), double(hop.shift[1]), double(hop.shift[2])});
    CHECK(norm(hop.path.front() - network.sites[hop.from].place) < 1e-9);
    CHECK(norm(hop.path.back() - to) < 1e-9);
  }
}

}  // namespace

TEST_CASE("One site of three cosines hops to its images over each of its saddles") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  Waves const model = cosines(size, A, box(size), {0.37, -1.1, 2.9});
  SiteNetwork const network = network_of(model);
  CHECK(network.complete);
  CHECK(network.notes.empty());
  REQUIRE(network.hops.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    Hop const& hop = network.hops[k];
    LatticeShift expected{};
    expected[k] = 1;
    CHECK((hop.shift == expected || hop.shift == -expected));
    CHECK(hop.share == 1);
  }
  Shifts const x{{1, 0, 0}}, xy{{1, 0, 0}, {0, 1, 0}}, xyz{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  check_levels(network, {0.2, 0.5, 1.4}, {x, xy, xyz});
  check_paths(network, model);
  for (std::size_t d = 0; d < 3; ++d)
    CHECK_THAT(network.grid_percolation[d].energy, WithinAbs(network.percolation[d].energy, 0.05));
}

TEST_CASE("Supercells, other cells of the lattice and shifted origins have the same barriers") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  Cell const unit = box(size);
  Shifts const x{{1, 0, 0}}, xy{{1, 0, 0}, {0, 1, 0}}, xyz{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  SiteNetwork const large = network_of(cosines(size, A, {2.0 * unit.a, unit.b, 3.0 * unit.c}));
  CHECK(large.sites.size() == 6);
  CHECK(large.hops.size() == 18);
  check_levels(large, {0.2, 0.5, 1.4}, {x, xy, xyz});
  CHECK(large.percolation[0].loops[0].steps.size() == 2);
  Cell const skew{unit.a, unit.b + 3.0 * unit.a, unit.c - 2.0 * (unit.b + 3.0 * unit.a)};
  check_levels(network_of(cosines(size, A, skew)), {0.2, 0.5, 1.4}, {x, xy, xyz});
  SiteNetwork const along_y = network_of(cosines(size, {0.7, 0.1, 0.25}, skew, {0.2, 0.1, 0.7}));
  CHECK(along_y.percolation[0].windings == Shifts{{3, -1, 0}});
  check_paths(along_y, cosines(size, {0.7, 0.1, 0.25}, skew, {0.2, 0.1, 0.7}));
}

TEST_CASE("Ways between sites are the lowest, and of these the shortest") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  Cell const unit = box(size);
  Waves const model = cosines(size, A, {2.0 * unit.a, unit.b, unit.c}, {1, 1, 1});
  SiteNetwork const network = network_of(model);
  REQUIRE(network.sites.size() == 2);
  auto const near = network.nearest({1.1, 1.2, 0.9});
  CHECK(near.shift == LatticeShift{});
  CHECK_THAT(near.distance, WithinAbs(std::sqrt(0.06), 1e-6));
  std::size_t const here = near.site, other = network.nearest({5, 1, 1}).site;
  CHECK(here != other);
  CHECK(network.nearest({9, 6, -5}).shift == LatticeShift{1, 1, -1});
  double const bottom = network.sites[0].energy;
  auto const barrier = [&](LatticeShift s) { return network.way(here, other, s)->energy - bottom; };
  CHECK_THAT(barrier({0, 0, 0}), WithinAbs(0.2, 1e-12));
  CHECK_THAT(barrier({5, 0, 0}), WithinAbs(0.2, 1e-12));
  CHECK_THAT(barrier({0, 1, 0}), WithinAbs(0.5, 1e-12));
  CHECK_THAT(barrier({0, 1, -2}), WithinAbs(1.4, 1e-12));
  CHECK(network.way(here, here)->steps.empty());
  CHECK(network.way(here, other)->steps.size() == 1);
  Way const way = *network.way(here, other, {1, 1, -1});
  auto const path = network.path(way);
  Vec3 const end = path.place.back() - path.place.front();
  CHECK(std::fabs(norm(end - Vec3{12, 5, -6})) < 1e-5);
  CHECK(way.steps.size() == 5);
  SiteNetwork const narrow = network_of(model, 0.2, 0.6);
  CHECK_FALSE(narrow.way(here, other, {0, 0, 1}).has_value());
  CHECK_FALSE(narrow.percolation[2].found());
  CHECK(narrow.percolation[1].found());
}

TEST_CASE("Levels of random surfaces are the grid's, as it becomes fine") {
  Cell const cell{{5, 0, 0}, {-1, 5.5, 0}, {0.8, 1.1, 4.7}};
  for (unsigned seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    Waves const model = random_waves(cell, seed);
    SiteNetwork const network = network_of(model);
    CHECK(network.complete);
    for (std::string const& note : network.notes) UNSCOPED_INFO(note);
    check_paths(network, model);
    GridFlood const fine = flood(energy_grid(model, {0.1, 100}));
    for (std::size_t d = 0; d < 3; ++d) {
      CHECK_THAT(fine.percolation[d].energy, WithinAbs(network.percolation[d].energy, 8e-3));
      CHECK(fine.percolation[d].windings.size() == network.percolation[d].windings.size());
    }
  }
}

TEST_CASE("Symmetry tells which sites, saddles and hops of a lattice are one kind") {
  double const a = 4;
  Cell const cell = box({a, a, a});
  struct Host {
    char const* name;
    std::vector<Vec3> ions;
    std::vector<int> sites, saddles;  // multiplicities, lowest energy first
  };
  for (Host const& host :
       {Host{"simple cubic", {{0, 0, 0}}, {1}, {3}},
        Host{"fcc", {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}}, {4, 8}, {32}},
        Host{"bcc", {{0, 0, 0}, {.5, .5, .5}}, {12}, {24}}}) {
    INFO(host.name);
    Crystal crystal{cell, {}, {}, {}, ""};
    for (Vec3 f : host.ions)
      crystal.species.push_back("O"), crystal.positions.push_back(cell.to_cartesian(f));
    SiteNetwork const network = network_of(Repulsion(cell, crystal.positions, 1000, 0.35), 0.2, 40);
    NetworkOrbits const orbits = network_orbits(network, find_symmetry(crystal));
    CHECK(orbits.sites.count == host.sites);
    CHECK(orbits.saddles.count == host.saddles);
    CHECK(orbits.hops.count == host.saddles);
    CHECK(network.complete);
    for (NetworkPercolation const& level : network.percolation)  // cubic: all directions at once
      CHECK_THAT(level.energy, WithinAbs(network.percolation[0].energy, 1e-9));
  }
}

TEST_CASE("A valley that forks on a ridge is shared by both sides") {
  // Along x the ion goes from x = 0 over a saddle at x = 3 - and on the line y = 0 down to where y = 0
  // is a ridge between two valleys, whose lowest point is a saddle itself.
  Vec3 const size{6, 6, 5};
  double const k = 2 * pi / 6;
  // cos(x) cos(y) term: at x = 0, y = 0 is a maximum along y, at x = 3 a minimum.
  std::vector<Waves::Wave> waves{{{k, 0, 0}, -1.0},
                                 {{k, k, 0}, 0.1},
                                 {{k, -k, 0}, 0.1},
                                 {{0, 2 * k, 0}, 0.0},
                                 {{0, 0, 2 * pi / 5}, -0.5}};
  Waves const model(box(size), waves, {0.2, 0.3, 0.4});
  SiteNetwork const network = network_of(model);
  CHECK(network.complete);
  double total = 0;
  for (Hop const& hop : network.hops) total += hop.share;
  CHECK_THAT(total, WithinAbs(double(network.saddles.size()), 1e-12));
  check_paths(network, model);
}
