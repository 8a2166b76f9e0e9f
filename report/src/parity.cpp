#include <ionscape/report/parity.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>

#include "gnuplot.hpp"

namespace ionscape {

std::vector<std::filesystem::path> plot_parity(std::filesystem::path const& directory,
                                               ParityPlot const& plot) {
  char const* const colours[] = {"#999999", "#31688e", "#1f9e89", "#e0b000", "#c02060", "#7a4fa0"};
  auto const number = [](double x) { return std::isfinite(x) ? shortest(x) : std::string("NaN"); };
  std::size_t const n = plot.reference.size(), n_series = plot.series.size();
  std::ostringstream data;
  data << "# label, " << plot.reference_label;
  for (ParitySeries const& s : plot.series) data << ", " << s.name;
  data << '\n';
  double low = 0, high = 0;
  for (std::size_t i = 0; i < n; ++i) {
    data << '"' << (plot.labels.empty() ? "" : plot.labels[i]) << "\" "
         << number(plot.reference[i]);
    for (ParitySeries const& s : plot.series) {
      data << ' ' << number(s.values[i]);
      if (!std::isfinite(s.values[i]) || !std::isfinite(plot.reference[i])) continue;
      low = std::min({low, s.values[i], plot.reference[i]});
      high = std::max({high, s.values[i], plot.reference[i]});
    }
    data << '\n';
  }
  std::string const range =
      "[" + shortest(std::floor(11 * low) / 10) + ":" + shortest(std::ceil(11 * high) / 10) + "]";
  std::ostringstream gp;
  gp << picture_head(plot.name, plot.title, 720, 720)
     << "set size square\nset key top left reverse Left noenhanced\n"
     << "set xlabel '" << plot.reference_label << "' noenhanced\nset ylabel '" << plot.value_label
     << "' noenhanced\n"
     << "set xrange " << range << "\nset yrange " << range << '\n'
     << "plot x with lines lc rgb 'black' notitle, x+0.1 with lines dt 2 lc rgb '#aaaaaa' title "
        "'±0.1', "
     << "x-0.1 with lines dt 2 lc rgb '#aaaaaa' notitle";
  for (std::size_t s = 0; s < n_series; ++s)
    gp << ", \\\n  '" << plot.name << ".dat' using 2:" << s + 3 << " with points ps "
       << (n > 100 ? 0.5 : 1.4) << " pt " << 4 + 2 * (s % 4) + (s > 3) << " lc rgb '"
       << colours[s % std::size(colours)] << "' title '" << plot.series[s].name << "'";
  if (!plot.labels.empty() && n_series > 0)
    gp << ", \\\n  '" << plot.name << ".dat' using 2:" << n_series + 2
       << ":1 with labels left offset 0.6,0 font ',8' noenhanced notitle";
  gp << picture_foot;
  write_text(directory / (plot.name + ".dat"), data.str());
  write_text(directory / (plot.name + ".gp"), gp.str());
  run_gnuplot(directory, {plot.name + ".gp"});
  return {directory / (plot.name + ".png"), directory / (plot.name + ".svg")};
}

}  // namespace ionscape
