// Properties that hold for all inputs, tried on random ones (RapidCheck), the same in every run.
#pragma once

#include <cstdlib>
#include <string>

#include <rapidcheck.h>

#include <ionscape/core/cell.hpp>
#include <ionscape_test/catch.hpp>

namespace ionscape_test {

/// Checks `property` on 100 random inputs, whose generators it asks for with *rc::gen::...; a
/// failure prints the smallest input found. RC_PARAMS="seed=7 max_success=1000" tries others.
template <class Property>
void holds(std::string const& description, Property const& property) {
  setenv("RC_PARAMS", "seed=1", 0);
  CHECK(rc::check(description, property));
}

/// A number in [low, high), as likely everywhere in the first tests as in the last.
inline double number_between(double low, double high) {
  constexpr int steps = 1 << 30;
  auto const step = rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, steps));
  return low + (high - low) * *step / steps;
}

inline ionscape::Vec3 vector_within(double size) {
  double const x = number_between(-size, size), y = number_between(-size, size);
  return {x, y, number_between(-size, size)};
}

/// Vectors of up to 9 Å, the faces at least `least` Å apart.
inline ionscape::Cell random_cell(double least) {
  ionscape::Cell const cell{vector_within(5), vector_within(5), vector_within(5)};
  ionscape::Vec3 const faces = cell.face_distances();
  RC_PRE(faces.x > least && faces.y > least && faces.z > least);
  return cell;
}

/// Another cell of the same lattice, skewed by up to `skew` lattice vectors in each of six steps.
inline ionscape::Cell skewed(ionscape::Cell cell, int skew) {
  ionscape::Vec3* const v[] = {&cell.a, &cell.b, &cell.c};
  for (int step = 0; step < 6; ++step) {
    int const i = *rc::gen::inRange(0, 3), by = *rc::gen::inRange(1, 3);
    *v[i] += double(*rc::gen::inRange(-skew, skew + 1)) * *v[(i + by) % 3];
  }
  return cell;
}

}  // namespace ionscape_test
