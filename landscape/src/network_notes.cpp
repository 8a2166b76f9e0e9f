#include "network_notes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace ionscape::detail {

namespace {

std::string number(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

/// How much the grid's level may lie below the surface's: energies between two neighbours on the
/// grid are not seen.
double unseen(EnergyGrid const& grid, CriticalPoint const& bottleneck) {
  double const steepest = std::max(std::fabs(bottleneck.curvature[0]), bottleneck.curvature[2]);
  double const edge = 1.5 * grid.longest_step();
  return 1e-6 + steepest * edge * edge / 8;
}

}  // namespace

void judge(SiteNetwork& out, CriticalPoints const& critical, EnergyGrid const& grid,
           std::size_t discovered, std::size_t lost) {
  auto const say = [&](std::string text) { out.notes.push_back(std::move(text)); };
  if (!critical.morse.holds())
    say("below " + number(critical.morse.level - grid.lowest) +
        " eV above the lowest point the Euler characteristic is " +
        std::to_string(critical.morse.euler) + ", that of the points found " +
        std::to_string(critical.morse.sum) + ": some were missed");
  if (!critical.unresolved.empty())
    say("around " + std::to_string(critical.unresolved.size()) +
        " places the sites and saddles found are not what the grid asks for");
  if (std::size_t const n = critical.degenerate(); n > 0)
    say(std::to_string(n) +
        " points have a curvature of zero: sites may be lines, and rates mean nothing there");
  if (critical.flat > 0)
    say("the energy does not change around " + std::to_string(critical.flat) + " of " +
        std::to_string(grid.size()) + " points of the grid: no sites are looked for there");
  if (discovered > 0)
    say(std::to_string(discovered) + " sites were found only by steepest descent from a saddle");
  if (lost > 0) say(std::to_string(lost) + " ways of steepest descent ended at no site");
  bool level = true;
  for (std::size_t d = 0; d < 3; ++d) {
    NetworkPercolation const& exact = out.percolation[d];
    PercolationLevel const& seen = out.grid_percolation[d];
    if (!seen.found()) continue;
    double const gap = exact.energy - seen.energy;
    if (exact.found() && gap <= unseen(grid, out.saddles[exact.bottleneck])) continue;
    level = false;
    say("in " + std::to_string(d + 1) + " dimensions the grid percolates at " +
        number(seen.energy - grid.lowest) + " eV above its lowest point, the network " +
        (exact.found() ? number(gap) + " eV higher" : "not at all") + ": a way was missed");
  }
  out.complete = critical.complete() && discovered == 0 && lost == 0 && level;
}

}  // namespace ionscape::detail
