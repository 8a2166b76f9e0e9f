// Cores and shells, springs, angles: the reference against differences, the engine against the
// reference, in cells of every shape, and cells that are deformed.
#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>
#include <ionscape/potentials/pair/bonded_values.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/phosphate.hpp>

#include "energy_cases.hpp"
#include "oracles.hpp"

using namespace ionscape;
using Catch::Matchers::WithinAbs;
using ionscape_test::lithium_phosphate, ionscape_test::phosphate;
using Exec = Kokkos::DefaultExecutionSpace;
using Model = EnergyModel<Exec::memory_space>;

namespace {

/// Shells away from their cores.
Particles polarised(Crystal const& crystal, PotentialSet const& set) {
  Particles particles = particles_of(crystal, set);
  std::mt19937 random(11);
  std::uniform_real_distribution<double> one(-0.15, 0.15);
  for (Spring const& spring : particles.springs)
    particles.crystal.positions[std::size_t(spring.shell)] +=
        Vec3{one(random), one(random), one(random)};
  return particles;
}

PairSums const sums{7.0, Truncation::force_shifted, false, false};
EwaldParameters const ewald{0.45, 14.0, 5.8};

ReferenceResult reference(Particles const& particles) {
  return evaluate_reference(particles, phosphate(), ewald, sums);
}

/// The engine, where the particles are.
struct Engine {
  explicit Engine(std::vector<Particles> const& all, EwaldMethod method = EwaldMethod::direct,
                  PotentialSet const& set = phosphate(), double skin = 0)
      : model(crystals(all), set, options(method, skin)) {
    evaluate(all);
  }
  static std::vector<Crystal> crystals(std::vector<Particles> const& all) {
    std::vector<Crystal> ions;
    for (Particles const& p : all) {
      Crystal c = p.crystal;
      c.species.resize(std::size_t(p.ions)), c.positions.resize(std::size_t(p.ions));
      for (std::string& name : c.species) name = name.substr(0, name.find(' '));
      assign_charges(c, phosphate());
      ions.push_back(c);
    }
    return ions;
  }
  static EnergyOptions options(EwaldMethod method, double skin) {
    EnergyOptions o;
    o.force_error = 1e-10;
    o.method = method;
    o.pairs = sums;
    o.skin = skin;
    return o;
  }
  void evaluate(std::vector<Particles> const& all) {
    Model::Vectors const positions = model.initial_positions();
    auto const mirror = Kokkos::create_mirror_view(positions);
    std::size_t row = 0;
    for (Particles const& p : all)
      for (Vec3 r : p.crystal.positions) {
        mirror(row, 0) = r.x, mirror(row, 1) = r.y, mirror(row, 2) = r.z;
        ++row;
      }
    Kokkos::deep_copy(positions, mirror);
    model.evaluate(Exec(), positions);
  }
  std::vector<Vec3> forces() const {
    auto const f = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), model.forces());
    std::vector<Vec3> all;
    for (std::size_t i = 0; i < f.extent(0); ++i) all.push_back({f(i, 0), f(i, 1), f(i, 2)});
    return all;
  }
  Model model;
};

/// Largest difference of what the engine and the reference say of one crystal.
double difference(Engine const& engine, Particles const& particles) {
  ReferenceResult const exact = reference(particles);
  EnergyResult const result = engine.model.results().front();
  double worst = std::max(std::fabs(result.energy() - exact.energy()),
                          std::fabs(result.bonded - exact.bonded));
  std::vector<Vec3> const forces = engine.forces();
  for (std::size_t i = 0; i < exact.forces.size(); ++i)
    worst = std::max(worst, norm(forces[i] - exact.forces[i]));
  for (std::size_t i = 0; i < std::size_t(particles.ions); ++i)
    worst = std::max(worst, std::fabs(result.site_potential[i] - exact.site_potential[i]));
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b)
      worst = std::max(worst, particles.crystal.cell.volume() *
                                  std::fabs(result.stress[a][b] - exact.stress[a][b]));
  return worst;
}

Particles strained_particles(Particles p, int a, int b, double e) {
  Crystal const c = ionscape_test::strained(p.crystal, a, b, e);
  p.crystal.cell = c.cell, p.crystal.positions = c.positions;
  return p;
}

}  // namespace

