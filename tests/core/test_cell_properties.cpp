#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <ionscape/core/cell.hpp>
#include <ionscape_test/property.hpp>

using namespace ionscape;
using namespace ionscape_test;

namespace {

/// The shortest image by looking at all that can be shorter than the difference itself.
double shortest_image(Cell const& cell, Vec3 difference) {
  Vec3 const f = cell.to_fractional(difference), faces = cell.face_distances();
  double best = norm(difference);
  auto const each = [&](double x, double face, auto const& visit) {
    for (double n = std::ceil(-x - best / face); n <= -x + best / face; ++n) visit(n);
  };
  each(f.x, faces.x, [&](double i) {
    each(f.y, faces.y, [&](double j) {
      each(f.z, faces.z, [&](double k) {
        best = std::min(best, norm(difference + cell.to_cartesian({i, j, k})));
      });
    });
  });
  return best;
}

Vec3 combined(std::array<int, 3> const& n, Cell const& cell) {
  return cell.to_cartesian({double(n[0]), double(n[1]), double(n[2])});
}

std::int64_t determinant(std::array<std::array<int, 3>, 3> const& m) {
  auto const minor = [&](int i, int j) {
    return std::int64_t(m[1][i]) * m[2][j] - std::int64_t(m[1][j]) * m[2][i];
  };
  return m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1);
}

}  // namespace

TEST_CASE("Properties of reduced cells and nearest images") {
  holds("the minimum image is the shortest of all images", [] {
    Cell const cell = random_cell(0.5);
    Vec3 const difference = vector_within(12);
    RC_ASSERT(std::fabs(norm(minimum_image(cell, difference)) - shortest_image(cell, difference)) <
              1e-9);
  });
  holds("the minimum image is an image", [] {
    Cell const cell = random_cell(0.5);
    Vec3 const difference = vector_within(50);
    Vec3 const f = cell.to_fractional(minimum_image(cell, difference) - difference);
    for (double x : {f.x, f.y, f.z}) RC_ASSERT(std::fabs(x - std::round(x)) < 1e-9);
  });
  holds("the length of the minimum image does not depend on the choice of the cell", [] {
    Cell const cell = random_cell(0.5), other = skewed(cell, 9);
    Vec3 const difference = vector_within(20);
    RC_ASSERT(std::fabs(norm(minimum_image(cell, difference)) -
                        norm(minimum_image(other, difference))) < 1e-6);
  });
  holds("the stated way is taken where it is as short as any", [] {
    Cell const cell = random_cell(0.5);
    Vec3 const difference = minimum_image(cell, vector_within(20));
    Displacement const way = displacement(cell, difference);
    RC_ASSERT(way.vector == difference);
    RC_ASSERT(way.equally_near >= 1);
    Cell const r = reduced(cell).cell;
    Vec3 const half =
        0.5 * std::min({r.a, r.b, r.c}, [](Vec3 u, Vec3 v) { return norm(u) < norm(v); });
    RC_ASSERT(displacement(cell, half).vector == half);
    RC_ASSERT(displacement(cell, -half).vector == -half);
    RC_ASSERT(displacement(cell, half).equally_near >= 2);
  });
  holds("a reduced cell spans the same lattice, of the same hand, as its transformation says", [] {
    Cell const cell = skewed(random_cell(0.5), 9);
    auto const [r, m] = reduced(cell);
    RC_ASSERT(determinant(m) == 1);
    double const size = norm(cell.a) + norm(cell.b) + norm(cell.c);
    RC_ASSERT(norm(combined(m[0], cell) - r.a) < 1e-12 * size * (1 + std::abs(m[0][0])));
    RC_ASSERT(norm(combined(m[1], cell) - r.b) < 1e-9 * size);
    RC_ASSERT(norm(combined(m[2], cell) - r.c) < 1e-9 * size);
    RC_ASSERT(r.signed_volume() * cell.signed_volume() > 0);
  });
  holds("no combination shortens a vector of a reduced cell, and its faces lie far apart", [] {
    Cell const r = reduced(skewed(random_cell(0.5), 9)).cell;
    std::array<Vec3, 3> const v = {r.a, r.b, r.c};
    for (int k = 0; k < 3; ++k)
      for (int i = -2; i <= 2; ++i)
        for (int j = -2; j <= 2; ++j)
          RC_ASSERT(norm(v[k] + double(i) * v[(k + 1) % 3] + double(j) * v[(k + 2) % 3]) >
                    norm(v[k]) * (1 - 1e-6) - (i == 0 && j == 0 ? 1 : 0));
    RC_ASSERT(r.volume() > 0.7071 * norm(r.a) * norm(r.b) * norm(r.c) * (1 - 1e-5));
  });
  holds("a reduced cell has the lengths of the cell from which it was skewed", [] {
    Cell const cell = random_cell(0.5);
    auto const lengths = [](Cell const& c) {
      Cell const r = reduced(c).cell;
      std::array<double, 3> n = {norm(r.a), norm(r.b), norm(r.c)};
      std::ranges::sort(n);
      return n;
    };
    auto const expected = lengths(cell), found = lengths(skewed(cell, 9));
    for (int k = 0; k < 3; ++k) RC_ASSERT(std::fabs(found[k] - expected[k]) < 1e-5 * expected[k]);
  });
}
