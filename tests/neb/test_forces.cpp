#include <ionscape_test/catch.hpp>

#include <ionscape/neb/forces.hpp>

using namespace ionscape::neb;

namespace {
constexpr double force[] = {1, 2, 3}, tangent[] = {0.6, 0, 0.8};  // force . tangent = 3
}  // namespace

TEST_CASE(
    "springs pull along the path towards the farther neighbour and not at all between equal "
    "distances") {
  CHECK(spring_force(5, 0.4, 5, 0.4) == 0);
  CHECK(spring_force(5, 0.4, 5, 0.6) == Approx(1.0));
  CHECK(spring_force(5, 0.6, 5, 0.4) == Approx(-1.0));
  CHECK(spring_force(2, 0.6, 5, 0.4) == Approx(0.8));
}

TEST_CASE("weighted springs go from the softest at the higher end to the stiffest at the top") {
  CHECK(weighted_spring(5, 1, 0.8, 0.8, 0.2) == Approx(5));
  CHECK(weighted_spring(5, 1, 0.2, 0.8, 0.2) == Approx(1));
  CHECK(weighted_spring(5, 1, 0.1, 0.8, 0.2) == Approx(1));
  CHECK(weighted_spring(5, 1, 0.5, 0.8, 0.2) == Approx(3));
}

TEST_CASE("the nudged force is the true force across the tangent and the spring along it") {
  double nudged[3];
  nudged_force(3, force, tangent, 0, nudged);
  CHECK(dot(3, nudged, tangent) == Approx(0).margin(1e-15));
  nudged_force(3, force, tangent, 0.7, nudged);
  CHECK(dot(3, nudged, tangent) == Approx(0.7));
  CHECK(nudged[0] == Approx(1 + (0.7 - 3) * 0.6));
  CHECK(nudged[1] == Approx(2));
  CHECK(nudged[2] == Approx(3 + (0.7 - 3) * 0.8));
}

TEST_CASE("climbing inverts the force along the tangent and keeps it across") {
  double climbing[3], across[3];
  climbing_force(3, force, tangent, climbing);
  nudged_force(3, force, tangent, 0, across);
  CHECK(dot(3, climbing, tangent) == Approx(-3));
  for (int k = 0; k < 3; ++k) CHECK(climbing[k] + 3 * tangent[k] == Approx(across[k]));
}

TEST_CASE(
    "the kink switch is shut on a straight path, open at right angles, and a half at 60 degrees") {
  CHECK(kink_switch(1) == Approx(0).margin(1e-15));
  CHECK(kink_switch(0.5) == Approx(0.5));
  CHECK(kink_switch(0) == Approx(1));
  CHECK(kink_switch(-1) == Approx(1));
}

TEST_CASE("at a right angle the springs straighten the path across the tangent only") {
  double const previous[] = {0, 0}, current[] = {1, 0}, next[] = {1, 1}, along[] = {1, 0};
  double driving[] = {0.1, 0.2};
  add_kink_force(2, previous, current, next, along, 5,
                 driving);  // springs: 5 (next - 2 current + previous) = (-5, 5)
  CHECK(driving[0] == Approx(0.1));
  CHECK(driving[1] == Approx(5.2));
}
