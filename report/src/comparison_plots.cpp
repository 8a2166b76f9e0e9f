// The pictures of a comparison: parity, maps beside the published ones, profiles over the DFT
// images.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/report/comparison_plots.hpp>
#include <ionscape/sweep/runner.hpp>

#include "figures.hpp"

namespace ionscape {

namespace {

using Path = std::filesystem::path;
using Values = std::vector<ComparedValue const*>;

/// In gnuplot's enhanced text.
std::string label_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::image:
      return "E - E_{oct} of the images";
    case Quantity::tet_minus_oct:
      return "E_{tet} - E_{oct}";
    case Quantity::barrier:
      return "E_a, CI-NEB";
    case Quantity::barrier_three_point:
      return "E_a, three points";
    case Quantity::dE_oct:
      return "ΔE_{oct}";
    case Quantity::dE_tet:
      return "ΔE_{tet}";
    case Quantity::E_tet:
      return "E_{tet}";
  }
  return "";
}

std::string number(double x) { return std::isfinite(x) ? shortest(x) : "NaN"; }

/// A script that draws panels in rows and columns, as PNG and SVG.
std::string multiplot(std::string const& name, std::string const& title, std::size_t columns,
                      std::size_t rows, std::vector<std::string> const& panels) {
  std::size_t const width = 420 * columns + 40, height = 400 * rows + 60;
  std::ostringstream gp;
  gp << "# " << title << "\n# Draw again with: gnuplot " << name << ".gp      (data: " << name
     << ".dat)\n"
     << "do for [format in \"png svg\"] {\n"
     << "if (format eq \"png\") { set terminal pngcairo rounded size " << 2 * width << ','
     << 2 * height << " font \"DejaVu Sans,13\" fontscale 2 linewidth 2 } \\\n"
     << "else { set terminal svg rounded size " << width << ',' << height
     << " font \"DejaVu Sans,13\" background rgb 'white' }\n"
     << "set output '" << name << ".'.format\n"
     << "set multiplot layout " << rows << ',' << columns << " title '" << title << "'\n"
     << "set tics out nomirror\nset grid lc rgb '#dddddd'\n";
  for (std::string const& panel : panels) gp << '\n' << panel;
  gp << "\nunset multiplot\nset output\n}\n";
  return gp.str();
}

// --- parity --------------------------------------------------------------------------------------

std::string colour_of(double distortion) {
  std::pair<double, char const*> const colours[] = {{1.02, "#31688e"}, {1.06, "#1f9e89"},
                                                    {1.1, "#6ece58"},  {1.14, "#e0b000"},
                                                    {1.18, "#f07030"}, {INFINITY, "#c02060"}};
  for (auto const& [limit, colour] : colours)
    if (distortion < limit) return colour;
  return "black";
}

/// 1, 2 or 5 times a power of ten: two to six steps over a range.
double tics_step(double range) {
  double const rough = std::max(range, 1e-3) / 6,
               digit = std::pow(10, std::floor(std::log10(rough)));
  return rough > 5 * digit   ? 10 * digit
         : rough > 2 * digit ? 5 * digit
         : rough > digit     ? 2 * digit
                             : digit;
}

