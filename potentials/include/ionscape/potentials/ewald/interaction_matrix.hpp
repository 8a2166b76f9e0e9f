// The dense matrix of Coulomb energies between sites of a crystal: all of the electrostatics of a
// fixed lattice on which charges are rearranged.
//
//     E = sum over all i, j of q_i g_ij q_j,     g_ij = psi(r_j - r_i)/2,
//
// psi(r) being the potential at r of a lattice of unit charges on the neutralising background, of
// zero mean; on the diagonal, of all but the charge at r = 0 itself (cubic cell of edge a: psi =
// -2.8373 k_e/a, Wigner's potential). So
//   - the sum of a row, 2 sum_j g_ij q_j, is the site potential at i (evaluate_reference's
//     site_potential), in V = eV/e,
//   - exchanging, adding or removing charges changes E by sums over a few rows,
//   - with charges q_i g_ij q_j has the convention of pymatgen's
//     EwaldSummation.total_energy_matrix: an off-diagonal element is half of the energy of its
//     pair, a diagonal one that of an ion with its images, and the sum of all is the total energy.
// pymatgen's matrix leaves out the background of a charged cell; here it is in every element, -pi
// k_e q_i q_j/(2 V alpha^2), so that the elements do not depend on alpha and their sum is the total
// energy of charged cells, too. For neutral cells the two matrices differ element by element by
// just that (with pymatgen's alpha), and agree in their sums.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// n x n numbers, row by row.
struct SquareMatrix {
  std::size_t n = 0;
  std::vector<double> values;
  double operator()(std::size_t i, std::size_t j) const { return values[i * n + j]; }
  std::span<double const> row(std::size_t i) const { return {values.data() + i * n, n}; }
};

/// g in eV/e^2, symmetric, for positions in Å (any periodic image). `accuracy` is the truncation
/// error of each element, at most, in eV/e^2. Computed on all threads of Kokkos's host space
/// (Kokkos must be initialised); the same bits for any number of threads. Throws InputError for no
/// positions, a singular cell, two positions closer than 0.1 Å, an accuracy outside 1e-13 ... 1e-2,
/// or if matrix and tables need more than `memory_limit` bytes.
SquareMatrix geometry_matrix(Cell const& cell, std::span<Vec3 const> positions, double accuracy,
                             double memory_limit = 8e9);

/// q_i g_ij q_j in eV; crystal.charges are needed. The accuracy is that of each element in eV.
SquareMatrix interaction_matrix(Crystal const& crystal, double accuracy, double memory_limit = 8e9);

}  // namespace ionscape
