// Sites from voids: the sublattice's own names of ions become those of the crystal, and faces are
// collected from the tetrahedra on both sides of them.
#include <ionscape/lattice/sites.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/polyhedron.hpp>

#include "sublattice.hpp"
#include "voids.hpp"

namespace ionscape {

namespace {

/// The shift that moves a position into the home cell; what lies within rounding of its upper
/// border is put at the lower.
Shift home_shift(Cell const& cell, Vec3 position) {
  Vec3 const f = cell.to_fractional(position);
  auto const to_home = [](double x) { return -int(std::floor(x + 1e-9)); };
  return {to_home(f.x), to_home(f.y), to_home(f.z)};
}

/// A void as a site: by the crystal's ions, moved into the home cell by `home` from the void's own
/// frame.
struct Placed {
  Site site;
  Shift home;
};

Placed place(Crystal const& crystal, Sublattice const& anions, Void const& v) {
  std::vector<Vertex> vertices;
  for (Vertex vertex : v.vertices) vertices.push_back(anions.given(vertex));
  // From one form for all translated copies, so that rounding does not depend on the frame.
  Shift const offset = make_canonical(vertices);
  Vec3 const centre = centroid(positions_of(crystal, vertices));
  Shift const home = home_shift(crystal.cell, centre);
  return {{v.kind, centre + translation(crystal.cell, home), moved(vertices, home)}, home - offset};
}

/// The voids in the order of their sites: by kind, then by ions.
std::vector<std::size_t> in_order(std::vector<Placed> const& placed) {
  std::vector<std::size_t> order(placed.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t v) {
    return std::tie(placed[v].site.kind, placed[v].site.vertices);
  });
  return order;
}

/// The triangles between a void and its neighbours that are listed with it: those of the site of
/// lower rank, or of the lower shift.
void add_faces(std::vector<SharedFace>& faces, Crystal const& crystal, Sublattice const& anions,
               Voids const& found, std::vector<Placed> const& placed,
               std::vector<std::size_t> const& rank, std::size_t v) {
  for (auto const& [t, frame] : found.voids[v].members)
    for (std::size_t k = 0; k < 4; ++k) {
      auto const& neighbour = found.tetrahedra[t].neighbours[k];
      auto const& [w, frame_in_w] = found.void_of[neighbour.index];
      Shift const image = frame + neighbour.shift - frame_in_w;  // of void w in the frame of v
      if (w == v && image == Shift{}) continue;
      Shift const home = placed[v].home;
      SharedFace face{rank[v], rank[w], anions.given(image) + home - placed[w].home, {}};
      if (std::tuple(face.j, face.shift) < std::tuple(face.i, Shift{})) continue;
      for (std::size_t m = 0; m < 3; ++m) {
        Vertex const corner = found.tetrahedra[t].vertices[(k + 1 + m) % 4];
        Vertex const given = anions.given(Vertex{corner.ion, corner.shift + frame});
        face.window.vertices[m] = {given.ion, given.shift + home};
      }
      std::ranges::sort(face.window.vertices);
      face.window.position = centroid(positions_of(crystal, face.window.vertices));
      faces.push_back(face);
    }
}

/// Circumradii in Å, in ascending order.
std::vector<double> sphere_radii(Sublattice const& anions, Voids const& found) {
  std::vector<double> radii;
  for (Tetrahedron const& t : found.tetrahedra)
    radii.push_back(norm(anions.positions[t.vertices[0].ion] +
                         translation(anions.cell(), t.vertices[0].shift) - t.circumcentre));
  std::ranges::sort(radii);
  return radii;
}

}  // namespace

SiteGraph find_sites(Crystal const& crystal, std::vector<std::string> const& anion_species,
                     SiteOptions const& options) {
  Sublattice const anions = sublattice(crystal, anion_species, "sites");
  Voids const found = find_voids(anions, options);
  std::vector<Placed> placed;
  for (Void const& v : found.voids) placed.push_back(place(crystal, anions, v));
  auto const order = in_order(placed);
  std::vector<std::size_t> rank(order.size());
  for (std::size_t s = 0; s < order.size(); ++s) rank[order[s]] = s;

  SiteGraph graph;
  for (std::size_t v : order) {
    graph.sites.push_back(placed[v].site);
    add_faces(graph.faces, crystal, anions, found, placed, rank, v);
  }
  std::ranges::sort(graph.faces, {}, [](SharedFace const& f) {
    return std::tie(f.i, f.j, f.shift, f.window.vertices);
  });
  auto const radii = sphere_radii(anions, found);
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

}  // namespace ionscape
