#include <ionscape/sweep/plots.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <sstream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/neb/profile.hpp>

#include "gnuplot.hpp"

namespace ionscape {

namespace {

constexpr double low_barrier = 0.4;            // eV, the limit of the published panels e and f
constexpr double published_csm_factor = 1.16;  // the distortion with CSM(Tet) = 2.76 of panel f

/// A fixed number of decimals, for titles.
std::string decimals(double x, int n) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", n, x);
  return text;
}

void write_text(std::filesystem::path const& file, std::string const& text) {
  AtomicFile out(file);
  out.stream() << text;
  out.commit();
}

// ------------------------------------------------------------------------------------------------------------ the grid

/// The rows of one anion as planes of one distortion each.
struct Grid {
  std::string anion;
  std::vector<double> volumes, charges, distortions;  // ascending
  std::vector<std::vector<MapRow const*>> planes;     // per distortion: charge outermost

  std::size_t cells() const { return volumes.size() * charges.size(); }
};

std::size_t index_of(std::vector<double> const& axis, double value) {
  return std::size_t(std::lower_bound(axis.begin(), axis.end(), value) - axis.begin());
}

Grid make_grid(std::string const& anion, std::vector<MapRow const*> const& rows) {
  // The name goes into file names and scripts.
  if (anion.empty() ||
      !std::ranges::all_of(anion, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; }))
    fail_input({}, "pictures need an anion's name of letters and digits, found '", anion, "'");
  Grid grid;
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
  bool const holes = std::ranges::any_of(grid.planes, [](auto const& p) { return std::ranges::count(p, nullptr) > 0; });
  if (holes || rows.size() != grid.planes.size() * grid.cells() || grid.volumes.size() < 2 || grid.charges.size() < 2)
    fail_input({}, "the rows of ", anion, " are no grid: ", rows.size(), " rows over ", grid.volumes.size(),
               " volumes, ", grid.charges.size(), " charges and ", grid.distortions.size(),
               " distortions; pictures need every combination once, of at least 2 volumes and 2 charges");
  return grid;
}

/// Edges of the cells around the values of an axis: half way to the neighbours.
std::vector<double> edges_of(std::vector<double> const& axis) {
  std::vector<double> edges(axis.size() + 1);
  for (std::size_t i = 1; i < axis.size(); ++i) edges[i] = 0.5 * (axis[i - 1] + axis[i]);
  edges.front() = 2 * axis.front() - edges[1];
  edges.back() = 2 * axis.back() - edges[axis.size() - 1];
  return edges;
}

/// A number per row, NaN where there is none.
using Value = std::function<double(MapRow const&)>;
using Mask = std::function<bool(MapRow const&)>;

/// One plane as text: volume, charge, the cell's edges, value, 1 if there is one; a blank line after each charge, as
/// gnuplot's contours want.
std::string plane_data(Grid const& grid, std::vector<MapRow const*> const& plane, Value const& value) {
  auto const v = edges_of(grid.volumes), q = edges_of(grid.charges);
  std::ostringstream out;
  for (std::size_t j = 0; j < grid.charges.size(); ++j) {
    for (std::size_t i = 0; i < grid.volumes.size(); ++i) {
      double const x = value(*plane[j * grid.volumes.size() + i]);
      out << shortest(grid.volumes[i]) << ' ' << shortest(grid.charges[j]) << ' ' << shortest(v[i]) << ' '
          << shortest(v[i + 1]) << ' ' << shortest(q[j]) << ' ' << shortest(q[j + 1]) << ' '
          << (std::isfinite(x) ? shortest(x) + " 1\n" : "NaN 0\n");
    }
    out << '\n';
  }
  return out.str();
}

/// The outline of the cells in a mask, as line segments with a blank line after each.
std::string outline_data(Grid const& grid, std::vector<MapRow const*> const& plane, Mask const& inside) {
  auto const v = edges_of(grid.volumes), q = edges_of(grid.charges);
  int const nv = int(grid.volumes.size()), nq = int(grid.charges.size());
  auto const in = [&](int i, int j) {
    return i >= 0 && i < nv && j >= 0 && j < nq && inside(*plane[std::size_t(j) * nv + i]);
  };
  std::ostringstream out;
  auto const segment = [&](int i0, int j0, int i1, int j1) {
    out << shortest(v[i0]) << ' ' << shortest(q[j0]) << '\n' << shortest(v[i1]) << ' ' << shortest(q[j1]) << "\n\n";
  };
  for (int j = 0; j <= nq; ++j)
    for (int i = 0; i <= nv; ++i) {
      if (in(i, j) != in(i - 1, j) && j < nq) segment(i, j, i, j + 1);
      if (in(i, j) != in(i, j - 1) && i < nv) segment(i, j, i + 1, j);
    }
  // gnuplot wants at least one point in a block.
  return out.str().empty() ? "NaN NaN\n" : out.str();
}

