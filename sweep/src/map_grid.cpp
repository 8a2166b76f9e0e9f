#include <ionscape/sweep/map_grid.hpp>

#include <algorithm>
#include <cctype>

#include <ionscape/core/error.hpp>

namespace ionscape {

std::size_t index_of(std::vector<double> const& axis, double value) {
  return std::size_t(std::lower_bound(axis.begin(), axis.end(), value) - axis.begin());
}

MapGrid make_grid(std::string const& anion, std::vector<MapRow const*> const& rows) {
  // The name goes into file names and scripts.
  if (anion.empty() || !std::ranges::all_of(anion, [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-';
      }))
    fail_input({}, "pictures need an anion's name of letters and digits, found '", anion, "'");
  MapGrid grid;
  grid.anion = anion;
  for (MapRow const* row : rows) {
    grid.volumes.push_back(row->point.volume_A3);
    grid.charges.push_back(row->point.charge_e);
    grid.distortions.push_back(row->point.distortion);
  }
  for (auto* axis : {&grid.volumes, &grid.charges, &grid.distortions}) {
    std::sort(axis->begin(), axis->end());
    axis->erase(std::unique(axis->begin(), axis->end()), axis->end());
  }
  grid.planes.assign(grid.distortions.size(), std::vector<MapRow const*>(grid.cells(), nullptr));
  for (MapRow const* row : rows)
    grid.planes[index_of(grid.distortions, row->point.distortion)]
               [index_of(grid.charges, row->point.charge_e) * grid.volumes.size() +
                index_of(grid.volumes, row->point.volume_A3)] = row;
  bool const holes = std::ranges::any_of(
      grid.planes, [](auto const& p) { return std::ranges::count(p, nullptr) > 0; });
  if (holes || rows.size() != grid.planes.size() * grid.cells() || grid.volumes.size() < 2 ||
      grid.charges.size() < 2)
    fail_input(
        {}, "the rows of ", anion, " are no grid: ", rows.size(), " rows over ",
        grid.volumes.size(), " volumes, ", grid.charges.size(), " charges and ",
        grid.distortions.size(),
        " distortions; a grid has every combination once, of at least 2 volumes and 2 charges");
  return grid;
}

}  // namespace ionscape
