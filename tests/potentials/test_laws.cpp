// Laws that energies, forces and stress of all particles obey in any crystal, on random ones.
#include <algorithm>
#include <numeric>

#include <ionscape/potentials/ions/energy_model.hpp>
#include <ionscape_test/property.hpp>

#include "oracles.hpp"

using namespace ionscape;
using namespace ionscape_test;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Model = EnergyModel<Exec::memory_space>;

PotentialSet const& laws_set() {
  static PotentialSet const set = parse_potential_set(R"(
    name = "for laws"
    source = "of this test"
    charges = {Mg = 2.0, O = -2.0, Li = 0.9}
    shell = [{species = "O", charge = -2.8, k2 = 70.0, k4 = 500.0}]
    pair = [{species = ["Mg", "O"], form = "born-mayer", A = 1428.5, rho = 0.2945},
            {species = ["Li", "O core"], form = "buckingham", A = 632.0, rho = 0.29, C = 2.0},
            {species = ["O", "O"], form = "morse", D = 0.3, a = 1.5, r0 = 2.6}]
    angle = [
      {centre = "Mg", outer = ["O", "O"], k = 1.5, theta0_deg = 100.0, cutoffs = [3.0, 3.0, 5.0]}])",
                                                      "laws.toml");
  return set;
}

/// Ions and the shells that stand out from them.
struct Sample {
  Crystal crystal;
  std::vector<Vec3> shells;  // from the ions; counts where there is a shell

  std::vector<Vec3> particles() const {
    std::vector<Vec3> all = crystal.positions;
    for (std::size_t i = 0; i < crystal.size(); ++i)
      if (crystal.species[i] == "O") all.push_back(crystal.positions[i] + shells[i]);
    return all;
  }
};

/// Two to eight ions on the points of a shaken grid.
Sample sample() {
  Cell cell = random_cell(2.0);
  Sample s{{cell, {}, {}, {}, ""}, {}};
  int const n = *rc::gen::inRange(2, 9);
  char const* const names[] = {"Mg", "O", "Li"};
  for (int i = 0; i < n; ++i) {
    s.crystal.species.push_back(i < 2 ? names[i] : names[*rc::gen::inRange(0, 3)]);
    Vec3 const off = vector_within(0.12);
    s.crystal.positions.push_back(cell.to_cartesian(
        {0.5 * (i % 2) + off.x, 0.5 * (i / 2 % 2) + off.y, 0.5 * (i / 4) + off.z}));
    s.shells.push_back(vector_within(0.1));
  }
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j)
      RC_PRE(norm(minimum_image(cell, s.crystal.positions[std::size_t(i)] -
                                          s.crystal.positions[std::size_t(j)])) > 1.0);
  assign_charges(s.crystal, laws_set());
  return s;
}

EnergyOptions options(double alpha_factor = 1) {
  EnergyOptions o;
  o.force_error = 1e-9;
  o.pairs = PairSums{6.0, Truncation::force_shifted, false, false};
  if (alpha_factor != 1) {
    double const alpha = 0.5 * alpha_factor;
    o.ewald = EwaldSettings{EwaldMethod::direct, {alpha, 6.2 / alpha, 12.4 * alpha}, {}, 0};
  }
  return o;
}

/// A model, and what it says of particles.
class Answer {
 public:
  explicit Answer(Sample const& s, EnergyOptions const& o = options())
      : model_(std::span(&s.crystal, 1), laws_set(), o) {
    at(s.particles());
  }
  EnergyResult const& at(std::vector<Vec3> const& particles) {
    Model::Vectors const positions = model_.initial_positions();
    auto const mirror = Kokkos::create_mirror_view(positions);
    for (std::size_t i = 0; i < particles.size(); ++i)
      mirror(i, 0) = particles[i].x, mirror(i, 1) = particles[i].y, mirror(i, 2) = particles[i].z;
    Kokkos::deep_copy(positions, mirror);
    model_.evaluate(Exec(), positions);
    return result_ = model_.results().front();
  }
  void deform(Cell const& cell) { model_.deform(std::span(&cell, 1)); }
  std::vector<Vec3> forces() const {
    auto const f = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), model_.forces());
    std::vector<Vec3> all;
    for (std::size_t i = 0; i < f.extent(0); ++i) all.push_back({f(i, 0), f(i, 1), f(i, 2)});
    return all;
  }
  EnergyResult const* operator->() const { return &result_; }

 private:
  Model model_;
  EnergyResult result_;
};

/// What may be lost of numbers as large as these.
double tolerance(EnergyResult const& r) {
  double largest = 1;
  for (Vec3 f : r.forces) largest = std::max(largest, norm(f));
  return 1e-7 * (1 + std::fabs(r.coulomb) + r.bonded + largest);
}

