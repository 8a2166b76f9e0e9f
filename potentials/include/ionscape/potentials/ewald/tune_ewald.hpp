// Choosing an Ewald sum: the cheapest splitting, cutoffs and mesh that keep a promised force error.
//
// The promise is the rms error of the forces over all ions, in eV/Å, of everything that a lattice
// sum truncates or interpolates. It is kept by error estimates for uncorrelated charges (Kolafa and
// Perram, Mol. Simul. 9, 351 (1992); mesh: mesh_sum.hpp), used with a margin, since ions in
// crystals are correlated. Costs come from a fixed model, measured once (docs/performance.md): a
// choice that timed itself would not give the same bits in every run.
#pragma once

#include <span>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>
#include <ionscape/potentials/ewald/reference.hpp>

namespace ionscape {

enum class EwaldMethod { automatic, direct, mesh };

struct EwaldSettings {
  EwaldMethod method = EwaldMethod::direct;
  EwaldParameters sum;               // a mesh has no reciprocal cutoff: 0
  MeshParameters mesh;               // used by EwaldMethod::mesh
  double estimated_force_error = 0;  // eV/Å, rms
};

/// The force of two typical neighbours on each other, in eV/Å: k_e <q^2> / d^2 with d = (volume per
/// ion)^(1/3). A relative force error is a fraction of this; forces themselves will not do, they
/// vanish in a perfect crystal.
double force_scale(Crystal const& crystal);

/// What has to be summed. Both sums suffer from skewed cells: give the vectors that are summed over,
/// those of reduced() (core/cell.hpp).
struct EwaldTask {
  Cell cell;
  std::size_t ions = 0;
  double sum_q2 = 0;  // sum of squared charges, e^2
  double sum_C2 =
      0;  // sum over all ordered pairs of ions of C_ij^2 for a lattice sum of -C/r^6, (eV Å^6)^2
  int channels = 1;  // reciprocal sums to be made: Coulomb, and one for each eigenvalue of C_ij
  double pair_cutoff = 0;  // Å: pairs are visited up to here anyway
};

/// Throws InputError for an error that double precision cannot keep (below 1e-13 of the force
/// scale) or is not positive.
EwaldSettings tune_ewald(EwaldTask const& task, double force_error,
                         EwaldMethod method = EwaldMethod::automatic);

/// The estimates themselves: rms force errors in eV/Å of the truncated sums.
double real_space_error(EwaldTask const& task, double alpha, double cutoff);
double reciprocal_space_error(EwaldTask const& task, double alpha, double cutoff);

}  // namespace ionscape
