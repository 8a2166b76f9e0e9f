#pragma once
// Li3PO4 with shells and angles of every kind: for what must hold with them.

#include <cmath>

#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape_test {

using namespace ionscape;

inline PotentialSet phosphate() {
  return parse_potential_set(R"(
    name = "phosphate with shells"
    source = "of this test"
    cutoff = 7.0
    coulomb_constant = 14.39
    charges = {Li = 1.0, P = 5.0, O = -2.0}
    [[shell]]
    species = "O"
    charge = -2.86
    k2 = 65.0
    k4 = 900.0
    [[shell]]
    species = "Li"
    charge = 1.5
    k2 = 30.0
    [[pair]]
    species = ["Li", "O"]
    form = "buckingham"
    A = 632.1018
    rho = 0.2906
    C = 0.0
    [[pair]]
    species = ["Li core", "O core"]
    form = "buckingham"
    A = 20.0
    rho = 0.4
    C = 0.0
    [[pair]]
    species = ["P", "O"]
    form = "buckingham"
    A = 897.2648
    rho = 0.3577
    C = 0.0
    [[pair]]
    species = ["O", "O"]
    form = "buckingham"
    A = 22764.3
    rho = 0.149
    C = 27.88
    [[angle]]
    centre = "P"
    outer = ["O", "O"]
    k = 1.322626
    theta0_deg = 109.47
    cutoffs = [1.9, 1.9, 3.5]
    [[angle]]
    centre = "P core"
    outer = ["O core", "Li"]
    k = 0.7
    theta0_deg = 100
    cutoffs = [1.9, 4.0])",
                             "phosphate.toml");
}

/// Li3PO4, not at rest, in a cell given by any vectors of the lattice.
inline Crystal lithium_phosphate(bool skewed = false) {
  Cell const cell{{5.3, 0.2, 0.1}, {0.4, 5.6, -0.3}, {-0.5, 0.3, 5.1}};
  Crystal c{cell, {"P", "O", "O", "O", "O", "Li", "Li", "Li"}, {}, {}, ""};
  double const t = 1.56 / std::sqrt(3.0);
  Vec3 const centre{2.1, 2.4, 0.2};
  c.positions = {centre,
                 centre + Vec3{t, t, 1.1 * t},
                 centre + Vec3{-t, -0.9 * t, t},
                 centre + Vec3{-t, t, -t},
                 centre + Vec3{0.95 * t, -t, -t},
                 {0.3, 0.1, 2.6},
                 {3.0, 5.2, 2.4},
                 {5.0, 2.2, 3.0}};
  assign_charges(c, phosphate());
  if (skewed) c.cell = {cell.a, cell.b + 3.0 * cell.a, cell.c - 2.0 * cell.b};
  return c;
}

}  // namespace ionscape_test
