// Pictures of a calibration: residual maps, parity, and what the weight of one quantity costs.
#include <ionscape/report/calibration_plots.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>

#include "figures.hpp"

namespace ionscape {

namespace {

/// Draws the errors of every quantity over the weight.
std::string write_trade_off(CalibrationResult const& result,
                            std::filesystem::path const& directory) {
  std::string const name = "trade_off";
  std::ostringstream data, gp;
  auto const kinds = errors_by_kind(result.trade_off[0].fit);
  data << "# weight (eV)";
  for (auto const& [kind, error] : kinds) data << "; " << kind << " (meV)";
  data << '\n';
  for (TradeOff const& point : result.trade_off) {
    data << shortest(point.distorted_eV);
    for (auto const& [kind, error] : errors_by_kind(point.fit))
      data << ' ' << shortest(1000 * error);
    data << '\n';
  }
  gp << "# Draw again with: gnuplot " << name << ".gp\ndo for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo noenhanced size 1500,950 font \"DejaVu "
        "Sans,16\" linewidth 2 } "
        "\\\n"
     << "else { set terminal svg noenhanced size 900,570 font \"DejaVu Sans,13\" background rgb "
        "'white' }\nset output '"
     << name << ".'.format\nset title '" << result.plan.name << ": what a weight of "
     << name_of(*result.plan.traded)
     << " costs'\nset logscale x\nset tics out nomirror\nset grid lc rgb '#dddddd'\nset key "
        "outside right\nset xlabel '"
     << name_of(*result.plan.traded)
     << ": size of a weighted residual of one (eV); heavier to the left'\n"
     << "set ylabel 'mean absolute error (meV)'\nset yrange [0:*]\nplot ";
  int column = 2;
  for (auto const& [kind, error] : kinds) {
    gp << (column > 2 ? ", " : "") << '\'' << name << ".dat' using 1:" << column
       << " with linespoints pt " << (column < 10 ? 7 : 9) << " dt " << (column < 10 ? 1 : 2)
       << " lc " << (column - 2) % 8 + 1 << " title '" << kind << "'";
    ++column;
  }
  gp << "\nset output\n}\n";
  write_text(directory / (name + ".dat"), data.str());
  write_text(directory / (name + ".gp"), gp.str());
  return name;
}

/// Residuals over volume and charge, and parity, of one anion.
std::string write_pictures(FormFit const& fit, std::string const& anion,
                           std::filesystem::path const& directory) {
  std::string const name = anion + "_residuals";
  std::map<std::pair<Quantity, double>, std::ostringstream> panels;
  std::set<double> volumes, charges;  // one range for all panels, of which some have few points
  for (FitRow const& row : fit.rows) {
    ReferenceValue const& r = row.reference;
    if (r.anion != anion || r.quantity == Quantity::image) continue;
    volumes.insert(r.volume_A3), charges.insert(r.charge_e);
    panels[{r.quantity, r.distortion}] << shortest(r.volume_A3) << ' ' << shortest(r.charge_e)
                                       << ' ' << shortest(1000 * (row.fitted_eV - r.value_eV))
                                       << ' ' << shortest(r.value_eV) << ' '
                                       << shortest(row.fitted_eV) << ' ' << row.held_out << '\n';
  }
  auto const range = [](std::set<double> const& values) {
    double const margin = 0.05 * (*values.rbegin() - *values.begin()) + 0.01;
    return "[" + significant(*values.begin() - margin, 8) + ":" +
           significant(*values.rbegin() + margin, 8) + "]";
  };
  std::ostringstream data, gp;
  int const n = int(panels.size()) + 1, columns = std::min(4, n),
            rows = (n + columns - 1) / columns;
  gp << "# Draw again with: gnuplot " << name << ".gp\ndo for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo size " << 620 * columns << ',' << 560 * rows
     << " font \"DejaVu Sans,15\" linewidth 1.5 } \\\nelse { set terminal svg size "
     << 420 * columns << ',' << 380 * rows << " font \"DejaVu Sans,12\" background rgb 'white' }\n"
     << "set output '" << name << ".'.format\nset multiplot layout " << rows << ',' << columns
     << " title 'Li-" << anion << ": form minus DFT (meV); rings: held out'\n"
     << "set palette defined (-1 '#2166ac', 0 '#f7f7f7', 1 '#b2182b')\nset cbrange [-60:60]\nset "
        "tics out nomirror\n"
     << "set xlabel 'V (Å^3 per anion)'\nset ylabel 'anion charge (e)'\nunset key\n"
     << "set xrange " << range(volumes) << "\nset yrange " << range(charges) << '\n';
  int index = 0;
  for (auto const& [key, text] : panels) {
    data << "# " << name_of(key.first) << ", d = " << significant(key.second, 8)
         << ": volume (A^3), charge (e), residual (meV), DFT (eV), form (eV), held out\n"
         << text.str() << "\n\n";
    std::string title = name_of(key.first);
    for (char& c : title)
      if (c == '_') c = ' ';
    gp << "set title '" << title << ", d = " << significant(key.second, 8) << "'\nplot '" << name
       << ".dat' index " << index << " using 1:2:3 with points pt 5 ps 2.2 lc palette, '' index "
       << index << " using 1:($6>0?$2:1/0) with points pt 6 ps 2.2 lc rgb 'black'\n";
    ++index;
  }
  gp << "set title 'parity (eV)'\nset xlabel 'DFT'\nset ylabel 'form'\nunset colorbox\nset xrange "
        "[*:*]\nset yrange "
        "[*:*]\nplot x with lines lc rgb "
        "'#888888'";
  for (int i = 0; i < index; ++i)
    gp << ", '" << name << ".dat' index " << i << " using 4:5 with points pt 7 ps 0.5 lc " << i + 1;
  gp << "\nset colorbox\nunset multiplot\nset output\n}\n";
  write_text(directory / (name + ".dat"), data.str());
  write_text(directory / (name + ".gp"), gp.str());
  return name;
}

}  // namespace

std::vector<std::filesystem::path> plot_calibration(CalibrationResult const& result,
                                                    std::filesystem::path const& directory) {
  std::filesystem::create_directories(directory);
  std::vector<std::string> names;
  for (std::string const& anion : result.plan.anions)
    names.push_back(write_pictures(result.best(), anion, directory));
  if (!result.trade_off.empty()) names.push_back(write_trade_off(result, directory));
  return figures::draw(directory, names);
}

}  // namespace ionscape
