// From tetrahedra to voids, in four steps:
//   blocks      tetrahedra of one common sphere: the cells of the Delaunay division before it was
//               cut into tetrahedra, which leaves a choice in a cube or a prism
//   candidates  sets of six anions around connected blocks, as octahedra or prisms
//   voids       blocks of many vertices, then candidates, then the other blocks, each joined with
//               neighbours of nearly the same sphere
//   slivers     flat rests between voids go to one of their neighbours
// Every step decides by measures that symmetry, the choice of the cell and that of the tetrahedra
// leave alone. Where equal candidates exclude each other, none is taken.
#include "voids.hpp"

#include <algorithm>
#include <map>

#include <ionscape/lattice/csm.hpp>

#include "blocks.hpp"
#include "six_anions.hpp"

namespace ionscape {

namespace {

class Division {
 public:
  Division(Sublattice const& anions, SiteOptions const& options)
      : options_(options), spacing_(anions.spacing()), blocks_(anions) {
    void_of_.assign(blocks_.size(), {none, {}});
    join_common_spheres(7);
    take_candidates();
    absorb_slivers();
    join_common_spheres(4);
    absorb_slivers();
    for (std::size_t b = 0; b < blocks_.size(); ++b)  // flat ones inside nothing
      if (void_of_[b].index == none) add(SiteKind::other, blocks_[b].vertices, {{b, {}}});
  }

  Voids result() && {
    Voids result{blocks_.tetrahedra(), std::move(voids_), {}};
    result.void_of.assign(result.tetrahedra.size(), {none, {}});
    for (std::size_t v = 0; v < result.voids.size(); ++v)
      for (Piece const& t : result.voids[v].members) result.void_of[t.index] = {v, t.frame};
    return result;
  }

 private:
  void add(SiteKind kind, std::vector<Vertex> vertices, std::vector<Piece> const& blocks) {
    Void made{kind, std::move(vertices), {}};
    for (Piece const& b : blocks) {
      void_of_[b.index] = {voids_.size(), b.frame};
      for (auto const& [t, frame] : blocks_[b.index].members)
        made.members.push_back({t, frame + b.frame});
    }
    voids_.push_back(std::move(made));
  }

  bool is_free(Piece b) const { return void_of_[b.index].index == none; }

  // --- candidates --------------------------------------------------------------------------------

  /// The most regular first. Of equal ones that exclude each other none: to take one would be to
  /// choose by the ions' names.
  void take_candidates() {
    constexpr double equal = 1e-6;
    auto const found =
        candidates(blocks_, options_.largest_csm, [&](Piece b) { return is_free(b); });
    for (std::size_t begin = 0, end; begin < found.size(); begin = end) {
      end = begin + 1;
      while (end < found.size() && found[end].csm < found[end - 1].csm + equal) ++end;
      std::vector<Candidate const*> free;
      std::map<std::size_t, int> wanted;  // blocks, by how many want them
      for (std::size_t c = begin; c < end; ++c)
        if (std::ranges::all_of(found[c].members, [&](Piece b) { return is_free(b); })) {
          free.push_back(&found[c]);
          for (Piece const& b : found[c].members) ++wanted[b.index];
        }
      for (Candidate const* c : free)
        if (std::ranges::all_of(c->members, [&](Piece b) { return wanted[b.index] == 1; }))
          add(c->kind, c->vertices, c->members);
    }
  }

  // --- voids -------------------------------------------------------------------------------------

  /// Makes voids of at least so many vertices out of blocks whose spheres nearly have one centre.
  void join_common_spheres(std::size_t least_vertices) {
    auto const joins = [&](Piece at, Piece next) {
      return is_free(next) && !blocks_[next.index].flat &&
             norm(blocks_.centre(next) - blocks_.centre(at)) < options_.void_tolerance * spacing_;
    };
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (!is_free({b, {}}) || blocks_[b].flat) continue;
      // Where they would never end, along a chain of near spheres, each block is its own.
      auto const members = blocks_.connected({b, {}}, joins).value_or(std::vector<Piece>{{b, {}}});
      auto vertices = blocks_.united(members);
      if (vertices.size() < least_vertices) continue;
      SiteKind const kind = kind_of(blocks_.positions(vertices));
      add(kind, std::move(vertices), members);
    }
  }

  SiteKind kind_of(std::span<Vec3 const> vertices) const {
    if (vertices.size() == 6)
      if (auto const six = kind_of_six(vertices, options_.largest_csm)) return six->first;
    if (vertices.size() == 4 &&
        measure_about_centroid(vertices, IdealPolyhedron::tetrahedron()) <= options_.largest_csm)
      return SiteKind::tet;
    return SiteKind::other;
  }

  // --- slivers -----------------------------------------------------------------------------------

  /// Free tetrahedra between the anions of one neighbouring void are part of it: they come from a
  /// square of anions that is not quite flat.
  void absorb_slivers() {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t b = 0; b < blocks_.size(); ++b)
        if (is_free({b, {}}) && blocks_[b].vertices.size() == 4) changed |= absorb(b);
    }
  }

  bool absorb(std::size_t b) {
    for (Piece const& next : blocks_[b].neighbours) {
      auto const [v, frame] = void_of_[next.index];
      if (v == none) continue;
      Shift const home = frame - next.frame;  // moves the sliver into the void's frame
      Void& taker = voids_[v];
      if (!contains(taker.vertices, blocks_.vertices({b, home}))) continue;
      void_of_[b] = {v, home};
      for (auto const& [t, shift] : blocks_[b].members) taker.members.push_back({t, shift + home});
      return true;
    }
    return false;
  }

  SiteOptions const& options_;
  double spacing_;  // Å
  Blocks blocks_;
  std::vector<Void> voids_;
  std::vector<Piece> void_of_;  // of each block: its void, and its frame in it
};

}  // namespace

std::vector<Vertex> moved(std::span<Vertex const> vertices, Shift shift) {
  std::vector<Vertex> result(vertices.begin(), vertices.end());
  for (Vertex& v : result) v.shift = v.shift + shift;
  return result;
}

Voids find_voids(Sublattice const& anions, SiteOptions const& options) {
  return Division(anions, options).result();
}

}  // namespace ionscape
