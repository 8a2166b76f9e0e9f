// Maps as pictures: planes of cells with colour bars, several panels a figure, written as gnuplot's
// scripts and data.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <ionscape/sweep/map_grid.hpp>

namespace ionscape::figures {

/// Edges of the cells around the values of an axis: half way to the neighbours.
std::vector<double> edges_of(std::vector<double> const& axis);

/// A number per row, NaN where there is none.
using Value = std::function<double(MapRow const&)>;
using Mask = std::function<bool(MapRow const&)>;

/// What a heatmap shows and how.
struct Layer {
  std::string label;  // of the colour bar, gnuplot's enhanced text
  Value value;
  bool diverging = false;
  double low = 0, high = 1;      // colour range; values beyond it take the colour of its ends
  int tics = 5;                  // steps of the colour bar from 0 to high
  bool saturates = false;        // some values lie above `high`
  std::vector<double> contours;  // drawn and labelled in the key
};

struct Panel {
  std::string title;
  std::size_t plane = 0;
  Layer layer;
  Mask mask;  // cells outside are grey; without one, cells without a value bear a cross
};

/// Colour range from the values of all planes, to two digits; `share` of them lie inside.
void set_range(Layer& layer, MapGrid const& grid, double share);

/// Writes style.gp, which every figure of the folder loads.
void write_style(std::filesystem::path const& directory);

/// Writes NAME.dat and NAME.gp. `shared`: all panels have one colour scale and one colour bar.
void write_figure(std::filesystem::path const& directory, std::string const& name,
                  std::string const& title, MapGrid const& grid, std::vector<Panel> const& panels,
                  bool shared);

/// Draws the scripts; returns the pictures, PNG and SVG, in their order.
std::vector<std::filesystem::path> draw(std::filesystem::path const& directory,
                                        std::vector<std::string> const& names);

}  // namespace ionscape::figures
