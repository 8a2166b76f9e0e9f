// What a charged defect in a supercell lacks to one in an infinite crystal.
//
// The cell of a defect of charge q repeats, in a uniform background of the opposite charge; the crystal
// screens both. To first order in 1/L a point charge in a medium of the tensor eps interacts with its
// images and the background by
//     E_1 = q^2 v/2,   v the Madelung potential of the lattice, screened
// (Makov and Payne, Phys. Rev. B 51, 4014 (1995): -q^2 alpha/(2 eps L)), which is taken out. What is
// left goes as 1/V. Lany and Zunger (Phys. Rev. B 78, 235104 (2008)) let the charge that screens the
// defect fill the cell: it has the second moment Q = q (1 - 1/eps) <r^2> and with the background the
// energy
//     E_3 = 2 pi k_e q Q/(3 eps V),
// about a third of E_1 with the opposite sign. <r^2> is the mean over the cell around the defect that
// is nearer to it than to its images. As Q grows with the cell E_3 goes as 1/L, too: it belongs with
// an alignment of potentials, which electronic structure codes need and sums over ions do not. A
// crystal whose ions relax has eps = eps_0.
#pragma once

#include <Eigen/Core>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Both in eV, to be added to the energy of a cell with the defect.
struct ChargeCorrection {
  double makov_payne = 0;  // -E_1: positive
  double lany_zunger = 0;  // -E_1 - E_3, to be used with an alignment of potentials
};

/// `charge` in e of the defect, the cell in Å, `eps` symmetric and positive: in E_1 the tensor (by
/// stretching space), in E_3 a third of its trace. Throws InputError for another eps.
ChargeCorrection charge_correction(Cell const& cell, double charge, Eigen::Matrix3d const& eps);

/// Mean of r^2 over the Wigner-Seitz cell, in Å^2; to about 1e-4 of itself.
double mean_square_radius(Cell const& cell);

}  // namespace ionscape
