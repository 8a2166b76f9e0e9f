#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <thread>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/supercell.hpp>
#include <ionscape/landscape/bond_valence_energy.hpp>
#include <ionscape/landscape/bond_valence_parameters.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using ionscape_test::input_error;

namespace {

using States = std::map<std::string, double>;

Crystal example(char const* file) {
  return read_crystal(std::string(IONSCAPE_SOURCE_DIR) + "/examples/" + file);
}

std::vector<double> states_of(Crystal const& crystal, States const& states) {
  std::vector<double> all;
  for (auto const& species : crystal.species) all.push_back(states.at(species));
  return all;
}

BondValenceOptions options_for(std::string mobile) {
  BondValenceOptions options;
  options.mobile = mobile;
  return options;
}

/// Sharp cutoffs of 10 Å for all and Cordero's radii.
BondValenceOptions as_bvlain(std::string mobile) {
  BondValenceOptions options = options_for(mobile);
  options.radii = CovalentRadii::cordero;
  options.coulomb_cutoff = 10;
  options.taper = 0;
  return options;
}

double energy_at(SiteEnergy const& model, Vec3 place) {
  double energy = 0;
  model.energies({&place, 1}, {&energy, 1});
  return energy;
}

/// No two ions near each other, in a skewed cell.
Crystal skewed_oxide() {
  Crystal crystal;
  crystal.cell = {{5.1, 0.2, -0.3}, {2.1, 6.3, 0.4}, {-1.7, 1.1, 7.2}};
  std::vector<Vec3> const fractional = {{0.1, 0.2, 0.05}, {0.6, 0.7, 0.5},  {0.35, 0.2, 0.45},
                                        {0.85, 0.6, 0.9}, {0.1, 0.75, 0.3}, {0.55, 0.1, 0.8}};
  crystal.species = {"Li", "O", "Fe", "O", "P", "O"};
  for (Vec3 f : fractional) crystal.positions.push_back(crystal.cell.to_cartesian(f));
  return crystal;
}

States const oxide_states = {{"Li", 1}, {"O", -2}, {"Fe", 2.5}, {"P", 5}, {"S", -2}, {"Mn", 3}};

std::vector<Vec3> random_places(Cell const& cell, int n, double beyond = 0) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(-beyond, 1 + beyond);
  std::vector<Vec3> places;
  for (int i = 0; i < n; ++i)
    places.push_back(cell.to_cartesian({uniform(random), uniform(random), uniform(random)}));
  return places;
}

/// M(R) where the ion steps back to the lowest energy, by golden section over u.
double elastic_morse(double depth, BondValencePair const& pair, double spring, double r) {
  auto const value = [&](double u) {
    double const y = std::exp(pair.steepness * (pair.minimum - r - u));
    return depth * (y * y - 2 * y) + spring * u * u / 2;
  };
  double low = 0, high = std::max(pair.minimum - r, 0.0);
  double const golden = (std::sqrt(5.0) - 1) / 2;
  while (high - low > 1e-10) {
    double const a = high - golden * (high - low), b = low + golden * (high - low);
    (value(a) < value(b) ? high : low) = value(a) < value(b) ? b : a;
  }
  return value((low + high) / 2);
}

double smooth_ending(double r, double cutoff, double taper) {
  if (r >= cutoff) return 0;
  if (r <= cutoff - taper) return 1;
  double const t = (r - cutoff + taper) / taper;
  return 1 - 10 * std::pow(t, 3) + 15 * std::pow(t, 4) - 6 * std::pow(t, 5);
}