bool same(EnergyResult const& a, EnergyResult const& b, double times = 1) {
  double const most = tolerance(a) * times;
  bool all = std::fabs(times * a.energy() - b.energy()) < most &&
             std::fabs(times * a.bonded - b.bonded) < most;
  for (std::size_t i = 0; i < a.forces.size(); ++i)
    all = all && norm(a.forces[i] - b.forces[i]) < most;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      all = all && std::fabs(a.stress[i][j] - b.stress[i][j]) < most;
  return all;
}

}  // namespace

TEST_CASE("Laws of the energy of all particles") {
  holds("no result depends on the vectors that the lattice is given by", [] {
    Sample const one = sample();
    Sample other = one;
    other.crystal.cell = skewed(one.crystal.cell, 2);
    Answer const a(one), b(other);
    RC_ASSERT(same(*a.operator->(), *b.operator->()));
  });
  holds("no result depends on the origin, or on which images of ions are given", [] {
    Sample const one = sample();
    Sample other = one;
    Vec3 const by = vector_within(9);
    for (Vec3& r : other.crystal.positions)
      r += by + one.crystal.cell.to_cartesian({double(*rc::gen::inRange(-3, 4)),
                                               double(*rc::gen::inRange(-3, 4)),
                                               double(*rc::gen::inRange(-3, 4))});
    Answer const a(one), b(other);
    RC_ASSERT(same(*a.operator->(), *b.operator->()));
  });
  holds("forces are permuted as ions are", [] {
    Sample const one = sample();
    std::size_t const n = one.crystal.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = n - 1; i > 0; --i)
      std::swap(order[i], order[*rc::gen::inRange<std::size_t>(0, i + 1)]);
    Sample other = one;
    for (std::size_t i = 0; i < n; ++i) {
      other.crystal.species[i] = one.crystal.species[order[i]];
      other.crystal.positions[i] = one.crystal.positions[order[i]];
      other.crystal.charges[i] = one.crystal.charges[order[i]];
      other.shells[i] = one.shells[order[i]];
    }
    Answer const a(one), b(other);
    EnergyResult permuted = *a.operator->();
    for (std::size_t i = 0; i < n; ++i) permuted.forces[i] = a->forces[order[i]];
    RC_ASSERT(same(permuted, *b.operator->()));
  });
  holds("no result depends on how the lattice sum is split", [] {
    Sample const one = sample();
    Answer const a(one, options(0.9)), b(one, options(1.3));
    RC_ASSERT(same(*a.operator->(), *b.operator->()));
  });
  holds("two cells have twice the energy of one", [] {
    Sample const one = sample();
    Sample two = one;
    two.crystal = supercell(one.crystal, 1, 1, 2);
    two.shells.insert(two.shells.end(), one.shells.begin(), one.shells.end());
    Answer const a(one), b(two);
    RC_ASSERT(same(*a.operator->(), *b.operator->(), 2));
  });
  holds("forces are minus the slope of the energy along any way of all particles", [] {
    Sample const one = sample();
    Answer answer(one);
    std::vector<Vec3> const here = one.particles(), forces = answer.forces();
    double const most = 100 * tolerance(*answer.operator->()), h = 1e-4;
    std::vector<Vec3> way;
    double expected = 0;
    for (Vec3 f : forces) way.push_back(vector_within(1)), expected -= dot(f, way.back());
    double energies[2];
    for (int side = 0; side < 2; ++side) {
      std::vector<Vec3> there = here;
      for (std::size_t i = 0; i < there.size(); ++i) there[i] += (side == 0 ? -h : h) * way[i];
      energies[side] = answer.at(there).energy();
    }
    RC_ASSERT(std::fabs((energies[1] - energies[0]) / (2 * h) - expected) < most);
  });
  holds("stress is the slope of the energy along any strain, by volume", [] {
    Sample const one = sample();
    Answer answer(one);
    double const most = 100 * tolerance(*answer.operator->()) * one.crystal.cell.volume(), h = 1e-4;
    double e[3][3], expected = 0;
    for (int i = 0; i < 3; ++i)
      for (int j = i; j < 3; ++j) e[i][j] = e[j][i] = number_between(-1, 1);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        expected += one.crystal.cell.volume() * answer->stress[i][j] * e[i][j];
    double energies[2];
    for (int side = 0; side < 2; ++side) {
      auto const strain = [&](Vec3 v) {
        double const s = side == 0 ? -h : h;
        return v + Vec3{s * (e[0][0] * v.x + e[0][1] * v.y + e[0][2] * v.z),
                        s * (e[1][0] * v.x + e[1][1] * v.y + e[1][2] * v.z),
                        s * (e[2][0] * v.x + e[2][1] * v.y + e[2][2] * v.z)};
      };
      Cell const& cell = one.crystal.cell;
      answer.deform({strain(cell.a), strain(cell.b), strain(cell.c)});
      std::vector<Vec3> there = one.particles();
      for (Vec3& r : there) r = strain(r);
      energies[side] = answer.at(there).energy();
    }
    RC_ASSERT(std::fabs((energies[1] - energies[0]) / (2 * h) - expected) < most);
  });
}
