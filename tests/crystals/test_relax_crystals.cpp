// Relaxations against static values that other programs found, and against what must hold.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/minimum_check.hpp>
#include <ionscape/crystals/relax_crystals.hpp>
#include <ionscape_test/catch.hpp>

#include "cases.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr double GPa = 1 / gigapascal_per_eV_per_A3;

RelaxedCrystal relaxed(Crystal const& crystal, PotentialSet const& set,
                       CrystalRelaxOptions const& options = {}) {
  RelaxedCrystal result = relax_crystals(std::span(&crystal, 1), set, options).front();
  if (std::getenv("VERBOSE"))
    std::printf("%s: %d steps, %d evaluations%s, E %.7f, force %.2e, stress %.2e GPa, V %.5f %s\n",
                to_string(result.status), result.steps, result.evaluations,
                result.by_fire ? " FIRE" : "", result.energy, result.max_force,
                result.max_stress / GPa, result.crystal.cell.volume(), result.reason.c_str());
  return result;
}

CrystalRelaxOptions full_cell() {
  CrystalRelaxOptions options;
  options.cell = CellFreedom::full;
  return options;
}

/// Lengths of a, b, c.
Vec3 lengths(Cell const& cell) { return {norm(cell.a), norm(cell.b), norm(cell.c)}; }

}  // namespace

TEST_CASE("Rock salt and antifluorite relax to the cells and energies that LAMMPS finds") {
  // Measured with LAMMPS: cutoff 12 Å, plain truncation, Ewald 1e-8, rigid ions.
  struct Known {
    std::string set;
    bool rock_salt;
    double a, energy_per_formula;
  };
  for (Known const& known : {Known{"MgO-lewis-catlow", true, 4.1983, -41.3120},
                             {"MgO-partial-charge", true, 4.2158, -29.9987},
                             {"Li2O-rigid", false, 4.5879, -31.2308},
                             {"Li2O-jackson", false, 4.3633, -33.1552},
                             {"Li2O-partial-charge", false, 4.5066, -12.7334}}) {
    INFO(known.set);
    PotentialSet const set = example_set(known.set);
    double const start = known.a * 1.02;
    Crystal const crystal =
        shaken(known.rock_salt ? rock_salt(start, set) : antifluorite(start, set), 0.05, 0.01, 1);
    RelaxedCrystal const result = relaxed(crystal, set, full_cell());
    CHECK(result.status == CrystalStatus::converged);
    CHECK(result.reason.empty());
    Vec3 const found = lengths(result.crystal.cell);
    for (double a : {found.x, found.y, found.z}) CHECK(a == Approx(known.a).margin(1e-3));
    CHECK(dot(result.crystal.cell.a, result.crystal.cell.b) == Approx(0).margin(1e-3));
    CHECK(result.energy / 4 == Approx(known.energy_per_formula).margin(1e-3));
    CHECK(result.max_force < 1e-4);
    CHECK(result.max_stress < 0.01 * GPa);
    CHECK(result.evaluations < 80);
    CHECK_FALSE(result.by_fire);
  }
}

TEST_CASE("A vacancy's neighbours come back to where another program has them") {
  struct Known {
    std::string file, set;
    double energy;
  };
  // tests/data/barriers/README.md; pairs end at 10 Å there.
  for (Known const& known : {Known{"li2o_vLi", "Li2O-rigid", -994.6727293328529},
                             {"mgo_rigid_vMg", "MgO-lewis-catlow", -1298.642370027611}}) {
    INFO(known.file);
    PotentialSet set = example_set(known.set);
    set.cutoff = 10;
    Crystal minimum = read_crystal(IONSCAPE_TEST_DATA "/barriers/" + known.file + "/initial.vasp");
    assign_charges(minimum, set);
    CrystalRelaxOptions options;
    RelaxedCrystal const there = relaxed(minimum, set, options);
    CHECK(there.converged());
    CHECK(there.evaluations == 1);
    RelaxedCrystal const back = relaxed(shaken(minimum, 0.05, 0, 2), set, options);
    CHECK(back.converged());
    CHECK(back.energy == Approx(known.energy).margin(1e-4));
    Vec3 drift{};
    for (std::size_t i = 0; i < minimum.size(); ++i)
      drift += (1 / double(minimum.size())) * (back.crystal.positions[i] - minimum.positions[i]);
    for (std::size_t i = 0; i < minimum.size(); ++i)
      CHECK(norm(back.crystal.positions[i] - minimum.positions[i] - drift) < 2e-3);
  }
}

