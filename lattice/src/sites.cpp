#include <ionscape/lattice/sites.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/polyhedron.hpp>

#include "anions.hpp"
#include "delaunay.hpp"
#include "periodic_points.hpp"
#include "random.hpp"

namespace ionscape {

namespace {

double measure_about_centroid(std::span<Vec3 const> vertices, IdealPolyhedron const& ideal) {
  return symmetry_measure(centroid(vertices), vertices, ideal);
}

std::vector<Vertex> moved(std::span<Vertex const> vertices, Shift shift) {
  std::vector<Vertex> result(vertices.begin(), vertices.end());
  for (Vertex& v : result) v.shift = v.shift + shift;
  return result;
}

void insert_sorted(std::vector<Vertex>& set, std::span<Vertex const> more) {
  set.insert(set.end(), more.begin(), more.end());
  std::ranges::sort(set);
  auto const repeated = std::ranges::unique(set);
  set.erase(repeated.begin(), repeated.end());
}

/// The anions, repeated until no void meets its own image and shaken by 1e-7 of their distance: an
/// octahedron's six cospherical vertices are then in general position, so that its division into
/// tetrahedra is unique.
struct Shaken {
  Cell cell;
  std::vector<Vec3> exact, positions;  // without and with the shaking
  std::vector<Vertex> original;  // of each point: ion of the crystal and cell in which it stands
  std::array<int, 3> repeats;

  /// The crystal's own name for an image of a point.
  Vertex original_of(Vertex v) const {
    return {original[v.ion].ion, original[v.ion].shift + original_shift(v.shift)};
  }
  Shift original_shift(Shift s) const {
    return {s.a * repeats[0], s.b * repeats[1], s.c * repeats[2]};
  }
};

Shaken shake(Crystal const& crystal, std::vector<std::size_t> const& anions) {
  Vec3 const faces = crystal.cell.face_distances();
  double const spacing = std::cbrt(crystal.cell.volume() / double(anions.size()));
  auto const repeat = [spacing](double face) { return int(std::ceil(2.5 * spacing / face)); };
  Shaken s;
  s.repeats = {repeat(faces.x), repeat(faces.y), repeat(faces.z)};
  auto const [na, nb, nc] = s.repeats;
  s.cell = {na * crystal.cell.a, nb * crystal.cell.b, nc * crystal.cell.c};
  std::mt19937_64 bits(0);
  for (int a = 0; a < na; ++a)
    for (int b = 0; b < nb; ++b)
      for (int c = 0; c < nc; ++c)
        for (std::size_t ion : anions) {
          s.original.push_back({ion, {a, b, c}});
          s.exact.push_back(crystal.positions[ion] + translation(crystal.cell, {a, b, c}));
          s.positions.push_back(s.exact.back() + 1e-7 * spacing * uniform_in_ball(bits));
        }
  return s;
}

/// Tetrahedra joined into voids. Tetrahedron t, moved by frame[t], belongs to voids[void_of[t]].
class Voids {
 public:
  struct Member {
    std::size_t tetrahedron;
    Shift frame;
  };
  struct Void {
    SiteKind kind;
    std::vector<Vertex> vertices;  // sorted
    std::vector<Member> members;
  };

  Voids(Shaken const& anions, SiteOptions const& options)
      : anions_(anions),
        options_(options),
        spacing_(std::cbrt(anions.cell.volume() / double(anions.positions.size()))),
        tetrahedra(delaunay(anions.cell, anions.positions)),
        void_of(tetrahedra.size(), none),
        frame(tetrahedra.size()) {
    join_common_spheres(7);
    join_octahedra();
    join_common_spheres(4);
    for (std::size_t t = 0; t < tetrahedra.size(); ++t)  // flat ones that no void took
      if (void_of[t] == none) add(SiteKind::other, moved(tetrahedra[t].vertices, {}), {{t, {}}});
  }

 private:
  static constexpr std::size_t none = std::size_t(-1);
  // Between the ratios at which bcc (1 for each of its tetrahedra and octahedra) and fcc at the
  // paper's largest distortion (up to 0.6) are divided.
  static constexpr double clearly_nearer = 0.8;

  std::vector<Vec3> exact_positions(std::span<Vertex const> vertices) const {
    std::vector<Vec3> positions;
    for (Vertex v : vertices)
      positions.push_back(anions_.exact[v.ion] + translation(anions_.cell, v.shift));
    return positions;
  }

