#include "six_anions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/polyhedron.hpp>

namespace ionscape {

namespace {

// Between the ratios at which bcc (1 for each of its tetrahedra and octahedra) and fcc at the
// largest distortion of Ouyang et al. (up to 0.6) are divided.
constexpr double clearly_nearer = 0.8;

/// Six anions, and a block among them.
using Sixes = std::map<std::vector<Vertex>, Piece>;

void offer(Sixes& sixes, std::vector<Vertex> vertices, Piece block) {
  if (vertices.size() != 6) return;
  Shift const offset = make_canonical(vertices);
  sixes.try_emplace(std::move(vertices), Piece{block.index, block.frame - offset});
}

/// Blocks alone; with one, two or all of their neighbours (a prism is a chain of three
/// tetrahedra); and those around an edge (an octahedron's diagonal).
Sixes six_vertex_sets(Blocks const& blocks, std::function<bool(Piece)> const& is_free) {
  Sixes sixes;
  std::map<std::array<Vertex, 2>, std::vector<Piece>> around_edge;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    Block const& block = blocks[b];
    Piece const self{b, {}};
    if (block.vertices.size() > 6 || !is_free(self)) continue;
    std::vector<Piece> group = {self};
    offer(sixes, block.vertices, self);
    for (std::size_t i = 0; i < block.neighbours.size(); ++i) {
      Piece const pair[] = {self, block.neighbours[i]};
      auto const five = blocks.united(pair);
      offer(sixes, five, self);
      if (five.size() != 5) continue;
      for (std::size_t j = 0; j < i; ++j) {
        Piece const three[] = {self, block.neighbours[i], block.neighbours[j]};
        offer(sixes, blocks.united(three), self);
      }
    }
    group.insert(group.end(), block.neighbours.begin(), block.neighbours.end());
    offer(sixes, blocks.united(group), self);
    for (std::size_t i = 0; i < block.vertices.size(); ++i)
      for (std::size_t j = i + 1; j < block.vertices.size(); ++j) {
        std::array<Vertex, 2> edge = {block.vertices[i], block.vertices[j]};
        Shift const offset = make_canonical(edge);
        around_edge[edge].push_back({b, Shift{} - offset});
      }
  }
  for (auto const& [edge, ring] : around_edge)
    if (ring.size() <= 8) offer(sixes, blocks.united(ring), ring.front());
  return sixes;
}

/// Whether tetrahedra alone would describe these blocks as well.
bool are_as_good_as_tetrahedra(Blocks const& blocks, std::span<Piece const> members, double csm) {
  double pieces = 0;
  for (Piece const& b : members) {
    if (blocks[b.index].flat) continue;
    if (blocks[b.index].vertices.size() > 4) return false;
    pieces += measure_about_centroid(blocks.positions(blocks.vertices(b)),
                                     IdealPolyhedron::tetrahedron());
  }
  return csm >= clearly_nearer * pieces / double(members.size());
}

bool fill_their_hull(Blocks const& blocks, std::span<Piece const> members,
                     std::span<Vec3 const> six) {
  double volume = 0;
  for (Piece const& b : members)
    for (Piece const& t : blocks[b.index].members) volume += blocks.tetrahedron_volume(t.index);
  double const hull = convex_volume(six);
  return std::fabs(volume - hull) < 0.05 * hull;  // slivers between voids may lack
}

}  // namespace

double measure_about_centroid(std::span<Vec3 const> vertices, IdealPolyhedron const& ideal) {
  return symmetry_measure(centroid(vertices), vertices, ideal);
}

std::optional<std::pair<SiteKind, double>> kind_of_six(std::span<Vec3 const> six,
                                                       double largest_csm) {
  // All vertices of both are equally far from their centre: with the directions ideal the measure
  // would be this, which costs nothing.
  Vec3 const middle = centroid(six);
  double sum = 0, squares = 0;
  for (Vec3 r : six) sum += norm(r - middle), squares += dot(r - middle, r - middle);
  if (100 * (1 - sum * sum / (6 * squares)) > largest_csm) return std::nullopt;
  double const oct = measure_about_centroid(six, IdealPolyhedron::octahedron());
  // sqrt(S) is a distance, and O:6 and T:6 are 4.09 apart: so near to O:6 none is nearer to T:6.
  constexpr double surely_oct = 4.1;
  double const prism =
      oct < surely_oct ? 100 : measure_about_centroid(six, IdealPolyhedron::prism());
  auto const best = std::min(std::pair(oct, SiteKind::oct), std::pair(prism, SiteKind::prism));
  if (best.first > largest_csm) return std::nullopt;
  return std::pair(best.second, best.first);
}

std::vector<Candidate> candidates(Blocks const& blocks, double largest_csm,
                                  std::function<bool(Piece)> const& is_free) {
  std::vector<Candidate> found;
  for (auto const& [vertices, first] : six_vertex_sets(blocks, is_free)) {
    auto const six = blocks.positions(vertices);
    auto const kind = kind_of_six(six, largest_csm);
    if (!kind) continue;
    auto members = blocks.connected(first, [&, &all = vertices](Piece, Piece next) {
      return is_free(next) && contains(all, blocks.vertices(next));
    });
    if (!members || !fill_their_hull(blocks, *members, six) ||
        are_as_good_as_tetrahedra(blocks, *members, kind->second))
      continue;
    found.push_back({kind->first, kind->second, vertices, std::move(*members)});
  }
  std::ranges::sort(found, {}, [](Candidate const& c) { return std::tie(c.csm, c.vertices); });
  return found;
}

}  // namespace ionscape
