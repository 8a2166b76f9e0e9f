// Continuous symmetry measure: how far a coordination shell is from an ideal polyhedron.
//
//   S = 100 min sum_k |p_k - s R q_pi(k)|^2 / sum_k |p_k|^2
//
// (Pinsky, Avnir, Inorg. Chem. 37, 5575 (1998)) over vertex permutations pi, proper rotations R and scales s. Convention of pymatgen's ChemEnv
// (Waroquiers et al., Acta Cryst. B 76, 683 (2020)): the central ion is one of the points p_k,
// matched with the ideal centre, and the centroid, which includes it, is the origin. The best s is
// known, so with T = max_R sum_k p_k . R q_pi(k)
//   S = 100 (1 - T^2 / (sum |p|^2 sum |q|^2)).
// 0 is ideal, 100 the bound. A mirror image of T:4, O:6 or T:6 is also a rotated and relabelled one; a
// chiral ideal keeps its hand.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// A polyhedron to compare with, its centre at the origin; the scale does not matter.
class IdealPolyhedron {
 public:
  /// Throws InputError if points coincide with each other or with the centre.
  IdealPolyhedron(std::string name, std::vector<Vec3> vertices);

  static IdealPolyhedron const& tetrahedron();  // T:4
  static IdealPolyhedron const& octahedron();   // O:6
  static IdealPolyhedron const& prism();        // T:6, trigonal, all edges equal

  std::string const& name() const { return name_; }
  std::vector<Vec3> const& vertices() const { return vertices_; }

  /// Up to this number of vertices all permutations are tried.
  static constexpr std::size_t most_exact_vertices = 8;

  /// Every way to assign the vertices that no proper rotation of the polyhedron turns into another
  /// listed one: 2 for T:4, 30 for O:6, 120 for T:6. Empty for more than `most_exact_vertices`.
  std::vector<std::vector<std::size_t>> const& assignments() const { return assignments_; }

 private:
  std::string name_;
  std::vector<Vec3> vertices_;
  std::vector<std::vector<std::size_t>> assignments_;
};

/// S of `vertices` (n, Å, any order) around `centre` (Å). Exact for n <= 8. Above, rotation and
/// assignment (Hungarian method) are improved in turn from n (n - 1) starts: an upper bound that is
/// exact for shells near the ideal. Throws InputError if n is not the ideal's number, or points
/// coincide or are not finite.
double symmetry_measure(Vec3 centre, std::span<Vec3 const> vertices, IdealPolyhedron const& ideal);

}  // namespace ionscape
