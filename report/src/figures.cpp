#include "figures.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <sstream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>

#include "gnuplot.hpp"

namespace ionscape::figures {

std::vector<double> edges_of(std::vector<double> const& axis) {
  std::vector<double> edges(axis.size() + 1);
  for (std::size_t i = 1; i < axis.size(); ++i) edges[i] = 0.5 * (axis[i - 1] + axis[i]);
  edges.front() = 2 * axis.front() - edges[1];
  edges.back() = 2 * axis.back() - edges[axis.size() - 1];
  return edges;
}

namespace {

/// One plane as text: volume, charge, the cell's edges, value, 1 if there is one; a blank line
/// after each charge, as gnuplot's contours want.
std::string plane_data(MapGrid const& grid, std::vector<MapRow const*> const& plane,
                       Value const& value) {
  auto const v = edges_of(grid.volumes), q = edges_of(grid.charges);
  std::ostringstream out;
  for (std::size_t j = 0; j < grid.charges.size(); ++j) {
    for (std::size_t i = 0; i < grid.volumes.size(); ++i) {
      double const x = value(*plane[j * grid.volumes.size() + i]);
      out << shortest(grid.volumes[i]) << ' ' << shortest(grid.charges[j]) << ' ' << shortest(v[i])
          << ' ' << shortest(v[i + 1]) << ' ' << shortest(q[j]) << ' ' << shortest(q[j + 1]) << ' '
          << (std::isfinite(x) ? shortest(x) + " 1\n" : "NaN 0\n");
    }
    out << '\n';
  }
  return out.str();
}

/// The outline of the cells in a mask, as line segments with a blank line after each.
std::string outline_data(MapGrid const& grid, std::vector<MapRow const*> const& plane,
                         Mask const& inside) {
  auto const v = edges_of(grid.volumes), q = edges_of(grid.charges);
  int const nv = int(grid.volumes.size()), nq = int(grid.charges.size());
  auto const in = [&](int i, int j) {
    return i >= 0 && i < nv && j >= 0 && j < nq && inside(*plane[std::size_t(j) * nv + i]);
  };
  std::ostringstream out;
  auto const segment = [&](int i0, int j0, int i1, int j1) {
    out << shortest(v[i0]) << ' ' << shortest(q[j0]) << '\n'
        << shortest(v[i1]) << ' ' << shortest(q[j1]) << "\n\n";
  };
  for (int j = 0; j <= nq; ++j)
    for (int i = 0; i <= nv; ++i) {
      if (in(i, j) != in(i - 1, j) && j < nq) segment(i, j, i, j + 1);
      if (in(i, j) != in(i, j - 1) && i < nv) segment(i, j, i + 1, j);
    }
  // gnuplot wants at least one point in a block.
  return out.str().empty() ? "NaN NaN\n" : out.str();
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

/// The commands of one panel; `block` counts the data blocks used so far, `axes` sets labels and
/// formats of the axes.
std::string panel_commands(Panel const& panel, MapGrid const& grid, std::string const& data,
                           int& block, std::string const& axes) {
  Layer const& q = panel.layer;
  auto const v = edges_of(grid.volumes), c = edges_of(grid.charges);
  std::ostringstream out;
  out << "set title '" << panel.title << "'\n"
      << "set xrange [" << shortest(v.front()) << ":" << shortest(v.back()) << "]\n"
      << "set yrange [" << shortest(c.front()) << ":" << shortest(c.back()) << "]\n"
      << "eval 'set palette defined ('.(" << (q.diverging ? "diverging" : "sequential") << ").')'\n"
      << "set cbrange [" << shortest(q.low) << ":" << shortest(q.high) << "]\n"
      << "set cbtics " << shortest(q.high / q.tics) << "\n";
  if (q.saturates)
    out << "set cbtics add (\"≥ " << shortest(q.high) << "\" " << shortest(q.high) << ")\n";
  if (q.saturates && q.diverging)
    out << "set cbtics add (\"≤ " << shortest(q.low) << "\" " << shortest(q.low) << ")\n";
  int const cells = block++;
  std::string const file = "'" + data + "' index ";
  // Tables are written in the format of the axes.
  if (!q.contours.empty()) out << "set format x '%.8g'; set format y '%.8g'\n";
  for (std::size_t k = 0; k < q.contours.size(); ++k)
    out << "set contour base; unset surface; set cntrparam levels discrete "
        << shortest(q.contours[k]) << "\n"
        << "set table $contour" << cells << "_" << k << "; splot " << file << cells
        << " using 1:2:7 with lines; unset table\n"
        << "unset contour; set surface\n";
  out << axes;
  // Cells without a value are grey; where that means a failure and not a mask, they bear a cross.
  out << "plot " << file << cells
      << " using 1:2:3:4:5:6:($8 > 0 ? NaN : 0) with boxxyerror lc rgb '#dddddd' notitle, \\\n    "
         " ";
  if (!panel.mask)
    out << file << cells
        << " using 1:($8 > 0 ? NaN : $2) with points pt 2 ps 0.8 lc rgb '#444444' notitle, \\\n    "
           " ";
  out << file << cells
      << " using ($8 > 0 ? $1 : NaN):2:3:4:5:6:7 with boxxyerror lc palette notitle";
  for (std::size_t k = 0; k < q.contours.size(); ++k)
    out << ", \\\n     $contour" << cells << "_" << k << " using 1:2 with lines ls 1 notitle";
  out << ", \\\n     " << file << block++ << " using 1:2 with lines ls 4 notitle";
  if (panel.mask) {
    int const limit = block++, tet = block++;
    out << ", \\\n     " << file << limit << " using 1:2 with lines ls 3 title 'E_a < "
        << shortest(low_barrier) << " eV'"
        << ", \\\n     " << file << tet
        << " using 1:2 with lines ls 2 title 'of these: Tet occupied'";
  }
  out << "\n";
  return out.str();
}

std::string panel_data(Panel const& panel, MapGrid const& grid) {
  auto const& plane = grid.planes[panel.plane];
  std::string text;
  auto const add = [&](std::string const& name, std::string const& block) {
    text += "# " + panel.title + ": " + name + "\n" + block + "\n\n";
  };
  add("volume per anion (A^3), charge (e), edges of the cell, value (eV), 1 if there is a value",
      plane_data(grid, plane, panel.layer.value));
  auto const fitted = [](MapRow const& row) { return !row.notes.has(Note::extrapolated); };
  bool const all_fitted =
      std::ranges::all_of(plane, [&](MapRow const* row) { return fitted(*row); });
  add("outline of the range that the potential was fitted in",
      outline_data(grid, plane, [&](MapRow const& row) { return !all_fitted && fitted(row); }));
  if (panel.mask) {
    add("outline of the cells below the limit", outline_data(grid, plane, panel.mask));
    add("outline of those where Tet is occupied", outline_data(grid, plane, [&](MapRow const& row) {
          return panel.mask(row) && row.E_tet_minus_E_oct_eV < 0;
        }));
  }
  return text;
}

}  // namespace

// --- the figures ---------------------------------------------------------------------------------

void set_range(Layer& layer, MapGrid const& grid, double share) {
  std::vector<double> values;
  for (auto const& plane : grid.planes)
    for (MapRow const* row : plane)
      if (double const x = layer.value(*row); std::isfinite(x))
        values.push_back(layer.diverging ? std::fabs(x) : x);
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  double const top = values[std::size_t(share * double(values.size() - 1))];
  double const digit = std::pow(10, std::floor(std::log10(std::max(top, 1e-3))));
  layer.high = std::round(1e6 * std::max(digit * std::ceil(2 * top / digit) / 2, 1e-3)) /
               1e6;  // 0.15, not 0.15000000000000002
  layer.low = layer.diverging ? -layer.high : std::min(0.0, std::floor(10 * values.front()) / 10);
  layer.saturates = values.back() > layer.high;
}

void write_style(std::filesystem::path const& directory) {
  write_text(directory / "style.gp", style);
}

void write_figure(std::filesystem::path const& directory, std::string const& name,
                  std::string const& title, MapGrid const& grid, std::vector<Panel> const& panels,
                  bool shared) {
  int const n = int(panels.size());
  int const columns = n <= 3 ? n : n <= 8 ? (n + 1) / 2 : int(std::ceil(std::sqrt(double(n))));
  int const rows = (n + columns - 1) / columns;
  bool const key =
      std::any_of(panels.begin(), panels.end(), [](Panel const& p) { return bool(p.mask); });
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
     << "if (format eq \"png\") { set terminal pngcairo rounded size " << 2 * width << ","
     << 2 * height << " font \"DejaVu Sans,15\" fontscale 2 linewidth 2 } \\\n"
     << "else { set terminal svg rounded size " << width << "," << height
     << " font \"DejaVu Sans,15\" background rgb 'white' }\n"
     << "set output '" << name << ".'.format\n"
     << "set multiplot layout " << rows << "," << columns << " title '" << title << "' margins "
     << across(left) << "," << across(width - right) << "," << up(bottom) << "," << up(height - top)
     << " spacing " << across(gap_x) << "," << up(gap_y) << "\n";
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
      axes += "set colorbox user origin " + across(width - right + 25) + "," + up(bottom) +
              " size " + across(24) + "," + up(height - top - bottom) + "\n";
    if (!shared || k + 1 == n) axes += "set cblabel '" + panels[k].layer.label + "'\n";
    if (key)
      axes += panels[k].mask ? "set key at screen 0.5, screen " + up(30) +
                                   " center center horizontal samplen 2 width 2\n"
                             : "unset key\n";
    gp << "\n" << panel_commands(panels[k], grid, name + ".dat", block, axes);
  }
  gp << "\nunset multiplot\nset output\n}\n";
  write_text(directory / (name + ".gp"), gp.str());
}
std::vector<std::filesystem::path> draw(std::filesystem::path const& directory,
                                        std::vector<std::string> const& names) {
  std::vector<std::string> scripts;
  std::vector<std::filesystem::path> pictures;
  for (std::string const& name : names) {
    scripts.push_back(name + ".gp");
    for (char const* format : {".png", ".svg"}) pictures.push_back(directory / (name + format));
  }
  run_gnuplot(directory, scripts);
  return pictures;
}

}  // namespace ionscape::figures
