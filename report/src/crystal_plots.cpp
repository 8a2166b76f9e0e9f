#include <ionscape/report/crystal_plots.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>

#include "gnuplot.hpp"

namespace ionscape {

namespace {

std::vector<std::filesystem::path> draw(std::filesystem::path const& directory,
                                        std::string const& name, std::string const& data,
                                        std::string const& script) {
  write_text(directory / (name + ".dat"), data);
  write_text(directory / (name + ".gp"), script + picture_foot);
  run_gnuplot(directory, {name + ".gp"});
  return {directory / (name + ".png"), directory / (name + ".svg")};
}

}  // namespace

std::vector<std::filesystem::path> plot_relaxation(std::filesystem::path const& directory,
                                                   std::string const& name,
                                                   std::string const& title,
                                                   std::vector<DrawnStep> const& steps) {
  double const last = steps.empty() ? 0 : steps.back().enthalpy;
  bool const strained =
      std::ranges::any_of(steps, [](DrawnStep const& step) { return step.max_stress > 0; });
  std::ostringstream data;
  data << "# step, eV off the last enthalpy, largest force in eV/Å, largest stress in GPa\n";
  for (std::size_t k = 0; k < steps.size(); ++k)
    data << k << ' ' << shortest(std::fabs(steps[k].enthalpy - last)) << ' '
         << shortest(steps[k].max_force) << ' ' << shortest(steps[k].max_stress) << '\n';
  std::string const file = "'" + name + ".dat' using 1:";
  std::ostringstream gp;
  gp << picture_head(name, title, 720, 480)
     << "set logscale y\nset format y '10^{%T}'\nset key top right noenhanced\n"
     << "set xlabel 'step'\nset ylabel 'what is left'\n"
     << "plot " << file << "($2 > 0 ? $2 : NaN) with linespoints pt 7 ps 0.4 lc rgb '#31688e' "
     << "title 'energy off the last, eV', \\\n  " << file
     << "($3 > 0 ? $3 : NaN) with linespoints pt 5 ps 0.4 lc rgb '#c02060' title 'largest force, "
        "eV/Å'";
  if (strained)
    gp << ", \\\n  " << file
       << "($4 > 0 ? $4 : NaN) with linespoints pt 9 ps 0.5 lc rgb '#1f9e89' title 'largest "
          "stress, GPa'";
  return draw(directory, name, data.str(), gp.str());
}

std::vector<std::filesystem::path> plot_phonons(std::filesystem::path const& directory,
                                                std::string const& name, std::string const& title,
                                                std::vector<DrawnWave> const& waves) {
  std::size_t const branches = waves.empty() ? 0 : waves.front().THz.size();
  std::ostringstream data, tics;
  data << "# way in 1/Å, then the branches in THz\n";
  for (DrawnWave const& wave : waves) {
    data << shortest(wave.way);
    for (double f : wave.THz) data << ' ' << shortest(f);
    data << '\n';
    if (!wave.label.empty())
      tics << (tics.str().empty() ? "" : ", ") << "'" << wave.label << "' " << shortest(wave.way);
  }
  std::ostringstream gp;
  gp << picture_head(name, title, 720, 480)
     << "set ylabel 'frequency, THz'\nset xzeroaxis lt -1 lc rgb '#888888'\nunset key\n";
  if (tics.str().empty())
    gp << "set xlabel 'way through the zone, Å^{-1}'\n";
  else
    gp << "set xtics noenhanced (" << tics.str() << ")\nset grid xtics lt 1 lc rgb '#cccccc'\n";
  gp << "plot";
  for (std::size_t b = 0; b < branches; ++b)
    gp << (b ? ", \\\n " : "") << " '" << name << ".dat' using 1:" << b + 2
       << " with linespoints pt 7 ps 0.25 lw 1.5 lc rgb '#31688e'";
  return draw(directory, name, data.str(), gp.str());
}

std::vector<std::filesystem::path> plot_beside(std::filesystem::path const& directory,
                                               std::string const& name, std::string const& title,
                                               std::vector<DrawnPair> const& pairs) {
  std::ostringstream data;
  data << "# place, computed over given value in %, name\n";
  for (std::size_t k = 0; k < pairs.size(); ++k)
    data << k << ' ' << shortest(100 * pairs[k].computed / pairs[k].given) << " \"" << pairs[k].name
         << "\"\n";
  std::ostringstream gp;
  gp << picture_head(name, title, 720, 420) << "set ylabel 'computed over given value, %'\n"
     << "set xrange [-0.6:" << double(pairs.size()) - 0.4 << "]\nset xtics noenhanced\nunset key\n"
     << "set grid ytics lt 1 lc rgb '#dddddd'\n"
     << "plot 100 with lines lw 1.5 lc rgb '#888888', '" << name
     << ".dat' using 1:2:xtic(3) with points pt 7 ps 1.3 lc rgb '#c02060'";
  return draw(directory, name, data.str(), gp.str());
}

}  // namespace ionscape
