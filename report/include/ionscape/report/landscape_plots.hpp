// Pictures of a landscape: the energy along a way, and which sites hang together below which energy.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/landscape/site_network.hpp>

namespace ionscape {

/// Draws the energy along the ways that percolate in 1, 2 and 3 dimensions, each from a site to its own
/// image, into DIR/NAME.png and .svg, with NAME.gp and NAME.dat. Throws InputError without gnuplot.
std::vector<std::filesystem::path> plot_percolating_ways(std::filesystem::path const& directory,
                                                         std::string const& name,
                                                         std::string const& title,
                                                         SiteNetwork const& network);

/// A disconnectivity graph (Becker and Karplus, J. Chem. Phys. 106, 1495 (1997)): a line for each site,
/// from its energy up to the saddle where it joins a lower one. Otherwise as above.
std::vector<std::filesystem::path> plot_disconnectivity(std::filesystem::path const& directory,
                                                        std::string const& name,
                                                        std::string const& title,
                                                        SiteNetwork const& network);

}  // namespace ionscape