// --------------------------------------------------------------------------------------------------------- the figures

/// What a heatmap shows and how.
struct Quantity {
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
  Quantity quantity;
  Mask mask;  // panels e and f: cells outside are grey
};

/// Range of the values of all planes, to two digits.
void set_range(Quantity& quantity, Grid const& grid, double share) {
  std::vector<double> values;
  for (auto const& plane : grid.planes)
    for (MapRow const* row : plane)
      if (double const x = quantity.value(*row); std::isfinite(x))
        values.push_back(quantity.diverging ? std::fabs(x) : x);
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  double const top = values[std::size_t(share * double(values.size() - 1))];
  double const digit = std::pow(10, std::floor(std::log10(std::max(top, 1e-3))));
  quantity.high = std::max(digit * std::ceil(2 * top / digit) / 2, 1e-3);
  quantity.low = quantity.diverging ? -quantity.high : std::min(0.0, std::floor(10 * values.front()) / 10);
  quantity.saturates = values.back() > quantity.high;
}

constexpr char style[] = R"(# Shared by all maps of this folder; change here to restyle them all.
set style fill solid 1.0 noborder
set style line 1 lc rgb "black" lw 3          # contours
set style line 2 lc rgb "#d7301f" lw 5        # the part where Tet is occupied
set style line 3 lc rgb "black" lw 2 dt 2     # the limit of E_a
set style line 4 lc rgb "#777777" lw 1.5 dt 3 # the range that the potential was fitted in
set tics out nomirror scale 0.6
set border 15 lw 1.2
unset key
sequential = "0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725'"
diverging = "0 '#2166ac', 1 '#4393c3', 2 '#92c5de', 3 '#d1e5f0', 4 '#f7f7f7', 5 '#fddbc7', 6 '#f4a582', 7 '#d6604d', 8 '#b2182b'"
)";

/// The commands of one panel; `block` counts the data blocks used so far, `axes` sets labels and formats of the axes.
std::string panel_commands(Panel const& panel, Grid const& grid, std::string const& data, int& block,
                           std::string const& axes) {
  Quantity const& q = panel.quantity;
  auto const v = edges_of(grid.volumes), c = edges_of(grid.charges);
  std::ostringstream out;
  out << "set title '" << panel.title << "'\n"
      << "set xrange [" << shortest(v.front()) << ":" << shortest(v.back()) << "]\n"
      << "set yrange [" << shortest(c.front()) << ":" << shortest(c.back()) << "]\n"
      << "eval 'set palette defined ('.(" << (q.diverging ? "diverging" : "sequential") << ").')'\n"
      << "set cbrange [" << shortest(q.low) << ":" << shortest(q.high) << "]\n"
      << "set cbtics " << shortest(q.high / q.tics) << "\n";
  if (q.saturates) out << "set cbtics add (\"≥ " << shortest(q.high) << "\" " << shortest(q.high) << ")\n";
  if (q.saturates && q.diverging) out << "set cbtics add (\"≤ " << shortest(q.low) << "\" " << shortest(q.low) << ")\n";
  int const cells = block++;
  std::string const file = "'" + data + "' index ";
  // Tables are written in the format of the axes.
  if (!q.contours.empty()) out << "set format x '%.8g'; set format y '%.8g'\n";
  for (std::size_t k = 0; k < q.contours.size(); ++k)
    out << "set contour base; unset surface; set cntrparam levels discrete " << shortest(q.contours[k]) << "\n"
        << "set table $contour" << cells << "_" << k << "; splot " << file << cells
        << " using 1:2:7 with lines; unset table\n"
        << "unset contour; set surface\n";
  out << axes;
  // Cells without a value are grey; where that means a failure and not a mask, they bear a cross.
  out << "plot " << file << cells
      << " using 1:2:3:4:5:6:($8 > 0 ? NaN : 0) with boxxyerror lc rgb '#dddddd' notitle, \\\n     ";
  if (!panel.mask)
    out << file << cells << " using 1:($8 > 0 ? NaN : $2) with points pt 2 ps 0.8 lc rgb '#444444' notitle, \\\n     ";
  out << file << cells << " using ($8 > 0 ? $1 : NaN):2:3:4:5:6:7 with boxxyerror lc palette notitle";
  for (std::size_t k = 0; k < q.contours.size(); ++k)
    out << ", \\\n     $contour" << cells << "_" << k << " using 1:2 with lines ls 1 notitle";
  out << ", \\\n     " << file << block++ << " using 1:2 with lines ls 4 notitle";
  if (panel.mask) {
    int const limit = block++, tet = block++;
    out << ", \\\n     " << file << limit << " using 1:2 with lines ls 3 title 'E_a < " << shortest(low_barrier)
        << " eV'"
        << ", \\\n     " << file << tet << " using 1:2 with lines ls 2 title 'of these: Tet occupied'";
  }
  out << "\n";
  return out.str();
}