  /// All tetrahedra connected with the first whose neighbours satisfy `joins(member, neighbour)`.
  template <class Joins>
  std::vector<Member> connected(Member first, Joins const& joins) const {
    std::vector<Member> members = {first};
    for (std::size_t m = 0; m < members.size(); ++m)
      for (auto const& [index, shift] : tetrahedra[members[m].tetrahedron].neighbours) {
        Member const next{index, shift + members[m].frame};
        bool const known = std::ranges::find(members, index, &Member::tetrahedron) != members.end();
        if (!known && joins(members[m], next)) members.push_back(next);
      }
    return members;
  }

  void add(SiteKind kind, std::vector<Vertex> vertices, std::vector<Member> members) {
    for (auto const& [t, shift] : members) void_of[t] = voids.size(), frame[t] = shift;
    voids.push_back({kind, std::move(vertices), std::move(members)});
  }

  /// Sets of six vertices, and a tetrahedron among them: the tetrahedra around an edge (the
  /// octahedron's diagonal), or one tetrahedron (flat, between two diagonals) with its neighbours.
  std::map<std::vector<Vertex>, Member> six_vertex_sets() const {
    std::map<std::vector<Vertex>, Member> sets;
    auto const offer = [&](std::vector<Vertex> vertices, Member member) {
      if (vertices.size() != 6) return;
      Shift const offset = make_canonical(vertices);
      member.frame = member.frame - offset;
      sets.try_emplace(std::move(vertices), member);
    };
    std::map<std::array<Vertex, 2>, std::pair<std::vector<Vertex>, Member>> around_edge;
    for (std::size_t t = 0; t < tetrahedra.size(); ++t) {
      auto const& [vertices, centre, neighbours] = tetrahedra[t];
      std::vector<Vertex> with_neighbours;
      for (auto const& [index, shift] : neighbours)
        insert_sorted(with_neighbours, moved(tetrahedra[index].vertices, shift));
      insert_sorted(with_neighbours, vertices);
      offer(std::move(with_neighbours), {t, {}});
      for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = i + 1; j < 4; ++j) {
          std::array<Vertex, 2> edge = {vertices[i], vertices[j]};
          Shift const offset = make_canonical(edge);
          auto& [ring, member] = around_edge[edge];
          member = {t, Shift{} - offset};
          insert_sorted(ring, moved(vertices, member.frame));
        }
    }
    for (auto& [edge, ring] : around_edge) offer(std::move(ring.first), ring.second);
    return sets;
  }

  void join_octahedra() {
    struct Candidate {
      double csm;
      std::vector<Vertex> vertices;
      std::vector<Member> members;
    };
    std::vector<Candidate> candidates;
    for (auto const& [vertices, first] : six_vertex_sets()) {
      double const csm =
          measure_about_centroid(exact_positions(vertices), IdealPolyhedron::octahedron());
      if (csm > options_.largest_csm) continue;
      auto members = connected(first, [&, &six = vertices](Member, Member next) {
        auto tetrahedron = moved(tetrahedra[next.tetrahedron].vertices, next.frame);
        std::ranges::sort(tetrahedron);
        return std::ranges::includes(six, tetrahedron);
      });
      double pieces = 0;
      for (Member const& m : members)
        pieces += measure_about_centroid(exact_positions(tetrahedra[m.tetrahedron].vertices),
                                         IdealPolyhedron::tetrahedron());
      if (csm < clearly_nearer * pieces / double(members.size()))
        candidates.push_back({csm, vertices, std::move(members)});
    }
    std::ranges::sort(candidates, {},
                      [](Candidate const& c) { return std::tie(c.csm, c.vertices); });
    for (auto& [csm, vertices, members] : candidates)
      if (std::ranges::all_of(members,
                              [&](Member const& m) { return void_of[m.tetrahedron] == none; }))
        add(SiteKind::oct, std::move(vertices), std::move(members));
  }

  /// Flat in the unshaken lattice: between two diagonals of one square of anions. Its circumcentre
  /// says nothing.
  bool is_flat(std::size_t t) const {
    auto const p = exact_positions(tetrahedra[t].vertices);
    return std::fabs(dot(p[1] - p[0], cross(p[2] - p[0], p[3] - p[0]))) <
           1e-5 * std::pow(spacing_, 3);
  }

