// Points of a crystal's energy at which all forces vanish, what they are, and how to get to a saddle.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// eV/Å: where a larger force is left on an ion, it is not at rest.
inline constexpr double at_rest = 1e-3;

struct StationaryPoint {
  std::string reason;                   // why there is none; empty: there is one
  std::vector<Vec3> positions, shells;  // Å; of shells from their ions, empty without shells
  double energy = 0;                    // eV
  double max_force = 0;                 // eV/Å, on any ion along what is free
  int steps = 0;                        // of Newton's method

  Eigen::VectorXd curvature;      // eV/Å^2, ascending, without translations and what is fixed
  int falling = 0;                // how many of them are below -least_curvature (ion_hessian.hpp)
  Eigen::VectorXd lowest[2];      // directions of the two lowest (3 ions), normalised
  Eigen::VectorXd mass_weighted;  // eigenvalues of M^-1/2 H M^-1/2, eV/(Å^2 u), ascending

  bool found() const { return reason.empty(); }
  bool is_minimum() const { return found() && max_force <= at_rest && falling == 0; }
  bool is_saddle() const { return found() && max_force <= at_rest && falling == 1; }
};

}  // namespace ionscape
