// The energy of one crystal as a function of where its ions are, shells following, and how it curves.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <ionscape/crystals/free_motion.hpp>
#include <ionscape/crystals/ion_hessian.hpp>
#include <ionscape/crystals/shell_model.hpp>

namespace ionscape::detail {

class CrystalSurface {
 public:
  /// Tuned and listed for the frame, which outlives it.
  CrystalSurface(Crystal const& frame, PotentialSet const& set, EnergyOptions const& energy,
                 ShellOptions const& shells);

  struct Point {
    std::vector<Vec3> positions, shells;  // Å; of shells from their ions
    double energy = 0;                    // eV
    Eigen::VectorXd gradient;             // (3 ions), eV/Å, along what is free
    std::string broken;                   // why it means nothing; empty: it does
    double max_force() const;             // eV/Å, on any ion
  };
  Point at(std::span<Vec3 const> positions);

  IonHessian hessian(Point const& point) const;
  Directions directions(Eigen::MatrixXd const& hessian, std::span<double const> masses = {}) const {
    return directions_of(hessian, *frame_, masses);
  }
  std::vector<double> masses() const { return masses_of_frame_; }
  Crystal const& frame() const { return *frame_; }

 private:
  Crystal const* frame_;
  PotentialSet const* set_;
  Particles particles_;
  FreeMotion free_;
  ShellModel model_;
  std::vector<double> masses_of_frame_;
};

/// Positions moved by `length` times `direction` (3 ions), which is scaled so that the ion that goes
/// farthest goes by 1.
std::vector<Vec3> displaced(std::span<Vec3 const> positions, Eigen::VectorXd const& direction,
                            double length);
/// The largest norm of any ion's three numbers.
double largest_ion(Eigen::VectorXd const& v);

}  // namespace ionscape::detail
