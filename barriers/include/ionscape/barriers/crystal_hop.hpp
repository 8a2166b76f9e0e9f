// A hop in a whole crystal: two structures of the same ions, all of which may move.
#pragma once

#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/crystals/evaluation.hpp>

namespace ionscape {

/// Both ends have the same cell and the same ions in the same order. Positions are continuous: ion i
/// goes by final_.positions[i] - initial.positions[i] (Å), whichever image that is.
struct CrystalHop {
  std::string name;  // for tables and files, "Li12-Li13"
  Crystal initial, final_;
  std::vector<Warning> warnings;

  std::size_t size() const { return initial.size(); }
};

/// A chain of images of one hop: positions of all ions (Å, continuous from image to image), the first
/// and the last of which are the ends'.
using CrystalPath = std::vector<std::vector<Vec3>>;

}  // namespace ionscape
