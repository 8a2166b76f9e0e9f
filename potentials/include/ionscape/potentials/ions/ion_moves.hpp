// Energy differences of one step of a Monte-Carlo walk: an ion moves, comes, goes, changes, or two
// ions swap their places.
//
//     IonMoves ions(crystal, set, {.cutoff = 10, .truncation = Truncation::shifted}, 1e-6);
//     auto const step = ions.move(17, r);
//     if (step.approach > 1 && accept(step.energy)) ions.apply(step);
//
// A difference is E(after) - E(before) of the whole periodic crystal, the same E as
// evaluate_reference (reference.hpp): Coulomb with tin-foil boundary and uniform background, pair
// terms as PairSums says, r^-6 lattice sum and tail correction if asked for. It contains what an
// ion does to its own images and what the background does when the total charge changes.
//
// Method: Ewald. With the structure factors S(G) at hand, a change of dS(G) costs
//     dE = sum over half of all G of w(G) Re{dS* (2 S + dS)},
//     dS(G) = sum over places of (s_after - s_before) exp(iG.r),
// one pass over the wave vectors; what is left in real space is a sum over the neighbours of at
// most two places, found by a cell list for each species. Charges s are those of the ions for
// Coulomb; the r^-6 sum with any C_ab is a few such sums, one for each eigenvalue lambda of the
// matrix C = sum of lambda v v^T, with s = v_species. (smol's EwaldTerm and pymatgen's
// EwaldSummation do the same with dense N x N matrices, for ions on fixed sites only; for that see
// interaction_matrix.hpp.)
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

class IonMoves {
 public:
  /// crystal.charges are needed. `accuracy`: the truncation error of each difference in eV, at
  /// most; it holds for charges no larger than those of the crystal and the set, and while the
  /// number of ions stays below twice what it was at the last refresh. Throws InputError for a
  /// crystal without charges or that validate() refuses, and for an accuracy outside 1e-12 ...
  /// 1e-2. Host code on the calling thread; needs no Kokkos::initialize.
  IonMoves(Crystal crystal, PotentialSet const& set, PairSums const& ends, double accuracy);
  ~IonMoves();
  IonMoves(IonMoves const&);  // a second, independent walker
  IonMoves& operator=(IonMoves const&);
  IonMoves(IonMoves&&) noexcept;
  IonMoves& operator=(IonMoves&&) noexcept;

  /// What was asked, so that it can be applied.
  struct Operation {
    enum Kind { move, add, remove, swap, change } kind = move;
    int ion = 0, other = 0;
    Vec3 to;
    std::string species;
    double charge = 0;
  };
  struct Difference {
    double energy = 0;  // eV, after - before
    /// Smallest ratio, after the step, of a changed ion's distance to a neighbour or own image and
    /// their turnover radius (pair_form.hpp): below 1 it sits inside an unphysical Buckingham well.
    /// Infinity if none of its pairs turns over, or nobody is left there.
    double approach = 0;
    Operation operation;
  };

  /// The differences. Nothing is changed; any number of threads may ask one object at once. O(wave
  /// vectors + neighbours), about the square root of the number of ions; no memory is allocated
  /// after a thread's first query. Indices as in crystal(); r in Å, any periodic image. Throw
  /// InputError for an index out of range, a position that is not finite or brings two ions closer
  /// than 0.1 Å.
  Difference move(int ion, Vec3 to) const;
  /// Without a charge the set's [charges] give it; a species that is not there is an InputError
  /// then. With one, any species will do: one that the set does not know has no pair terms.
  Difference add(std::string const& species, Vec3 at, std::optional<double> charge = {}) const;
  Difference remove(int ion) const;
  /// Two ions exchange their positions, which is: their species and charges.
  Difference swap(int ion, int other) const;
  Difference change(int ion, std::string const& species, std::optional<double> charge = {}) const;

  /// Makes the step, O(wave vectors). The operation is applied to the crystal as it is now; the
  /// difference's energy is that of the crystal it was asked for. swap exchanges species and
  /// charge, positions stay. add appends; remove moves the last ion to the free index.
  void apply(Difference const& difference);

  /// After many steps S(G) has gathered rounding errors: about 1e-16 of a charge for the square
  /// root of the number of steps, which leaves 1e-12 eV after a million of them. refresh() computes
  /// all from the ions anew, cell lists and wave vectors included.
  void refresh();

  /// The crystal as it is now.
  Crystal const& crystal() const;
  /// Its whole energy in eV, O(ions * neighbours); accurate to about `accuracy` for each ion.
  double energy() const;

  /// Number of wave vectors, +-G counted once, and mean number of neighbours within the real-space
  /// cutoff, for benches.
  struct Work {
    double alpha = 0, real_cutoff = 0, reciprocal_cutoff = 0;  // Å^-1, Å, Å^-1
    double wave_vectors = 0, neighbours = 0;
  };
  Work work() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace ionscape
