// Crystals with shells beside LAMMPS' CORESHELL package, which treats shells as particles.
// data/lammps_coreshell/run.py wrote its numbers and says how.
//
// LAMMPS' sums are less exact than ours: its erfc is a polynomial with errors of 4e-8, and it takes
// the Coulomb term of a core and its own shell off at a distance longer by 1e-6 Å. That leaves a
// force of up to 5e-4 eV/Å between the two, which hardly depends on their distance. The tolerances are
// these errors. Who is right is said by the sum without any splitting, below, and by longer cutoffs,
// with which LAMMPS comes to our numbers.
#include <nlohmann/json.hpp>

#include <ionscape/crystals/dielectric.hpp>
#include <ionscape/crystals/elasticity.hpp>
#include <ionscape/crystals/relax_crystals.hpp>
#include <ionscape/crystals/shell_model.hpp>
#include <ionscape/crystals/shells.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "cases.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::WithinAbs;
using nlohmann::json;

namespace {

struct Case {
  char const *name, *set;
};
Case const magnesia[] = {{"MgO-catlow", "catlow-oxides"}, {"MgO-bush", "bush-oxides"}};

json lammps(std::string const& name) {
  return json::parse(text_of(IONSCAPE_TEST_DATA "/lammps_coreshell/" + name + ".json"));
}

/// As LAMMPS was told to sum.
PotentialSet lammps_set(std::string const& name) {
  PotentialSet set = example_set(name);
  set.cutoff = 10.1;
  set.coulomb_constant = 14.399645;
  return set;
}
PairSums const ends{10.1, Truncation::plain, false, false};
EnergyOptions exact() {
  EnergyOptions options;
  options.force_error = 1e-8;
  options.pairs = ends;
  return options;
}

Vec3 vector_of(json const& numbers) { return {numbers[0], numbers[1], numbers[2]}; }

Crystal crystal_of(json const& found, PotentialSet const& set) {
  json const& cell = found["cell"];
  Crystal crystal{{vector_of(cell[0]), vector_of(cell[1]), vector_of(cell[2])}, {}, {}, {}, ""};
  for (json const& ion : found["ions"]) {
    crystal.species.push_back(ion[0]);
    crystal.positions.push_back(vector_of(ion[1]));
  }
  assign_charges(crystal, set);
  return crystal;
}

struct Constants {
  Elasticity elastic;
  Dielectric dielectric;
};

Constants constants_of(Crystal const& crystal, PotentialSet const& set) {
  Particles particles = particles_of(crystal, set);
  relax_shells(particles, set, ends);
  CoreExpansion const cores =
      eliminate_shells(SecondDerivatives(particles, set, ends).expansion(), particles);
  InternalResponse const response(cores.hessian);
  double const volume = crystal.cell.volume();
  return {elasticity(cores, response, volume),
          dielectric(cores, response, volume, particles.coulomb_scale)};
}

/// A column of elastic constants, LAMMPS' order xx yy zz yz xz xy.
void check_column(Matrix6 const& ours, int column, json const& theirs, double within) {
  for (int row = 0; row < 6; ++row) {
    CAPTURE(row, column);
    CHECK_THAT(ours(row, column), WithinAbs(double(theirs[std::size_t(row)]), within));
  }
}

}  // namespace

TEST_CASE("MgO with shells, on O or on both, is the crystal that LAMMPS has") {
  for (Case const& c : magnesia) {
    CAPTURE(c.name);
    json const theirs = lammps(c.name);
    PotentialSet const set = lammps_set(c.set);
    Crystal const start = rock_salt(4.22, set);
    CrystalRelaxOptions options;
    options.cell = CellFreedom::volume, options.stress_tolerance = 1e-9;
    options.energy = exact();
    RelaxedCrystal const relaxed = relax_crystals(std::span(&start, 1), set, options).front();
    REQUIRE(relaxed.converged());
    CHECK_THAT(relaxed.crystal.cell.a.x, WithinAbs(double(theirs["lattice_constant"]), 1e-6));
    CHECK_THAT(relaxed.energy, WithinAbs(double(theirs["energy"]), 5e-5));
    Constants const ours = constants_of(relaxed.crystal, set);
    check_column(ours.elastic.relaxed, 0, theirs["elastic_GPa"]["xx"], 0.005);
    check_column(ours.elastic.relaxed, 5, theirs["elastic_GPa"]["xy"], 0.005);
    // Shells on their cores: what LAMMPS leaves between them is in these, but for the extrapolation.
    CHECK_THAT(ours.dielectric.high_frequency(0, 0),
               WithinAbs(double(theirs["eps_inf"]["eps_at_no_field"]), 1e-3));
    CHECK_THAT(ours.dielectric.zero_frequency(0, 0),
               WithinAbs(double(theirs["eps_0"]["eps_at_no_field"]), 5e-3));
  }
}

