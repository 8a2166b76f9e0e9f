// The terms of the energy that live in real space, each with its derivatives: links of two particles
// (pair terms, the near part of the Coulomb sum, springs) and bends of three (angles).
#pragma once

#include <array>
#include <vector>

#include <Eigen/Core>

#include <ionscape/crystals/second_derivatives.hpp>

#include "pair_stiffness.hpp"

namespace ionscape::detail {

/// Particle j in one of its images, as i sees it; every link of the crystal stands once.
struct Link {
  int i = 0, j = 0;
  Vec3 d;           // Å, from i to j
  Stiffness value;  // an ion with its own image: half, since it meets that on the other side, too
};

/// An angle with its legs. The energy depends on t = (a.a, b.b, a.b).
struct Bend {
  std::array<int, 3> particles;  // the centre first
  std::array<Vec3, 2> legs;      // Å
  Eigen::Vector3d slope;         // dE/dt
  Eigen::Matrix3d curve;         // d^2E/dt^2
};

struct RealSpace {
  std::vector<Link> links;
  std::vector<Bend> bends;

  /// Adds all derivatives.
  void add_to(Expansion& expansion) const;
  /// Adds the lattice sum with its phases.
  void add_to(Eigen::MatrixXcd& dynamical, Vec3 q) const;
};

/// Throws InputError for a straight angle whose energy has a kink there.
RealSpace real_space(Particles const& particles, PotentialSet const& set,
                     EwaldParameters const& ewald, PairSums const& ends);

}  // namespace ionscape::detail
