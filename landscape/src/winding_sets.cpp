#include <ionscape/landscape/winding_sets.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

LatticeShift combined(int s, LatticeShift a, int t, LatticeShift b) {
  return {s * a[0] + t * b[0], s * a[1] + t * b[1], s * a[2] + t * b[2]};
}

int pivot(LatticeShift v) {
  int k = 0;
  while (k < 3 && v[k] == 0) ++k;
  return k;
}

int floor_divided(int a, int b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Numbers above the pivots brought between 0 and the pivot.
void tidy(std::vector<LatticeShift>& basis) {
  for (std::size_t row = 0; row < basis.size(); ++row) {
    int const k = pivot(basis[row]);
    if (basis[row][k] < 0) basis[row] = -basis[row];
    for (std::size_t above = 0; above < row; ++above)
      basis[above] =
          combined(1, basis[above], -floor_divided(basis[above][k], basis[row][k]), basis[row]);
  }
}

}  // namespace

bool WindingLattice::add(LatticeShift v) {
  std::size_t row = 0;
  bool grew = false;
  for (int k = 0; k < 3; ++k) {
    bool const here = row < basis_.size() && pivot(basis_[row]) == k;
    if (!here && v[k] != 0) {
      basis_.insert(basis_.begin() + long(row), v);
      grew = true;
      break;
    }
    if (!here) continue;
    // Euclid: afterwards the row's number is the greatest common divisor and v's is 0.
    for (LatticeShift& u = basis_[row]; v[k] != 0; std::swap(u, v))
      u = combined(1, u, -(u[k] / v[k]), v);
    ++row;
  }
  tidy(basis_);
  return grew;
}

bool WindingLattice::contains(LatticeShift v) const {
  for (LatticeShift const& u : basis_) {
    int const k = pivot(u);
    if (v[k] % u[k] != 0) return false;
    v = combined(1, v, -(v[k] / u[k]), u);
  }
  return v == LatticeShift{};
}

WindingSets::WindingSets(std::size_t n)
    : parent_(n), size_(n, 1), shift_(n), lattice_of_(n, 0), lattices_(1) {
  if (n >= std::size_t(UINT32_MAX)) fail_input({}, n, " places are too many to be connected");
  std::iota(parent_.begin(), parent_.end(), 0u);
}

WindingSets::Home WindingSets::find(std::size_t member) {
  // Each member on the way is hung up one higher (path halving).
  LatticeShift shift{};
  while (parent_[member] != member) {
    std::size_t const up = parent_[member];
    if (parent_[up] != up) {
      shift_[member] = shift_[member] + shift_[up];
      parent_[member] = parent_[up];
    }
    shift = shift + shift_[member];
    member = parent_[member];
  }
  return {member, shift};
}

WindingSets::Joined WindingSets::join(std::size_t a, std::size_t b, LatticeShift shift) {
  Home home = find(a), other = find(b);
  other.shift = other.shift + shift;  // as seen from a's cell
  Joined out;
  auto const rank = [&](Home h) { return windings(h.first).rank(); };
  auto const own_lattice = [&](std::size_t first) -> WindingLattice& {
    if (lattice_of_[first] == 0) {
      lattice_of_[first] = std::int32_t(lattices_.size());
      lattices_.emplace_back();
    }
    return lattices_[std::size_t(lattice_of_[first])];
  };
  if (home.first == other.first) {
    out.first = home.first;
    out.rank_before = rank(home);
    out.winding = other.shift - home.shift;
    if (out.winding != LatticeShift{}) own_lattice(home.first).add(out.winding);
    out.rank = rank(home);
    return out;
  }
  if (size_[home.first] < size_[other.first]) std::swap(home, other);
  out = {true, home.first, other.first, std::max(rank(home), rank(other)), 0, {}};
  parent_[other.first] = std::uint32_t(home.first);
  shift_[other.first] = home.shift - other.shift;
  size_[home.first] += size_[other.first];
  if (auto const& gone = windings(other.first); gone.rank() > 0) {
    auto const vectors = gone.basis();  // lattices_ may move
    WindingLattice& kept = own_lattice(home.first);
    for (LatticeShift const& v : vectors) kept.add(v);
  }
  out.rank = rank(home);
  return out;
}

WindingLattice const& WindingSets::windings(std::size_t first) const {
  return lattices_[std::size_t(lattice_of_[first])];
}

bool WindingSets::connected(std::size_t a, std::size_t b, LatticeShift shift) {
  Home const home = find(a), other = find(b);
  return home.first == other.first &&
         windings(home.first).contains(other.shift + shift - home.shift);
}

}  // namespace ionscape
