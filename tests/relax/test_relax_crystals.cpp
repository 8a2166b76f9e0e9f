// Crystals with all their ions free, through the contract that bands and certificates use, too.
#include <cmath>
#include <cstring>
#include <random>

#include <ionscape_test/catch.hpp>

#include <ionscape/potentials/ions/ion_surface.hpp>
#include <ionscape/relax/curvature.hpp>
#include <ionscape/relax/relax_points.hpp>

using namespace ionscape;

namespace {
using Exec = Kokkos::DefaultExecutionSpace;
using Surface = IonSurface<Exec::memory_space>;

PotentialSet const& set() {
  static PotentialSet const mgo = read_potential_set(std::filesystem::path(IONSCAPE_SOURCE_DIR) /
                                                     "examples/potentials/MgO-lewis-catlow.toml");
  return mgo;
}

/// n cells of MgO along x, each ion moved by `shake` Å or so.
Crystal magnesia(int n, double shake, double a = 4.2, unsigned seed = 1) {
  Crystal crystal{{{n * a, 0, 0}, {0, a, 0}, {0, 0, a}}, {}, {}, {}, ""};
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-shake, shake);
  for (int i = 0; i < 2 * n; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 2; ++k) {
        Vec3 const site = 0.5 * a * Vec3{double(i), double(j), double(k)};
        crystal.species.push_back((i + j + k) % 2 ? "O" : "Mg");
        crystal.positions.push_back(site + Vec3{uniform(random), uniform(random), uniform(random)});
      }
  assign_charges(crystal, set());
  return crystal;
}

/// Energies, forces and strain derivatives of points, all of them.
struct Results {
  std::vector<double> energy, force, strain;
};
Results evaluate(Surface& model, PointSet const& set) {
  auto points = upload_points(Exec(), set);
  points.strain_derivative = decltype(points.strain_derivative)("strain", set.size(), 6);
  model.evaluate(Exec(), points);
  auto const values = [](auto const& view) {
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
    return std::vector<double>(host.data(), host.data() + host.span());
  };
  return {values(points.energy), values(points.force), values(points.strain_derivative)};
}
}  // namespace

TEST_CASE("displaced ions of a small MgO cell go back to the perfect lattice") {
  Crystal const perfect = magnesia(2, 0), shaken = magnesia(2, 0.15);
  Surface model(std::span(&shaken, 1), set());
  RelaxOptions options;
  options.force_tolerance = 1e-4;
  auto const relaxed = relax_points(Exec(), model, ion_points(std::span(&shaken, 1)), options)[0];
  REQUIRE(relaxed.status == RelaxStatus::converged);

  auto const ideal = evaluate(model, ion_points(std::span(&perfect, 1)));
  CHECK(relaxed.energy == Approx(ideal.energy[0]).margin(1e-6));
  // The lattice as a whole may have moved: the forces do not hold it.
  std::size_t const n = perfect.size();
  Vec3 shift{};
  std::vector<Vec3> moved;
  for (std::size_t i = 0; i < n; ++i) {
    Vec3 const r{relaxed.coordinates[3 * i], relaxed.coordinates[3 * i + 1],
                 relaxed.coordinates[3 * i + 2]};
    moved.push_back(r - perfect.positions[i]);
    shift += (1.0 / double(n)) * moved.back();
  }
  for (Vec3 d : moved) CHECK(norm(d - shift) < 1e-4);
}

TEST_CASE("ions as points have the reference's energy, forces and strain derivative") {
  Crystal const crystal = magnesia(1, 0.1);
  EnergyOptions options;
  options.force_error = 1e-9;
  Surface model(std::span(&crystal, 1), set(), options);
  auto const results = evaluate(model, ion_points(std::span(&crystal, 1)));
  PairSums const pairs = pair_sums(set(), std::span(&crystal, 1), options.force_error);
  auto const reference = evaluate_reference(
      crystal, set(), ewald_parameters(crystal.cell, crystal.size(), 1e-14), pairs);
  CHECK(results.energy[0] == Approx(reference.energy()).margin(1e-7));
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    CHECK(results.force[3 * i] == Approx(reference.forces[i].x).margin(1e-7));
    CHECK(results.force[3 * i + 2] == Approx(reference.forces[i].z).margin(1e-7));
  }
  double const volume = crystal.cell.volume();
  CHECK(results.strain[0] == Approx(volume * reference.stress[0][0]).margin(1e-6));
  CHECK(results.strain[3] == Approx(volume * reference.stress[1][2]).margin(1e-6));
  CHECK(results.strain[5] == Approx(volume * reference.stress[0][1]).margin(1e-6));
}

TEST_CASE("points of several crystals give the same bits in batches of any size") {
  std::vector<Crystal> const crystals = {magnesia(1, 0), magnesia(1, 0, 4.4)};
  PointSet points{24, {}, {}};
  for (unsigned i = 0; i < 5; ++i) {
    Crystal const shaken = magnesia(1, 0.1, i % 2 ? 4.4 : 4.2, i);
    points.add(ion_points(std::span(&shaken, 1)).coordinates, int(i % 2));
  }
  EnergyOptions options;
  options.ewald = EwaldSettings{EwaldMethod::direct, {0.5, 9, 6}, {}, 0};
  Surface one(crystals, set(), options), three(crystals, set(), options, 3);
  auto const slow = evaluate(one, points), fast = evaluate(three, points);
  CHECK(std::memcmp(slow.energy.data(), fast.energy.data(), 5 * sizeof(double)) == 0);
  CHECK(std::memcmp(slow.force.data(), fast.force.data(), 120 * sizeof(double)) == 0);
  for (int i = 0; i < 5; ++i) {
    PointSet alone{24, {}, {}};
    alone.add({points.point(i).begin(), points.point(i).end()}, points.surface[i]);
    CHECK(evaluate(one, alone).energy[0] == slow.energy[i]);
  }
}

TEST_CASE("the perfect lattice is certified as a minimum that may drift") {
  Crystal const perfect = magnesia(1, 0);
  Surface model(std::span(&perfect, 1), set(), {}, 7);
  auto const curvature = curvature_at(Exec(), model, ion_points(std::span(&perfect, 1)))[0];
  CHECK(curvature.force < 1e-5);
  CHECK(curvature.index() == 0);
  for (int drift = 0; drift < 3; ++drift)
    CHECK(curvature.eigenvalues[drift] == Approx(0).margin(1e-3));
  CHECK(curvature.eigenvalues[3] > 1);
}

TEST_CASE("crystals that do not fit together are refused") {
  std::vector<Crystal> const crystals = {magnesia(1, 0), magnesia(2, 0)};
  CHECK_THROWS_WITH(Surface(crystals, set()), Catch::Matchers::ContainsSubstring("8 and 16"));
  CHECK_THROWS_AS(Surface(std::span<Crystal const>(), set()), InputError);
}
