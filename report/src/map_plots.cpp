#include <ionscape/report/map_plots.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/neb/profile.hpp>

#include "figures.hpp"

namespace ionscape {

namespace {

using namespace figures;

constexpr double published_csm_factor = 1.16;  // the distortion with CSM(Tet) = 2.76 of panel f

std::string csm_title(MapRow const& row) {
  return "CSM Tet " + decimals(row.csm_tet, 2) + ", Oct " + decimals(row.csm_oct, 2);
}

/// The plane of a distortion, or the nearest.
std::size_t nearest_plane(MapGrid const& grid, double distortion) {
  std::size_t best = 0;
  for (std::size_t k = 0; k < grid.distortions.size(); ++k)
    if (std::fabs(grid.distortions[k] - distortion) <
        std::fabs(grid.distortions[best] - distortion))
      best = k;
  return best;
}

double neb_value(MapRow const& row) {
  return row.status == BandStatus::converged ? row.Ea_neb_eV : std::nan("");
}

/// The quantities of the figures, with the ranges of their colours.
struct Layers {
  Layer dE_tet, dE_oct, difference, Ea, Ea_neb;
};

Layers layers_of(MapGrid const& grid) {
  auto const quantity = [](char const* label, Value value) {
    Layer q;
    q.label = label;
    q.value = std::move(value);
    return q;
  };
  Layers l{
      quantity("ΔE_{tet} (eV)", [](MapRow const& r) { return r.dE_tet_eV; }),
      quantity("ΔE_{oct} (eV)", [](MapRow const& r) { return r.dE_oct_eV; }),
      quantity("E_{tet} - E_{oct} (eV)", [](MapRow const& r) { return r.E_tet_minus_E_oct_eV; }),
      quantity("E_a, three points (eV)", [](MapRow const& r) { return r.Ea_three_point_eV; }),
      quantity("E_a, CI-NEB (eV)", neb_value)};
  l.difference.diverging = true;
  l.difference.contours = {0};
  for (Layer* q : {&l.dE_tet, &l.dE_oct, &l.difference}) set_range(*q, grid, 0.97);
  // E_a is of interest up to 1 eV; what lies above takes the last colour.
  for (Layer* q : {&l.Ea, &l.Ea_neb}) {
    q->low = 0, q->high = 1, q->saturates = true;
    q->contours = {low_barrier};
  }
  return l;
}

/// Of one plane, where E_a is low.
Panel low_region(MapGrid const& grid, std::size_t plane, Layer const& Ea) {
  Layer low = Ea;
  low.high = low_barrier, low.tics = 4, low.saturates = false, low.contours.clear();
  Mask const below = [](MapRow const& r) { return r.Ea_three_point_eV < low_barrier; };
  low.value = [below](MapRow const& r) { return below(r) ? r.Ea_three_point_eV : std::nan(""); };
  auto const n =
      std::ranges::count_if(grid.planes[plane], [&](MapRow const* r) { return below(*r); });
  return Panel{"CSM Tet " + decimals(grid.planes[plane][0]->csm_tet, 2) + ": " + std::to_string(n) +
                   " of " + std::to_string(grid.cells()) + " points",
               plane, low, below};
}

std::vector<Panel> overview_of(MapGrid const& grid, std::size_t plane, Layers const& l,
                               std::vector<Panel> const& regions) {
  std::string const at = " at CSM Tet " + decimals(grid.planes[plane][0]->csm_tet, 2);
  std::vector<Panel> overview{{"a  ΔE_{tet}" + at, plane, l.dE_tet, {}},
                              {"b  ΔE_{oct}" + at, plane, l.dE_oct, {}},
                              {"c  E_{tet} - E_{oct}" + at, plane, l.difference, {}},
                              {"d  E_a" + at, plane, l.Ea, {}}};
  for (std::size_t k = 0; k < regions.size(); ++k) {
    overview.push_back(regions[k]);
    overview.back().title = std::string(1, char('e' + k)) + "  " + regions[k].title;
  }
  return overview;
}

/// Writes all figures of one anion; returns their names.
std::vector<std::string> write_figures(std::filesystem::path const& directory,
                                       MapGrid const& grid) {
  Layers const l = layers_of(grid);
  std::string const framework = "fcc " + grid.anion + " framework";
  std::vector<std::string> names;
  auto const write = [&](std::string const& name, std::string const& title,
                         std::vector<Panel> const& panels, bool shared) {
    names.push_back(grid.anion + "_fig3" + name);
    write_figure(directory, names.back(), title, grid, panels, shared);
  };
  auto const map_of = [&](std::string const& panel, std::string const& what, Layer const& shown) {
    std::vector<Panel> panels;
    for (std::size_t k = 0; k < grid.planes.size(); ++k)
      panels.push_back({csm_title(*grid.planes[k][0]), k, shown, {}});
    write(panel, framework + ": " + what, panels, true);
  };
  map_of("a_dE_tet", "change of the Tet energy by distortion", l.dE_tet);
  map_of("b_dE_oct", "change of the Oct energy by distortion", l.dE_oct);
  map_of("c_E_tet_minus_E_oct", "Tet minus Oct energy (line: 0; blue: Tet occupied)", l.difference);
  map_of("d_Ea_three_point", "E_a from Oct, face and Tet (line: 0.4 eV)", l.Ea);
  map_of("d_Ea_neb", "E_a by climbing-image NEB between held centres (line: 0.4 eV)", l.Ea_neb);

  std::size_t const ideal = nearest_plane(grid, 1),
                    distorted = nearest_plane(grid, published_csm_factor);
  std::vector<Panel> regions{low_region(grid, ideal, l.Ea)};
  if (distorted != ideal) regions.push_back(low_region(grid, distorted, l.Ea));
  write("ef_low_Ea", framework + ": where E_a (three points) is below 0.4 eV", regions, true);
  write("_overview", framework, overview_of(grid, distorted, l, regions), false);
  return names;
}

}  // namespace

std::vector<std::filesystem::path> plot_map(std::vector<MapRow> const& rows,
                                            std::filesystem::path const& directory) {
  std::map<std::string, std::vector<MapRow const*>> by_anion;
  for (MapRow const& row : rows) by_anion[row.point.anion].push_back(&row);
  if (by_anion.empty()) fail_input({}, "no rows to draw");
  std::vector<MapGrid> grids;
  for (auto const& [anion, list] : by_anion) grids.push_back(make_grid(anion, list));

  write_style(directory);
  std::vector<std::string> names;
  for (MapGrid const& grid : grids)
    for (std::string const& name : write_figures(directory, grid)) names.push_back(name);
  return draw(directory, names);
}

std::vector<std::filesystem::path> plot_profile(BandResult const& band, std::string const& title,
                                                std::filesystem::path const& directory) {
  double const zero = band.energy.front();
  std::ostringstream data;
  data << "# images: s (A), energy (eV) relative to the first image\n";
  for (int i = 0; i < band.n_images; ++i)
    data << shortest(band.position[i]) << ' ' << shortest(band.energy[i] - zero) << '\n';
  data << "\n\n# cubic through energies and slopes: s (A), energy (eV)\n";
  for (ProfilePoint const& p : interpolate_profile(band, 401))
    data << shortest(p.position) << ' ' << shortest(p.energy - zero) << '\n';
  data << "\n\n# highest image\n";
  if (band.saddle_image >= 0)
    data << shortest(band.position[band.saddle_image]) << ' ' << shortest(band.saddle_energy - zero)
         << '\n';
  else
    data << "NaN NaN\n";
  write_text(directory / "profile.dat", data.str());

  std::string const saddle = band.saddle_kind == SaddleKind::interior
                                 ? "saddle: " + decimals(band.forward_barrier, 3) +
                                       " eV from the start, " + decimals(band.reverse_barrier, 3) +
                                       " eV from the end"
                                 : "highest point: an end of the path; end - start = " +
                                       decimals(band.energy.back() - zero, 3) + " eV";
  std::string plain;
  for (char c : title)
    if (c != '\'' && c != '\n') plain += c;
  std::ostringstream gp;
  gp << "# Draw again with: gnuplot profile.gp      (data: profile.dat)\n"
     << "do for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo noenhanced size 1600,1100 font \"DejaVu "
        "Sans,16\" fontscale "
        "1.7 linewidth 2 } \\\n"
     << "else { set terminal svg noenhanced size 800,550 font \"DejaVu Sans,14\" background rgb "
        "'white' }\n"
     << "set output 'profile.'.format\n"
     << "set title \""
     << "\".'" << plain << "'.\"\\n"
     << saddle << "\"\n"
     << "set xlabel 'Reaction coordinate s (Å)'\nset ylabel 'E - E(start) (eV)'\n"
     << "set tics out nomirror\nset autoscale fix\nset offsets graph 0.03, graph 0.03, graph 0.08, "
        "graph 0.08\nunset "
        "key\nset grid lc rgb '#dddddd'\n"
     << "plot 'profile.dat' index 1 with lines lw 2 lc rgb '#31688e', \\\n"
     << "     '' index 0 with points pt 7 ps 1.4 lc rgb '#31688e', \\\n"
     << "     '' index 2 with points pt 6 ps 2.6 lw 2 lc rgb '#d7301f'\n"
     << "set output\n}\n";
  write_text(directory / "profile.gp", gp.str());
  return draw(directory, {"profile"});
}

}  // namespace ionscape