std::string panel_data(Panel const& panel, Grid const& grid) {
  auto const& plane = grid.planes[panel.plane];
  std::string text;
  auto const add = [&](std::string const& name, std::string const& block) {
    text += "# " + panel.title + ": " + name + "\n" + block + "\n\n";
  };
  add("volume per anion (A^3), charge (e), edges of the cell, value (eV), 1 if there is a value",
      plane_data(grid, plane, panel.quantity.value));
  auto const fitted = [](MapRow const& row) { return row.notes.find("extrapolated") == std::string::npos; };
  bool const all_fitted = std::ranges::all_of(plane, [&](MapRow const* row) { return fitted(*row); });
  add("outline of the range that the potential was fitted in",
      outline_data(grid, plane, [&](MapRow const& row) { return !all_fitted && fitted(row); }));
  if (panel.mask) {
    add("outline of the cells below the limit", outline_data(grid, plane, panel.mask));
    add("outline of those where Tet is occupied",
        outline_data(grid, plane, [&](MapRow const& row) { return panel.mask(row) && row.E_tet_minus_E_oct_eV < 0; }));
  }
  return text;
}

/// Writes NAME.dat and NAME.gp. `shared`: all panels have one colour scale and one colour bar.
void write_figure(std::filesystem::path const& directory, std::string const& name, std::string const& title,
                  Grid const& grid, std::vector<Panel> const& panels, bool shared) {
  int const n = int(panels.size());
  int const columns = n <= 3 ? n : n <= 8 ? (n + 1) / 2 : int(std::ceil(std::sqrt(double(n))));
  int const rows = (n + columns - 1) / columns;
  bool const key = std::any_of(panels.begin(), panels.end(), [](Panel const& p) { return bool(p.mask); });
  // All in points; `gap` is the space for what stands between panels.
  int const left = 100, right = 190, top = 85, bottom = key ? 140 : 85, panel_size = 320;
  int const gap_x = shared ? 30 : 265, gap_y = shared ? 75 : 130;
  int const width = left + columns * panel_size + (columns - 1) * gap_x + right;
  int const height = top + rows * panel_size + (rows - 1) * gap_y + bottom;
  auto const across = [&](double x) { return decimals(x / width, 4); };
  auto const up = [&](double y) { return decimals(y / height, 4); };
  std::string data;
  for (Panel const& panel : panels) data += panel_data(panel, grid);
  write_text(directory / (name + ".dat"), data);

  std::ostringstream gp;
  gp << "# " << title << "\n# Draw again with: gnuplot " << name << ".gp      (data: " << name
     << ".dat, style: style.gp)\n"
     << "load 'style.gp'\n"
     << "do for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo rounded size " << 2 * width << "," << 2 * height
     << " font \"DejaVu Sans,15\" fontscale 2 linewidth 2 } \\\n"
     << "else { set terminal svg rounded size " << width << "," << height
     << " font \"DejaVu Sans,15\" background rgb 'white' }\n"
     << "set output '" << name << ".'.format\n"
     << "set multiplot layout " << rows << "," << columns << " title '" << title << "' margins " << across(left) << ","
     << across(width - right) << "," << up(bottom) << "," << up(height - top) << " spacing " << across(gap_x) << ","
     << up(gap_y) << "\n";
  int block = 0;
  for (int k = 0; k < n; ++k) {
    bool const y_axis = !shared || k % columns == 0, x_axis = !shared || k + columns >= n;
    std::string axes = y_axis ? "set ylabel 'Anion charge (e)' offset 1.2,0\nset format y '%.1f'\n"
                              : "unset ylabel\nset format y ''\n";
    axes += x_axis ? "set xlabel 'Volume per anion (Å^3)' offset 0,0.4\nset format x '%g'\n"
                   : "unset xlabel\nset format x ''\n";
    // A shared colour bar is drawn last, beside all panels.
    if (shared && k + 1 < n)
      axes += "unset colorbox\n";
    else if (shared)
      axes += "set colorbox user origin " + across(width - right + 25) + "," + up(bottom) + " size " + across(24) +
              "," + up(height - top - bottom) + "\n";
    if (!shared || k + 1 == n) axes += "set cblabel '" + panels[k].quantity.label + "'\n";
    if (key)
      axes += panels[k].mask
                  ? "set key at screen 0.5, screen " + up(30) + " center center horizontal samplen 2 width 2\n"
                  : "unset key\n";
    gp << "\n" << panel_commands(panels[k], grid, name + ".dat", block, axes);
  }
  gp << "\nunset multiplot\nset output\n}\n";
  write_text(directory / (name + ".gp"), gp.str());
}

