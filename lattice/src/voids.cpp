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
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/polyhedron.hpp>

#include "random.hpp"

namespace ionscape {

namespace {

constexpr std::size_t none = std::size_t(-1);

template <class T>
void sort_without_repetition(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void insert_sorted(std::vector<Vertex>& set, std::span<Vertex const> more) {
  set.insert(set.end(), more.begin(), more.end());
  sort_without_repetition(set);
}

/// Both sorted.
bool contains(std::span<Vertex const> set, std::span<Vertex const> part) {
  return std::ranges::includes(set, part);
}

/// Tetrahedra of the anions after a strain and displacements of 1e-7: then no five of them lie on
/// one sphere, and the division is unique. The strain is that of the lattice, the displacements are
/// those of its basis: translations stay what they are.
std::vector<Tetrahedron> tetrahedra_of(Sublattice const& anions) {
  constexpr int most_tries = 5;
  for (int seed = 0;; ++seed) {
    std::mt19937_64 bits(seed);
    double const size = 1e-7;
    Cell const turn{uniform_in_ball(bits), uniform_in_ball(bits), uniform_in_ball(bits)};
    auto const strained = [&](Vec3 r) { return r + size * turn.to_cartesian(r); };
    Cell const& cell = anions.cell();
    std::vector<Vec3> positions;
    for (Vec3 r : anions.positions)
      positions.push_back(strained(r) + size * anions.spacing() * uniform_in_ball(bits));
    try {
      return delaunay({strained(cell.a), strained(cell.b), strained(cell.c)}, positions);
    } catch (DegenerateError const&) {
      if (seed + 1 == most_tries) throw;
    }
  }
}

class Division {
 public:
  Division(Sublattice const& anions, SiteOptions const& options)
      : anions_(anions), options_(options), spacing_(anions.spacing()) {
    result_.tetrahedra = tetrahedra_of(anions);
    result_.void_of.assign(result_.tetrahedra.size(), {none, {}});
    make_blocks();
    find_neighbours();
    join_common_spheres(7);
    take_candidates();
    absorb_slivers();
    join_common_spheres(4);
    absorb_slivers();
    for (std::size_t b = 0; b < blocks_.size(); ++b)  // flat ones inside nothing
      if (void_of_[b].index == none) add(SiteKind::other, blocks_[b].vertices, {{b, {}}});
  }

  Voids result() && {
    for (std::size_t v = 0; v < result_.voids.size(); ++v)
      for (Piece const& t : result_.voids[v].members) result_.void_of[t.index] = {v, t.frame};
    return std::move(result_);
  }

 private:
  /// Tetrahedra of one sphere. Its vertices and its centre are in its own frame.
  struct Block {
    std::vector<Vertex> vertices;  // sorted
    std::vector<Piece> members;    // tetrahedra
    Vec3 centre;                   // Å, of the sphere
    bool flat;
    std::vector<Piece> neighbours;  // blocks, in the frame of this one
  };

  // Of circumcentres, in spacings: far above what the shaking does, far below what a site is.
  static constexpr double one_sphere = 1e-3;
  // Between the ratios at which bcc (1 for each of its tetrahedra and octahedra) and fcc at the
  // largest distortion of Ouyang et al. (up to 0.6) are divided.
  static constexpr double clearly_nearer = 0.8;

  // --- blocks ------------------------------------------------------------------------------------

  std::vector<Vec3> positions(std::span<Vertex const> vertices) const {
    std::vector<Vec3> result;
    for (Vertex v : vertices)
      result.push_back(anions_.positions[v.ion] + translation(anions_.cell(), v.shift));
    return result;
  }

  double tetrahedron_volume(std::size_t t) const {
    auto const p = positions(result_.tetrahedra[t].vertices);
    return std::fabs(dot(p[1] - p[0], cross(p[2] - p[0], p[3] - p[0]))) / 6;
  }

  /// Flat before the shaking: between two diagonals of one square of anions. Its circumcentre says
  /// nothing.
  bool is_flat(std::size_t t) const {
    return tetrahedron_volume(t) < 1e-6 * spacing_ * spacing_ * spacing_;
  }

  Vec3 centre(Piece t) const {
    return result_.tetrahedra[t.index].circumcentre + translation(anions_.cell(), t.frame);
  }

  std::vector<Vertex> vertices_of(Piece t) const {
    auto vertices = moved(result_.tetrahedra[t.index].vertices, t.frame);
    std::ranges::sort(vertices);
    return vertices;
  }

  void make_blocks() {
    auto const& tetrahedra = result_.tetrahedra;
    std::vector<bool> flat(tetrahedra.size());
    for (std::size_t t = 0; t < tetrahedra.size(); ++t) flat[t] = is_flat(t);
    block_of_.assign(tetrahedra.size(), {none, {}});
    for (std::size_t seed = 0; seed < tetrahedra.size(); ++seed) {
      if (flat[seed] || block_of_[seed].index != none) continue;
      // Its sphere's tetrahedra, and flat ones on the way.
      std::vector<Piece> reached = {{seed, {}}}, members;
      std::vector<Vertex> vertices;
      for (std::size_t m = 0; m < reached.size(); ++m) {
        Piece const at = reached[m];
        if (!flat[at.index]) {
          members.push_back(at);
          insert_sorted(vertices, vertices_of(at));
        }
        for (auto const& [index, shift] : tetrahedra[at.index].neighbours) {
          Piece const next{index, shift + at.frame};
          bool const joins =
              flat[index] || norm(centre(next) - centre({seed, {}})) < one_sphere * spacing_;
          bool const is_new = block_of_[index].index == none &&
                              std::ranges::find(reached, index, &Piece::index) == reached.end();
          if (joins && is_new) reached.push_back(next);
        }
      }
      for (Piece const& t : reached)
        if (flat[t.index] && contains(vertices, vertices_of(t))) members.push_back(t);
      add_block(std::move(vertices), std::move(members), centre({seed, {}}), false);
    }
    for (std::size_t t = 0; t < tetrahedra.size(); ++t)
      if (block_of_[t].index == none) add_block(vertices_of({t, {}}), {{t, {}}}, {}, true);
  }

  void add_block(std::vector<Vertex> vertices, std::vector<Piece> members, Vec3 centre, bool flat) {
    for (auto const& [t, frame] : members) block_of_[t] = {blocks_.size(), frame};
    blocks_.push_back({std::move(vertices), std::move(members), centre, flat, {}});
    void_of_.push_back({none, {}});
  }

  void find_neighbours() {
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      auto& neighbours = blocks_[b].neighbours;
      for (auto const& [t, frame] : blocks_[b].members)
        for (auto const& [u, shift] : result_.tetrahedra[t].neighbours)
          if (Piece const next{block_of_[u].index, frame + shift - block_of_[u].frame};
              next != Piece{b, {}})
            neighbours.push_back(next);
      sort_without_repetition(neighbours);
    }
  }

  std::vector<Vertex> block_vertices(Piece b) const {
    return moved(blocks_[b.index].vertices, b.frame);
  }

  /// All blocks connected with the first whose neighbours satisfy joins(member, neighbour); nothing
  /// if they would meet a periodic image of themselves.
  template <class Joins>
  std::optional<std::vector<Piece>> connected(Piece first, Joins const& joins) const {
    std::vector<Piece> members = {first};
    std::map<std::size_t, Shift> known = {{first.index, first.frame}};
    for (std::size_t m = 0; m < members.size(); ++m)
      for (auto const& [index, shift] : blocks_[members[m].index].neighbours) {
        Piece const next{index, shift + members[m].frame};
        if (!joins(members[m], next)) continue;
        auto const [entry, is_new] = known.try_emplace(index, next.frame);
        if (!is_new && entry->second != next.frame) return std::nullopt;
        if (is_new) members.push_back(next);
      }
    return members;
  }

  void add(SiteKind kind, std::vector<Vertex> vertices, std::vector<Piece> const& blocks) {
    Void made{kind, std::move(vertices), {}};
    for (Piece const& b : blocks) {
      void_of_[b.index] = {result_.voids.size(), b.frame};
      for (auto const& [t, frame] : blocks_[b.index].members)
        made.members.push_back({t, frame + b.frame});
    }
    result_.voids.push_back(std::move(made));
  }

  bool is_free(Piece b) const { return void_of_[b.index].index == none; }

  // --- candidates --------------------------------------------------------------------------------

  /// Six anions, and a block among them.
  using Sixes = std::map<std::vector<Vertex>, Piece>;

  static void offer(Sixes& sixes, std::vector<Vertex> vertices, Piece block) {
    if (vertices.size() != 6) return;
    Shift const offset = make_canonical(vertices);
    sixes.try_emplace(std::move(vertices), Piece{block.index, block.frame - offset});
  }

  std::vector<Vertex> united(std::span<Piece const> blocks) const {
    std::vector<Vertex> vertices;
    for (Piece const& b : blocks) insert_sorted(vertices, block_vertices(b));
    return vertices;
  }

  /// Blocks alone; with one, two or all of their neighbours (a prism is a chain of three
  /// tetrahedra); and those around an edge (an octahedron's diagonal).
  Sixes six_vertex_sets() const {
    Sixes sixes;
    std::map<std::array<Vertex, 2>, std::vector<Piece>> around_edge;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      Block const& block = blocks_[b];
      Piece const self{b, {}};
      if (block.vertices.size() > 6 || !is_free(self)) continue;
      std::vector<Piece> group = {self};
      offer(sixes, block.vertices, self);
      for (std::size_t i = 0; i < block.neighbours.size(); ++i) {
        Piece const pair[] = {self, block.neighbours[i]};
        auto const five = united(pair);
        offer(sixes, five, self);
        if (five.size() != 5) continue;
        for (std::size_t j = 0; j < i; ++j) {
          Piece const three[] = {self, block.neighbours[i], block.neighbours[j]};
          offer(sixes, united(three), self);
        }
      }
      group.insert(group.end(), block.neighbours.begin(), block.neighbours.end());
      offer(sixes, united(group), self);
      for (std::size_t i = 0; i < block.vertices.size(); ++i)
        for (std::size_t j = i + 1; j < block.vertices.size(); ++j) {
          std::array<Vertex, 2> edge = {block.vertices[i], block.vertices[j]};
          Shift const offset = make_canonical(edge);
          around_edge[edge].push_back({b, Shift{} - offset});
        }
    }
    for (auto const& [edge, ring] : around_edge)
      if (ring.size() <= 8) offer(sixes, united(ring), ring.front());
    return sixes;
  }