/// The formulas of the header, image by image over many cells.
double plain_energy(Crystal const& crystal, States const& states, BondValenceOptions const& o,
                    Vec3 place) {
  double energy = 0;
  double const z = states.at(o.mobile);
  auto const& mobile = bond_valence_ion(o.mobile, z);
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    bool const same = crystal.species[i] == o.mobile;
    if (same && (o.host_mobile == HostMobileIons::left_out || int(i) == o.vacancy)) continue;
    double const zi = states.at(crystal.species[i]);
    auto const& ion = bond_valence_ion(crystal.species[i], zi);
    bool const like = (z > 0) == (zi > 0);
    BondValencePair pair;
    if (!like)
      pair = (z > 0 ? bond_valence_pair(o.mobile, z, crystal.species[i], zi)
                    : bond_valence_pair(crystal.species[i], zi, o.mobile, z))
                 .pair;
    double const radii = o.radii == CovalentRadii::softbv
                             ? mobile.radius + ion.radius
                             : mobile.cordero_radius + ion.cordero_radius;
    for (int a = -6; a <= 6; ++a)
      for (int b = -6; b <= 6; ++b)
        for (int c = -6; c <= 6; ++c) {
          double const r =
              norm(crystal.positions[i] +
                   crystal.cell.to_cartesian({double(a), double(b), double(c)}) - place);
          if (like) {
            energy += coulomb_constant * z * zi /
                      std::sqrt(double(mobile.principal_number) * ion.principal_number) / r *
                      std::erfc(r / (o.screening * radii)) *
                      smooth_ending(r, o.coulomb_cutoff, o.taper);
          } else {
            double const y = std::exp(pair.steepness * (pair.minimum - r));
            double const depth = o.morse_factor * pair.depth;
            double const morse = o.spring ? elastic_morse(depth, pair, *o.spring, r)
                                          : depth * (std::pow(y - 1, 2) - 1);
            energy += morse * smooth_ending(r, o.morse_cutoff, o.taper);
          }
        }
  }
  return energy;
}

/// The lowest energy (above the lowest point) up to which points of a periodic grid, each with its
/// 26 neighbours, connect a place with its own image in one, two and three independent directions:
/// flooded point by point.
std::array<double, 3> percolation(std::array<int, 3> n, std::vector<double> const& energy) {
  std::size_t const size = energy.size();
  std::vector<std::size_t> order(size), parent(size);
  std::vector<std::array<int, 3>> offset(size, std::array<int, 3>{});  // cells to the parent's
  std::vector<std::vector<std::array<int, 3>>> windings(size);
  std::iota(order.begin(), order.end(), 0), std::iota(parent.begin(), parent.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t p) { return energy[p]; });
  auto const root = [&](std::size_t p) {
    std::array<int, 3> cells{};
    for (; parent[p] != p; p = parent[p])
      for (int d = 0; d < 3; ++d) cells[d] += offset[p][d];
    return std::pair(p, cells);
  };
  auto const rank = [](std::vector<std::array<int, 3>> const& vectors) {
    Eigen::MatrixXd m(vectors.size(), 3);
    for (std::size_t i = 0; i < vectors.size(); ++i)
      for (int d = 0; d < 3; ++d) m(Eigen::Index(i), d) = vectors[i][d];
    return vectors.empty() ? 0 : int(Eigen::FullPivLU<Eigen::MatrixXd>(m).rank());
  };
  std::array<double, 3> barriers;
  barriers.fill(std::nan(""));
  std::vector<bool> flooded(size, false);
  for (std::size_t p : order) {
    flooded[p] = true;
    int const at[3] = {int(p) / (n[1] * n[2]), int(p) / n[2] % n[1], int(p) % n[2]};
    for (int step = 0; step < 27; ++step) {
      int const by[3] = {step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
      std::array<int, 3> cell{};
      std::size_t q = 0;
      for (int d = 0; d < 3; ++d) {
        int const to = at[d] + by[d];
        cell[d] = to < 0 ? -1 : to >= n[d] ? 1 : 0;
        q = q * std::size_t(n[d]) + std::size_t(to - cell[d] * n[d]);
      }
      if (!flooded[q] || step == 13) continue;
      auto const [a, from] = root(p);
      auto const [b, to] = root(q);
      std::array<int, 3> way;
      for (int d = 0; d < 3; ++d) way[d] = cell[d] + to[d] - from[d];
      if (a != b) {
        parent[b] = a;
        for (int d = 0; d < 3; ++d) offset[b][d] = -way[d];
        windings[a].insert(windings[a].end(), windings[b].begin(), windings[b].end());
      } else if (way != std::array<int, 3>{} && rank(windings[a]) < 3) {
        windings[a].push_back(way);
      }
      for (int d = rank(windings[a]); d > 0 && std::isnan(barriers[std::size_t(d - 1)]); --d)
        barriers[std::size_t(d - 1)] = energy[p] - energy[order[0]];
    }
    if (!std::isnan(barriers[2])) break;
  }
  return barriers;
}

}  // namespace