  /// Makes voids of at least so many vertices out of neighbours with a common circumcentre, and the
  /// flat ones between.
  void join_common_spheres(std::size_t least_vertices) {
    auto const centre = [&](Member const& m) {
      return tetrahedra[m.tetrahedron].circumcentre + translation(anions_.cell, m.frame);
    };
    auto const joins = [&](Member const& m, Member const& next) {
      if (void_of[next.tetrahedron] != none) return false;
      if (is_flat(next.tetrahedron)) return true;
      return !is_flat(m.tetrahedron) &&
             norm(centre(next) - centre(m)) < options_.void_tolerance * spacing_;
    };
    for (std::size_t t = 0; t < tetrahedra.size(); ++t) {
      if (void_of[t] != none || is_flat(t)) continue;
      auto members = connected({t, {}}, joins);
      std::vector<Vertex> vertices;
      for (Member const& m : members)
        insert_sorted(vertices, moved(tetrahedra[m.tetrahedron].vertices, m.frame));
      if (vertices.size() < least_vertices) continue;
      SiteKind const kind = kind_of(vertices);
      add(kind, std::move(vertices), std::move(members));
    }
  }

  SiteKind kind_of(std::span<Vertex const> vertices) const {
    auto const positions = exact_positions(vertices);
    auto const regular = [&](IdealPolyhedron const& ideal) {
      return positions.size() == ideal.vertices().size() &&
             measure_about_centroid(positions, ideal) <= options_.largest_csm;
    };
    if (regular(IdealPolyhedron::tetrahedron())) return SiteKind::tet;
    if (regular(IdealPolyhedron::octahedron())) return SiteKind::oct;
    return SiteKind::other;
  }

  Shaken const& anions_;
  SiteOptions const& options_;
  double spacing_;  // Å, (volume per anion)^(1/3)

 public:
  std::vector<Tetrahedron> tetrahedra;
  std::vector<std::size_t> void_of;
  std::vector<Shift> frame;
  std::vector<Void> voids;
};

void require_apart(Crystal const& crystal, std::vector<std::size_t> const& anions) {
  std::vector<Vec3> positions;
  for (std::size_t i : anions) {
    positions.push_back(crystal.positions[i]);
    if (!std::isfinite(norm(positions.back())))
      fail_input({}, "sites: the position of ion ", i + 1, " is not finite");
  }
  auto const [first, second, distance] = closest_pair(crystal.cell, positions);
  double const least = 0.1;
  if (!(distance >= least))
    fail_input({}, "sites: ions ", anions[first.ion] + 1, " and ", anions[second.ion] + 1, " are ",
               distance, " Å apart, expected at least ", least, " Å");
}

/// The shift that moves a position into the home cell; what lies within rounding of its upper
/// border is put at the lower.
Shift home_shift(Cell const& cell, Vec3 position) {
  Vec3 const f = cell.to_fractional(position);
  auto const to_home = [](double x) { return -int(std::floor(x + 1e-9)); };
  return {to_home(f.x), to_home(f.y), to_home(f.z)};
}

}  // namespace

