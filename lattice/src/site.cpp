#include <ionscape/lattice/site.hpp>

#include <limits>

#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/polyhedron.hpp>

namespace ionscape {

std::vector<Vec3> positions_of(Crystal const& crystal, std::span<Vertex const> vertices) {
  std::vector<Vec3> positions;
  positions.reserve(vertices.size());
  for (Vertex const& v : vertices)
    positions.push_back(crystal.positions.at(v.ion) + translation(crystal.cell, v.shift));
  return positions;
}

char const* name_of(SiteKind kind) {
  switch (kind) {
    case SiteKind::tet:
      return "tet";
    case SiteKind::oct:
      return "oct";
    case SiteKind::prism:
      return "prism";
    case SiteKind::other:
      break;
  }
  return "other";
}

double symmetry_measure(Crystal const& framework, Site const& site) {
  auto const measure = [&](IdealPolyhedron const& ideal) {
    return symmetry_measure(site.position, positions_of(framework, site.vertices), ideal);
  };
  switch (site.kind) {
    case SiteKind::tet:
      return measure(IdealPolyhedron::tetrahedron());
    case SiteKind::oct:
      return measure(IdealPolyhedron::octahedron());
    case SiteKind::prism:
      return measure(IdealPolyhedron::prism());
    case SiteKind::other:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double volume(Crystal const& framework, Site const& site) {
  return convex_volume(positions_of(framework, site.vertices));
}

}  // namespace ionscape
