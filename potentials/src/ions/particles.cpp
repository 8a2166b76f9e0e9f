#include <ionscape/potentials/ions/particles.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

/// Ions sorted into bins of the reduced cell, to find those near a place.
class Bins {
 public:
  Bins(Crystal const& crystal, double reach)
      : crystal_(crystal), cell_(reduced(crystal.cell).cell) {
    Vec3 const faces = cell_.face_distances();
    double const heights[3] = {faces.x, faces.y, faces.z};
    double const most = std::cbrt(double(crystal.size())) + 1;
    for (int d = 0; d < 3; ++d) {
      count_[d] = int(std::clamp(heights[d] / reach, 1.0, most));
      margin_[d] = int(std::ceil(reach / heights[d] * count_[d]));
    }
    members_.resize(std::size_t(count_[0]) * count_[1] * count_[2]);
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      Place const place = place_of(crystal.positions[i]);
      home_.push_back(place.inside);
      members_[index(place.bin)].push_back(int(i));
    }
  }

  /// Calls visit(j, r) for all images of ions other than `i` itself within `reach` of ion i: r is
  /// the vector to the image in Å.
  template <class Visit>
  void for_each_near(int i, double reach, Visit const& visit) const {
    Vec3 const centre = home_[std::size_t(i)];
    Place const place = place_of(crystal_.positions[std::size_t(i)]);
    int at[3];
    for (int x = -margin_[0]; x <= margin_[0]; ++x)
      for (int y = -margin_[1]; y <= margin_[1]; ++y)
        for (int z = -margin_[2]; z <= margin_[2]; ++z) {
          int const offset[3] = {x, y, z};
          double shift[3];
          for (int d = 0; d < 3; ++d) {
            int const bin = place.bin[d] + offset[d];
            shift[d] = std::floor(double(bin) / count_[d]);
            at[d] = bin - int(shift[d]) * count_[d];
          }
          Vec3 const moved = cell_.to_cartesian({shift[0], shift[1], shift[2]});
          for (int const j : members_[index(at)]) {
            Vec3 const r = home_[std::size_t(j)] + moved - centre;
            if (norm(r) <= reach && !(j == i && norm(r) < 1e-9)) visit(j, r);
          }
        }
  }

 private:
  struct Place {
    Vec3 inside;  // the image in the home cell
    int bin[3];
  };

  Place place_of(Vec3 r) const {
    Vec3 f = cell_.to_fractional(r);
    f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
    double const fractions[3] = {f.x, f.y, f.z};
    Place place{cell_.to_cartesian(f), {}};
    for (int d = 0; d < 3; ++d)
      place.bin[d] = std::min(int(fractions[d] * count_[d]), count_[d] - 1);
    return place;
  }

  std::size_t index(int const bin[3]) const {
    return (std::size_t(bin[0]) * count_[1] + bin[1]) * count_[2] + bin[2];
  }

  Crystal const& crystal_;
  Cell cell_;
  int count_[3], margin_[3];
  std::vector<std::vector<int>> members_;
  std::vector<Vec3> home_;
};

/// The species of the ion whose core or shell a label names.
std::string species_of(std::string const& label, PotentialSet const& set) {
  for (ShellTerm const& shell : set.shells)
    if (label == core_label(shell.species) || label == shell_label(shell.species))
      return shell.species;
  return label;
}

/// Which particle of an ion a label names: its core or its shell.
int particle_of(int ion, std::string const& label, std::vector<int> const& shell_of) {
  int const shell = shell_of[std::size_t(ion)];
  return shell >= 0 && label.ends_with(" shell") ? shell : ion;
}