/// One panel for each quantity of an anion; filled where the potential was fitted, hollow outside.
std::string draw_parity(std::string const& anion, Values const& values, Path const& directory) {
  std::map<Quantity, std::map<double, Values>> series;
  for (ComparedValue const* v : values)
    if (!v->reference.bound) series[v->reference.quantity][v->reference.distortion].push_back(v);
  std::string const name = "parity_" + anion;
  std::ostringstream data;
  std::vector<std::string> panels;
  int block = 0;
  for (auto const& [quantity, by_distortion] : series) {
    double low = INFINITY, high = -INFINITY, sum = 0;
    std::size_t n = 0;
    std::string plots = "x with lines lc rgb '#888888' notitle";
    for (auto const& [distortion, list] : by_distortion) {
      data << "# " << name_of(quantity) << ", d = " << shortest(distortion)
           << ": published, ours (eV), 1 if outside the "
           << "fitted range\n";
      for (ComparedValue const* v : list) {
        data << number(v->reference.value_eV) << ' ' << number(v->ours_eV) << ' '
             << int(v->extrapolated) << '\n';
        low = std::min({low, v->reference.value_eV, v->ours_eV}),
        high = std::max({high, v->reference.value_eV, v->ours_eV});
        sum += std::fabs(v->error_eV()), ++n;
      }
      data << "\n\n";
      std::string const file = "'" + name + ".dat' index " + std::to_string(block++);
      std::string const colour = " lc rgb '" + colour_of(distortion) + "' ";
      plots += ", \\\n     " + file + " using ($3 == 0 ? $1 : NaN):2 with points pt 7 ps 0.6" +
               colour + "notitle" + ", \\\n     " + file +
               " using ($3 == 1 ? $1 : NaN):2 with points pt 6 ps 0.9 lw 0.7" + colour + "notitle" +
               ", \\\n     NaN with points pt 7 ps 1" + colour +
               "title 'd = " + decimals(distortion, 2) + "'";
    }
    std::string const step = shortest(tics_step(high - low));
    double const margin = 0.05 * (high - low) + 1e-3;
    std::string const range = "[" + shortest(low - margin) + ":" + shortest(high + margin) + "]";
    panels.push_back("set title '" + label_of(quantity) + ": " + std::to_string(n) +
                     " values, MAE " + decimals(sum / double(n), 3) +
                     " eV'\nset xlabel 'published (eV)'\nset ylabel 'ours (eV)'\n" +
                     "set key right bottom samplen 1\nset xrange " + range + "\nset yrange " +
                     range + "\nset xtics " + step + "\nset ytics " + step + "\nplot " + plots +
                     "\n");
  }
  if (panels.empty()) return "";
  std::size_t const columns = std::min<std::size_t>(3, panels.size());
  write_text(directory / (name + ".dat"), data.str());
  write_text(directory / (name + ".gp"),
             multiplot(name, anion + ": ours against published, filled inside the fitted range",
                       columns, (panels.size() + columns - 1) / columns, panels));
  return name;
}

// --- maps ----------------------------------------------------------------------------------------

/// Gaps in an even axis are filled, so that the cells beside a missing row keep their size.
void fill_gaps(std::vector<double>& axis) {
  double step = INFINITY;
  for (std::size_t i = 1; i < axis.size(); ++i) step = std::min(step, axis[i] - axis[i - 1]);
  std::vector<double> filled;
  for (double x : axis) {
    if (!filled.empty()) {
      double const from = filled.back();
      int const steps = int(std::lround((x - from) / step));
      if (std::fabs(x - from - steps * step) > 0.01 * step) return;  // not even
      for (int k = 1; k < steps; ++k) filled.push_back(from + k * step);
    }
    filled.push_back(x);
  }
  axis = filled;
}

/// One plane of compared values: a grid of rows that hold no energies, and the values at them.
struct Plane {
  MapGrid grid;
  std::vector<MapRow> rows;                                      // that the grid points to
  std::map<std::pair<double, double>, ComparedValue const*> at;  // by charge and volume

  Plane() = default;
  Plane(Plane const&) = delete;
  Plane& operator=(Plane const&) = delete;

  /// NaN where no value is.
  template <class Get>
  figures::Value value(Get const& get) const {
    return [this, get](MapRow const& row) {
      auto const found = at.find({row.point.charge_e, row.point.volume_A3});
      return found == at.end() ? std::nan("") : get(*found->second);
    };
  }
  /// Nor where there is only a bound.
  template <class Get>
  figures::Value unless_bound(Get const& get) const {
    return value(
        [get](ComparedValue const& v) { return v.reference.bound ? std::nan("") : get(v); });
  }
};

