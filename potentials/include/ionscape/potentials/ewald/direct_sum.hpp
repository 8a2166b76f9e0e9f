// The reciprocal part of lattice sums, wave vector by wave vector, for one system or thousands.
//
// Conventions and formulas: detail/reciprocal_kernel.hpp. Cost: 6 fused multiply-adds for each ion
// and pair of wave vectors +-G.
//
// Method: exp(iG.r) = X^h Y^k Z^l from tables of powers. Wave vectors are taken four at a time, (h,
// +-k, +-l) with h, k, l >= 0: with P+- = X^h Y^(+-k) their structure factors need only the eight
// real sums of {Re P+, Im P+, Re P-, Im P-} times {cos, sin} of l: a product of two matrices that
// the innermost loop makes with neighbouring l in the lanes. For the potentials the ions are in the
// lanes.
#pragma once

#include <array>
#include <memory>
#include <span>

#include <Kokkos_Core.hpp>

#include <ionscape/core/cell.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>

namespace ionscape {

/// One system of a batch: ions [ion_begin, ion_end) of the batch's arrays; all wave vectors with
/// |G| <= cutoff (Å^-1) are summed.
struct DirectSystem {
  Cell cell;
  int ion_begin = 0, ion_end = 0;
  int index = 0;  // its row of the sums
  detail::ReciprocalKernel kernel;
  double cutoff = 0;
};

template <class MemorySpace>
class DirectSum {
 public:
  using Positions = Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace>;
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  /// Tabulates the wave vectors. Throws InputError if the tables would take more than
  /// `memory_limit` bytes.
  DirectSum(std::span<DirectSystem const> systems, double memory_limit);
  ~DirectSum();
  DirectSum(DirectSum&&) noexcept;
  DirectSum& operator=(DirectSum&&) noexcept;

  /// positions (n_ions, 3) in Å and charges (n_ions) of the whole batch. For the ions of its
  /// systems ASSIGNS phi to potential (n_ions) and d phi/d r to gradient (n_ions, 3); ASSIGNS sums
  /// (DirectSystem::index, 7) = {E, dE/d(strain) xx, yy, zz, yz, xz, xy}. Launches on `exec`,
  /// allocates nothing; the same bits for any number of threads and any batch.
  template <class Exec>
  void evaluate(Exec const& exec, Positions const& positions,
                Kokkos::View<double const*, MemorySpace> const& charges,
                Kokkos::View<double*, MemorySpace> const& potential, Vectors const& gradient,
                Vectors const& sums) const;

  /// The systems, in the order of the constructor, have other cells and kernels from now on. Which
  /// wave vectors are summed stays: energies are smooth functions of the cell.
  void deform(std::span<Cell const> cells, std::span<detail::ReciprocalKernel const> kernels);

  /// Number of wave vectors of a system, G and -G counted once.
  double wave_vectors(int system) const;
  double memory() const;

  struct Tables;

 private:
  std::unique_ptr<Tables> tables_;
};

}  // namespace ionscape
