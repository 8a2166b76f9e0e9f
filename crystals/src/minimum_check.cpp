#include <ionscape/crystals/minimum_check.hpp>

#include <algorithm>

#include <ionscape/crystals/ion_hessian.hpp>

namespace ionscape {

MinimumCheck check_minimum(RelaxedCrystal const& relaxed, PotentialSet const& set,
                           PairSums const& ends, int most) {
  Particles const particles =
      moved_to(particles_of(relaxed.crystal, set), relaxed.crystal.positions, relaxed.shells);
  IonHessian const hessian = ion_hessian(particles, set, ends);
  MinimumCheck check;
  check.shells_at_minimum = hessian.shells_at_minimum;
  if (!check.shells_at_minimum) return check;
  Directions const directions = directions_of(hessian.matrix, relaxed.crystal);
  Eigen::VectorXd const& all = directions.curvature;
  check.negative = directions.falling();
  check.lowest.assign(all.data(), all.data() + std::min(all.size(), Eigen::Index(most)));
  return check;
}

}  // namespace ionscape
