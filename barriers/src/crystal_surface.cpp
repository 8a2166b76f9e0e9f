#include "crystal_surface.hpp"

#include <ionscape/crystals/phonons.hpp>

#include "image_batch.hpp"

namespace ionscape::detail {

CrystalSurface::CrystalSurface(Crystal const& frame, PotentialSet const& set,
                               EnergyOptions const& energy, ShellOptions const& shells)
    : frame_(&frame),
      set_(&set),
      particles_(particles_of(frame, set)),
      free_(frame),
      model_(std::span(&frame, 1), set, energy, shells),
      masses_of_frame_(masses_of(particles_)) {}

CrystalSurface::Point CrystalSurface::at(std::span<Vec3 const> positions) {
  model_.evaluate(positions);
  EnergyResult result = std::move(model_.results().front());
  Point point;
  point.positions.assign(positions.begin(), positions.end());
  point.broken = what_is_broken(result, model_.rest().front(), *frame_);
  point.shells = std::move(result.shells);
  point.energy = result.energy();
  free_.project(result.forces);
  point.gradient.resize(3 * Eigen::Index(positions.size()));
  Eigen::Index k = 0;
  for (Vec3 f : result.forces) {
    point.gradient.segment<3>(k) << -f.x, -f.y, -f.z;
    k += 3;
  }
  return point;
}

double CrystalSurface::Point::max_force() const { return largest_ion(gradient); }

IonHessian CrystalSurface::hessian(Point const& point) const {
  return ion_hessian(moved_to(particles_, point.positions, point.shells), *set_,
                     model_.model().pairs());
}

std::vector<Vec3> displaced(std::span<Vec3 const> positions, Eigen::VectorXd const& direction,
                            double length) {
  std::vector<Vec3> moved(positions.begin(), positions.end());
  double const scale = length / largest_ion(direction);
  Eigen::Index k = 0;
  for (Vec3& r : moved) {
    r += scale * Vec3{direction[k], direction[k + 1], direction[k + 2]};
    k += 3;
  }
  return moved;
}

double largest_ion(Eigen::VectorXd const& v) {
  double largest = 0;
  for (Eigen::Index k = 0; k < v.size(); k += 3)
    largest = std::max(largest, v.segment<3>(k).norm());
  return largest;
}

}  // namespace ionscape::detail
