// What the ions of a crystal may follow: all but what is fixed; where nothing is, all but a drift.
#pragma once

#include <span>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/ewald/reference.hpp>

namespace ionscape {

class FreeMotion {
 public:
  explicit FreeMotion(Crystal const& crystal);

  bool any_fixed() const { return !projector_.empty(); }
  /// What of a vector at one ion lies along its free directions.
  Vec3 free_part(std::size_t ion, Vec3 v) const;
  /// The same of all ions' vectors, in place; without fixed ions the mean is taken out of them.
  void project(std::span<Vec3> v) const;

  /// Orthonormal free directions of one ion: those of the lattice vectors that are not fixed.
  struct Direction {
    std::size_t ion;
    Vec3 v;
  };
  std::vector<Direction> const& directions() const { return directions_; }

 private:
  std::vector<Direction> directions_;  // of all ions; empty where nothing is fixed
  std::vector<Matrix3> projector_;     // onto what is free, of ions; the same
};

}  // namespace ionscape