TEST_CASE("Site energies are those of BVlain") {
  // Its own functions, run on these places with all neighbours within 10 Å: Morse and Coulomb
  // parts. Its Coulomb constant is 14.4 eV Å.
  struct Reference {
    Vec3 fractional;
    double morse, coulomb;
  };
  struct Case {
    char const* file;
    States states;
    std::vector<Reference> energies;
  };
  auto const check = [](Case const& c) {
    Crystal const crystal = example(c.file);
    BondValenceEnergy const model(crystal, states_of(crystal, c.states), as_bvlain("Li"));
    CHECK(model.remarks().empty());
    for (Reference const& reference : c.energies) {
      double const expected = reference.morse + reference.coulomb * (coulomb_constant / 14.4);
      double const found = energy_at(model, crystal.cell.to_cartesian(reference.fractional));
      CHECK_THAT(found, WithinAbs(expected, 1e-8 * std::max(1.0, std::fabs(expected))));
    }
  };
  check({"structures/LiFePO4.cif",
         {{"Li", 1}, {"Fe", 2}, {"P", 5}, {"O", -2}},
         {{{0, 0, 0}, -3.0963515632, 1.0207911255},
          {{0.11, 0.27, 0.43}, 0.4902916369, 124.5603392025},
          {{0.5, 0.25, 0.9}, 3.2367474681, 7.2778070990},
          {{0.05, 0.125, 0.98}, -1.2266097238, 1.5851093037},
          {{0.77, 0.61, 0.34}, -1.6147915936, 3.2329194888}}});
  check({"compounds/Li3PO4-gamma.cif",
         {{"Li", 1}, {"P", 5}, {"O", -2}},
         {{{0, 0, 0}, -3.0209177048, 2.9236622007},
          {{0.11, 0.27, 0.43}, -0.7807344874, 2.3409997928},
          {{0.5, 0.25, 0.9}, -0.3502883759, 0.9133740885},
          {{0.77, 0.61, 0.34}, 251.0470273796, 2.7236339229}}});
  check({"compounds/LiMn2O4.cif",
         {{"Li", 1}, {"Mn", 3}, {"O", -2}},
         {{{0, 0, 0}, -3.0547975670, 1.2394016638},
          {{0.05, 0.125, 0.98}, 1.2160311431, 1.7356581339},
          {{0.77, 0.61, 0.34}, -0.8321274916, 2.9670026726}}});
  check({"compounds/Li3PS4-beta.cif",
         {{"Li", 1}, {"P", 5}, {"S", -2}},
         {{{0, 0, 0}, -3.0901044108, 0.9282823990},
          {{0.05, 0.125, 0.98}, 0.8492062312, 3.8824517874},
          {{0.77, 0.61, 0.34}, -1.9640498368, 0.0539013796}}});
}

TEST_CASE("Barriers on a grid are those of BVlain on the same grid") {
  // Its grids have one point more along each vector, on the far face. It takes the 100 nearest
  // neighbours, and bisects to 5 eV/512, from above.
  struct Case {
    char const* file;
    std::map<std::string, double> states;
    std::array<int, 3> n;
    std::array<double, 3> barriers;
  };
  auto const check = [](Case const& c) {
    INFO(c.file);
    Crystal const crystal = example(c.file);
    BondValenceEnergy const model(crystal, states_of(crystal, c.states), as_bvlain("Li"));
    std::vector<Vec3> places;
    for (int i = 0; i < c.n[0]; ++i)
      for (int j = 0; j < c.n[1]; ++j)
        for (int k = 0; k < c.n[2]; ++k)
          places.push_back(crystal.cell.to_cartesian(
              {double(i) / c.n[0], double(j) / c.n[1], double(k) / c.n[2]}));
    std::vector<double> energies(places.size());
    model.energies(places, energies);
    auto const barriers = percolation(c.n, energies);
    double const step = 5.0 / 512, of_neighbours = 0.003;
    for (std::size_t d = 0; d < 3; ++d) {
      CHECK(barriers[d] <= c.barriers[d] + of_neighbours);
      CHECK(barriers[d] >= c.barriers[d] - step - of_neighbours);
    }
  };
  check({"structures/LiFePO4.cif",
         {{"Li", 1}, {"Fe", 2}, {"P", 5}, {"O", -2}},
         {50, 29, 22},
         {0.4785, 3.5938, 3.6133}});
  check({"compounds/Li3PO4-gamma.cif",
         {{"Li", 1}, {"P", 5}, {"O", -2}},
         {29, 51, 23},
         {0.4297, 0.4297, 0.7324}});
  check({"compounds/LiMn2O4.cif",
         {{"Li", 1}, {"Mn", 3.5}, {"O", -2}},
         {40, 40, 40},
         {0.3516, 0.3516, 0.3516}});
}

