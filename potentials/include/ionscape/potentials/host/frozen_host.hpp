// One mobile ion in a fixed periodic host: energy and force at very many positions and in very many
// hosts at once.
//
//   E(r) = sum over host ions j and images n of  k_e Q_j w_j(|r - r_j - n|) + sum over t of A_jt
//     exp(-|..|/rho_jt)
//          - C_j/|..|^6
//
// with w(d) = 1/d for a point charge and erf(d/(sqrt(2) sigma))/d for a Gaussian one, less
// erf(d/(sqrt(2) lambda))/d in a framework whose charges are screened. Coulomb and r^-6 terms are
// complete lattice sums (Ewald; zero mean potential, i.e. a uniform background), every repulsion
// runs until its tail is below the asked accuracy. The mobile ion's own images are left out: their
// energy is the same at all positions of one cell.
//
// Everything that depends on the host alone is computed once: the structure factors times their
// Ewald weights, and lists of neighbours around the points of a grid, in shells. Since lattice sums
// scale with length, hosts that differ only by a scale factor, by the strengths of their terms and
// by the widths of their ions share one framework in reduced lengths: what a width changes lies in
// real space alone. Frameworks that differ only by their screening share the lists.
//
// Method: for a fixed host S(G) is a table, and an energy is one Fourier sum, exp(iG.r) = X[h] Y[k]
// Z[l] (Ewald 1921; the r^-6 sum: Essmann et al., J. Chem. Phys. 103, 8577 (1995)).
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include <ionscape/core/cell.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/pair/pair_terms.hpp>
#include <ionscape/potentials/surface.hpp>

namespace ionscape {

/// A periodic arrangement of fixed ions. Lengths are in any unit; a HostSurface says how many Å it
/// has.
struct HostFramework {
  /// Ions that the mobile ion cannot tell apart.
  struct Type {
    double charge =
        0;  // relative; times HostSurface::charge_factor it is the charge product in e^2
    double dispersion = 0;  // relative; times HostSurface::dispersion_factor it is C in eV Å^6
  };
  Cell cell;
  std::vector<Vec3> positions;
  std::vector<int> type_of;  // (n_ions), index into types
  std::vector<Type> types;
  /// Width, in the framework's length, of the Gaussian cloud around each ion that screens its
  /// charge: -Q spread out, which leaves the ion neutral from afar. 0 = none.
  double screening_width = 0;
};

/// One energy surface: a framework, its size, and the strengths of its terms.
struct HostSurface {
  /// What a type of the framework's ions is on this surface.
  struct Type {
    double width = 0;  // sigma of the Gaussian charge, in the framework's length; 0 = point charge
    std::vector<BornMayer> repulsion;  // added, eV and Å^-1; any number, none included
  };
  int framework = 0;             // index
  double length = 1;             // Å per unit of the framework's length
  double charge_factor = 0;      // e^2 per relative charge
  double dispersion_factor = 0;  // eV Å^6 per relative dispersion
  std::vector<Type> types;       // one per type of the framework
};

/// What the reference engine says of one point (Å) on one surface, its sums cut at 1e-15: the
/// measure of FrozenHost's errors.
HostEnergy reference_site_energy(HostFramework const& framework, HostSurface const& surface,
                                 Vec3 point);

struct FrozenHostOptions {
  /// Truncation error of energies (eV) and forces (eV/Å), all sums together.
  double accuracy = 1e-8;
};

template <class MemorySpace>
class FrozenHost {
 public:
  /// Computes the tables on the host and uploads them; however skewed a cell is, sums run over its
  /// shortest vectors (reduced() in core/cell.hpp). Throws InputError for empty frameworks,
  /// singular cells, wrong indices, widths and ranges that are no lengths, and for tables that
  /// would not fit into memory.
  FrozenHost(std::span<HostFramework const> frameworks, std::span<HostSurface const> surfaces,
             FrozenHostOptions const& options = {});
  ~FrozenHost();
  FrozenHost(FrozenHost&&) noexcept;
  FrozenHost& operator=(FrozenHost&&) noexcept;

  int surfaces() const;

  /// The EnergySurface of surface.hpp: coordinates (n, 3) in Å, any periodic image. Launches on
  /// `exec` and does not wait. The fixed cell has no strain derivative.
  template <class Exec>
  void evaluate(Exec const& exec, Points<MemorySpace> const& points) const;

  /// The same for points (Å) on one surface, on the thread that calls and at once: for threads that
  /// run side by side already, which may not launch kernels. Tables must be in the host's memory.
  /// Assigns eV and eV/Å; `forces` may be empty.
  void evaluate_here(int surface, std::span<Vec3 const> points, std::span<double> energies,
                     std::span<Vec3> forces = {}) const
      requires(bool(Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible));

  /// Energy (eV) and force (eV/Å) at one point (Å), as above; assigns the second derivatives of the
  /// energy, eV/Å^2, symmetric, as exact as the rest.
  double evaluate_here(int surface, Vec3 point, Vec3& force,
                       std::array<std::array<double, 3>, 3>& hessian) const
      requires(bool(Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible));

  /// Assigns ratio(i) = min over host ions of distance / turnover radius for each active point:
  /// below 1 the ion sits inside an unphysical Buckingham well (turnover_radius in pair_terms.hpp).
  /// Large where no term turns over.
  template <class Exec>
  void closest_approach(Exec const& exec, Points<MemorySpace> const& points,
                        Kokkos::View<double*, MemorySpace> ratio) const;

  /// Number of wave vectors and of listed neighbours in the sums of one surface, for benches.
  struct Work {
    double wave_vectors = 0, neighbours = 0;
  };
  Work work(int surface) const;

  struct Tables;

 private:
  std::unique_ptr<Tables> tables_;
};

/// Energies, forces and closest approach of single points: uploads, evaluates, downloads.
struct PointResult {
  double energy = 0;    // eV
  Vec3 force;           // eV/Å
  double approach = 0;  // see FrozenHost::closest_approach
};
template <class Exec>
std::vector<PointResult> evaluate_points(Exec const& exec,
                                         FrozenHost<typename Exec::memory_space> const& model,
                                         std::span<int const> surface,
                                         std::span<Vec3 const> points);

}  // namespace ionscape