TEST_CASE("particles are the cores of all ions, then the shells, which share their charges") {
  Particles const p = particles_of(lithium_phosphate(), phosphate());
  REQUIRE(p.ions == 8);
  REQUIRE(p.size() == 8 + 4 + 3);
  CHECK(p.crystal.species[0] == "P");
  CHECK(p.crystal.species[1] == "O core");
  CHECK(p.crystal.species[8] == "O shell");
  CHECK(p.crystal.species[12] == "Li shell");
  double const scale = std::sqrt(14.39 / coulomb_constant);
  CHECK_THAT(p.crystal.charges[1], WithinAbs(0.86 * scale, 1e-14));
  CHECK_THAT(p.crystal.charges[8], WithinAbs(-2.86 * scale, 1e-14));
  CHECK(p.springs.size() == 7);
  // O-P-O of one tetrahedron: 6; the O core-P-Li of 4 oxygens and the Li nearer than 4 Å.
  std::size_t const tetrahedral = 6;
  CHECK(p.angles.size() > tetrahedral);
  CHECK(std::count_if(p.angles.begin(), p.angles.end(), [](Angle const& a) {
          return a.outer[0] >= 8 && a.outer[1] >= 8 && a.k > 1;
        }) == tetrahedral);
}

TEST_CASE("angles do not depend on the vectors that the lattice is given by") {
  Particles const straight = polarised(lithium_phosphate(), phosphate()),
                  skewed = polarised(lithium_phosphate(true), phosphate());
  REQUIRE(straight.angles.size() == skewed.angles.size());
  CHECK_THAT(reference(straight).bonded, WithinAbs(reference(skewed).bonded, 1e-10));
}

TEST_CASE("an angle between two like ions counts once, in whatever order they are listed") {
  PotentialSet const set = parse_potential_set(R"(
    name = "unequal legs"
    source = "of this test"
    charges = {Mg = 0.0, O = 0.0}
    angle = [{centre = "Mg", outer = ["O", "O"], k = 1.0, theta0_deg = 160.0, cutoffs = [2.0, 2.4]}])",
                                               "unequal.toml");
  Crystal one{ionscape_test::cubic(20), {"Mg", "O", "O"}, {}, {}, ""};
  one.positions = {{5, 5, 5}, {6.9, 5, 5}, {5, 7.3, 5}};  // 1.9 and 2.3 Å, at a right angle
  assign_charges(one, set);
  Crystal other = one;
  std::swap(other.positions[1], other.positions[2]);
  double const expected = 0.5 * std::pow(70 * pi / 180, 2);
  for (Crystal const& c : {one, other}) {
    REQUIRE(particles_of(c, set).angles.size() == 1);
    CHECK_THAT(evaluate_reference(c, set, ewald, sums).bonded, WithinAbs(expected, 1e-12));
  }
  // Both legs longer than the first cutoff fit no way.
  one.positions[1].x = 7.3;
  CHECK(particles_of(one, set).angles.empty());
}

TEST_CASE("reference: forces and stress of cores and shells are differences of the energy") {
  Particles p = polarised(lithium_phosphate(), phosphate());
  ReferenceResult const here = reference(p);
  double const h = 1e-4;
  for (std::size_t i : {0, 1, 2, 5, 8, 9, 12, 14})
    for (double Vec3::*d : {&Vec3::x, &Vec3::y, &Vec3::z}) {
      double energies[2];
      for (int side = 0; side < 2; ++side) {
        Particles moved = p;
        moved.crystal.positions[i].*d += side == 0 ? h : -h;
        energies[side] = reference(moved).energy();
      }
      CHECK_THAT(here.forces[i].*d, WithinAbs((energies[1] - energies[0]) / (2 * h), 2e-6));
    }
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) {
      double const slope = (reference(strained_particles(p, a, b, h)).energy() -
                            reference(strained_particles(p, a, b, -h)).energy()) /
                           (2 * h);
      double const both = (reference(strained_particles(p, b, a, h)).energy() -
                           reference(strained_particles(p, b, a, -h)).energy()) /
                          (2 * h);
      CHECK_THAT(here.stress[std::size_t(a)][std::size_t(b)] * p.crystal.cell.volume(),
                 WithinAbs(0.5 * (slope + both), 2e-5));
    }
}

TEST_CASE("the energy of a crystal with shells does not depend on the splitting") {
  Particles const p = polarised(lithium_phosphate(), phosphate());
  ReferenceResult const one = reference(p),
                        other = evaluate_reference(p, phosphate(), {0.6, 10.5, 7.7}, sums);
  CHECK_THAT(one.energy(), WithinAbs(other.energy(), 1e-9));
  CHECK_THAT(one.site_potential[8], WithinAbs(other.site_potential[8], 1e-9));
}

TEST_CASE("what a core and its shell do not see has its limit at distance zero") {
  double const alpha = 0.37;
  RadialValue const zero = excluded_coulomb(alpha, 0);
  CHECK_THAT(zero.energy, WithinAbs(-2 * alpha / std::sqrt(pi), 1e-15));
  for (double x : {1e-6, 0.1, 0.5, 1.349, 1.3515, 2.0}) {  // the series ends at alpha x = 1/2
    RadialValue const value = excluded_coulomb(alpha, x * x);
    CHECK_THAT(value.energy, WithinAbs(-std::erf(alpha * x) / x, 1e-14 + 1e-10 * (x < 1e-3)));
    double const h = 1e-4;
    double const slope = (excluded_coulomb(alpha, (x + h) * (x + h)).energy -
                          excluded_coulomb(alpha, (x - h) * (x - h)).energy) /
                         (2 * h);
    if (x > 1e-3) CHECK_THAT(value.slope_over_x * x, WithinAbs(slope, 1e-9));
  }
}