TEST_CASE("LiFePO4 with shells and angles relaxes to the cell and energy of another program") {
  // Every digit of the set is a choice made for this comparison.
  PotentialSet const set = read_potential_set(IONSCAPE_TEST_DATA "/lifepo4/set.toml");
  Crystal minimum = read_crystal(IONSCAPE_TEST_DATA "/lifepo4/LiFePO4.vasp");
  assign_charges(minimum, set);
  for (Crystal const& start : {minimum, shaken(minimum, 0.03, 0.01, 3)}) {
    CrystalRelaxOptions options = full_cell();
    options.stress_tolerance = 0.001 * GPa;
    RelaxedCrystal const result = relaxed(start, set, options);
    CHECK(result.converged());
    CHECK(result.energy / 4 == Approx(-250.95706607285277).margin(1e-5));
    Vec3 const found = lengths(result.crystal.cell);
    CHECK(found.x == Approx(10.372247593933643).margin(1e-4));
    CHECK(found.y == Approx(6.014689095885698).margin(1e-4));
    CHECK(found.z == Approx(4.673296604620647).margin(1e-4));
    REQUIRE(result.shells.size() == 28);
    CHECK(norm(result.shells[0]) == 0);     // Li has none
    CHECK(norm(result.shells[27]) > 0.01);  // O
  }
}

TEST_CASE("The enthalpy of a relaxed crystal changes with the pressure by its volume") {
  PotentialSet const set = example_set("Li2O-jackson");
  Crystal const start = shaken(antifluorite(4.4, set), 0.05, 0.02, 4);
  double const p = 20 * GPa, h = 0.5 * GPa;
  std::vector<RelaxedCrystal> at;
  for (double pressure : {p - h, p, p + h}) {
    CrystalRelaxOptions options = full_cell();
    options.pressure = pressure;
    options.stress_tolerance = 1e-4 * GPa;
    options.force_tolerance = 1e-6;
    at.push_back(relaxed(start, set, options));
    REQUIRE(at.back().converged());
    CHECK(at.back().stress[0][0] == Approx(-pressure).margin(1e-4 * GPa));
    CHECK(at.back().enthalpy ==
          Approx(at.back().energy + pressure * at.back().crystal.cell.volume()).epsilon(1e-12));
  }
  // dH/dp = V, by central differences; the third derivative adds h^2/6 V'' to it.
  CHECK((at[2].enthalpy - at[0].enthalpy) / (2 * h) ==
        Approx(at[1].crystal.cell.volume()).epsilon(1e-5));
}

TEST_CASE("A cell that may only change its volume keeps its shape") {
  PotentialSet const set = example_set("MgO-lewis-catlow");
  Crystal crystal = shaken(rock_salt(4.4, set), 0.02, 0.03, 5);
  CrystalRelaxOptions options;
  options.cell = CellFreedom::volume;
  RelaxedCrystal const result = relaxed(crystal, set, options);
  REQUIRE(result.converged());
  double const scale = std::cbrt(result.crystal.cell.volume() / crystal.cell.volume());
  CHECK(scale < 0.99);
  CHECK(norm(result.crystal.cell.a - scale * crystal.cell.a) < 1e-10);
  CHECK(norm(result.crystal.cell.b - scale * crystal.cell.b) < 1e-10);
  CHECK(norm(result.crystal.cell.c - scale * crystal.cell.c) < 1e-10);
  double const trace = result.stress[0][0] + result.stress[1][1] + result.stress[2][2];
  CHECK(std::fabs(trace / 3) < 0.01 * GPa);
  CHECK(std::fabs(result.stress[0][1]) > 0.1 * GPa);  // the shape would like to change
}