/// False where the values are too few for a map.
bool fill(Plane& plane, Values const& values, SweepPlan const& model) {
  constexpr std::size_t fewest = 12;
  ReferenceValue const& first = values.front()->reference;
  std::set<double> volumes, charges;
  for (ComparedValue const* v : values) {
    volumes.insert(v->reference.volume_A3), charges.insert(v->reference.charge_e);
    plane.at[{v->reference.charge_e, v->reference.volume_A3}] = v;
  }
  if (values.size() < fewest || volumes.size() < 2 || charges.size() < 2) return false;
  MapGrid& grid = plane.grid;
  grid.anion = first.anion;
  grid.volumes.assign(volumes.begin(), volumes.end());
  grid.charges.assign(charges.begin(), charges.end());
  grid.distortions = {first.distortion};
  fill_gaps(grid.charges);
  auto const potential = model.potentials.find(first.anion);
  for (double charge : grid.charges)
    for (double volume : grid.volumes) {
      MapRow& row = plane.rows.emplace_back();
      row.point = {first.anion, volume, charge, first.distortion};
      bool const fitted = potential == model.potentials.end() || !potential->second.fitted ||
                          potential->second.fitted->contains(charge, volume);
      if (!fitted) row.notes.add(Note::extrapolated);
    }
  grid.planes.resize(1);
  for (MapRow const& row : plane.rows) grid.planes[0].push_back(&row);
  return true;
}

/// Ours and the published values, with one scale for both.
std::pair<figures::Layer, figures::Layer> layers_of(Plane const& plane, Quantity quantity) {
  figures::Layer ours, published;
  ours.label = published.label = label_of(quantity) + " (eV)";
  ours.diverging = published.diverging = quantity == Quantity::tet_minus_oct;
  ours.value = plane.value([](ComparedValue const& v) { return v.ours_eV; });
  published.value = plane.unless_bound([](ComparedValue const& v) { return v.reference.value_eV; });
  if (quantity == Quantity::barrier_three_point || quantity == Quantity::barrier) {
    // E_a is of interest up to 1 eV; what lies above takes the last colour.
    for (figures::Layer* layer : {&ours, &published}) {
      layer->low = 0, layer->high = 1, layer->saturates = true;
      layer->contours = {low_barrier};
    }
  } else {
    set_range(ours, plane.grid, 1), set_range(published, plane.grid, 1);
    ours.low = published.low = std::min(ours.low, published.low);
    ours.high = published.high = std::max(ours.high, published.high);
    if (quantity == Quantity::tet_minus_oct) ours.contours = published.contours = {0};
  }
  return {ours, published};
}

/// Ours, the published map and the difference, of one plane; empty name if the values are too few
/// for a map.
std::string draw_map(Values const& values, std::string const& source, SweepPlan const& model,
                     Path const& directory) {
  ReferenceValue const& first = values.front()->reference;
  Plane plane;
  if (!fill(plane, values, model)) return "";
  auto const [ours, published] = layers_of(plane, first.quantity);
  figures::Layer difference;
  difference.label = "ours - published (eV)";
  difference.diverging = true;
  difference.value = plane.unless_bound([](ComparedValue const& v) { return v.error_eV(); });
  set_range(difference, plane.grid, 0.97);

  std::string const name = "map_" + first.anion + "_" + name_of(first.quantity) + "_d" +
                           decimals(first.distortion, 2) + "_" + source;
  figures::write_figure(directory, name,
                        "fcc " + first.anion + ", " + label_of(first.quantity) + ", distortion " +
                            decimals(first.distortion, 2) + " (" + source +
                            "); crosses: no value, or only a bound",
                        plane.grid,
                        {{"ours", 0, ours, {}},
                         {"published", 0, published, {}},
                         {"ours - published", 0, difference, {}}},
                        false);
  return name;
}

// --- profiles ------------------------------------------------------------------------------------

/// `n` of a sorted list, evenly, with both ends.
std::vector<double> some_of(std::set<double> const& all, std::size_t n) {
  std::vector<double> const list(all.begin(), all.end());
  if (list.size() <= n) return list;
  std::vector<double> some;
  for (std::size_t k = 0; k < n; ++k) some.push_back(list[k * (list.size() - 1) / (n - 1)]);
  return some;
}