std::string csm_title(MapRow const& row) {
  return "CSM Tet " + decimals(row.csm_tet, 2) + ", Oct " + decimals(row.csm_oct, 2);
}

/// The plane of a distortion, or the nearest.
std::size_t nearest_plane(Grid const& grid, double distortion) {
  std::size_t best = 0;
  for (std::size_t k = 0; k < grid.distortions.size(); ++k)
    if (std::fabs(grid.distortions[k] - distortion) < std::fabs(grid.distortions[best] - distortion)) best = k;
  return best;
}

double neb_value(MapRow const& row) { return row.status == "converged" ? row.Ea_neb_eV : std::nan(""); }

/// Writes all figures of one anion; returns their names.
std::vector<std::string> write_figures(std::filesystem::path const& directory, Grid const& grid) {
  auto const quantity = [](char const* label, Value value) {
    Quantity q;
    q.label = label;
    q.value = std::move(value);
    return q;
  };
  Quantity dE_tet = quantity("ΔE_{tet} (eV)", [](MapRow const& r) { return r.dE_tet_eV; });
  Quantity dE_oct = quantity("ΔE_{oct} (eV)", [](MapRow const& r) { return r.dE_oct_eV; });
  Quantity difference = quantity("E_{tet} - E_{oct} (eV)", [](MapRow const& r) { return r.E_tet_minus_E_oct_eV; });
  difference.diverging = true;
  difference.contours = {0};
  Quantity Ea = quantity("E_a, three points (eV)", [](MapRow const& r) { return r.Ea_three_point_eV; });
  Quantity Ea_neb = quantity("E_a, CI-NEB (eV)", neb_value);
  set_range(dE_tet, grid, 0.97);
  set_range(dE_oct, grid, 0.97);
  set_range(difference, grid, 0.97);
  // E_a is of interest up to 1 eV; what lies above takes the last colour.
  for (Quantity* q : {&Ea, &Ea_neb}) {
    q->low = 0, q->high = 1, q->saturates = true;
    q->contours = {low_barrier};
  }

  std::vector<std::string> names;
  auto const map_of = [&](std::string const& panel, std::string const& what, Quantity const& shown) {
    std::vector<Panel> panels;
    for (std::size_t k = 0; k < grid.planes.size(); ++k)
      panels.push_back({csm_title(*grid.planes[k][0]), k, shown, {}});
    names.push_back(grid.anion + "_fig3" + panel);
    write_figure(directory, names.back(), "fcc " + grid.anion + " framework: " + what, grid, panels, true);
  };
  map_of("a_dE_tet", "change of the Tet energy by distortion", dE_tet);
  map_of("b_dE_oct", "change of the Oct energy by distortion", dE_oct);
  map_of("c_E_tet_minus_E_oct", "Tet minus Oct energy (line: 0; blue: Tet occupied)", difference);
  map_of("d_Ea_three_point", "E_a from Oct, face and Tet (line: 0.4 eV)", Ea);
  map_of("d_Ea_neb", "E_a by climbing-image NEB between held centres (line: 0.4 eV)", Ea_neb);

  auto const region = [&](std::size_t plane) {
    Quantity low = Ea;
    low.high = low_barrier, low.tics = 4, low.saturates = false, low.contours.clear();
    Mask const below = [](MapRow const& r) { return r.Ea_three_point_eV < low_barrier; };
    low.value = [below](MapRow const& r) { return below(r) ? r.Ea_three_point_eV : std::nan(""); };
    auto const n =
        std::count_if(grid.planes[plane].begin(), grid.planes[plane].end(), [&](MapRow const* r) { return below(*r); });
    return Panel{"CSM Tet " + decimals(grid.planes[plane][0]->csm_tet, 2) + ": " + std::to_string(n) + " of " +
                     std::to_string(grid.cells()) + " points",
                 plane, low, below};
  };
  std::size_t const ideal = nearest_plane(grid, 1), distorted = nearest_plane(grid, published_csm_factor);
  std::vector<Panel> regions{region(ideal)};
  if (distorted != ideal) regions.push_back(region(distorted));
  names.push_back(grid.anion + "_fig3ef_low_Ea");
  write_figure(directory, names.back(), "fcc " + grid.anion + " framework: where E_a (three points) is below 0.4 eV",
               grid, regions, true);

  std::vector<Panel> overview;
  std::string const at = " at CSM Tet " + decimals(grid.planes[distorted][0]->csm_tet, 2);
  overview.push_back({"a  ΔE_{tet}" + at, distorted, dE_tet, {}});
  overview.push_back({"b  ΔE_{oct}" + at, distorted, dE_oct, {}});
  overview.push_back({"c  E_{tet} - E_{oct}" + at, distorted, difference, {}});
  overview.push_back({"d  E_a" + at, distorted, Ea, {}});
  for (std::size_t k = 0; k < regions.size(); ++k) {
    overview.push_back(regions[k]);
    overview.back().title = std::string(1, char('e' + k)) + "  " + regions[k].title;
  }
  names.push_back(grid.anion + "_fig3_overview");
  write_figure(directory, names.back(), "fcc " + grid.anion + " framework", grid, overview, false);
  return names;
}

