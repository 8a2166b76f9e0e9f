// Corrections of charged cells against published constants, and against a crystal that polarises.
#include <cmath>

#include <ionscape/crystals/charged_defects.hpp>
#include <ionscape/crystals/core_expansion.hpp>
#include <ionscape/crystals/dielectric.hpp>
#include <ionscape_test/catch.hpp>

#include "small_crystals.hpp"

using namespace ionscape;

namespace {

Eigen::Matrix3d isotropic(double eps) { return eps * Eigen::Matrix3d::Identity(); }

}  // namespace

TEST_CASE("Cubic lattices have the Madelung constants and shape factors of the papers") {
  double const L = 10;
  struct Lattice {
    Cell cell;
    double alpha, shape;  // of L = V^(1/3)
  };
  // alpha: Makov and Payne, table I, or Coldwell-Horsfall and Maradudin; shape factors c_sh: Lany
  // and Zunger.
  for (Lattice const& lattice : {Lattice{{{L, 0, 0}, {0, L, 0}, {0, 0, L}}, 2.837297, -0.369},
                                 Lattice{{{0, L, L}, {L, 0, L}, {L, L, 0}}, 2.888282, -0.343},
                                 Lattice{{{-L, L, L}, {L, -L, L}, {L, L, -L}}, 2.888461, -0.342}}) {
    double const length = std::cbrt(lattice.cell.volume()), eps = 7.5, q = -2;
    ChargeCorrection const c = charge_correction(lattice.cell, q, isotropic(eps));
    CHECK(c.makov_payne ==
          Approx(coulomb_constant * q * q * lattice.alpha / (2 * eps * length)).epsilon(1e-6));
    CHECK(c.lany_zunger / c.makov_payne - 1 == Approx(lattice.shape * (1 - 1 / eps)).margin(6e-4));
  }
}

TEST_CASE("In an anisotropic medium a stretched cube is a cube") {
  Eigen::Matrix3d eps = Eigen::Matrix3d::Zero();
  eps.diagonal() << 4, 9, 16;
  Cell const cell{{20, 0, 0}, {0, 30, 0}, {0, 0, 40}};  // 10 Å in the stretched space
  CHECK(charge_correction(cell, 1, eps).makov_payne ==
        Approx(coulomb_constant * 2.837297 / 20 / 24).epsilon(1e-6));
  eps(0, 0) = -1;
  CHECK_THROWS(charge_correction(cell, 1, eps));
}