  struct Candidate {
    SiteKind kind;
    double csm;
    std::vector<Vertex> vertices;
    std::vector<Piece> members;  // blocks
  };

  static double measure_about_centroid(std::span<Vec3 const> vertices,
                                       IdealPolyhedron const& ideal) {
    return symmetry_measure(centroid(vertices), vertices, ideal);
  }

  /// The kind that six anions are nearest to, and its measure; nothing if that is too far.
  std::optional<std::pair<SiteKind, double>> kind_of_six(std::span<Vec3 const> six) const {
    // All vertices of both are equally far from their centre: with the directions ideal the measure
    // would be this, which costs nothing.
    Vec3 const middle = centroid(six);
    double sum = 0, squares = 0;
    for (Vec3 r : six) sum += norm(r - middle), squares += dot(r - middle, r - middle);
    if (100 * (1 - sum * sum / (6 * squares)) > options_.largest_csm) return std::nullopt;
    double const oct = measure_about_centroid(six, IdealPolyhedron::octahedron());
    // sqrt(S) is a distance, and O:6 and T:6 are 4.09 apart: so near to O:6 none is nearer to T:6.
    constexpr double surely_oct = 4.1;
    double const prism =
        oct < surely_oct ? 100 : measure_about_centroid(six, IdealPolyhedron::prism());
    auto const best = std::min(std::pair(oct, SiteKind::oct), std::pair(prism, SiteKind::prism));
    if (best.first > options_.largest_csm) return std::nullopt;
    return std::pair(best.second, best.first);
  }

