// Parity plots: values of models over the values that they should meet.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ionscape {

/// Values over the same references; NaN where there is none.
struct ParitySeries {
  std::string name;
  std::vector<double> values;  // (n_points)
};

struct ParityPlot {
  std::string name;  // of the files
  std::string title, reference_label, value_label;
  std::vector<double> reference;  // (n_points)
  std::vector<ParitySeries> series;
  std::vector<std::string> labels;  // (n_points), written beside the last series; or empty
};

/// Writes NAME.gp and NAME.dat and draws them into NAME.png and .svg; returns the pictures. Dashed:
/// 0.1 off the diagonal. Throws InputError without gnuplot.
std::vector<std::filesystem::path> plot_parity(std::filesystem::path const& directory,
                                               ParityPlot const& plot);

}  // namespace ionscape
