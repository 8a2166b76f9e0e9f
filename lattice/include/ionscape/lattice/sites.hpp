// Tetrahedral and octahedral sites of any anion framework, found from its geometry alone.
//
// The anions' Delaunay tetrahedra fill space and are joined into voids in this order:
// 1. neighbours with a common circumcentre (within a tolerance) and seven or more vertices: the
//    cube of a simple cubic lattice, for instance;
// 2. octahedra, each 4 to 6 tetrahedra with six vertices in all, the most regular first, where the
//    six are clearly nearer to O:6 than the pieces are to T:4 (0.8 times, symmetry measures around
//    the centroids; bcc, where both are equally near, keeps its six tetrahedra per ion);
// 3. of the rest, neighbours with a common circumcentre.
// So sites never overlap, and together they fill the cell. Close-packed frameworks keep two Tet and
// one Oct per anion under random displacements up to about 0.15 anion distances, and in the most
// distorted cells of Ouyang et al. (2023).
#pragma once

#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/lattice/hop.hpp>
#include <ionscape/lattice/site.hpp>

namespace ionscape {

/// Site i and the image of site j that is translated by `shift` have the window in common.
struct SharedFace {
  std::size_t i = 0, j = 0;
  Shift shift;
  Window window;  // vertices in the frame of site i; position: their centroid
};

/// Sites ordered by kind (tet, oct, other), each with its position in the home cell; every shared
/// face is listed once. The common face of two sites with more than three common vertices is listed
/// as several triangles.
struct SiteGraph {
  std::vector<Site> sites;
  std::vector<SharedFace> faces;
  // Circumradii of the Delaunay tetrahedra, Å: the largest is that of the largest sphere without an
  // anion in it.
  double median_sphere_A = 0, largest_sphere_A = 0;

  /// Whether there is room between the anions (a slab's vacuum, a cage) that is no site of a
  /// framework, so that the cell's volume per anion says little. Close-packed frameworks have
  /// spheres alike to 1.2, perovskites to 1.5.
  bool has_empty_space() const { return largest_sphere_A > 1.8 * median_sphere_A; }
};

struct SiteOptions {
  /// Largest CSM of a Tet and of an Oct; what is less regular counts as SiteKind::other. The most
  /// distorted cells of Ouyang et al. have 4.2 and 3.1.
  double largest_csm = 10;
  /// Circumcentres of neighbours nearer than this times (volume per anion)^(1/3) are one void.
  double void_tolerance = 0.15;
};

/// Sites of the sublattice of the ions in `anions` (species labels; empty: every ion). The position
/// of a site is the centroid of its vertices, which are indices into `crystal`. All kinds of ions
/// but the anions are ignored. Throws InputError if there are no anions, two of them overlap, or
/// the cell is singular.
SiteGraph find_sites(Crystal const& crystal, std::vector<std::string> const& anions = {},
                     SiteOptions const& options = {});

/// An ion nearer than this to a site's centre, in Å, stands in the site; one that is further from
/// all has left the model.
inline constexpr double occupied_within = 0.8;

struct NearestSite {
  std::size_t site = 0;  // index into SiteGraph::sites
  double distance = 0;   // Å
};

/// The site whose centre, or a periodic image of it, is nearest to `position` (Å); the first of
/// equally near ones. There must be a site.
NearestSite nearest_site(SiteGraph const& graph, Cell const& cell, Vec3 position);

/// All hops of one kind, each once and in one direction; chains of three sites start and end at
/// different ones (which may be images of each other).
std::vector<Hop> find_hops(SiteGraph const& graph, Cell const& cell, HopKind kind);

}  // namespace ionscape
