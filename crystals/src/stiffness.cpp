#include "stiffness.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace ionscape::detail {

namespace {

constexpr double reach = 5;  // Å: neighbours, and a little more

/// Calls visit(i, j, distance, share) for all images of j within reach of i, i <= j; an ion and its
/// own images come twice, with a share of 1/2.
template <class Visit>
void for_each_near_pair(Crystal const& crystal, Visit const& visit) {
  Cell const cell = reduced(crystal.cell).cell;
  Vec3 const faces = cell.face_distances();
  int const most[3] = {int(std::floor(reach / faces.x + 0.5)),
                       int(std::floor(reach / faces.y + 0.5)),
                       int(std::floor(reach / faces.z + 0.5))};
  std::vector<Vec3> fractional;
  for (Vec3 r : crystal.positions) fractional.push_back(cell.to_fractional(r));
  int const n = int(crystal.size());
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) {
      Vec3 f = fractional[std::size_t(j)] - fractional[std::size_t(i)];
      f = {f.x - std::round(f.x), f.y - std::round(f.y), f.z - std::round(f.z)};
      for (int x = -most[0]; x <= most[0]; ++x)
        for (int y = -most[1]; y <= most[1]; ++y)
          for (int z = -most[2]; z <= most[2]; ++z) {
            double const d = norm(cell.to_cartesian({f.x + x, f.y + y, f.z + z}));
            if (d > 0.1 && d < reach) visit(i, j, d, i == j ? 0.5 : 1.0);
          }
    }
}

/// V' and V'' of a form.
struct Derivatives {
  double first, second;
};
Derivatives derivatives(PairForm const& form, double r) {
  constexpr double h = 1e-3;
  return {evaluate(form, r).slope,
          (evaluate(form, r + h).slope - evaluate(form, r - h).slope) / (2 * h)};
}

/// What pair terms give each particle, and the strain; sums, not yet kept from being negative.
class PairSumOfStiffness {
 public:
  PairSumOfStiffness(Particles const& particles, PotentialSet const& set)
      : of_particle(std::size_t(particles.size()), 0.0) {
    Crystal const& crystal = particles.crystal;
    std::map<std::string, int> type_of;
    for (std::string const& label : crystal.species) type_of.emplace(label, int(type_of.size()));
    std::vector<PairTerm const*> terms(type_of.size() * type_of.size());
    for (auto const& [a, ta] : type_of)
      for (auto const& [b, tb] : type_of) terms[ta * type_of.size() + tb] = set.find(a, b);
    std::vector<int> types;
    for (std::string const& label : crystal.species) types.push_back(type_of[label]);
    for_each_near_pair(crystal, [&](int i, int j, double r, double share) {
      PairTerm const* const term =
          terms[std::size_t(types[std::size_t(i)]) * type_of.size() + types[std::size_t(j)]];
      if (term) add(i, j, r, share, derivatives(term->term, r));
    });
  }

  std::vector<double> of_particle;
  double strain = 0;

 private:
  void add(int i, int j, double r, double share, Derivatives v) {
    // An affine strain stretches a pair along r: <cos^4> = 1/5 over all directions.
    strain += share * v.second * r * r / 5;
    if (i == j) return;  // an ion's own images move with it
    double const third = (v.second + 2 * v.first / r) / 3;
    of_particle[std::size_t(i)] += third;
    of_particle[std::size_t(j)] += third;
  }
};

void add_angles(std::vector<double>& of_particle, Particles const& particles) {
  for (Angle const& angle : particles.angles)
    for (std::size_t leg = 0; leg < 2; ++leg) {
      Vec3 const vector = particles.crystal.cell.to_cartesian(angle.legs[leg]);
      double const third = angle.k / dot(vector, vector) / 3;
      of_particle[std::size_t(angle.outer[leg])] += third;
      of_particle[std::size_t(angle.centre)] += third;
    }
}

/// Loosely bound ions have little: no less than a fifth of the mean, and something.
void keep_positive(std::vector<double>& stiffness) {
  double mean = 0;
  for (double k : stiffness) mean += std::max(k, 0.0) / double(stiffness.size());
  for (double& k : stiffness) k = std::max({k, 0.2 * mean, 0.1});
}

}  // namespace

StiffnessEstimate estimated_stiffness(Particles const& particles, PotentialSet const& set) {
  PairSumOfStiffness sums(particles, set);
  add_angles(sums.of_particle, particles);
  StiffnessEstimate all;
  all.ions.assign(sums.of_particle.begin(), sums.of_particle.begin() + particles.ions);
  for (Spring const& spring : particles.springs) {
    double const shell = sums.of_particle[std::size_t(spring.shell)];
    all.ions[std::size_t(spring.core)] += shell;
    all.shells.push_back(std::max(spring.k2 + shell, 0.2 * spring.k2));
  }
  keep_positive(all.ions);
  keep_positive(all.shells);
  all.strain = std::max(sums.strain, 1.0 * particles.ions);
  return all;
}

}  // namespace ionscape::detail
