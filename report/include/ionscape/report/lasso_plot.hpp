// The LASSO path as a picture.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/fit/regression.hpp>

namespace ionscape {

/// Draws b over lambda into DIR/NAME.png and .svg, with NAME.gp and NAME.dat. Throws InputError
/// without gnuplot.
std::vector<std::filesystem::path> plot_lasso_path(std::filesystem::path const& directory,
                                                   std::string const& name,
                                                   std::string const& title,
                                                   std::vector<std::string> const& features,
                                                   LassoPath const& path);

}  // namespace ionscape