/// Three charges by three volumes: DFT images as points, our straight path as a line.
std::string draw_profiles(std::string const& anion, Values const& values, SweepPlan const& model,
                          Path const& directory) {
  constexpr std::size_t shown = 3;
  constexpr int n_points = 61;
  constexpr double last_image = 6;
  std::map<std::pair<double, double>, Values> paths;
  std::set<double> volumes, charges;
  for (ComparedValue const* v : values)
    if (v->reference.quantity == Quantity::image) {
      paths[{v->reference.charge_e, v->reference.volume_A3}].push_back(v);
      volumes.insert(v->reference.volume_A3), charges.insert(v->reference.charge_e);
    }
  SweepPlan plan = model;
  plan.points.clear();
  for (double charge : some_of(charges, shown))
    for (double volume : some_of(volumes, shown))
      if (paths.contains({charge, volume})) plan.points.push_back({anion, volume, charge, 1});
  if (plan.points.empty()) return "";
  auto const lines = straight_path_energies(plan, n_points);

  std::string const name = "profiles_" + anion;
  std::ostringstream data;
  std::vector<std::string> panels;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    SweepPoint const& p = plan.points[i];
    data << "# DFT: image, energy (eV), " << shortest(p.charge_e) << " e, " << shortest(p.volume_A3)
         << " A^3\n0 0\n";
    double sum = 0;
    auto const& images = paths.at({p.charge_e, p.volume_A3});
    for (ComparedValue const* v : images) {
      data << v->reference.image << ' ' << number(v->reference.value_eV) << '\n';
      sum += std::fabs(v->error_eV());
    }
    data << "\n\n# ours\n";
    for (int k = 0; k < n_points; ++k)
      data << shortest(last_image * k / (n_points - 1)) << ' ' << number(lines[i][std::size_t(k)])
           << '\n';
    data << "\n\n";
    std::string const file = "'" + name + ".dat' index ";
    panels.push_back("set title '" + decimals(p.charge_e, 2) + " e, " + decimals(p.volume_A3, 1) +
                     " Å^3: MAE " + decimals(sum / double(images.size()), 3) +
                     " eV'\nset xlabel 'image, Oct to Tet'\nset ylabel 'E - E_{oct} (eV)'\nset "
                     "xrange [-0.2:6.2]\nunset key\n" +
                     "plot " + file + std::to_string(2 * i + 1) +
                     " with lines lw 2 lc rgb '#31688e', \\\n     " + file + std::to_string(2 * i) +
                     " with points pt 7 ps 1.5 lc rgb '#d7301f'\n");
  }
  write_text(directory / (name + ".dat"), data.str());
  std::size_t const columns = std::min(shown, panels.size());
  write_text(directory / (name + ".gp"),
             multiplot(name, anion + ": ours (line) and the DFT images (points)", columns,
                       (panels.size() + columns - 1) / columns, panels));
  return name;
}

}  // namespace

std::vector<Path> plot_comparison(Comparison const& comparison, SweepPlan const& model,
                                  Path const& directory) {
  std::map<std::string, Values> by_anion;
  using Plane = std::tuple<std::string, Quantity, double, std::string>;
  std::map<Plane, Values> planes;
  for (ComparedValue const& v : comparison.values) {
    by_anion[v.reference.anion].push_back(&v);
    std::string const source = v.reference.source.starts_with("[X20]") ? "X20" : "O23";
    if (v.reference.quantity != Quantity::image)
      planes[{v.reference.anion, v.reference.quantity, v.reference.distortion, source}].push_back(
          &v);
  }
  figures::write_style(directory);
  std::vector<std::string> names;
  for (auto const& [anion, values] : by_anion) {
    names.push_back(draw_parity(anion, values, directory));
    names.push_back(draw_profiles(anion, values, model, directory));
  }
  for (auto const& [plane, values] : planes)
    names.push_back(draw_map(values, std::get<3>(plane), model, directory));
  std::erase(names, "");
  return figures::draw(directory, names);
}

}  // namespace ionscape