TEST_CASE("What is fixed keeps its fractional coordinates, in a cell that changes") {
  PotentialSet const set = example_set("MgO-lewis-catlow");
  Crystal crystal = shaken(rock_salt(4.25, set), 0.05, 0.01, 6);
  crystal.fixed.assign(8, {false, false, false});
  crystal.fixed[0] = {true, true, true};
  crystal.fixed[5] = {true, false, true};
  RelaxedCrystal const result = relaxed(crystal, set, full_cell());
  REQUIRE(result.converged());
  auto const moved = [&](std::size_t i) {
    Vec3 const f = result.crystal.cell.to_fractional(result.crystal.positions[i]) -
                   crystal.cell.to_fractional(crystal.positions[i]);
    return std::array{f.x, f.y, f.z};
  };
  for (double f : moved(0)) CHECK(std::fabs(f) < 1e-12);
  CHECK(std::fabs(moved(5)[0]) < 1e-12);
  CHECK(std::fabs(moved(5)[1]) > 1e-4);
  CHECK(std::fabs(moved(5)[2]) < 1e-12);
  // With all ions free the energy is lower.
  Crystal free = crystal;
  free.fixed.clear();
  CHECK(relaxed(free, set, full_cell()).energy < result.energy - 1e-3);
}

TEST_CASE("A crystal far from its cell ends as one that starts near it") {
  PotentialSet const set = example_set("MgO-lewis-catlow");
  RelaxedCrystal const near = relaxed(rock_salt(4.2, set), set, full_cell());
  for (double a : {3.7, 5.2}) {
    RelaxedCrystal const far = relaxed(rock_salt(a, set), set, full_cell());
    CHECK(far.converged());
    CHECK(far.energy == Approx(near.energy).margin(1e-6));
    CHECK(far.crystal.cell.volume() == Approx(near.crystal.cell.volume()).epsilon(1e-5));
    // A tuning for another cell must not show: the last leg is one from the relaxed cell.
    RelaxedCrystal const again = relaxed(far.crystal, set, full_cell());
    CHECK(again.energy == Approx(far.energy).margin(1e-6));
  }
}

TEST_CASE("Many crystals in one batch relax as each does alone") {
  PotentialSet const set = example_set("Li2O-rigid");
  std::vector<Crystal> crystals;
  for (unsigned seed = 0; seed < 12; ++seed)
    crystals.push_back(shaken(antifluorite(4.6, set), 0.02 * seed, 0.002 * seed, seed));
  CrystalRelaxOptions options = full_cell();
  options.energy.skin = 1e-9;  // new lists every time: the same order of every sum
  std::vector<std::size_t> order;
  auto const together =
      relax_crystals(crystals, set, options, [&](std::size_t k, RelaxedCrystal const& result) {
        CHECK(result.converged());
        order.push_back(k);
      });
  REQUIRE(order.size() == crystals.size());
  CHECK(order.front() == 0);  // the one that is nearly there
  std::ranges::sort(order);
  for (std::size_t k = 0; k < order.size(); ++k) CHECK(order[k] == k);
  for (std::size_t k = 0; k < crystals.size(); ++k) {
    RelaxedCrystal const alone = relaxed(crystals[k], set, options);
    CHECK(together[k].steps == alone.steps);
    CHECK(std::memcmp(&together[k].energy, &alone.energy, sizeof(double)) == 0);
    CHECK(together[k].crystal.positions == alone.crystal.positions);
    CHECK(together[k].crystal.cell.a == alone.crystal.cell.a);
  }
}

