// Six anions as an octahedron or a trigonal prism.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <ionscape/lattice/csm.hpp>

#include "blocks.hpp"

namespace ionscape {

/// CSM about the vertices' centroid.
double measure_about_centroid(std::span<Vec3 const> vertices, IdealPolyhedron const& ideal);

/// The kind that six anions are nearest to, and its measure; nothing if that is above `largest_csm`.
std::optional<std::pair<SiteKind, double>> kind_of_six(std::span<Vec3 const> six,
                                                       double largest_csm);

/// Six anions around connected blocks, as one site.
struct Candidate {
  SiteKind kind;
  double csm;
  std::vector<Vertex> vertices;
  std::vector<Piece> members;  // blocks
};

/// All of free blocks whose hull these blocks fill, and which tetrahedra alone do not describe as
/// well; the most regular first.
std::vector<Candidate> candidates(Blocks const& blocks, double largest_csm,
                                  std::function<bool(Piece)> const& is_free);

}  // namespace ionscape
