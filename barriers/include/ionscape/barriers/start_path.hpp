// Where bands of whole crystals begin. None of these looks whether ions overlap: overlaps.hpp does.
#pragma once

#include <ionscape/barriers/crystal_hop.hpp>

namespace ionscape {

/// n >= 3 images on straight lines, equally spaced.
CrystalPath linear_start(CrystalHop const& hop, int n);

/// n >= 3 images: a nudged elastic band on the surfaces of the image dependent pair potential
/// (idpp.hpp, `cutoff` in Å), as in the paper, until no ion's force is above 0.02 Å^-3 (about 0.02 Å
/// from the bottom) or 200 steps are done. Ions that would run through each other on straight lines
/// are led around first, sideways. Images are about equally spaced, fixed ions stay; without any, the mean
/// of all positions is that of the straight path.
CrystalPath idpp_start(CrystalHop const& hop, int n, double cutoff = 6);

}  // namespace ionscape
