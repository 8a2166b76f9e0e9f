// Smooth particle-mesh Ewald: the reciprocal part of one lattice sum on a mesh, O(N log N).
//
// Charges are spread over p^3 mesh points with cardinal B-splines of order p, the mesh is Fourier
// transformed, multiplied by w(G^2) and the squared moduli of the Euler splines, transformed back,
// and potential and its gradient are read off with the same splines and their analytic derivatives:
// Essmann, Perera, Berkowitz, Darden, Lee, Pedersen, J. Chem. Phys. 103, 8577 (1995). An ion's
// interaction with its own mesh image depends on where it sits between mesh points: the mean and
// the leading harmonic of each axis are taken out again, in potential, gradient, energy and virial
// alike (Ballenegger, Cerda, Holm, Comput. Phys. Commun. 182, 1919 (2011)).
//
// Conventions: detail/reciprocal_kernel.hpp. G = 0 and the self term are the caller's.
#pragma once

#include <array>
#include <memory>

#include <Kokkos_Core.hpp>

#include <ionscape/core/cell.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>

namespace ionscape {

struct MeshParameters {
  std::array<int, 3>
      size{};     // points along a, b, c, at least the order: products of 2, 3, 5, 7 are fast
  int order = 0;  // p of the B-splines, even, 4 to 14
  friend bool operator==(MeshParameters const&, MeshParameters const&) = default;
};

/// The smallest n >= at_least that factors into 2, 3, 5 and 7 and is even.
int fft_size(int at_least);

/// Estimated rms error of the forces (eV/Å) of the mesh part: aliasing of the splines, wave vectors
/// that the mesh does not hold, what is left of the self-force, and rounding, for `ions`
/// uncorrelated charges with the sum of squares `sum_q2` (e^2). Ions in a crystal have smaller
/// errors, never much larger ones. Takes tenths of a millisecond, whatever the mesh; more the more
/// skewed the cell is (reduced() in core/cell.hpp), and throws InputError where it would take long.
double mesh_force_error(Cell const& cell, detail::ReciprocalKernel const& kernel,
                        MeshParameters const& mesh, double sum_q2, std::size_t ions);

/// Bytes that a MeshSum will hold, at most.
double mesh_memory(MeshParameters const& mesh, std::size_t ions);

template <class MemorySpace>
class MeshSum {
 public:
  using Positions = Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace>;
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  /// Plans the transforms and tabulates w for `ions` ions in `cell`. Throws InputError for a mesh
  /// smaller than its order and an order that is none of 4, 6, ... 14.
  MeshSum(Cell const& cell, detail::ReciprocalKernel const& kernel, MeshParameters const& mesh,
          std::size_t ions);
  ~MeshSum();
  MeshSum(MeshSum&&) noexcept;
  MeshSum& operator=(MeshSum&&) noexcept;

  /// The cell and kernel from now on; the mesh has as many points as before.
  void deform(Cell const& cell, detail::ReciprocalKernel const& kernel);

  /// positions (ions, 3) in Å, not necessarily wrapped; charges (ions). ADDS phi to potential
  /// (ions) and d phi/d r_i to gradient (ions, 3); assigns sums = {E, dE/d(strain) xx, yy, zz, yz,
  /// xz, xy} (7). Launches on `exec`; no allocation. The same bits on any number of threads.
  template <class Exec>
  void evaluate(Exec const& exec, Positions const& positions,
                Kokkos::View<double const*, MemorySpace> const& charges,
                Kokkos::View<double*, MemorySpace> const& potential, Vectors const& gradient,
                Kokkos::View<double*, MemorySpace> const& sums) const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace ionscape