  /// Whether tetrahedra alone would describe these blocks as well.
  bool are_as_good_as_tetrahedra(std::span<Piece const> blocks, double csm) const {
    double pieces = 0;
    for (Piece const& b : blocks) {
      if (blocks_[b.index].flat) continue;
      if (blocks_[b.index].vertices.size() > 4) return false;
      pieces +=
          measure_about_centroid(positions(block_vertices(b)), IdealPolyhedron::tetrahedron());
    }
    return csm >= clearly_nearer * pieces / double(blocks.size());
  }

  bool fill_their_hull(std::span<Piece const> blocks, std::span<Vec3 const> six) const {
    double volume = 0;
    for (Piece const& b : blocks)
      for (Piece const& t : blocks_[b.index].members) volume += tetrahedron_volume(t.index);
    double const hull = convex_volume(six);
    return std::fabs(volume - hull) < 0.05 * hull;  // slivers between voids may lack
  }

  std::vector<Candidate> candidates() const {
    std::vector<Candidate> found;
    for (auto const& [vertices, first] : six_vertex_sets()) {
      auto const six = positions(vertices);
      auto const kind = kind_of_six(six);
      if (!kind) continue;
      auto members = connected(first, [&, &all = vertices](Piece, Piece next) {
        return is_free(next) && contains(all, block_vertices(next));
      });
      if (!members || !fill_their_hull(*members, six) ||
          are_as_good_as_tetrahedra(*members, kind->second))
        continue;
      found.push_back({kind->first, kind->second, vertices, std::move(*members)});
    }
    std::ranges::sort(found, {}, [](Candidate const& c) { return std::tie(c.csm, c.vertices); });
    return found;
  }

