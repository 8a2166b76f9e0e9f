// The sites of a CIF block, and their images by symmetry.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "cif_blocks.hpp"
#include "cif_symmetry.hpp"

namespace ionscape {

/// Six digits are more than a file means.
inline constexpr int meant_digits = 6;

struct CifSite {
  std::string name, element;
  Vec3 fractional;
  double occupancy = 1;
  double oxidation = std::nan("");
  std::string disorder_group;  // empty: none
};

/// "site Li1", "sites Li1, Li2", and of many the first: "... and 3 more".
std::string site_names(std::vector<std::string> const& names);

/// The sites that are there: empty ones and dummies are left out. What was assumed goes to `notes`.
/// Throws InputError where an element, an occupancy or a position is not certain.
std::vector<CifSite> read_sites(CifBlock const& block, std::vector<std::string>& notes);

/// All images of a site in the cell, each once. A site near a special position is first put on
/// it, by the mean of the images that fall together: files round 1/3 to 0.3333.
/// `moved` is how far that was, in Å.
std::vector<Vec3> orbit(Vec3 site, std::vector<CifOperation> const& operations, Cell const& cell,
                        double& moved);

/// Throws InputError where sites are filled in part, share a point, or exclude each other. Rounded
/// occupancies and a single disorder group are read as whole, and noted.
void refuse_disorder(CifBlock const& block, std::vector<CifSite> const& sites,
                     std::vector<std::vector<Vec3>> const& orbits, Cell const& cell,
                     std::vector<std::string>& notes);

/// The same element on an image of an earlier site, to the rounding of the coordinates: the file
/// lists the cell's atoms and the operations that make them.
bool repeats_an_earlier(std::size_t i, std::vector<CifSite> const& sites,
                        std::vector<std::vector<Vec3>> const& orbits, Cell const& cell);

}  // namespace ionscape
