// Small crystals without symmetry, and sets that use every term, for the tests of this room.
#pragma once

#include <random>
#include <string>

#include <ionscape/potentials/ions/particles.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape_test {

inline std::string const rigid_set = R"(
name = "rigid"
source = "a test"
cutoff = 7.0
[charges]
Mg = 2.0
O = -2.0
[[pair]]
species = ["Mg", "O"]
form = "buckingham"
A = 1428.5
rho = 0.2945
C = 3.0
[[pair]]
species = ["O", "O"]
form = "buckingham"
A = 22764.3
rho = 0.149
C = 27.88
)";

/// Shells on both, one with k4; an angle at the Mg between shells; pair terms of all forms.
inline std::string const shell_set = R"(
name = "shells"
source = "a test"
cutoff = 7.0
truncation = "force-shifted"
coulomb_constant = 14.3997584
[charges]
Mg = 2.0
O = -2.0
[[shell]]
species = "O"
charge = -2.86902
k2 = 74.92
k4 = 900.0
[[shell]]
species = "Mg"
charge = 1.3
k2 = 60.0
[[pair]]
species = ["Mg", "O"]
form = "buckingham"
A = 1428.5
rho = 0.2945
C = 3.0
[[pair]]
species = ["O core", "Mg core"]
form = "morse"
D = 0.3
a = 1.5
r0 = 2.2
C = 9.0
[[pair]]
species = ["O", "O"]
form = "lennard-jones"
epsilon = 0.02
sigma = 2.6
[[angle]]
centre = "Mg"
outer = ["O", "O"]
k = 2.1
theta0_deg = 95.0
cutoffs = [2.6, 2.6]
)";

/// Rocksalt by its primitive vectors (skewed), strained and displaced at random; shells off their
/// cores. `extra` more Mg make the cell charged.
inline ionscape::Particles small_crystal(ionscape::PotentialSet const& set, unsigned seed,
                                         bool charged = false) {
  using namespace ionscape;
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  auto const noise = [&](double size) {
    double const x = size * uniform(random), y = size * uniform(random);
    return Vec3{x, y, size * uniform(random)};
  };
  Crystal crystal;
  crystal.cell = {Vec3{0, 2.1, 2.1} + noise(0.15), Vec3{2.1, 0, 2.1} + noise(0.15),
                  Vec3{4.2, 4.2, 0} + noise(0.15)};
  auto const add = [&](char const* species, Vec3 f) {
    crystal.species.push_back(species);
    crystal.positions.push_back(crystal.cell.to_cartesian(f) + noise(0.1));
  };
  add("Mg", {0, 0, 0}), add("O", {0.5, 0.5, 0.25}), add("Mg", {0, 0, 0.5});
  if (!charged) add("O", {0.5, 0.5, 0.75});
  assign_charges(crystal, set);
  Particles particles = particles_of(crystal, set);
  for (Spring const& spring : particles.springs)
    particles.crystal.positions[std::size_t(spring.shell)] += noise(0.08);
  return particles;
}

}  // namespace ionscape_test
