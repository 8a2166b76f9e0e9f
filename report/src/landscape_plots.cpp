#include <ionscape/report/landscape_plots.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
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

double lowest_site(SiteNetwork const& network) {
  double lowest = 0;
  for (std::size_t k = 0; k < network.sites.size(); ++k)
    lowest = k == 0 ? network.sites[k].energy : std::min(lowest, network.sites[k].energy);
  return lowest;
}

/// Sites as leaves of a tree: each join of two groups, in the order of the saddles' energies.
struct Join {
  std::size_t a, b;  // nodes: sites first, then joins
  double energy;
};

std::vector<Join> joins_of(SiteNetwork const& network) {
  std::vector<std::size_t> hops(network.hops.size());
  std::iota(hops.begin(), hops.end(), std::size_t(0));
  std::ranges::stable_sort(hops, [&](std::size_t x, std::size_t y) {
    return network.saddles[network.hops[x].saddle].energy <
           network.saddles[network.hops[y].saddle].energy;
  });
  std::vector<std::size_t> node(network.sites.size());  // of the group that a site is in
  std::iota(node.begin(), node.end(), std::size_t(0));
  std::vector<Join> joins;
  for (std::size_t k : hops) {
    Hop const& hop = network.hops[k];
    std::size_t const a = node[hop.from], b = node[hop.to];
    if (a == b) continue;
    std::size_t const joined = network.sites.size() + joins.size();
    joins.push_back({a, b, network.saddles[hop.saddle].energy});
    for (std::size_t& n : node)
      if (n == a || n == b) n = joined;
  }
  return joins;
}

/// The horizontal place of each node: leaves side by side in the order of the tree.
std::vector<double> places_of(SiteNetwork const& network, std::vector<Join> const& joins) {
  std::size_t const sites = network.sites.size();
  std::vector<double> x(sites + joins.size(), 0);
  std::vector<bool> is_child(x.size(), false);
  for (Join const& join : joins) is_child[join.a] = is_child[join.b] = true;
  double next = 1;
  std::function<void(std::size_t)> const place = [&](std::size_t node) {
    if (node < sites) {
      x[node] = next++;
      return;
    }
    Join const& join = joins[node - sites];
    place(join.a);
    place(join.b);
    x[node] = 0.5 * (x[join.a] + x[join.b]);
  };
  for (std::size_t node = 0; node < x.size(); ++node)
    if (!is_child[node]) place(node);
  return x;
}

}  // namespace

std::vector<std::filesystem::path> plot_percolating_ways(std::filesystem::path const& directory,
                                                         std::string const& name,
                                                         std::string const& title,
                                                         SiteNetwork const& network) {
  double const zero = lowest_site(network);
  std::ostringstream data, plot;
  int index = 0;
  for (NetworkPercolation const& level : network.percolation) {
    if (!level.found() || level.loops.empty()) continue;
    auto const highest = std::ranges::max_element(
        level.loops, [](Way const& a, Way const& b) { return a.energy < b.energy; });
    SiteNetwork::Path const path = network.path(*highest);
    data << "# " << level.dimension
         << " dimensions: way in Å, energy above the lowest site in eV\n";
    double way = 0;
    for (std::size_t k = 0; k < path.place.size(); ++k) {
      if (k > 0) way += norm(path.place[k] - path.place[k - 1]);
      data << shortest(way) << ' ' << shortest(path.energy[k] - zero) << '\n';
    }
    data << "\n\n";
    constexpr char const* colours[] = {"#31688e", "#1f9e89", "#c02060"};
    plot << (index == 0 ? "plot '" + name + ".dat'" : ", \\\n     ''") << " index " << index
         << " with lines lw 2 lc rgb '" << colours[level.dimension - 1] << "' title '"
         << level.dimension << "D: " << decimals(level.barrier(), 3) << " eV'";
    ++index;
  }
  if (index == 0) return {};
  return draw(directory, name, data.str(),
              picture_head(name, title, 720, 480) +
                  "set key outside top center horizontal noenhanced\nset xlabel 'way (Å)'\n"
                  "set ylabel 'energy above the lowest site (eV)'\n" +
                  plot.str());
}

std::vector<std::filesystem::path> plot_disconnectivity(std::filesystem::path const& directory,
                                                        std::string const& name,
                                                        std::string const& title,
                                                        SiteNetwork const& network) {
  if (network.sites.empty()) return {};
  double const zero = lowest_site(network);
  std::vector<Join> const joins = joins_of(network);
  std::vector<double> const x = places_of(network, joins);
  std::size_t const sites = network.sites.size();
  auto const energy = [&](std::size_t node) {
    return (node < sites ? network.sites[node].energy : joins[node - sites].energy) - zero;
  };
  std::ostringstream data;
  data << "# lines of the tree: place, energy above the lowest site in eV\n";
  for (std::size_t j = 0; j < joins.size(); ++j) {
    double const top = energy(sites + j);
    for (std::size_t child : {joins[j].a, joins[j].b})
      data << shortest(x[child]) << ' ' << shortest(energy(child)) << '\n'
           << shortest(x[child]) << ' ' << shortest(top) << '\n'
           << shortest(x[sites + j]) << ' ' << shortest(top) << "\n\n";
  }
  data << "\n\n# sites\n";
  for (std::size_t k = 0; k < sites; ++k)
    data << shortest(x[k]) << ' ' << shortest(energy(k)) << '\n';
  std::string const lines = joins.empty() ? ""
                                          : "'" + name +
                                                ".dat' index 0 with lines lw 1.5 lc rgb "
                                                "'#31688e' notitle, \\\n     ";
  return draw(directory, name, data.str(),
              picture_head(name, title, 720, 480) +
                  "unset xtics\nset xlabel 'sites'\n"
                  "set ylabel 'energy above the lowest site (eV)'\nset offsets 0.5, 0.5, 0.1, 0.1\n"
                  "plot " +
                  lines + "'" + name + ".dat' index " + (joins.empty() ? "0" : "1") +
                  " with points pt 7 ps 0.6 lc rgb '#c02060' notitle");
}

}  // namespace ionscape