/// All angles of one term.
void add_angles(Particles& particles, Crystal const& ions, PotentialSet const& set,
                AngleTerm const& term, std::vector<int> const& shell_of) {
  std::string const centre = species_of(term.centre, set);
  std::array<std::string, 2> const outer{species_of(term.outer[0], set),
                                         species_of(term.outer[1], set)};
  bool const alike = term.outer[0] == term.outer[1];
  double const reach = std::max(term.cutoffs[0], term.cutoffs[1]);
  Bins const bins(ions, reach);
  struct Leg {
    int ion;
    Vec3 vector;
  };
  // Which of two outer ions a leg's cutoff belongs to: of two alike, each pair counts once, if it
  // fits either way.
  auto const fits = [&](Leg const& one, Leg const& other) {
    return norm(one.vector) <= term.cutoffs[0] && norm(other.vector) <= term.cutoffs[1];
  };
  for (int i = 0; i < int(ions.size()); ++i) {
    if (ions.species[std::size_t(i)] != centre) continue;
    std::array<std::vector<Leg>, 2> legs;
    bins.for_each_near(i, reach, [&](int j, Vec3 r) {
      for (std::size_t k = 0; k < 2; ++k)
        if (ions.species[std::size_t(j)] == outer[k]) legs[k].push_back({j, r});
    });
    for (std::size_t a = 0; a < legs[0].size(); ++a)
      for (std::size_t b = alike ? a + 1 : 0; b < legs[1].size(); ++b) {
        Leg const first = legs[0][a], second = legs[1][b];
        if (!fits(first, second) && !(alike && fits(second, first))) continue;
        double const apart = norm(first.vector - second.vector);
        if (apart < 1e-9 || apart > term.cutoffs[2]) continue;
        if (norm(first.vector) < 0.1 || norm(second.vector) < 0.1)
          fail_input({}, "an angle at ion ", i + 1, " (", centre,
                     ") with a leg shorter than 0.1 Å");
        Angle angle{particle_of(i, term.centre, shell_of),
                    {particle_of(first.ion, term.outer[0], shell_of),
                     particle_of(second.ion, term.outer[1], shell_of)},
                    {},
                    term.k,
                    term.theta0};
        for (std::size_t k = 0; k < 2; ++k)
          angle.legs[k] = ions.cell.to_fractional(k == 0 ? first.vector : second.vector);
        particles.angles.push_back(angle);
      }
  }
}

}  // namespace

double shells_within(Cell const& shortest) {
  double const vector = std::min({norm(shortest.a), norm(shortest.b), norm(shortest.c)});
  return std::min(longest_shell, 0.45 * vector);
}

Particles particles_of(Crystal const& crystal, PotentialSet const& set) {
  if (crystal.charges.size() != crystal.size()) fail_input({}, "the crystal has no charges");
  Particles particles{int(crystal.size()), crystal, {}, {}};
  Crystal& all = particles.crystal;
  all.fixed.clear();
  std::vector<int> shell_of(crystal.size(), -1);
  for (std::size_t i = 0; i < crystal.size() && !set.shells.empty(); ++i) {
    ShellTerm const* const shell = set.shell(crystal.species[i]);
    if (!shell) continue;
    shell_of[i] = particles.size();
    particles.springs.push_back({int(i), particles.size(), shell->k2, shell->k4});
    all.species[i] = core_label(shell->species);
    all.charges[i] -= shell->charge;
    all.species.push_back(shell_label(shell->species));
    all.positions.push_back(crystal.positions[i]);
    all.charges.push_back(shell->charge);
  }
  for (AngleTerm const& term : set.angles) add_angles(particles, crystal, set, term, shell_of);
  if (set.coulomb_constant) {
    particles.coulomb_scale = *set.coulomb_constant / coulomb_constant;
    for (double& q : all.charges) q *= std::sqrt(particles.coulomb_scale);
  }
  return particles;
}

std::vector<int> ions_of(Particles const& particles) {
  std::vector<int> ion(std::size_t(particles.size()));
  for (int i = 0; i < particles.ions; ++i) ion[std::size_t(i)] = i;
  for (Spring const& spring : particles.springs) ion[std::size_t(spring.shell)] = spring.core;
  return ion;
}

}  // namespace ionscape
