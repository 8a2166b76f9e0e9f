#include <array>
#include <ionscape_test/catch.hpp>

#include <ionscape/neb/tangent.hpp>

using namespace ionscape::neb;

namespace {
// Bonds of different length and direction: backward (3, 0), forward (0, 4).
constexpr double previous[] = {0, 0}, current[] = {3, 0}, next[] = {3, 4};

std::array<double, 2> tangent(double e_previous, double e_current, double e_next) {
  std::array<double, 2> t;
  unit_tangent(2, previous, current, next, tangent_weights(e_previous, e_current, e_next),
               t.data());
  return t;
}
}  // namespace

TEST_CASE("on a rise the tangent is the bond to the next image") {
  auto const t = tangent(1, 2, 3);
  CHECK(t[0] == Approx(0).margin(1e-15));
  CHECK(t[1] == Approx(1));
}

TEST_CASE("on a fall the tangent is the bond to the previous image") {
  auto const t = tangent(3, 2, 1);
  CHECK(t[0] == Approx(1));
  CHECK(t[1] == Approx(0).margin(1e-15));
}

TEST_CASE("at a maximum the bond to the higher neighbour has the larger weight") {
  // |up| = 1 to next, |down| = 3 to previous; next is higher: forward 3, backward 1: (3, 0) * 1 +
  // (0, 4) * 3.
  auto const t = tangent(1, 4, 3);
  CHECK(t[0] == Approx(3 / std::sqrt(153.0)));
  CHECK(t[1] == Approx(12 / std::sqrt(153.0)));
  // Previous is higher: forward 1, backward 3: (9, 4).
  auto const u = tangent(3, 4, 1);
  CHECK(u[0] == Approx(9 / std::sqrt(97.0)));
  CHECK(u[1] == Approx(4 / std::sqrt(97.0)));
}

TEST_CASE("at a minimum the bond to the higher neighbour has the larger weight") {
  auto const t = tangent(2, 0, 5);  // forward 5, backward 2: (6, 20)
  CHECK(t[0] == Approx(6 / std::sqrt(436.0)));
  CHECK(t[1] == Approx(20 / std::sqrt(436.0)));
}

TEST_CASE("the tangent turns continuously where a rise becomes a maximum") {
  auto const rise = tangent(0, 1, 1 + 1e-9), top = tangent(0, 1, 1 - 1e-9);
  CHECK(rise[0] == Approx(top[0]).margin(1e-8));
  CHECK(rise[1] == Approx(top[1]).margin(1e-8));
}

TEST_CASE("on a flat stretch both bonds count equally") {
  auto const t = tangent(1, 1, 1);
  CHECK(t[0] == Approx(0.6));
  CHECK(t[1] == Approx(0.8));
}

TEST_CASE("images that coincide have a zero tangent, not NaN") {
  double t[2];
  unit_tangent(2, current, current, current, {1, 1}, t);
  CHECK(t[0] == 0);
  CHECK(t[1] == 0);
}