TEST_CASE("Lists that live through many steps change no more than roundings") {
  PotentialSet const set = example_set("Li2O-rigid");
  std::vector<Crystal> crystals;
  for (unsigned seed = 0; seed < 12; ++seed)
    crystals.push_back(shaken(antifluorite(4.6, set), 0.02 * seed, 0.002 * seed, seed));
  auto const together = relax_crystals(crystals, set, full_cell());
  for (std::size_t k = 0; k < crystals.size(); ++k) {
    RelaxedCrystal const alone = relaxed(crystals[k], set, full_cell());
    CHECK(together[k].steps == alone.steps);
    CHECK(together[k].energy == Approx(alone.energy).margin(1e-10));
    for (std::size_t i = 0; i < alone.crystal.size(); ++i)
      CHECK(norm(together[k].crystal.positions[i] - alone.crystal.positions[i]) < 1e-6);
  }
}

TEST_CASE("One crystal that cannot be computed costs only its own result") {
  PotentialSet const set = example_set("MgO-lewis-catlow");
  std::vector<Crystal> crystals{rock_salt(4.2, set), rock_salt(4.2, set), rock_salt(4.25, set)};
  crystals[1].charges.clear();
  auto const results = relax_crystals(crystals, set, full_cell());
  CHECK(results[0].converged());
  CHECK(results[1].status == CrystalStatus::refused);
  CHECK_THAT(results[1].reason, ContainsSubstring("charges"));
  CHECK(results[2].converged());
}

TEST_CASE("Too few steps keep the last structure, better than the first") {
  PotentialSet const set = example_set("MgO-lewis-catlow");
  Crystal const start = shaken(rock_salt(4.3, set), 0.1, 0.02, 7);
  CrystalRelaxOptions options = full_cell();
  options.max_steps = 0;
  RelaxedCrystal const none = relaxed(start, set, options);
  CHECK(none.status == CrystalStatus::step_limit);
  CHECK(none.crystal.positions == start.positions);
  options.max_steps = 3;
  RelaxedCrystal const few = relaxed(start, set, options);
  CHECK(few.status == CrystalStatus::step_limit);
  CHECK(few.steps == 3);
  CHECK(few.energy < none.energy - 0.1);
  CHECK_THAT(few.reason, ContainsSubstring("steps"));
  // It can be continued.
  CHECK(relaxed(few.crystal, set, full_cell()).converged());
}

TEST_CASE("Ions that fall into the well of a Buckingham term are named") {
  // A dispersion that, with the Coulomb attraction, overcomes the repulsion at every distance.
  PotentialSet const set = example_set("MgO-lewis-catlow");
  CrystalRelaxOptions const options = full_cell();
  PotentialSet loose = set;
  std::get<Buckingham>(loose.pairs[0].term).C = 100;
  RelaxedCrystal const fallen = relaxed(shaken(rock_salt(4.5, set), 0.05, 0, 8), loose, options);
  CHECK(fallen.status == CrystalStatus::collapsed);
  CHECK_THAT(fallen.reason,
             ContainsSubstring("ions") && ContainsSubstring("(O)") && ContainsSubstring("(Mg)"));

  Crystal inside = rock_salt(4.2, set);
  inside.positions[5] = inside.positions[4] + Vec3{0.5, 0, 0};
  RelaxedCrystal const start = relaxed(inside, set, options);
  CHECK(start.status == CrystalStatus::collapsed);
  CHECK(start.steps == 0);
  CHECK_THAT(start.reason,
             ContainsSubstring("ions 5 (O) and 6 (O)") && ContainsSubstring("0.500 Å"));
  CHECK(start.crystal.positions == inside.positions);
}

TEST_CASE("A cell that collapses or flies apart is given up, with its last structure") {
  PotentialSet set = example_set("MgO-lewis-catlow");
  CrystalRelaxOptions options = full_cell();
  options.pressure = -100 * GPa;  // no crystal bears that
  RelaxedCrystal const apart = relaxed(rock_salt(4.2, set), set, options);
  CHECK(apart.status == CrystalStatus::cell_ran_away);
  CHECK(apart.crystal.cell.volume() > 2 * 74);
  // Attraction at every distance: there is no radius that ions could be found inside.
  std::get<Buckingham>(set.pairs[1].term).C = 1000;
  options.pressure = 0;
  RelaxedCrystal const flat = relaxed(shaken(rock_salt(4.2, set), 0.05, 0, 8), set, options);
  CHECK(flat.status == CrystalStatus::cell_ran_away);
  CHECK(std::isfinite(flat.energy));
  REQUIRE_FALSE(flat.warnings.empty());
  CHECK_THAT(flat.warnings[0].text, ContainsSubstring("attracts at every distance"));
}

