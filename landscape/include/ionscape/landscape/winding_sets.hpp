// Connected sets in a periodic world: which places hang together, and around which lattice vectors
// a set closes on itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ionscape {

/// A lattice vector, in whole numbers of cell vectors.
using LatticeShift = std::array<int, 3>;

inline LatticeShift operator+(LatticeShift a, LatticeShift b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline LatticeShift operator-(LatticeShift a) { return {-a[0], -a[1], -a[2]}; }
inline LatticeShift operator-(LatticeShift a, LatticeShift b) { return a + -b; }

/// All sums of some lattice vectors: a lattice of rank 0 to 3.
class WindingLattice {
 public:
  /// True if the rank grew.
  bool add(LatticeShift vector);
  bool contains(LatticeShift vector) const;
  int rank() const { return int(basis_.size()); }
  /// Echelon form: each vector begins with a positive number further to the right than the one
  /// before, and numbers above such a first one are smaller than it, 0 at least.
  std::vector<LatticeShift> const& basis() const { return basis_; }

 private:
  std::vector<LatticeShift> basis_;
};

/// Union-find on a torus. Each set knows how its members' images hang together: following links from
/// a member of cell 0 one comes to other members in certain cells, and if also to the member itself in
/// another cell, the set goes on without end along that vector, its winding.
class WindingSets {
 public:
  /// n sets of one member each.
  explicit WindingSets(std::size_t n);

  /// A member in cell 0 hangs together with the first of its set in cell `shift`.
  struct Home {
    std::size_t first;
    LatticeShift shift;
  };
  Home find(std::size_t member);

  struct Joined {
    bool merged = false;        // two sets became one
    std::size_t first = 0;      // of the set, afterwards
    std::size_t swallowed = 0;  // if merged: the first of the other set, so far
    int rank_before = 0;        // of the windings, the larger one's of two sets
    int rank = 0;               // afterwards
    LatticeShift winding{};     // if not merged: what this link closed, 0 or not
  };
  /// Links `a` of cell 0 to `b` of cell `shift`. The set of more members keeps its first.
  Joined join(std::size_t a, std::size_t b, LatticeShift shift);

  /// Of a set's first.
  WindingLattice const& windings(std::size_t first) const;

  /// Whether `a` of cell 0 hangs together with `b` of cell `shift`.
  bool connected(std::size_t a, std::size_t b, LatticeShift shift);
  /// With any image of it.
  bool connected(std::size_t a, std::size_t b) { return find(a).first == find(b).first; }

 private:
  std::vector<std::uint32_t> parent_, size_;
  std::vector<LatticeShift> shift_;  // to the parent
  std::vector<std::int32_t> lattice_of_;
  std::vector<WindingLattice> lattices_;  // the first has rank 0: nobody's own
};

}  // namespace ionscape
