// ionscape plot DIR: the pictures of a finished sweep.
#include <iostream>

#include <ionscape/report/map_plots.hpp>

#include "arguments.hpp"
#include "run_files.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

int plot_command(int argc, char const* const* argv) {
  Arguments arguments(
      "plot",
      "Draws the maps of a finished sweep from DIR/map.csv into DIR/pictures, as PNG and SVG;\n"
      "gnuplot's scripts and data stay beside them.",
      {"DIR [--out PICTURES]"},
      "ionscape sweep examples/published/S.toml && ionscape plot results/S");
  arguments.positional("dir");
  arguments.option("out", "DIR", "folder for the pictures (default: DIR/pictures)");
  if (!arguments.parse(argc, argv)) return good;

  auto const directory = arguments.required_path("dir", "folder of a finished sweep");
  bool const is_folder = std::filesystem::is_directory(directory);
  auto const beside = is_folder ? directory : directory.parent_path();
  auto const pictures = arguments.path("out").value_or(beside / "pictures");
  auto const rows = read_map(directory);
  check_files({is_folder ? directory / "map.csv" : directory}, {pictures / "style.gp"});
  for (auto const& picture : plot_map(rows, pictures)) std::cout << picture.string() << '\n';
  return good;
}

}  // namespace ionscape::app