namespace {

/// MgO with a shell on oxygen.
PotentialSet with_shell(double charge, double k2) {
  PotentialSet set = example_set("MgO-lewis-catlow");
  set.shells.push_back({"O", charge, k2, 0});
  for (PairTerm& pair : set.pairs)
    for (std::string& species : pair.species) species = set.acting_label(species);
  return set;
}

}  // namespace

TEST_CASE("A shell that runs away is named with its ion and distance") {
  PotentialSet const set = with_shell(-2.86902, 2);
  RelaxedCrystal const result = relaxed(shaken(rock_salt(4.2, set), 0.05, 0, 9), set, {});
  CHECK(result.status == CrystalStatus::shell_ran_away);
  CHECK_THAT(result.reason, ContainsSubstring("the shell of ion ") && ContainsSubstring("(O)") &&
                                ContainsSubstring("polarisation catastrophe"));
}

TEST_CASE("Ever stiffer shells relax to the rigid crystal; in a cubic one any shell does") {
  PotentialSet const rigid = example_set("MgO-lewis-catlow");
  // Cores that are held in places without symmetry: their shells alone relax.
  Crystal held = shaken(rock_salt(4.2, rigid), 0.1, 0, 10);
  held.fixed.assign(8, {true, true, true});
  CrystalRelaxOptions options;
  options.force_tolerance = 1e-6;
  double const unpolarised = relaxed(held, rigid, options).energy;
  std::vector<double> gain;
  for (double k2 : {74.92, 1e4, 1e6}) {
    RelaxedCrystal const result = relaxed(held, with_shell(-2.86902, k2), options);
    CHECK(result.converged());
    CHECK(result.crystal.positions == held.positions);
    CHECK(result.evaluations < 60);
    gain.push_back(unpolarised - result.energy);
  }
  CHECK(gain[0] > 0.1);
  CHECK(gain[1] < gain[0]);
  // F^2/(2 k2) for the force F on each shell, whose own field stiffens k2 by some percent of 74.92.
  CHECK(gain[1] / gain[2] == Approx(100).epsilon(0.02));

  RelaxedCrystal const cubic = relaxed(shaken(rock_salt(4.2, rigid), 0.03, 0.01, 11),
                                       with_shell(-2.86902, 74.92), full_cell());
  CHECK(cubic.converged());
  CHECK(cubic.energy / 4 == Approx(-41.3120).margin(1e-3));
  for (Vec3 shell : cubic.shells) CHECK(norm(shell) < 1e-4);
}

TEST_CASE("A charged cell says so; options out of range are refused") {
  PotentialSet const set = example_set("Li2O-rigid");
  Crystal vacancy = read_crystal(IONSCAPE_TEST_DATA "/barriers/li2o_vLi/initial.vasp");
  assign_charges(vacancy, set);
  RelaxedCrystal const result = relaxed(vacancy, set, {});
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].note == "net_charge");
  CrystalRelaxOptions options;
  options.force_tolerance = 0;
  CHECK_THROWS_AS(relaxed(vacancy, set, options), InputError);
}

