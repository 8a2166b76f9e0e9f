// Short descriptions of a lattice, and the nearest images that follow from them.
#include <ionscape/core/cell.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

/// Whether `other` is shorter. The margin keeps the choice between equally long vectors from
/// hanging on the last bit, and loops from going on.
bool is_shorter(Vec3 other, Vec3 vector, double margin) {
  return dot(other, other) < dot(vector, vector) * (1 - margin);
}
constexpr double rounding = 1e-12;

bool shorten(Vec3& vector, Vec3 other) {
  if (!is_shorter(other, vector, rounding)) return false;
  vector = other;
  return true;
}

/// A lattice vector in Å, and the whole numbers of the given vectors that it is made of.
struct LatticeVector {
  Vec3 r;
  std::array<std::int64_t, 3> n;
};

[[noreturn]] void fail_reduction(Cell const& cell, std::string const& why) {
  fail_input({}, "the cell with vectors of ", norm(cell.a), ", ", norm(cell.b), " and ",
             norm(cell.c), " Å ", why);
}

/// Greedy reduction to shortest vectors, a <= b <= c (Minkowski): Nguyen and Stehle, ACM Trans.
/// Algorithms 5, 46 (2009). The numbers of the result stay below 2^31, those of a step below 2^30.
class Reduction {
 public:
  Reduction(Cell const& cell, double margin)
      : given_(cell),
        margin_(margin),
        v_{{{cell.a, {1, 0, 0}}, {cell.b, {0, 1, 0}}, {cell.c, {0, 0, 1}}}} {}

  ReducedCell run() {
    double const size = norm(given_.a) + norm(given_.b) + norm(given_.c);
    auto& [a, b, c] = v_;
    // A step at least halves a vector or is one of the last few: doubles have about 2000 halves.
    constexpr int most_steps = 10000;
    for (int step = 0;; ++step) {
      std::ranges::stable_sort(v_, [&](LatticeVector const& u, LatticeVector const& w) {
        return dot(u.r, u.r) < dot(w.r, w.r);
      });
      if (!(norm(a.r) > 1e-14 * size) || !std::isfinite(size) || step > most_steps)
        fail_reduction(given_, "is singular");
      if (!reduce_second() && !reduce_third()) return result();
    }
  }

 private:
  bool reduce_second() {
    auto const& [a, b, c] = v_;
    return replace(1, b, std::round(-dot(a.r, b.r) / dot(a.r, a.r)), a, 0, c);
  }

  /// The vector of the lattice (a, b) nearest to c is one of those around c's projection.
  bool reduce_third() {
    auto const& [a, b, c] = v_;
    double const aa = dot(a.r, a.r), ab = dot(a.r, b.r), bb = dot(b.r, b.r);
    double const ac = dot(a.r, c.r), bc = dot(b.r, c.r), determinant = aa * bb - ab * ab;
    double const na = -std::round((bb * ac - ab * bc) / determinant);
    double const nb = -std::round((aa * bc - ab * ac) / determinant);
    LatticeVector const start = c;
    bool changed = false;
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j) changed |= replace(2, start, na + i, a, nb + j, b);
    return changed;
  }

  /// Puts w + m u + n v in the place of vector k if that is shorter.
  bool replace(int k, LatticeVector const& w, double m, LatticeVector const& u, double n,
               LatticeVector const& v) {
    Vec3 const r = w.r + m * u.r + n * v.r;
    if (!is_shorter(r, v_[k].r, margin_)) return false;
    LatticeVector shorter{r, {}};
    bool fits = std::fabs(m) < 0x1p30 && std::fabs(n) < 0x1p30;
    for (int j = 0; fits && j < 3; ++j) {
      shorter.n[j] = w.n[j] + std::int64_t(m) * u.n[j] + std::int64_t(n) * v.n[j];
      fits = std::abs(shorter.n[j]) < (std::int64_t(1) << 31);
    }
    if (!fits) fail_reduction(given_, "is too skewed to be reduced");
    v_[k] = shorter;
    return true;
  }

  /// Sums of the given vectors, so that rounding does not add up over the steps.
  Vec3 exact(std::array<std::int64_t, 3> n) const {
    auto const sum = [&](double a, double b, double c) {
      return double(static_cast<long double>(n[0]) * a + static_cast<long double>(n[1]) * b +
                    static_cast<long double>(n[2]) * c);
    };
    return {sum(given_.a.x, given_.b.x, given_.c.x), sum(given_.a.y, given_.b.y, given_.c.y),
            sum(given_.a.z, given_.b.z, given_.c.z)};
  }

  ReducedCell result() {
    auto const is_given = [](LatticeVector const& v) {
      return std::abs(v.n[0]) + std::abs(v.n[1]) + std::abs(v.n[2]) == 1;
    };
    if (std::ranges::all_of(v_, is_given)) return {given_, identity};
    Cell const cell{exact(v_[0].n), exact(v_[1].n), exact(v_[2].n)};
    double const hand = cell.signed_volume() * given_.signed_volume() < 0 ? -1 : 1;
    ReducedCell reduced{{hand * cell.a, hand * cell.b, hand * cell.c}, {}};
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        reduced.transformation[i][j] = int(hand) * static_cast<int>(v_[i].n[j]);
    return reduced;
  }

  static constexpr std::array<std::array<int, 3>, 3> identity = {
      {{{1, 0, 0}}, {{0, 1, 0}}, {{0, 0, 1}}}};
  Cell given_;
  double margin_;
  std::array<LatticeVector, 3> v_;
};