/// Draws the scripts; returns the pictures in their order.
std::vector<std::filesystem::path> draw(std::filesystem::path const& directory, std::vector<std::string> const& names) {
  std::vector<std::string> scripts;
  std::vector<std::filesystem::path> pictures;
  for (std::string const& name : names) {
    scripts.push_back(name + ".gp");
    for (char const* format : {".png", ".svg"}) pictures.push_back(directory / (name + format));
  }
  run_gnuplot(directory, scripts);
  return pictures;
}

}  // namespace

std::vector<std::filesystem::path> plot_map(std::vector<MapRow> const& rows, std::filesystem::path const& directory) {
  std::map<std::string, std::vector<MapRow const*>> by_anion;
  for (MapRow const& row : rows) by_anion[row.point.anion].push_back(&row);
  if (by_anion.empty()) fail_input({}, "no rows to draw");
  std::vector<Grid> grids;
  for (auto const& [anion, list] : by_anion) grids.push_back(make_grid(anion, list));

  write_text(directory / "style.gp", style);
  std::vector<std::string> names;
  for (Grid const& grid : grids)
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
    data << shortest(band.position[band.saddle_image]) << ' ' << shortest(band.saddle_energy - zero) << '\n';
  else
    data << "NaN NaN\n";
  write_text(directory / "profile.dat", data.str());

  std::string const saddle =
      band.saddle_kind == SaddleKind::interior
          ? "saddle: " + decimals(band.forward_barrier, 3) + " eV from the start, " +
                decimals(band.reverse_barrier, 3) + " eV from the end"
          : "highest point: an end of the path; end - start = " + decimals(band.energy.back() - zero, 3) + " eV";
  std::string plain;
  for (char c : title)
    if (c != '\'' && c != '\n') plain += c;
  std::ostringstream gp;
  gp << "# Draw again with: gnuplot profile.gp      (data: profile.dat)\n"
     << "do for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo noenhanced size 1600,1100 font \"DejaVu Sans,16\" fontscale "
        "1.7 linewidth 2 } \\\n"
     << "else { set terminal svg noenhanced size 800,550 font \"DejaVu Sans,14\" background rgb 'white' }\n"
     << "set output 'profile.'.format\n"
     << "set title \""
     << "\".'" << plain << "'.\"\\n"
     << saddle << "\"\n"
     << "set xlabel 'Reaction coordinate s (Å)'\nset ylabel 'E - E(start) (eV)'\n"
     << "set tics out nomirror\nset autoscale fix\nset offsets graph 0.03, graph 0.03, graph 0.08, graph 0.08\nunset "
        "key\nset grid lc rgb '#dddddd'\n"
     << "plot 'profile.dat' index 1 with lines lw 2 lc rgb '#31688e', \\\n"
     << "     '' index 0 with points pt 7 ps 1.4 lc rgb '#31688e', \\\n"
     << "     '' index 2 with points pt 6 ps 2.6 lw 2 lc rgb '#d7301f'\n"
     << "set output\n}\n";
  write_text(directory / "profile.gp", gp.str());
  return draw(directory, {"profile"});
}

}  // namespace ionscape
