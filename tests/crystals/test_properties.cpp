// Elastic and dielectric constants against other programs, and against each other.
#include <cmath>
#include <nlohmann/json.hpp>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/crystals/dielectric.hpp>
#include <ionscape/crystals/elasticity.hpp>
#include <ionscape/crystals/shells.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "small_crystals.hpp"

using namespace ionscape;
using namespace ionscape_test;

namespace {

std::filesystem::path const data = IONSCAPE_TEST_DATA;

std::string const mgo_terms = R"(
name = "MgO"
source = "a test"
cutoff = 10.0
[charges]
Mg = 2.0
O = -2.0
[[pair]]
species = ["Mg", "O"]
form = "buckingham"
A = 1428.5
rho = 0.2945
C = 0.0
[[pair]]
species = ["O", "O"]
form = "buckingham"
A = 22764.3
rho = 0.149
C = 27.88
)";
std::string const oxygen_shell = "[[shell]]\nspecies = \"O\"\ncharge = -2.86902\nk2 = 74.92\n";

struct Constants {
  Particles particles;
  Elasticity elastic;
  Dielectric dielectric;
};

Constants constants_of(Crystal crystal, PotentialSet const& set) {
  assign_charges(crystal, set);
  Particles particles = particles_of(crystal, set);
  PairSums const ends{*set.cutoff, set.truncation, set.tail, set.dispersion_lattice_sum};
  relax_shells(particles, set, ends);
  CoreExpansion const cores =
      eliminate_shells(SecondDerivatives(particles, set, ends).expansion(), particles);
  InternalResponse const response(cores.hessian);
  CHECK(response.negative() == 0);
  CHECK(response.soft() == 0);
  double const volume = crystal.cell.volume();
  return {particles, elasticity(cores, response, volume),
          dielectric(cores, response, volume, particles.coulomb_scale)};
}

/// Rocksalt by its primitive vectors.
Crystal magnesia() {
  double const h = 4.198476343 / 2;
  return {{{0, h, h}, {h, 0, h}, {h, h, 0}}, {"Mg", "O"}, {{0, 0, 0}, {h, h, h}}, {}, "MgO"};
}

Eigen::MatrixXd rows_of(nlohmann::json const& json) {
  Eigen::MatrixXd m(Eigen::Index(json.size()), Eigen::Index(json[0].size()));
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j) m(i, j) = json[std::size_t(i)][std::size_t(j)];
  return m;
}

}  // namespace

TEST_CASE("MgO, rigid and with shells, has the constants that other programs find") {
  for (bool const shells : {false, true}) {
    Constants const c = constants_of(
        magnesia(), parse_potential_set(mgo_terms + (shells ? oxygen_shell : ""), "MgO.toml"));
    CHECK(c.elastic.stress.cwiseAbs().maxCoeff() < 1e-4);
    for (Matrix6 const& C : {c.elastic.relaxed, c.elastic.clamped, c.elastic.stress_strain})
      for (int i = 0; i < 3; ++i) {
        CHECK(C(i, i) == Approx(393.00).margin(0.01));
        CHECK(C(i, (i + 1) % 3) == Approx(164.28).margin(0.01));
        CHECK(C(3 + i, 3 + i) == Approx(164.28).margin(0.01));
      }
    for (int i = 0; i < 3; ++i) {
      CHECK(c.dielectric.zero_frequency(i, i) == Approx(shells ? 8.437 : 7.366).margin(6e-4));
      CHECK(c.dielectric.high_frequency(i, i) == Approx(shells ? 2.1967 : 1).margin(6e-5));
      CHECK(c.dielectric.refractive_index[i] ==
            Approx(std::sqrt(c.dielectric.high_frequency(i, i))));
    }
  }
}

TEST_CASE("LiFePO4 with shells and angles has the constants that other programs find") {
  auto const expected = nlohmann::json::parse(text_of(data / "lifepo4/result.json"));
  Constants const c = constants_of(read_crystal(data / "lifepo4/LiFePO4.vasp"),
                                   read_potential_set(data / "lifepo4/set.toml"));
  CHECK(c.elastic.stress.cwiseAbs().maxCoeff() < 1e-5);
  CHECK((c.elastic.relaxed - rows_of(expected["elastic_GPa"])).cwiseAbs().maxCoeff() < 1e-4);
  CHECK((c.dielectric.zero_frequency - rows_of(expected["eps_static"])).cwiseAbs().maxCoeff() <
        1e-5);
  CHECK((c.dielectric.high_frequency - rows_of(expected["eps_inf"])).cwiseAbs().maxCoeff() < 1e-5);
  CHECK(elastic_moduli(c.elastic.relaxed).bulk.voigt ==
        Approx(double(expected["bulk_modulus_GPa"])).epsilon(1e-5));
  // The farthest shell, and the sum rule of Born charges.
  double farthest = 0;
  Crystal const& all = c.particles.crystal;
  for (Spring const& spring : c.particles.springs)
    farthest = std::max(farthest, norm(all.positions[std::size_t(spring.shell)] -
                                       all.positions[std::size_t(spring.core)]));
  CHECK(farthest == Approx(double(expected["max_core_shell_A"])).margin(1e-8));
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  for (Eigen::Matrix3d const& z : c.dielectric.born_charges) sum += z;
  CHECK(sum.cwiseAbs().maxCoeff() < 1e-9);
  CHECK(elastic_eigenvalues(c.elastic.relaxed).minCoeff() > 0);
}

