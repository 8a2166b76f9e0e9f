// The space group of a crystal as it stands (spglib: A. Togo and I. Tanaka, arXiv:1808.01590), and
// what it makes equal: ions, points, and paths such as hops.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Takes fractional coordinates f of the crystal's own cell to rotation f + translation.
struct SymmetryOperation {
  std::array<std::array<int, 3>, 3> rotation;
  Vec3 translation;                   // fractional, in [0, 1)
  std::vector<std::size_t> image_of;  // ion i is taken to the place of ion image_of[i]

  Vec3 operator()(Vec3 f) const {
    auto const row = [&](std::array<int, 3> const& r) {
      return dot({1.0 * r[0], 1.0 * r[1], 1.0 * r[2]}, f);
    };
    return Vec3{row(rotation[0]), row(rotation[1]), row(rotation[2])} + translation;
  }
};

struct Symmetry {
  Cell cell;                         // the crystal's own
  double tolerance_A = 0;            // an ion's image is this near to an ion of its species
  int number = 1;                    // International Tables
  std::string international = "P1";  // short symbol, as "Fm-3m"
  std::vector<SymmetryOperation> operations;  // the identity first; a supercell's translations too
};

/// All operations that take the crystal to itself within `tolerance_A` (Å) of each ion. Charges do
/// not matter, species do. Any cell of a lattice will do, however skewed: it is reduced first. A
/// crystal for which spglib finds nothing has the identity alone. Throws InputError if the cell is
/// singular or the tolerance is not above 0.
Symmetry find_symmetry(Crystal const& crystal, double tolerance_A = 0.01);

/// Things that symmetry makes equal stand in one class. Classes are numbered in the order of their
/// first members.
struct Orbits {
  std::vector<std::size_t> class_of;  // of each thing
  std::vector<std::size_t> first;     // of each class: its first member
  std::vector<int> count;             // of each class: its members among the things given

  std::size_t size() const { return first.size(); }
};

/// The ions of the crystal.
Orbits orbits_of_ions(Symmetry const& symmetry);

/// Points in Å; those that differ by a lattice vector are equal, too.
Orbits orbits_of_points(Symmetry const& symmetry, std::span<Vec3 const> points);

/// Paths of several points in Å, continuous (not wrapped), so that a pair of points says the image
/// that is meant. Paths are equal if an operation and a lattice vector take one to the other, from
/// end to end or, with `both_ways`, from the other end. Points are the same within 5 times the
/// symmetry's tolerance.
Orbits orbits_of_paths(Symmetry const& symmetry, std::span<std::vector<Vec3> const> paths,
                       bool both_ways = true);

}  // namespace ionscape