TEST_CASE("The lowest curvatures tell a minimum from a saddle") {
  // Another program's lowest eigenvalues of the vacancy's Hessian; tests/data/barriers/README.md.
  PotentialSet set = example_set("Li2O-rigid");
  set.cutoff = 10;
  Crystal vacancy = read_crystal(IONSCAPE_TEST_DATA "/barriers/li2o_vLi/initial.vasp");
  assign_charges(vacancy, set);
  PairSums const ends = pair_sums(set, std::span(&vacancy, 1), 1e-6);
  MinimumCheck const minimum = check_minimum(relaxed(vacancy, set, {}), set, ends);
  CHECK(minimum.is_minimum());
  REQUIRE(minimum.lowest.size() == 6);
  double const known[6] = {0.8285462639227683, 0.8285462639227727, 0.8285462639227777,
                           0.916394122948902,  0.9163941229489032, 0.9163941229489092};
  for (std::size_t k = 0; k < 6; ++k) CHECK(minimum.lowest[k] == Approx(known[k]).epsilon(1e-5));

  // Halfway between two Li sites the hop is a saddle, held there by its symmetry.
  Crystal saddle = antifluorite(9.1758 / 2, set);
  saddle.species.pop_back();
  saddle.charges.pop_back();
  saddle.positions.pop_back();
  saddle.positions.back() = 9.1758 / 2 * Vec3{.75, .75, .5};
  RelaxedCrystal const held = relaxed(saddle, set, {});
  REQUIRE(held.converged());
  MinimumCheck const check = check_minimum(held, set, ends);
  CHECK(check.negative >= 1);
  CHECK_FALSE(check.is_minimum());
  CHECK(check.lowest[0] < -0.1);
  // What is fixed does not count: all other ions, and the moving one along the hop.
  RelaxedCrystal fixed = held;
  fixed.crystal.fixed.assign(fixed.crystal.size(), {true, true, true});
  fixed.crystal.fixed.back() = {true, true, false};
  CHECK(check_minimum(fixed, set, ends).lowest.size() == 1);
  CHECK(check_minimum(fixed, set, ends).lowest[0] < 0);
  fixed.crystal.fixed.back() = {false, false, false};
  CHECK(check_minimum(fixed, set, ends).lowest.size() == 3);
}

TEST_CASE("The published set gives LiFePO4 back within 2 % of experiment, in a minimum") {
  PotentialSet const set = example_set("LiFePO4-islam");
  Crystal start = read_crystal(IONSCAPE_SOURCE_DIR "/examples/structures/LiFePO4.cif");
  assign_charges(start, set);
  RelaxedCrystal const result = relaxed(start, set, full_cell());
  REQUIRE(result.converged());
  Vec3 const found = lengths(result.crystal.cell);
  CHECK(found.x == Approx(10.332).epsilon(0.02));
  CHECK(found.y == Approx(6.010).epsilon(0.02));
  CHECK(found.z == Approx(4.692).epsilon(0.02));
  CHECK(dot(result.crystal.cell.a, result.crystal.cell.b) == Approx(0).margin(1e-6));
  PairSums const ends = pair_sums(set, std::span(&start, 1), 1e-6);
  CHECK(check_minimum(result, set, ends).is_minimum());
}

TEST_CASE("A structure whose angles come within their cutoffs on the way is relaxed with them") {
  PotentialSet const set = parse_potential_set(R"(
    name = "angle"
    source = "of this test"
    cutoff = 8.0
    charges = {Mg = 2.0, O = -1.0}
    pair = [{species = ["Mg", "O"], form = "born-mayer", A = 1428.5, rho = 0.2945}]
    angle = [{centre = "Mg", outer = ["O", "O"], k = 2.0, theta0_deg = 100.0, cutoffs = [2.0, 2.0]}]
    )",
                                               "angle.toml");
  Crystal start{{{12, 0, 0}, {0, 12, 0}, {0, 0, 12}}, {"Mg", "O", "O"}, {}, {}, ""};
  start.positions = {{6, 6, 6}, {8.05, 6, 6}, {6, 8.05, 6}};  // legs that are a little too long
  assign_charges(start, set);
  REQUIRE(particles_of(start, set).angles.empty());
  RelaxedCrystal const relaxed = relax_crystals(std::span(&start, 1), set).front();
  REQUIRE(relaxed.converged());
  CHECK(particles_of(relaxed.crystal, set).angles.size() == 1);
  EnergyResult const there = energies_of(std::span(&relaxed.crystal, 1), set).front();
  CHECK(there.energy() == Approx(relaxed.energy).margin(1e-5));
  CHECK(largest_force(there) < 1e-4);
}
