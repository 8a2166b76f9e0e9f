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

/// Takes fractional coordinates f of a cell to rotation f + translation.
struct FractionalOperation {
  std::array<std::array<int, 3>, 3> rotation;
  Vec3 translation;  // in [0, 1)

  Vec3 operator()(Vec3 f) const {
    auto const row = [&](std::array<int, 3> const& r) {
      return dot({double(r[0]), double(r[1]), double(r[2])}, f);
    };
    return Vec3{row(rotation[0]), row(rotation[1]), row(rotation[2])} + translation;
  }
};

/// One of the crystal's own cell: ion i is taken to the place of ion image_of[i].
struct SymmetryOperation : FractionalOperation {
  std::vector<std::size_t> image_of;
};

/// A supercell's own operations are fewer than its crystal's: a rotation that the longer vectors
/// of a 2 x 1 x 1 cell do not survive is none of the cell. Orbits follow the crystal's, which the
/// primitive cell has.
struct Symmetry {
  Cell cell;                                  // the crystal's own
  double tolerance_A = 0;                     // an ion's image is this near to an ion
  int number = 1;                             // International Tables
  std::string international = "P1";           // short symbol, as "Fm-3m"
  std::vector<SymmetryOperation> operations;  // of `cell`: the identity first, translations too
  Cell primitive;
  std::vector<FractionalOperation> operations_of_primitive;
  std::vector<std::size_t> orbit_of_ion;  // the first ion that is equal to it
};

/// All operations that take the crystal to itself within `tolerance_A` (Å) of each ion. Charges do
/// not matter, species do. Any cell of a lattice will do, however skewed: it is reduced first. A
/// crystal for which spglib finds nothing has the identity alone. Throws InputError if the cell is
/// singular, or so skewed that its operations have numbers above 2^31, if a position is not finite,
/// or if the tolerance is not above 0.
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

/// Points in Å; those that differ by a vector of the primitive lattice are equal, too.
Orbits orbits_of_points(Symmetry const& symmetry, std::span<Vec3 const> points);

/// Paths of one or more points in Å, continuous (not wrapped), so that a pair of points says the image
/// that is meant. Paths are equal if an operation and a lattice vector take one to the other, from
/// end to end or, with `both_ways`, from the other end. Points are the same within 5 times the
/// symmetry's tolerance.
Orbits orbits_of_paths(Symmetry const& symmetry, std::span<std::vector<Vec3> const> paths,
                       bool both_ways = true);

}  // namespace ionscape