  /// The most regular first. Of equal ones that exclude each other none: to take one would be to
  /// choose by the ions' names.
  void take_candidates() {
    constexpr double equal = 1e-6;
    auto const found = candidates();
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
    auto const centre_of = [&](Piece b) {
      return blocks_[b.index].centre + translation(anions_.cell(), b.frame);
    };
    auto const joins = [&](Piece at, Piece next) {
      return is_free(next) && !blocks_[next.index].flat &&
             norm(centre_of(next) - centre_of(at)) < options_.void_tolerance * spacing_;
    };
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (!is_free({b, {}}) || blocks_[b].flat) continue;
      // Where they would never end, along a chain of near spheres, each block is its own.
      auto const members = connected({b, {}}, joins).value_or(std::vector<Piece>{{b, {}}});
      auto vertices = united(members);
      if (vertices.size() < least_vertices) continue;
      SiteKind const kind = kind_of(positions(vertices));
      add(kind, std::move(vertices), members);
    }
  }

  SiteKind kind_of(std::span<Vec3 const> vertices) const {
    if (vertices.size() == 6)
      if (auto const six = kind_of_six(vertices)) return six->first;
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
      Void& taker = result_.voids[v];
      if (!contains(taker.vertices, block_vertices({b, home}))) continue;
      void_of_[b] = {v, home};
      for (auto const& [t, shift] : blocks_[b].members) taker.members.push_back({t, shift + home});
      return true;
    }
    return false;
  }

  Sublattice const& anions_;
  SiteOptions const& options_;
  double spacing_;  // Å
  Voids result_;
  std::vector<Block> blocks_;
  std::vector<Piece> block_of_;  // of each tetrahedron: its block, and its frame in it
  std::vector<Piece> void_of_;   // of each block: its void, and its frame in it
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