TEST_CASE("MgO with all ions off their places has LAMMPS' energy, forces, stress and shells") {
  for (Case const& c : magnesia) {
    CAPTURE(c.name);
    json const theirs = lammps(c.name)["perturbed"];
    PotentialSet const set = lammps_set(c.set);
    Crystal const crystal = crystal_of(theirs, set);
    ShellModel model(std::span(&crystal, 1), set, exact(), {.tolerance = 1e-9});
    model.evaluate(crystal.positions);
    EnergyResult const ours = model.results().front();
    CHECK_THAT(ours.energy(), WithinAbs(double(theirs["energy"]), 5e-5));
    // pxx pyy pzz pyz pxz pxy in bar
    int const voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    for (std::size_t k = 0; k < 6; ++k)
      CHECK_THAT(ours.stress[std::size_t(voigt[k][0])][std::size_t(voigt[k][1])] *
                     gigapascal_per_eV_per_A3,
                 WithinAbs(-1e-4 * double(theirs["pressure"][k]), 2e-4));
    // The force on an ion is that on its core; its shell is at rest.
    Particles particles = particles_of(crystal, set);
    relax_shells(particles, set, ends);
    std::size_t ion = 0, shell = std::size_t(particles.ions);
    for (std::size_t i = 0; i < theirs["labels"].size(); ++i) {
      Vec3 const there = vector_of(theirs["positions"][i]);
      if (std::string(theirs["labels"][i]).ends_with("shell")) {
        Vec3 const apart = particles.crystal.positions[shell++] - there;
        CHECK(norm(minimum_image(crystal.cell, apart)) < 2e-5);
      } else {
        CHECK(norm(ours.forces[ion++] - vector_of(theirs["forces"][i])) < 2e-4);
      }
    }
    CHECK(shell == std::size_t(particles.size()));
  }
}

TEST_CASE("the sum over cubes of cells, without any splitting, says who is right") {
  PotentialSet const set = lammps_set("catlow-oxides");
  Crystal const crystal = crystal_of(lammps("MgO-catlow")["perturbed"], set);
  Particles particles = particles_of(crystal, set);
  relax_shells(particles, set, ends);
  std::vector<Vec3> const& r = particles.crystal.positions;
  std::vector<double> const& q = particles.crystal.charges;
  std::vector<int> const ion = ions_of(particles);
  double const volume = crystal.cell.volume(), a = crystal.cell.a.x;
  Vec3 dipole;
  for (std::size_t i = 0; i < r.size(); ++i) dipole += q[i] * r[i];
  // A cube of cubes has the surface term of a sphere; what is left falls as 1/edge^2.
  double sum = 0, energy[2];
  int done = -1;
  for (int const most : {20, 40}) {
    for (int x = -most; x <= most; ++x)
      for (int y = -most; y <= most; ++y)
        for (int z = -most; z <= most; ++z) {
          if (std::max({std::abs(x), std::abs(y), std::abs(z)}) <= done) continue;
          Vec3 const cell = a * Vec3{double(x), double(y), double(z)};
          bool const home = x == 0 && y == 0 && z == 0;
          for (std::size_t i = 0; i < r.size(); ++i)
            for (std::size_t j = 0; j < r.size(); ++j)
              if (!home || ion[i] != ion[j]) sum += 0.5 * q[i] * q[j] / norm(r[j] + cell - r[i]);
        }
    done = most;
    energy[most == 40] = coulomb_constant * (sum - 2 * pi / (3 * volume) * dot(dipole, dipole));
  }
  double const small = 41.0 * 41, large = 81.0 * 81;
  double const plain = (large * energy[1] - small * energy[0]) / (large - small);
  for (double const accuracy : {1e-10, 1e-12}) {
    double const ewald =
        evaluate_reference(particles, set,
                           ewald_parameters(crystal.cell, particles.crystal.size(), accuracy), ends)
            .coulomb;
    CHECK_THAT(ewald, WithinAbs(plain, 2e-6));
  }
}

TEST_CASE("corundum with shells on both ions is the crystal that LAMMPS has") {
  json const theirs = lammps("Al2O3-bush");
  PotentialSet const set = lammps_set("bush-oxides");
  Crystal const start = crystal_of(theirs, set);
  CrystalRelaxOptions options;
  options.force_tolerance = 1e-7;
  options.energy = exact();
  RelaxedCrystal const relaxed = relax_crystals(std::span(&start, 1), set, options).front();
  REQUIRE(relaxed.converged());
  CHECK_THAT(relaxed.energy, WithinAbs(double(theirs["energy"]), 2e-4));
  Constants const ours = constants_of(relaxed.crystal, set);
  for (int k = 0; k < 6; ++k)
    CHECK_THAT(ours.elastic.stress[k],
               WithinAbs(-1e-4 * double(theirs["pressure_bar"][std::size_t(k)]), 2e-3));
  char const* const axes[] = {"xx", "yy", "zz", "yz", "xz", "xy"};
  for (int column : {0, 2, 3, 5})
    check_column(ours.elastic.stress_strain, column, theirs["elastic_GPa"][axes[column]], 0.06);
  for (auto const& [axis, k] : {std::pair("x", 0), std::pair("z", 2)}) {
    double const eps_0 = theirs[std::string("eps_0_") + axis]["eps_at_no_field"];
    CHECK_THAT(ours.dielectric.zero_frequency(k, k), WithinAbs(eps_0, 0.02));
    // With a longer cutoff of the real-space sum, alpha is smaller: LAMMPS' error falls as alpha^2.
    json const& found = theirs[std::string("eps_inf_") + axis];
    double const at_18 = found["18.0"], at_24 = found["24.0"];
    double const eps_inf = at_24 + (at_24 - at_18) * 18 * 18 / (24 * 24 - 18 * 18);
    CHECK_THAT(ours.dielectric.high_frequency(k, k), WithinAbs(eps_inf, 3e-4));
    CHECK_THAT(ours.dielectric.high_frequency(k, k), WithinAbs(double(found["12.0"]), 0.01));
  }
}
