#include "certify_part.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/io/format.hpp>

#include "saddle_search.hpp"

namespace ionscape {

char const* to_string(WayDown::To to) {
  switch (to) {
    case WayDown::To::first:
      return "first";
    case WayDown::To::last:
      return "last";
    case WayDown::To::elsewhere:
      return "elsewhere";
    case WayDown::To::nowhere:
      return "nowhere";
  }
  return "unknown";
}

namespace detail {

namespace {

constexpr double bend = 0.15;      // Å: of the ion that moves farthest
constexpr double step_off = 0.05;  // Å: from the saddle to where the ways down begin
constexpr double same = 0.05;      // Å: structures nearer than this are one

CrystalSurface surface_of(HopPart const& part, PotentialSet const& set, HopOptions const& o) {
  return {part.hop.initial, set, o.band.energy, o.band.shells};
}

Eigen::VectorXd between(std::vector<Vec3> const& a, std::vector<Vec3> const& b) {
  Eigen::VectorXd way(3 * Eigen::Index(a.size()));
  for (std::size_t k = 0; k < a.size(); ++k)
    way.segment<3>(3 * Eigen::Index(k)) << b[k].x - a[k].x, b[k].y - a[k].y, b[k].z - a[k].z;
  return way;
}

/// The band's direction at its highest image.
Eigen::VectorXd tangent_at_top(CrystalPath const& path, std::size_t top) {
  return between(path[top - 1], path[top + 1]);
}

std::array<WayDown, 2> ways_down(HopPart const& part, StationaryPoint const& saddle,
                                 Eigen::VectorXd const& along, PotentialSet const& set,
                                 HopOptions const& options) {
  Eigen::VectorXd const mode =
      saddle.lowest[0].dot(along) < 0 ? Eigen::VectorXd(-saddle.lowest[0]) : saddle.lowest[0];
  std::vector<Crystal> starts(2, part.hop.initial);
  for (int side : {0, 1})
    starts[std::size_t(side)].positions =
        displaced(saddle.positions, mode, side == 0 ? -step_off : step_off);
  CrystalRelaxOptions how;
  how.force_tolerance = options.end_tolerance;
  how.max_step_length = 0.1;
  how.energy = options.band.energy;
  std::vector<RelaxedCrystal> const ends = relax_crystals(starts, set, how);
  std::array<WayDown, 2> down;
  for (std::size_t side : {0, 1}) {
    WayDown& way = down[side];
    way.energy = ends[side].energy;
    way.positions = ends[side].crystal.positions;
    way.distance = {largest_move(part.hop.initial, part.hop.initial.positions, way.positions),
                    largest_move(part.hop.initial, part.hop.final_.positions, way.positions)};
    if (!ends[side].converged())
      way.reason = ends[side].reason;
    else if (std::min(way.distance[0], way.distance[1]) > same)
      way.to = WayDown::To::elsewhere;
    else
      way.to = way.distance[0] < way.distance[1] ? WayDown::To::first : WayDown::To::last;
  }
  return down;
}

/// How the barrier changes where all sums are a hundred times more exact.
double measured_error(HopPart const& part, StationaryPoint const& first,
                      StationaryPoint const& saddle, PotentialSet const& set,
                      HopOptions const& options) {
  EnergyOptions energy = options.band.energy;
  energy.force_error *= 0.01;
  CrystalSurface exacter(part.hop.initial, set, energy, options.band.shells);
  double const barrier = exacter.at(saddle.positions).energy - exacter.at(first.positions).energy;
  return std::fabs(barrier - (saddle.energy - first.energy));
}

/// The Hessian times a direction beside a central difference of forces along it. The direction has
/// a part of every mode, and always the same.
double hessian_error(CrystalSurface& surface, StationaryPoint const& point) {
  constexpr double step = 1e-3;  // Å, of the ion that goes farthest
  Eigen::VectorXd v(3 * Eigen::Index(point.positions.size()));
  for (Eigen::Index k = 0; k < v.size(); ++k) v[k] = std::sin(1.0 + 2.39996 * double(k));
  v /= largest_ion(v);
  CrystalSurface::Point const at = surface.at(point.positions);
  IonHessian const hessian = surface.hessian(at);
  if (!hessian.shells_at_minimum) return std::numeric_limits<double>::quiet_NaN();
  // Both without what is fixed, and without a drift.
  Directions const directions = surface.directions(hessian.matrix);
  v = directions.apply(v, [](double) { return 1.0; });
  Eigen::VectorXd const exact = directions.apply(v, [](double curvature) { return curvature; });
  Eigen::VectorXd const difference =
      (surface.at(displaced(point.positions, v, step * largest_ion(v))).gradient -
       surface.at(displaced(point.positions, v, -step * largest_ion(v))).gradient) /
      (2 * step);
  return (difference - exact).norm() / exact.norm();
}

std::string in_words(int count) {
  return std::to_string(count) + (count == 1 ? " direction" : " directions");
}

void judge_end(std::vector<std::string>& missing, char const* which, StationaryPoint const& end) {
  std::string const name = std::string("the ") + which + " end ";
  if (!end.found())
    missing.push_back(name + "has no energy to trust: " + end.reason);
  else if (end.max_force > at_rest)
    missing.push_back(not_at_rest(which, end.max_force));
  else if (end.falling > 0)
    missing.push_back(name + "is no minimum (the energy falls along " + in_words(end.falling) +
                      ")");
}

void judge_ways(std::vector<std::string>& missing, std::array<WayDown, 2> const& down,
                double saddle_energy) {
  using To = WayDown::To;
  for (std::size_t side : {0, 1}) {
    WayDown const& way = down[side];
    std::string const name = side == 0 ? "the way back" : "the way on";
    To const expected = side == 0 ? To::first : To::last;
    if (way.to == expected) continue;
    if (way.to == To::nowhere)
      missing.push_back(name + " from the saddle did not come to rest (" + way.reason + ")");
    else if (way.to == To::elsewhere)
      missing.push_back(name + " from the saddle leads to another minimum, " +
                        decimals(saddle_energy - way.energy, 4) + " eV below it");
    else
      missing.push_back(name + " from the saddle leads to the " + to_string(way.to) + " end");
  }
}

std::vector<std::string> what_is_missing(Certificate const& c) {
  std::vector<std::string> missing;
  if (!c.saddle.found()) {
    missing.push_back("no saddle was found: " + c.saddle.reason);
    return missing;
  }
  if (c.saddle.falling != 1)
    missing.push_back("the energy falls along " + in_words(c.saddle.falling) +
                      " at the top, where a saddle has one");
  judge_end(missing, "first", c.first);
  judge_end(missing, "last", c.last);
  if (c.saddle.falling == 1) judge_ways(missing, c.down, c.saddle.energy);
  return missing;
}

}  // namespace

std::string not_at_rest(char const* which, double force) {
  return std::string("the ") + which + " end is not at rest (a force of " + significant(force, 2) +
         " eV/Å is left)";
}

double largest_move(Crystal const& crystal, std::span<Vec3 const> a, std::span<Vec3 const> b) {
  std::vector<Vec3> way;
  for (std::size_t k = 0; k < a.size(); ++k) way.push_back(b[k] - a[k]);
  FreeMotion(crystal).project(way);
  double largest = 0;
  for (Vec3 v : way) largest = std::max(largest, norm(v));
  return largest;
}

StationaryPoint saddle_of(HopPart const& part, PotentialSet const& set, HopOptions const& options) {
  CrystalPath const path = path_of(part.band.band);
  auto const top = std::size_t(part.band.band.saddle_image);
  CrystalSurface surface = surface_of(part, set, options);
  return find_saddle(surface, path[top], tangent_at_top(path, top), options.saddle_tolerance);
}

CrystalPath bent_path(HopPart const& part, StationaryPoint const& saddle) {
  BandResult const& band = part.band.band;
  CrystalPath path = path_of(band);
  auto const top = std::size_t(band.saddle_image);
  double const s = band.position[top], length = band.position.back();
  for (std::size_t i = 1; i + 1 < path.size(); ++i) {
    double const weight =
        i <= top ? band.position[i] / s : (length - band.position[i]) / (length - s);
    path[i] = displaced(path[i], saddle.lowest[1], bend * weight);
  }
  return path;
}

Certificate certificate_of(HopPart const& part, StationaryPoint saddle, PotentialSet const& set,
                           HopOptions const& options) {
  Certificate c;
  c.saddle = std::move(saddle);
  CrystalSurface surface = surface_of(part, set, options);
  c.first = stationary_point_at(surface, part.hop.initial.positions);
  c.last = stationary_point_at(surface, part.hop.final_.positions);
  if (c.saddle.falling == 1) {
    CrystalPath const path = path_of(part.band.band);
    Eigen::VectorXd const along = tangent_at_top(path, std::size_t(part.band.band.saddle_image));
    c.down = ways_down(part, c.saddle, along, set, options);
    c.hessian_error = hessian_error(surface, c.saddle);
    c.measured_error = measured_error(part, c.first, c.saddle, set, options);
  }
  c.forward = harmonic_rate(c.first, c.saddle, c.hessian_error);
  c.reverse = harmonic_rate(c.last, c.saddle, c.hessian_error);
  c.missing = what_is_missing(c);
  return c;
}

}  // namespace detail

}  // namespace ionscape
