#include <ionscape/lattice/framework.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <ionscape/lattice/csm.hpp>

#include "periodic_points.hpp"
#include "sublattice.hpp"

namespace ionscape {

namespace {

constexpr std::size_t largest_shell = 14;

/// Close packing about an ion: six neighbours in the layer z = 0, three above, and three below,
/// which in fcc are turned by 180 degrees. Distances are 1.
std::vector<Vec3> close_packed_shell(bool is_fcc) {
  double const s = std::sqrt(3) / 2, t = 1 / (2 * std::sqrt(3)), height = std::sqrt(2. / 3);
  std::vector<Vec3> shell = {{1, 0, 0},    {-1, 0, 0},   {0.5, s, 0},
                             {-0.5, s, 0}, {0.5, -s, 0}, {-0.5, -s, 0}};
  for (Vec3 up : {Vec3{0.5, t, height}, Vec3{-0.5, t, height}, Vec3{0, -2 * t, height}}) {
    shell.push_back(up);
    shell.push_back(is_fcc ? -up : Vec3{up.x, up.y, -up.z});
  }
  return shell;
}

std::vector<Vec3> bcc_shell() {
  std::vector<Vec3> shell = {{2, 0, 0}, {-2, 0, 0}, {0, 2, 0}, {0, -2, 0}, {0, 0, 2}, {0, 0, -2}};
  for (double x : {-1., 1.})
    for (double y : {-1., 1.})
      for (double z : {-1., 1.}) shell.push_back({x, y, z});
  return shell;
}

/// In the order of FrameworkKind.
std::array<IdealPolyhedron, 3> const& templates() {
  static std::array<IdealPolyhedron, 3> const shells = {
      IdealPolyhedron("cuboctahedron", close_packed_shell(true)),
      IdealPolyhedron("anticuboctahedron", close_packed_shell(false)),
      IdealPolyhedron("8 + 6 shell of bcc", bcc_shell())};
  return shells;
}

/// Positions of the 14 nearest ions, the nearest first.
std::vector<Vec3> nearest(PeriodicPoints const& points, Vertex centre, Vec3 position,
                          double spacing) {
  std::vector<std::pair<double, Vec3>> found;
  for (double radius = 1.7 * spacing; found.size() < largest_shell; radius *= 1.3) {
    found.clear();
    points.visit_within(position, radius, [&](Vertex v, Vec3 p) {
      if (v != centre) found.emplace_back(norm(p - position), p);
    });
  }
  std::ranges::sort(found, {}, &std::pair<double, Vec3>::first);
  std::vector<Vec3> shell;
  for (std::size_t k = 0; k < largest_shell; ++k) shell.push_back(found[k].second);
  return shell;
}

}  // namespace

char const* name_of(FrameworkKind kind) {
  constexpr std::array names = {"fcc", "hcp", "bcc", "none"};
  return names[std::size_t(kind)];
}

FrameworkMatch match_framework(Crystal const& crystal, std::vector<std::string> const& anions,
                               FrameworkOptions const& options) {
  Sublattice const framework = sublattice(crystal, anions, "framework");
  double const number = double(framework.size());
  FrameworkMatch match;
  match.volume_per_anion = crystal.cell.volume() / number;
  PeriodicPoints const points(framework.cell(), framework.positions);
  for (std::size_t i = 0; i < framework.size(); ++i) {
    Vec3 const position = framework.positions[i];
    auto const shell = nearest(points, {i, {}}, position, framework.spacing());
    AnionMatch anion{.ion = framework.ions[i]};
    for (std::size_t k = 0; k < templates().size(); ++k) {
      auto const vertices = std::span(shell).first(templates()[k].vertices().size());
      anion.deviations[k] = std::sqrt(symmetry_measure(position, vertices, templates()[k]) / 100);
      match.deviations[k] += anion.deviations[k] * anion.deviations[k] / number;
    }
    auto const best = std::ranges::min_element(anion.deviations);
    if (*best <= options.largest_deviation)
      anion.kind = FrameworkKind(best - anion.deviations.begin());
    match.shares[std::size_t(anion.kind)] += 1 / number;
    match.anions.push_back(anion);
  }
  for (double& deviation : match.deviations) deviation = std::sqrt(deviation);

  match.deviation = std::ranges::min(match.deviations);
  for (std::size_t k = 0; k < match.deviations.size(); ++k)
    if (match.shares[k] > 0.5) {
      match.kind = FrameworkKind(k);
      match.deviation = match.deviations[k];
    }
  return match;
}

}  // namespace ionscape