TEST_CASE("Energies are the plain sums over images, whatever the options") {
  Crystal const crystal = skewed_oxide();
  std::vector<BondValenceOptions> variants(6, options_for("Li"));
  variants[1].morse_factor = 1, variants[1].radii = CovalentRadii::cordero;
  variants[2].host_mobile = HostMobileIons::kept, variants[2].coulomb_cutoff = 9;
  variants[3].host_mobile = HostMobileIons::one_vacancy, variants[3].vacancy = 0;
  variants[3].spring = 1.2, variants[3].taper = 0;
  variants[4].spring = 2.5, variants[4].screening = 1;
  variants[5].mobile = "O";
  for (BondValenceOptions const& options : variants) {
    BondValenceEnergy const model(crystal, states_of(crystal, oxide_states), options);
    auto const places = random_places(crystal.cell, 60, 1.5);
    std::vector<double> energies(places.size());
    model.energies(places, energies);
    for (std::size_t i = 0; i < places.size(); ++i) {
      double const expected = plain_energy(crystal, oxide_states, options, places[i]);
      double const tolerance = 1e-10 * std::max(1.0, std::fabs(expected));
      CHECK_THAT(energies[i], WithinAbs(expected, tolerance));
      CHECK_THAT(model.local(places[i]).energy, WithinAbs(expected, tolerance));
    }
  }
}

TEST_CASE("Gradients and Hessians are the differences of energies") {
  Crystal const crystal = skewed_oxide();
  std::vector<BondValenceOptions> variants(3, options_for("Li"));
  variants[1].spring = 1.2;
  variants[2].mobile = "O", variants[2].host_mobile = HostMobileIons::kept;
  variants[2].spring = 2.5;
  Vec3 const axes[3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  for (BondValenceOptions const& options : variants) {
    BondValenceEnergy const model(crystal, states_of(crystal, oxide_states), options);
    for (Vec3 const place : random_places(crystal.cell, 40)) {
      auto const here = model.local(place);
      double const gradient[3] = {here.gradient.x, here.gradient.y, here.gradient.z};
      double const h = 1e-4;
      for (int d = 0; d < 3; ++d) {
        auto const ahead = model.local(place + h * axes[d]);
        auto const behind = model.local(place - h * axes[d]);
        double const scale = std::max(1.0, std::fabs(here.energy));
        CHECK_THAT(gradient[d],
                   WithinAbs((ahead.energy - behind.energy) / (2 * h), 3e-6 * scale * scale));
        double const column[3] = {here.hessian[0][d], here.hessian[1][d], here.hessian[2][d]};
        Vec3 const difference = (1 / (2 * h)) * (ahead.gradient - behind.gradient);
        double const differences[3] = {difference.x, difference.y, difference.z};
        for (int e = 0; e < 3; ++e)
          CHECK_THAT(column[e], WithinAbs(differences[e], 3e-5 * scale * scale));
      }
    }
  }
}

TEST_CASE("A place has the same bits in any list and in any thread") {
  Crystal const crystal = example("structures/LiFePO4.cif");
  BondValenceOptions options = options_for("Li");
  options.spring = 2.5;
  BondValenceEnergy const model(crystal, states_of(crystal, oxide_states), options);
  auto places = random_places(crystal.cell, 500);
  std::vector<double> together(places.size());
  model.energies(places, together);
  for (std::size_t i = 0; i < places.size(); i += 7)
    CHECK(energy_at(model, places[i]) == together[i]);

  std::vector<Vec3> reversed(places.rbegin(), places.rend());
  std::vector<double> in_threads(places.size());
  std::vector<std::thread> threads;
  for (std::size_t begin = 0; begin < 500; begin += 125)
    threads.emplace_back([&, begin] {
      model.energies(std::span(reversed).subspan(begin, 125),
                     std::span(in_threads).subspan(begin, 125));
    });
  for (auto& thread : threads) thread.join();
  std::vector<double> const back(in_threads.rbegin(), in_threads.rend());
  CHECK(back == together);
}

TEST_CASE("Supercells, other vectors of the lattice and shifted origins have the same energies") {
  Crystal const crystal = example("structures/LiFePO4.cif");
  auto const options = options_for("Li");
  BondValenceEnergy const model(crystal, states_of(crystal, oxide_states), options);

  Crystal const larger = supercell(crystal, {1, 2, 3});
  BondValenceEnergy const of_larger(larger, states_of(larger, oxide_states), options);
  Crystal skewed = crystal;
  skewed.cell.b += 4.0 * crystal.cell.a, skewed.cell.c += 3.0 * crystal.cell.b - crystal.cell.a;
  BondValenceEnergy const of_skewed(skewed, states_of(skewed, oxide_states), options);
  Crystal shifted = crystal;
  Vec3 const shift{1.234, -40.5, 0.777};
  for (Vec3& r : shifted.positions) r += shift;
  BondValenceEnergy const of_shifted(shifted, states_of(shifted, oxide_states), options);

  for (Vec3 const place : random_places(crystal.cell, 100, 2)) {
    double const energy = energy_at(model, place);
    double const tolerance = 1e-9 * std::max(1.0, std::fabs(energy));
    CHECK_THAT(energy_at(of_larger, place), WithinAbs(energy, tolerance));
    CHECK_THAT(energy_at(of_skewed, place), WithinAbs(energy, tolerance));
    CHECK_THAT(energy_at(of_shifted, place + shift), WithinAbs(energy, tolerance));
    CHECK_THAT(energy_at(model, place + crystal.cell.a - 2 * crystal.cell.c),
               WithinAbs(energy, tolerance));
  }
}

TEST_CASE("Where an ion is, the energy is high and a number") {
  Crystal const crystal = skewed_oxide();
  for (auto const& spring : {std::optional<double>(), std::optional<double>(1.2)}) {
    auto options = options_for("Li");
    options.host_mobile = HostMobileIons::kept, options.spring = spring;
    BondValenceEnergy const model(crystal, states_of(crystal, oxide_states), options);
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      bool const anion = crystal.species[i] == "O";
      double const energy = energy_at(model, crystal.positions[i]);
      CHECK(std::isfinite(energy));
      CHECK(energy > (anion ? spring ? 0.5 : 50 : 1e4));
      auto const local = model.local(crystal.positions[i]);
      CHECK(std::isfinite(local.energy));
      CHECK(std::isfinite(norm(local.gradient)));
    }
  }
}

