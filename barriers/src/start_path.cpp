#include <ionscape/barriers/start_path.hpp>

#include <cmath>
#include <limits>

#include <ionscape/barriers/idpp.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/crystals/free_motion.hpp>
#include <ionscape/neb/forces.hpp>
#include <ionscape/neb/tangent.hpp>
#include <ionscape/relax/lbfgs.hpp>

#include "lead_around.hpp"

namespace ionscape {

namespace {

constexpr double tolerance = 0.02;       // Å^-3, of the force on any ion
constexpr double spring = 1;             // Å^-4, about what S has across the path
constexpr double max_step_length = 0.1;  // Å
constexpr int most_steps = 200;

void put(std::span<Vec3 const> vectors, double* numbers) {
  for (Vec3 v : vectors) *numbers++ = v.x, *numbers++ = v.y, *numbers++ = v.z;
}
void take(double const* numbers, std::span<Vec3> vectors) {
  for (Vec3& v : vectors) v = {numbers[0], numbers[1], numbers[2]}, numbers += 3;
}

/// A nudged elastic band whose images each have a surface of their own. Forces in Å^-3.
class IdppBand {
 public:
  IdppBand(CrystalHop const& hop, CrystalPath const& path, double cutoff)
      : surface_(hop, cutoff),
        free_(hop.initial),
        dof_(3 * int(hop.size())),
        last_(int(path.size()) - 1),
        x_(path.size() * std::size_t(dof_)),
        driving_(x_.size() - 2 * std::size_t(dof_)),
        tangent_(std::size_t(dof_)),
        image_(hop.size()),
        force_(hop.size()) {
    for (int k = 0; k <= last_; ++k) put(path[std::size_t(k)], &x_[row(k)]);
  }

  /// To the path whose largest force is the least of all on the way.
  void relax() {
    relax::Lbfgs const optimizer{max_step_length, 3};
    relax::Lbfgs::State state;
    std::vector<double> memory(std::size_t(optimizer.n_vectors) * driving_.size());
    std::vector<double> best = x_;
    double least = std::numeric_limits<double>::infinity();
    for (int step = 0; step <= most_steps && least > tolerance; ++step) {
      drive();
      double const largest = relax::largest_ion_norm(int(driving_.size()), 3, driving_.data());
      if (!std::isfinite(largest)) break;
      if (largest < least) least = largest, best = x_;
      optimizer.step(int(driving_.size()), driving_.data(), state, memory.data(), &x_[row(1)]);
    }
    x_ = best;
  }

  /// Assigns all images between the ends.
  void store(CrystalPath& path) const {
    for (int k = 1; k < last_; ++k) take(&x_[row(k)], path[std::size_t(k)]);
  }

 private:
  std::size_t row(int image) const { return std::size_t(image) * std::size_t(dof_); }

  /// Springs along the path, the surface's force across it.
  void drive() {
    for (int k = 1; k < last_; ++k) {
      double const* x = &x_[row(k)];
      double* driving = &driving_[row(k - 1)];
      take(x, image_);
      surface_(double(k) / last_, image_, force_);
      for (Vec3& f : force_) f = -f;
      put(force_, driving);
      neb::unit_tangent(dof_, x - dof_, x, x + dof_, {1, 1}, tangent_.data());
      double const along = neb::spring_force(spring, relax::distance(dof_, x - dof_, x), spring,
                                             relax::distance(dof_, x, x + dof_));
      neb::nudged_force(dof_, driving, tangent_.data(), along, driving);
      take(driving, force_);
      free_.project(force_);
      put(force_, driving);
    }
  }

  IdppSurface surface_;
  FreeMotion free_;
  int dof_, last_;
  std::vector<double> x_;        // (images, dof), Å
  std::vector<double> driving_;  // (images - 2, dof)
  std::vector<double> tangent_;
  std::vector<Vec3> image_, force_;
};

}  // namespace

CrystalPath linear_start(CrystalHop const& hop, int n) {
  if (n < 3) fail_input({}, "path of ", n, " images, expected at least 3");
  CrystalPath path(std::size_t(n), hop.initial.positions);
  for (int k = 1; k < n - 1; ++k) {
    double const share = double(k) / (n - 1);
    for (std::size_t i = 0; i < hop.size(); ++i)
      path[std::size_t(k)][i] += share * (hop.final_.positions[i] - hop.initial.positions[i]);
  }
  path.back() = hop.final_.positions;
  return path;
}

CrystalPath idpp_start(CrystalHop const& hop, int n, double cutoff) {
  CrystalPath path = linear_start(hop, n);
  detail::lead_around(hop, path);
  IdppBand band(hop, path, cutoff);
  band.relax();
  band.store(path);
  return path;
}

}  // namespace ionscape
