#include "blocks.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "random.hpp"

namespace ionscape {

namespace {

// Of circumcentres, in spacings: far above what the shaking does, far below what a site is.
constexpr double one_sphere = 1e-3;

template <class T>
void sort_without_repetition(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void insert_sorted(std::vector<Vertex>& set, std::span<Vertex const> more) {
  set.insert(set.end(), more.begin(), more.end());
  sort_without_repetition(set);
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

}  // namespace

bool contains(std::span<Vertex const> set, std::span<Vertex const> part) {
  return std::ranges::includes(set, part);
}

Blocks::Blocks(Sublattice const& anions)
    : anions_(anions), spacing_(anions.spacing()), tetrahedra_(tetrahedra_of(anions)) {
  std::vector<bool> flat(tetrahedra_.size());
  for (std::size_t t = 0; t < tetrahedra_.size(); ++t) flat[t] = is_flat(t);
  block_of_.assign(tetrahedra_.size(), {none, {}});
  for (std::size_t seed = 0; seed < tetrahedra_.size(); ++seed)
    if (!flat[seed] && block_of_[seed].index == none) make(flat, seed);
  for (std::size_t t = 0; t < tetrahedra_.size(); ++t)
    if (block_of_[t].index == none) add(vertices_of_tetrahedron({t, {}}), {{t, {}}}, {}, true);
  find_neighbours();
}

std::vector<Vec3> Blocks::positions(std::span<Vertex const> vertices) const {
  std::vector<Vec3> result;
  for (Vertex v : vertices)
    result.push_back(anions_.positions[v.ion] + translation(anions_.cell(), v.shift));
  return result;
}

Vec3 Blocks::centre(Piece block) const {
  return list_[block.index].centre + translation(anions_.cell(), block.frame);
}

double Blocks::tetrahedron_volume(std::size_t t) const {
  auto const p = positions(tetrahedra_[t].vertices);
  return std::fabs(dot(p[1] - p[0], cross(p[2] - p[0], p[3] - p[0]))) / 6;
}

/// Flat before the shaking: between two diagonals of one square of anions. Its circumcentre says
/// nothing.
bool Blocks::is_flat(std::size_t t) const {
  return tetrahedron_volume(t) < 1e-6 * spacing_ * spacing_ * spacing_;
}

Vec3 Blocks::circumcentre(Piece t) const {
  return tetrahedra_[t.index].circumcentre + translation(anions_.cell(), t.frame);
}

std::vector<Vertex> Blocks::vertices_of_tetrahedron(Piece t) const {
  auto vertices = moved(tetrahedra_[t.index].vertices, t.frame);
  std::ranges::sort(vertices);
  return vertices;
}

/// The block of a tetrahedron that is not flat.
void Blocks::make(std::vector<bool> const& flat, std::size_t seed) {
  // Its sphere's tetrahedra, and flat ones on the way.
  std::vector<Piece> reached = {{seed, {}}}, members;
  std::vector<Vertex> vertices;
  for (std::size_t m = 0; m < reached.size(); ++m) {
    Piece const at = reached[m];
    if (!flat[at.index]) {
      members.push_back(at);
      insert_sorted(vertices, vertices_of_tetrahedron(at));
    }
    for (auto const& [index, shift] : tetrahedra_[at.index].neighbours) {
      Piece const next{index, shift + at.frame};
      bool const joins = flat[index] || norm(circumcentre(next) - circumcentre({seed, {}})) <
                                            one_sphere * spacing_;
      bool const is_new = block_of_[index].index == none &&
                          std::ranges::find(reached, index, &Piece::index) == reached.end();
      if (joins && is_new) reached.push_back(next);
    }
  }
  for (Piece const& t : reached)
    if (flat[t.index] && contains(vertices, vertices_of_tetrahedron(t))) members.push_back(t);
  add(std::move(vertices), std::move(members), circumcentre({seed, {}}), false);
}

void Blocks::add(std::vector<Vertex> vertices, std::vector<Piece> members, Vec3 centre, bool flat) {
  for (auto const& [t, frame] : members) block_of_[t] = {list_.size(), frame};
  list_.push_back({std::move(vertices), std::move(members), centre, flat, {}});
}

void Blocks::find_neighbours() {
  for (std::size_t b = 0; b < list_.size(); ++b) {
    auto& neighbours = list_[b].neighbours;
    for (auto const& [t, frame] : list_[b].members)
      for (auto const& [u, shift] : tetrahedra_[t].neighbours)
        if (Piece const next{block_of_[u].index, frame + shift - block_of_[u].frame};
            next != Piece{b, {}})
          neighbours.push_back(next);
    sort_without_repetition(neighbours);
  }
}

std::vector<Vertex> Blocks::vertices(Piece b) const {
  return moved(list_[b.index].vertices, b.frame);
}

std::vector<Vertex> Blocks::united(std::span<Piece const> blocks) const {
  std::vector<Vertex> vertices;
  for (Piece const& b : blocks) insert_sorted(vertices, this->vertices(b));
  return vertices;
}

}  // namespace ionscape
