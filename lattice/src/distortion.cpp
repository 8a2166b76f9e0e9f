#include <ionscape/lattice/distortion.hpp>

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/polyhedron.hpp>

#include "periodic_points.hpp"
#include "random.hpp"

namespace ionscape {

namespace {

void require(bool good, char const* what, double found, char const* expected) {
  if (!good || !std::isfinite(found)) fail_input({}, what, " ", found, ", expected ", expected);
}

/// 1 + strain along the unit vector of `axis`, 1 + across in the plane normal to it.
Eigen::Matrix3d stretch(Vec3 axis, double along, double across) {
  double const length = norm(axis);
  require(length > 0, "strain: length of the axis", length, "> 0");
  require(along > -1, "strain", along, "> -1");
  require(across > -1, "strain", across, "> -1");
  Eigen::Vector3d const n = Eigen::Vector3d(axis.x, axis.y, axis.z) / length;
  return (1 + across) * Eigen::Matrix3d::Identity() + (along - across) * n * n.transpose();
}

void transform(Eigen::Matrix3d const& f, Crystal& framework, Hop& hop) {
  auto const apply = [&f](Vec3& v) {
    Eigen::Vector3d const r = f * Eigen::Vector3d(v.x, v.y, v.z);
    v = {r.x(), r.y(), r.z()};
  };
  apply(framework.cell.a), apply(framework.cell.b), apply(framework.cell.c);
  for (Vec3& r : framework.positions) apply(r);
  for (Site& s : hop.sites) apply(s.position);
  for (Window& w : hop.windows) apply(w.position);
}

struct Apply {
  Crystal& framework;
  Hop& hop;

  void operator()(WindowShear const& shear) const {
    require(shear.factor > 0, "distortion factor", shear.factor, "> 0");
    if (hop.windows.empty()) fail_input({}, "distortion by a factor: the hop has no window");
    Window const& window = hop.windows.front();
    auto const abc = positions_of(framework, window.vertices);
    framework.positions[window.vertices[0].ion] += 2 * (shear.factor - 1) * (abc[2] - abc[1]);
  }
  void operator()(UniaxialStrain const& s) const {
    transform(stretch(s.axis, s.strain, 0), framework, hop);
  }
  void operator()(BiaxialStrain const& s) const {
    transform(stretch(s.normal, 0, s.strain), framework, hop);
  }
  void operator()(BainPath const& bain) const {
    require(bain.ratio > 0, "Bain path: c/a", bain.ratio, "> 0");
    double const a = 1 / std::cbrt(bain.ratio);
    transform(stretch({0, 0, 1}, a * bain.ratio - 1, a - 1), framework, hop);
  }
  void operator()(MoveIon const& move) const {
    if (move.ion >= framework.size())
      fail_input({}, "displacement of ion ", move.ion + 1, ", expected 1 to ", framework.size());
    require(true, "displacement (Å)", norm(move.displacement), "a finite vector");
    framework.positions[move.ion] += move.displacement;
  }
  void operator()(RandomDisplacement const& random) const {
    require(random.amplitude >= 0, "random displacement: amplitude (Å)", random.amplitude, ">= 0");
    std::mt19937_64 bits(random.seed);
    for (Vec3& r : framework.positions) r += random.amplitude * uniform_in_ball(bits);
  }
};

Site const& first_of(SiteKind kind, Hop const& hop) {
  auto const site = std::ranges::find(hop.sites, kind, &Site::kind);
  if (site == hop.sites.end())
    fail_input({}, "distortion report: the hop has no ", name_of(kind), " site");
  return *site;
}

}  // namespace

DistortionReport measure(Crystal const& framework, Hop const& hop) {
  Site const& tet = first_of(SiteKind::tet, hop);
  Site const& oct = first_of(SiteKind::oct, hop);
  if (hop.windows.empty()) fail_input({}, "distortion report: the hop has no window");
  Bottleneck const window = bottleneck(framework, hop.windows.front());
  return {symmetry_measure(framework, tet),
          symmetry_measure(framework, oct),
          volume(framework, tet),
          volume(framework, oct),
          window.area,
          window.radius,
          closest_pair(framework.cell, framework.positions).distance};
}

Distorted distort(Crystal const& framework, Hop const& hop, Distortion const& distortion) {
  Distorted result{framework, hop, {}};
  std::visit(Apply{result.framework, result.hop}, distortion);
  result.report = measure(result.framework, result.hop);
  return result;
}

}  // namespace ionscape