TEST_CASE("the engine agrees with the reference on shells and angles, in any cell and image") {
  for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh})
    for (bool skewed : {false, true}) {
      Particles p = polarised(lithium_phosphate(skewed), phosphate());
      CHECK(difference(Engine({p}, method), p) < 1e-7);
      Particles wrapped = p;
      for (std::size_t i = 0; i < std::size_t(p.size()); i += 2)
        wrapped.crystal.positions[i] +=
            p.crystal.cell.to_cartesian({double(i % 3), -1.0, double(i % 5)});
      wrapped.springs = p.springs, wrapped.angles = p.angles;
      Engine engine({p}, method);
      engine.evaluate({wrapped});
      CHECK(difference(engine, p) < 1e-7);
    }
}

TEST_CASE("a batch of crystals with shells gives each the bits that it has alone") {
  Particles const p = polarised(lithium_phosphate(), phosphate()),
                  q = polarised(lithium_phosphate(true), phosphate());
  EnergyResult const alone = Engine({q}).model.results().front(),
                     third = Engine({p, p, q}).model.results().back();
  CHECK(alone.energy() == third.energy());
  CHECK(alone.bonded == third.bonded);
  for (std::size_t i = 0; i < alone.forces.size(); ++i) CHECK(alone.forces[i] == third.forces[i]);
}

TEST_CASE("a core and its shell count as one ion in results") {
  Particles const p = polarised(lithium_phosphate(), phosphate());
  Engine const engine({p});
  EnergyResult const result = engine.model.results().front();
  std::vector<Vec3> const forces = engine.forces();
  REQUIRE(result.forces.size() == 8);
  CHECK(norm(result.forces[1] - (forces[1] + forces[8])) < 1e-13);
  CHECK(norm(result.shells[1] - (p.crystal.positions[8] - p.crystal.positions[1])) < 1e-13);
  CHECK(result.shells[0] == Vec3{});
  double sum = 0;
  for (double e : result.ion_energy) sum += e;
  CHECK_THAT(sum, WithinAbs(result.energy(), 1e-10));
}

TEST_CASE("a deformed model is the model of the deformed crystal") {
  for (EwaldMethod method : {EwaldMethod::direct, EwaldMethod::mesh})
    for (double skin : {0.0, 0.6}) {
      Particles const p = polarised(lithium_phosphate(), phosphate());
      Engine engine({p, p}, method, phosphate(), skin);
      for (double strain : {1e-4, 0.01, -0.03, 0.0}) {
        Particles const other = strained_particles(p, 0, 1, strain),
                        larger = strained_particles(p, 2, 2, -strain);
        engine.model.deform(std::vector{other.crystal.cell, larger.crystal.cell});
        engine.evaluate({other, larger});
        CHECK(difference(engine, other) < 1e-6);
        CHECK_THAT(engine.model.results().back().energy(),
                   WithinAbs(reference(larger).energy(), 1e-6));
      }
    }
}

TEST_CASE("deformed lattice sums of -C/r^6 and tails are those of the deformed crystal") {
  PotentialSet set = ionscape_test::many_forms().set;
  Crystal const c = ionscape_test::many_forms().crystal;
  for (PairSums const ends : {PairSums{6.0, Truncation::shifted, true, false},
                              PairSums{6.0, Truncation::plain, false, true}}) {
    EnergyOptions options;
    options.pairs = ends;
    options.force_error = 1e-9;
    Model model(std::span(&c, 1), set, options);
    Crystal const larger = ionscape_test::strained(c, 0, 0, 0.02);
    model.deform(std::span(&larger.cell, 1));
    Model::Vectors const positions = model.initial_positions();
    auto const mirror = Kokkos::create_mirror_view(positions);
    for (std::size_t i = 0; i < larger.size(); ++i)
      mirror(i, 0) = larger.positions[i].x, mirror(i, 1) = larger.positions[i].y,
                mirror(i, 2) = larger.positions[i].z;
    Kokkos::deep_copy(positions, mirror);
    model.evaluate(Exec(), positions);
    ReferenceResult const exact = evaluate_reference(larger, set, {0.4, 15, 6}, ends);
    CHECK(ionscape_test::largest_difference(model.results().front(), exact, larger.cell.volume()) <
          1e-6);
  }
}
