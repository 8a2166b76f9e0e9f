// Where bands of whole crystals begin. None of these looks whether ions overlap: overlaps.hpp does.
#pragma once

#include <filesystem>

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

/// The hop by way of a user's band of at least 3 images, which lists the same ions in the hop's order,
/// in any images, and begins and ends within 1 Å of the hop's ends: these may have been relaxed since,
/// and the band's images go with them, each by its share. If they are another number than n >= 3, n
/// are put evenly along the straight lines through them. Throws InputError for other ions, another
/// order, another cell, an ion that ends in another place, and a fixed one that the band moves by more
/// than 0.01 Å; `file` is the band's, for errors.
CrystalPath path_of_band(CrystalHop const& hop, Band const& band, int n,
                         std::filesystem::path const& file = {});

}  // namespace ionscape
