// Crystals and sets for the tests of relaxations.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape_test {

using namespace ionscape;

inline PotentialSet example_set(std::string const& name) {
  return read_potential_set(std::string(IONSCAPE_SOURCE_DIR "/examples/potentials/") + name +
                            ".toml");
}

/// A cubic cell with ions at fractional places, charges as the set has them.
inline Crystal cubic_crystal(double a, std::vector<std::string> const& species,
                             std::vector<Vec3> const& places, PotentialSet const& set) {
  Crystal crystal{{{a, 0, 0}, {0, a, 0}, {0, 0, a}}, species, {}, {}, ""};
  for (Vec3 f : places) crystal.positions.push_back(a * f);
  assign_charges(crystal, set);
  return crystal;
}

/// Conventional cells: of rock salt 8 ions, of antifluorite 12.
inline Crystal rock_salt(double a, PotentialSet const& set) {
  return cubic_crystal(a, {"Mg", "Mg", "Mg", "Mg", "O", "O", "O", "O"},
                       {{0, 0, 0},
                        {0, .5, .5},
                        {.5, 0, .5},
                        {.5, .5, 0},
                        {.5, .5, .5},
                        {.5, 0, 0},
                        {0, .5, 0},
                        {0, 0, .5}},
                       set);
}
inline Crystal antifluorite(double a, PotentialSet const& set) {
  std::vector<std::string> species(4, "O");
  std::vector<Vec3> places{{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};
  species.insert(species.end(), 8, "Li");
  for (double x : {.25, .75})
    for (double y : {.25, .75})
      for (double z : {.25, .75}) places.push_back({x, y, z});
  return cubic_crystal(a, species, places, set);
}

/// Every ion moved at random by about `by` Å, the cell strained at random by about `strain`.
inline Crystal shaken(Crystal crystal, double by, double strain, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  double e[3][3];
  for (auto& row : e)
    for (double& element : row) element = strain * normal(random);
  auto const strained = [&](Vec3 r) {
    return r + Vec3{e[0][0] * r.x + e[0][1] * r.y + e[0][2] * r.z,
                    e[0][1] * r.x + e[1][1] * r.y + e[1][2] * r.z,
                    e[0][2] * r.x + e[1][2] * r.y + e[2][2] * r.z};
  };
  crystal.cell = {strained(crystal.cell.a), strained(crystal.cell.b), strained(crystal.cell.c)};
  for (Vec3& r : crystal.positions)
    r = strained(r) + by * Vec3{normal(random), normal(random), normal(random)};
  return crystal;
}

}  // namespace ionscape_test