TEST_CASE("Born charges are the change of the dipole, shells following") {
  PotentialSet const set = parse_potential_set(shell_set, "set.toml");
  PairSums const ends{*set.cutoff, set.truncation, false, false};
  Particles particles = small_crystal(set, 7);
  relax_shells(particles, set, ends);
  CoreExpansion const cores =
      eliminate_shells(SecondDerivatives(particles, set, ends).expansion(), particles);
  auto const born = dielectric(cores, InternalResponse(cores.hessian),
                               particles.crystal.cell.volume(), particles.coulomb_scale)
                        .born_charges;
  auto const dipole = [&](int ion, int axis, double h) {
    Particles moved = particles;
    Vec3& r = moved.crystal.positions[std::size_t(ion)];
    (axis == 0 ? r.x : axis == 1 ? r.y : r.z) += h;
    relax_shells(moved, set, ends, 1e-11);
    Vec3 sum;
    for (std::size_t i = 0; i < moved.crystal.size(); ++i)
      sum += moved.crystal.charges[i] / std::sqrt(moved.coulomb_scale) * moved.crystal.positions[i];
    return Eigen::Vector3d(sum.x, sum.y, sum.z);
  };
  for (int ion = 0; ion < particles.ions; ++ion)
    for (int axis = 0; axis < 3; ++axis) {
      double const h = 5e-5;
      auto const at = [&](double steps) { return dipole(ion, axis, steps * h); };
      Eigen::Vector3d const slope = (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
      CHECK((born[std::size_t(ion)].col(axis) - slope).cwiseAbs().maxCoeff() < 1e-6);
    }
}

TEST_CASE("Moduli of an isotropic and of a cubic crystal are the textbook's") {
  // Isotropic: lambda = 50, mu = 30 GPa.
  Matrix6 C = Matrix6::Zero();
  C.topLeftCorner<3, 3>().setConstant(50);
  C.diagonal() << 110, 110, 110, 30, 30, 30;
  ElasticModuli const m = elastic_moduli(C);
  for (double const bulk : {m.bulk.voigt, m.bulk.reuss, 1 / m.compressibility})
    CHECK(bulk == Approx(70));
  for (double const shear : {m.shear.voigt, m.shear.reuss}) CHECK(shear == Approx(30));
  CHECK(m.young[0] == Approx(78.75));  // mu (3 lambda + 2 mu)/(lambda + mu)
  CHECK(m.young_hill() == Approx(78.75));
  CHECK(m.poisson_hill() == Approx(0.3125));  // lambda/(2 (lambda + mu))
  // Cubic: shear moduli of Voigt and Reuss differ.
  C.diagonal().tail<3>().setConstant(60);
  ElasticModuli const cubic = elastic_moduli(C);
  CHECK(cubic.shear.voigt == Approx((110 - 50 + 3 * 60) / 5.0));
  CHECK(cubic.shear.reuss == Approx(5.0 * 60 * 60 / (4.0 * 60 + 3 * 60)));
  CHECK(elastic_eigenvalues(C)[5] == Approx(110 + 2 * 50));
  C(0, 1) = C(1, 0) = C(0, 2) = C(2, 0) = C(1, 2) = C(2, 1) = 120;
  CHECK(elastic_eigenvalues(C)[0] == Approx(-10));
}

TEST_CASE("Under pressure stress and strain are related by Wallace's constants") {
  // The stress of MgO squeezed by 2 %, strained a little more, against the constants there.
  PotentialSet const set = parse_potential_set(mgo_terms + oxygen_shell, "MgO.toml");
  auto const at = [&](double scale, double e) {
    Crystal crystal = magnesia();
    auto const moved = [&](Vec3 v) {
      return Vec3{scale * (1 + e) * v.x, scale * v.y, scale * v.z};
    };
    crystal.cell = {moved(crystal.cell.a), moved(crystal.cell.b), moved(crystal.cell.c)};
    for (Vec3& r : crystal.positions) r = moved(r);
    return constants_of(crystal, set).elastic;
  };
  Elasticity const here = at(0.98, 0);
  CHECK(here.stress[0] < -10);
  double const h = 1e-4;
  Vector6 const slope = (at(0.98, h).stress - at(0.98, -h).stress) / (2 * h);
  CHECK(slope[0] == Approx(here.stress_strain(0, 0)).epsilon(1e-4));
  CHECK(slope[1] == Approx(here.stress_strain(1, 0)).epsilon(1e-4));
  CHECK(std::fabs(here.stress_strain(0, 0) - here.relaxed(0, 0)) > 5);
}

TEST_CASE("A shell that leaves its core is named") {
  std::string text = mgo_terms + oxygen_shell;
  text.replace(text.find("74.92"), 5, "4.92");
  PotentialSet const set = parse_potential_set(text, "MgO.toml");
  Crystal crystal = magnesia();
  crystal.positions[1] += Vec3{0.05, 0.02, 0};
  assign_charges(crystal, set);
  Particles particles = particles_of(crystal, set);
  std::string const error = input_error([&] {
    relax_shells(particles, set, {10, Truncation::plain, false, false});
  });
  CHECK(error.find("shell") != error.npos);
  CHECK(error.find("ion 2 (O)") != error.npos);
}
