// Energy, forces, stress and site potentials of all ions, for one crystal or thousands of them in
// one batch.
//
//   E = Coulomb (Ewald; tin-foil boundary, uniform background in charged cells) + pair terms
//     + springs and angles, as reference.hpp spells them out.
//
// The sums run over particles: the ions of a crystal, or their cores, then its shells
// (particles.hpp). Where shells are is the caller's affair, as where ions are.
//
// Per evaluation: images and lists are brought up to date, a real-space kernel sums over each ion's
// full list, and a reciprocal part is summed directly or on a mesh. A lattice sum of -C/r^6 is one
// more reciprocal sum for each eigenvalue of the matrix C of the species. Every ion sums for itself
// in a fixed order: no atomics, the same bits on any number of threads and in any batch.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <Kokkos_Core.hpp>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/ewald/tune_ewald.hpp>
#include <ionscape/potentials/ions/particles.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

struct EnergyOptions {
  double force_error = 1e-6;  // eV/Å rms, see tune_ewald.hpp
  EwaldMethod method = EwaldMethod::automatic;
  std::optional<EwaldSettings> ewald;  // in place of tuning, for all systems, in reduced() cells
  std::vector<EwaldSettings> system_ewald;  // the same of each system; empty: not given
  std::optional<PairSums> pairs;            // in place of what the set says
  double skin = 0;                          // Å: lists serve until an ion has moved by half of it
  double memory_limit = 0;                  // bytes; 0: nine tenths of what the machine has free
};

/// Pair sums as the set says. A set without a cutoff is summed completely: -C/r^6 over the lattice,
/// what decays faster up to the radius beyond which its forces stay below force_error.
PairSums pair_sums(PotentialSet const& set, std::span<Crystal const> systems, double force_error);

/// Two ions closer than their pair term may be trusted (turnover_radius in pair_form.hpp).
struct CloseContact {
  int ion = 0, partner = 0;  // in the crystal, counted from 0; the partner may be a periodic image
  double distance = 0;       // Å
  double turnover = 0;       // Å
};

/// Everything about one crystal, on the host.
struct EnergyResult {
  double coulomb = 0, short_range = 0;  // eV; short_range includes the two parts named next
  double dispersion = 0, tail = 0;      // eV: lattice sum of -C/r^6; analytic tail correction
  double bonded = 0;                    // eV: springs and angles
  std::vector<Vec3> forces;             // eV/Å, on a core and its shell together
  Matrix3 stress{};                     // eV/Å^3, positive: the cell wants to shrink
  std::vector<double> site_potential;   // V, at the core, without its own charge and shell
  std::vector<double> ion_energy;  // eV, half of each pair to each of its ions, a third of an angle
  std::vector<Vec3> shells;  // Å, from core to shell, zero where there is none; empty: no shells
  double shell_force = 0;    // eV/Å, the largest that is left on a shell
  std::vector<CloseContact> contacts;  // each pair once, nearest (relative to its turnover) first
  EwaldSettings ewald;
  double energy() const { return coulomb + short_range + bonded; }
  /// Whether energies, forces, stress and site potentials are all finite numbers: ions far inside
  /// each other, or parameters beyond all sense, give infinities.
  bool finite() const;
};

/// A row of stress() or of a strain derivative, xx, yy, zz, yz, xz, xy, as a matrix. On the host.
template <class Rows>
Matrix3 tensor_of(Rows const& rows, std::size_t row) {
  constexpr std::size_t column[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
  Matrix3 tensor{};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) tensor[a][b] = rows(row, column[a][b]);
  return tensor;
}

/// Makes a result of all particles one of the ions: forces and energies of a shell are added to
/// those of its core, shells and shell_force are assigned. positions: of the particles, Å.
void add_shells_to_ions(EnergyResult& result, Particles const& particles,
                        std::span<Vec3 const> positions);

template <class MemorySpace>
class EnergyModel {
 public:
  using Positions = Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace>;
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;
  using Numbers = Kokkos::View<double*, MemorySpace>;

  /// Cells, charges and species of the crystals stay as they are, positions are handed to
  /// evaluate(). Crystals have charges. However skewed a cell is, sums run over its shortest vectors
  /// (reduced() in core/cell.hpp). Throws InputError for a crystal without charges, numbers that are
  /// not finite, cutoffs that are not positive, and for batches that do not fit into the memory
  /// limit, as far as the mean density tells before the work.
  EnergyModel(std::span<Crystal const> systems, PotentialSet const& set,
              EnergyOptions const& options = {});
  ~EnergyModel();
  EnergyModel(EnergyModel&&) noexcept;
  EnergyModel& operator=(EnergyModel&&) noexcept;

  int systems() const;
  int size() const;  // particles of all systems
  Particles const& particles(int system) const;
  EwaldSettings const& ewald(int system) const;
  PairSums const& pairs() const;
  double memory() const;  // bytes held after the first evaluation

  /// The crystals have these cells from now on; lattice vectors keep their meaning. Splittings,
  /// cutoffs, meshes and the wave vectors of the direct sum stay: the energy is a smooth function
  /// of the cells, whose error grows where a cell becomes much larger.
  void deform(std::span<Cell const> cells);

  /// positions (size(), 3) in Å of the particles of all systems behind each other, any periodic
  /// image of each. Assigns the results below and waits for `exec`. Allocates only when lists are
  /// built and do not fit.
  template <class Exec>
  void evaluate(Exec const& exec, Positions const& positions);

  Numbers energy() const;  // (n_systems), eV
  Vectors forces() const;  // (size(), 3), eV/Å
  /// (n_systems, n_terms), eV: Coulomb, pairs within cutoffs, lattice sum of -C/r^6, tail, bonded.
  Vectors terms() const;
  Vectors stress() const;          // (n_systems, 6): xx, yy, zz, yz, xz, xy; eV/Å^3
  Numbers site_potential() const;  // (size()), V
  Numbers ion_energy() const;      // (size()), eV
  /// (size()): min over neighbours of distance / turnover radius; below 1 is a CloseContact.
  Numbers approach() const;

  /// The first positions of all systems, uploaded; shells lie on their cores.
  Vectors initial_positions() const;
  /// Downloads the last evaluation's results, close contacts looked up; shells are counted with
  /// their ions.
  std::vector<EnergyResult> results() const;

  /// Numbers of work, for benches: listed pairs, wave vectors (+-G once) times ions.
  struct Work {
    double pairs = 0, wave_vector_ions = 0;
  };
  Work work() const;

  struct State;
  /// Columns of terms().
  enum Term { coulomb_term, pair_term, dispersion_term, tail_term, bonded_term, n_terms };

 private:
  std::unique_ptr<State> state_;
};

/// Evaluates crystals as they are: in batches that fit into the memory limit, results in input
/// order. Calls progress(done), if given, after each batch.
template <class Exec>
std::vector<EnergyResult> evaluate_crystals(Exec const& exec, std::span<Crystal const> crystals,
                                            PotentialSet const& set,
                                            EnergyOptions const& options = {},
                                            std::function<void(std::size_t)> const& progress = {});

}  // namespace ionscape