TEST_CASE("Far from all ions the energy is zero") {
  Crystal crystal = skewed_oxide();
  crystal.cell = {{60, 0, 0}, {0, 60, 0}, {0, 0, 60}};
  BondValenceEnergy const model(crystal, states_of(crystal, oxide_states), options_for("Li"));
  CHECK(energy_at(model, {30, 30, 35}) == 0);
  CHECK(model.local({30, 30, 35}).energy == 0);
}

TEST_CASE("Bad input of bond-valence energies is refused") {
  Crystal const crystal = skewed_oxide();
  auto const states = states_of(crystal, oxide_states);
  auto const error = [&](BondValenceOptions const& options) {
    return input_error([&] { BondValenceEnergy(crystal, states, options); });
  };
  auto options = options_for("Li");
  options.host_mobile = HostMobileIons::one_vacancy, options.vacancy = 1;
  CHECK_THAT(error(options), ContainsSubstring("vacancy at ion 2, expected an ion of Li"));
  options = options_for("Li"), options.spring = -1;
  CHECK_THAT(error(options), ContainsSubstring("spring of the counter-ions -1 eV/Å^2"));
  options = options_for("Li"), options.taper = 7;
  CHECK_THAT(error(options), ContainsSubstring("taper 7 Å, expected 0 to the shorter cutoff, 6 Å"));
  CHECK_THAT(error(options_for("Xx")), ContainsSubstring("the crystal has no Xx"));
  CHECK_THAT(error(options_for("Mn")), ContainsSubstring("which has several states"));
  CHECK(BondValenceEnergy(crystal, states, options_for("Mg")).mobile_state() == 2);
  CHECK_THAT(input_error([&] {
               BondValenceEnergy(crystal, std::vector<double>{1, 2}, options_for("Li"));
             }),
             ContainsSubstring("2 oxidation states for 6 ions"));
  Crystal alloy = crystal;
  for (auto& species : alloy.species) species = "Al";
  CHECK_THAT(
      input_error([&] { BondValenceEnergy(alloy, std::vector<double>(6, 3), options_for("Li")); }),
      ContainsSubstring("no anions that could hold the mobile ion Li"));
  Crystal label = crystal;
  label.species[2] = "Fe1";
  CHECK_THAT(input_error([&] { BondValenceEnergy(label, states, options_for("Li")); }),
             ContainsSubstring("'Fe1' is no element"));
}