/// Calls visit with `vector` moved by each of the 27 images around it.
template <class Visit>
void visit_neighbours(Cell const& cell, Vec3 vector, Visit const& visit) {
  for (int i = -1; i <= 1; ++i)
    for (int j = -1; j <= 1; ++j)
      for (int k = -1; k <= 1; ++k)
        visit(vector + cell.to_cartesian({double(i), double(j), double(k)}));
}

Vec3 nearest(Cell const& reduced, Vec3 difference) {
  Vec3 const f = reduced.to_fractional(difference);
  Vec3 best = difference;
  shorten(best,
          difference - reduced.to_cartesian({std::round(f.x), std::round(f.y), std::round(f.z)}));
  // The vectors that bound the Voronoi cell of a reduced lattice are among the 26 around the
  // origin: when none of them shortens the difference any more, it lies in the Voronoi cell of the
  // origin, which makes it the shortest.
  for (bool changed = true; changed;) {
    changed = false;
    visit_neighbours(reduced, Vec3(best), [&](Vec3 r) { changed |= shorten(best, r); });
  }
  return best;
}

}  // namespace

ReducedCell reduced(Cell const& cell) {
  // Vectors that print the same are equally long: noise of a file does not turn a cell.
  constexpr double printed = 1e-6;
  return Reduction(cell, printed).run();
}

Vec3 minimum_image(Cell const& cell, Vec3 difference) {
  return nearest(Reduction(cell, rounding).run().cell, difference);
}

Displacement displacement(Cell const& cell, Vec3 stated) {
  Cell const shortest = Reduction(cell, rounding).run().cell;
  Vec3 const best = nearest(shortest, stated);
  auto const is_nearest = [&](Vec3 r) { return norm(r) <= norm(best) + equally_near_within; };
  // Compared in this order, with a margin for rounding; the last three only make the choice one.
  auto const is_better = [&](Vec3 r, Vec3 than) {
    double const gain[] = {dot(r - than, stated), r.x - than.x, r.y - than.y, r.z - than.z};
    for (double difference : gain)
      if (std::fabs(difference) > equally_near_within) return difference > 0;
    return false;
  };
  Displacement result{best, 0, is_nearest(stated)};
  visit_neighbours(shortest, best, [&](Vec3 r) {
    if (!is_nearest(r)) return;
    ++result.equally_near;
    if (is_better(r, result.vector)) result.vector = r;
  });
  if (result.stated) result.vector = stated;
  return result;
}

}  // namespace ionscape