SiteGraph find_sites(Crystal const& crystal, std::vector<std::string> const& anion_species,
                     SiteOptions const& options) {
  Vec3 const faces = crystal.cell.face_distances();
  if (!(std::min({faces.x, faces.y, faces.z}) > 0) || !std::isfinite(faces.x + faces.y + faces.z))
    fail_input({}, "sites: the cell is singular (volume ", crystal.cell.volume(), " Å^3)");
  auto const indices = anion_indices(crystal, anion_species, "sites");
  require_apart(crystal, indices);
  Shaken const anions = shake(crystal, indices);
  Voids const found(anions, options);

  // Copies of one void in the repeated cell become one site; `home` moves a void's own frame into
  // that of its site.
  SiteGraph graph;
  struct Copy {
    std::size_t site;
    Shift home;
  };
  std::vector<Copy> copies;
  std::vector<std::size_t> representative;      // void of each site
  std::map<std::vector<Vertex>, Copy> site_of;  // by canonical vertices
  for (std::size_t v = 0; v < found.voids.size(); ++v) {
    auto const& [kind, vertices, members] = found.voids[v];
    std::vector<Vertex> original;
    for (Vertex vertex : vertices) original.push_back(anions.original_of(vertex));
    Shift const offset = make_canonical(original);
    auto const [entry, is_new] = site_of.try_emplace(original, Copy{graph.sites.size(), {}});
    if (is_new) {
      Vec3 const centre = centroid(positions_of(crystal, original));
      Shift const home = entry->second.home = home_shift(crystal.cell, centre);
      graph.sites.push_back(
          {kind, centre + translation(crystal.cell, home), moved(original, home)});
      representative.push_back(v);
    }
    copies.push_back({entry->second.site, entry->second.home - offset});
  }
  if (representative.size() * anions.original.size() != found.voids.size() * indices.size())
    fail_input({},
               "sites: equal places of the repeated cell were divided in different ways; change "
               "void_tolerance (",
               options.void_tolerance, ")");

  std::vector<std::size_t> order(graph.sites.size()), rank(graph.sites.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t s) {
    return std::tie(graph.sites[s].kind, graph.sites[s].vertices);
  });
  std::vector<Site> sorted;
  for (std::size_t s : order) {
    rank[s] = sorted.size();
    sorted.push_back(std::move(graph.sites[s]));
  }
  graph.sites = std::move(sorted);
  for (Copy& copy : copies) copy.site = rank[copy.site];

  for (std::size_t i = 0; i < graph.sites.size(); ++i) {
    std::size_t const v = representative[order[i]];
    for (auto const& [t, shift] : found.voids[v].members)
      for (std::size_t k = 0; k < 4; ++k) {
        auto const& neighbour = found.tetrahedra[t].neighbours[k];
        std::size_t const w = found.void_of[neighbour.index];
        Shift const image =
            shift + neighbour.shift - found.frame[neighbour.index];  // of void w in the frame of v
        if (w == v && image == Shift{}) continue;
        auto const& [j, home] = copies[w];
        SharedFace face{i, j, anions.original_shift(image) + copies[v].home - home, {}};
        if (std::tuple(j, face.shift) < std::tuple(i, Shift{}))
          continue;  // listed by the other site
        auto const& corners = found.tetrahedra[t].vertices;
        for (std::size_t m = 0; m < 3; ++m) {
          Vertex const corner = corners[(k + 1 + m) % 4];
          Vertex const original = anions.original_of({corner.ion, corner.shift + shift});
          face.window.vertices[m] = {original.ion, original.shift + copies[v].home};
        }
        std::ranges::sort(face.window.vertices);
        face.window.position = centroid(positions_of(crystal, face.window.vertices));
        graph.faces.push_back(face);
      }
  }

  std::ranges::sort(graph.faces, {}, [](SharedFace const& f) {
    return std::tie(f.i, f.j, f.shift, f.window.vertices);
  });

  std::vector<double> radii;
  for (auto const& [vertices, centre, neighbours] : found.tetrahedra)
    radii.push_back(norm(anions.positions[vertices[0].ion] +
                         translation(anions.cell, vertices[0].shift) - centre));
  std::ranges::sort(radii);
  graph.median_sphere_A = radii[radii.size() / 2];
  graph.largest_sphere_A = radii.back();
  return graph;
}

NearestSite nearest_site(SiteGraph const& graph, Cell const& cell, Vec3 position) {
  NearestSite best{0, INFINITY};
  for (std::size_t s = 0; s < graph.sites.size(); ++s)
    if (double const d = norm(minimum_image(cell, graph.sites[s].position - position));
        d < best.distance)
      best = {s, d};
  return best;
}

std::vector<Hop> find_hops(SiteGraph const& graph, Cell const& cell, HopKind kind) {
  // A step out of a site, seen from that site's home position.
  struct Step {
    std::size_t to;
    Shift shift;
    Window window;
  };
  auto const window_at = [&](Window window, Shift shift) {
    for (Vertex& v : window.vertices) v.shift = v.shift + shift;
    window.position += translation(cell, shift);
    return window;
  };
  auto const site_at = [&](std::size_t index, Shift shift) {
    Site site = graph.sites[index];
    site.position += translation(cell, shift);
    site.vertices = moved(site.vertices, shift);
    return site;
  };
  std::vector<std::vector<Step>> steps(graph.sites.size());
  for (auto const& [i, j, shift, window] : graph.faces) {
    Shift const back = Shift{} - shift;
    steps[i].push_back({j, shift, window});
    steps[j].push_back({i, back, window_at(window, back)});
  }

  auto const kinds = site_kinds(kind);
  std::vector<Hop> hops;
  for (std::size_t s = 0; s < graph.sites.size(); ++s) {
    if (graph.sites[s].kind != kinds[kinds.size() == 2 ? 0 : 1]) continue;
    std::vector<Step> ends;
    for (Step const& step : steps[s])
      if (graph.sites[step.to].kind == kinds.back()) ends.push_back(step);
    for (std::size_t e = 0; e < ends.size(); ++e) {
      if (kinds.size() == 2) {
        hops.push_back(
            {kind, {site_at(s, {}), site_at(ends[e].to, ends[e].shift)}, {ends[e].window}});
        continue;
      }
      // From one end over the home site s to the other, moved so that the start is in its home
      // cell.
      for (std::size_t f = e + 1; f < ends.size(); ++f) {
        Shift const home = Shift{} - ends[e].shift;
        hops.push_back(
            {kind,
             {site_at(ends[e].to, {}), site_at(s, home), site_at(ends[f].to, home + ends[f].shift)},
             {window_at(ends[e].window, home), window_at(ends[f].window, home)}});
      }
    }
  }
  return hops;
}

}  // namespace ionscape
