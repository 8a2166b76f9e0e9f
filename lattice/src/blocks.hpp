// Tetrahedra of one common sphere, joined into blocks: the cells of the Delaunay division before it
// was cut into tetrahedra, which leaves a choice in a cube or a prism.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "delaunay.hpp"
#include "sublattice.hpp"
#include "voids.hpp"

namespace ionscape {

/// Both sorted.
bool contains(std::span<Vertex const> set, std::span<Vertex const> part);

/// Tetrahedra of one sphere. Its vertices and its centre are in its own frame.
struct Block {
  std::vector<Vertex> vertices;  // sorted
  std::vector<Piece> members;    // tetrahedra
  Vec3 centre;                   // Å, of the sphere
  bool flat;
  std::vector<Piece> neighbours;  // blocks, in the frame of this one
};

class Blocks {
 public:
  explicit Blocks(Sublattice const& anions);

  std::size_t size() const { return list_.size(); }
  Block const& operator[](std::size_t b) const { return list_[b]; }
  std::vector<Tetrahedron> const& tetrahedra() const { return tetrahedra_; }

  /// Å
  std::vector<Vec3> positions(std::span<Vertex const> vertices) const;
  Vec3 centre(Piece block) const;
  /// Å^3
  double tetrahedron_volume(std::size_t t) const;

  /// Sorted.
  std::vector<Vertex> vertices(Piece block) const;
  std::vector<Vertex> united(std::span<Piece const> blocks) const;

  /// All blocks connected with the first whose neighbours satisfy joins(member, neighbour); nothing
  /// if they would meet a periodic image of themselves.
  template <class Joins>
  std::optional<std::vector<Piece>> connected(Piece first, Joins const& joins) const {
    std::vector<Piece> members = {first};
    std::map<std::size_t, Shift> known = {{first.index, first.frame}};
    for (std::size_t m = 0; m < members.size(); ++m)
      for (auto const& [index, shift] : list_[members[m].index].neighbours) {
        Piece const next{index, shift + members[m].frame};
        if (!joins(members[m], next)) continue;
        auto const [entry, is_new] = known.try_emplace(index, next.frame);
        if (!is_new && entry->second != next.frame) return std::nullopt;
        if (is_new) members.push_back(next);
      }
    return members;
  }

 private:
  bool is_flat(std::size_t t) const;
  Vec3 circumcentre(Piece t) const;
  std::vector<Vertex> vertices_of_tetrahedron(Piece t) const;
  void make(std::vector<bool> const& flat, std::size_t seed);
  void add(std::vector<Vertex> vertices, std::vector<Piece> members, Vec3 centre, bool flat);
  void find_neighbours();

  Sublattice const& anions_;
  double spacing_;  // Å
  std::vector<Tetrahedron> tetrahedra_;
  std::vector<Block> list_;
  std::vector<Piece> block_of_;  // of each tetrahedron: its block, and its frame in it
};

}  // namespace ionscape
