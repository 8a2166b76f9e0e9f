#include <ionscape/report/lasso_plot.hpp>

#include <cmath>
#include <iterator>
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>

#include "gnuplot.hpp"

namespace ionscape {

std::vector<std::filesystem::path> plot_lasso_path(std::filesystem::path const& directory,
                                                   std::string const& name,
                                                   std::string const& title,
                                                   std::vector<std::string> const& features,
                                                   LassoPath const& path) {
  char const* const colours[] = {"#31688e", "#c02060", "#1f9e89", "#e0b000", "#7a4fa0", "#f07030"};
  std::ostringstream data;
  data << "# penalty, cross-validated rmse, coefficients of " << joined(features) << '\n';
  for (LassoFit const& fit : path.fits) {
    data << shortest(fit.penalty) << ' ' << shortest(std::sqrt(fit.cv_error));
    for (double b : fit.coefficients) data << ' ' << shortest(b);
    data << '\n';
  }
  std::ostringstream gp;
  gp << picture_head(name, title, 800, 500)
     << "set logscale x\nset format x '10^{%T}'\nset key outside right top Left reverse "
        "noenhanced\n"
     << "set xlabel 'penalty λ'\nset ylabel 'change of the target over one standard deviation'\n";
  auto const mark = [&](std::size_t at, int dashes) {
    std::string const x = shortest(path.fits[at].penalty);
    gp << "set arrow from " << x << ", graph 0 to " << x << ", graph 1 nohead dt " << dashes
       << " lc rgb '#888888'\n";
  };
  mark(path.best, 2), mark(path.sparse, 3);
  gp << "plot 0 with lines lc rgb 'black' notitle, NaN with lines dt 2 lc rgb '#888888' title "
        "'best', "
     << "NaN with lines dt 3 lc rgb '#888888' title 'one s.e.'";
  for (std::size_t j = 0; j < features.size(); ++j)
    gp << ", \\\n  '" << name << ".dat' using 1:" << j + 3 << " with lines lw 2 lc rgb '"
       << colours[j % std::size(colours)] << "' title '" << features[j] << "'";
  gp << picture_foot;
  write_text(directory / (name + ".dat"), data.str());
  write_text(directory / (name + ".gp"), gp.str());
  run_gnuplot(directory, {name + ".gp"});
  return {directory / (name + ".png"), directory / (name + ".svg")};
}

}  // namespace ionscape
