// From potential sets to hosts: what the insertion form says at a volume and a charge, written out
// by hand.
#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Host = FrozenHost<Exec::memory_space>;

/// A set of Li in S; `insertion` and `pair` are further keys of [insertion] and of the pair with A
/// = 800 eV.
PotentialSet set_with(std::string const& insertion, std::string const& pair,
                      std::string const& more_pairs = "") {
  return parse_potential_set(
      "name = 'S'\nsource = 'nobody'\n[insertion]\nmobile = 'Li'\nframework = 'S'\nz = 0.7\nz0 = "
      "1.6\n" +
          insertion +
          "\n[[pair]]\nspecies = ['Li', 'S']\nform = 'born-mayer'\nA = 800\nrho = 0.3\n" + pair +
          "\n" + more_pairs,
      "a.toml");
}

std::string const core =
    "[[pair]]\nspecies = ['S', 'Li']\nform = 'buckingham'\nA = 9000\nrho = 0.12\nC = 30\ngrowth = "
    "-0.4\n";

PotentialSet growing_set() {
  return set_with("gaussian_width = 0.2\ngaussian_growth = 0.3", "growth = 0.5", core);
}

/// One conventional fcc cell of S, 46 Å^3 per anion, one anion displaced.
Crystal sulphur() {
  double const a = std::cbrt(4 * 46.0);
  return {{{a, 0, 0}, {0, a, 0}, {0, 0, a}},
          {"S", "S", "S", "S"},
          {{0.1, 0, 0.2}, {0, a / 2, a / 2}, {a / 2, 0, a / 2}, {a / 2, a / 2, 0}},
          {},
          ""};
}

std::vector<Vec3> const points{{2.6, 2.9, 2.2}, {1.4, 1.3, 1.5}, {3.9, 0.4, 2.7}, {-2.2, 7.1, 1.0}};

std::vector<double> energies(PotentialSet const& set, double charge) {
  HostModel const host = insertion_host(sulphur(), charge, set);
  Host const model(std::span(&host.framework, 1), std::span(&host.surface, 1), {1e-10});
  std::vector<double> energies;
  for (auto const& e : evaluate_points(Exec(), model, std::vector<int>(points.size(), 0), points))
    energies.push_back(e.energy);
  return energies;
}

}  // namespace

TEST_CASE(
    "The screening cloud has its length at a = 5 Å and grows with a power of a; the charge product "
    "is quadratic in q") {
  auto const cloud = [](std::string const& more, double a) {
    auto const set = set_with("gaussian_width = 0.1\nz2 = 0.2\n" + more, "");
    return insertion_framework(sulphur(), a * a * a / 4, set).screening_width * a;
  };
  CHECK(cloud("", 4) == 0);
  CHECK(cloud("screening_length = 1.5", 4) == Approx(1.5));
  CHECK(cloud("screening_length = 1.5\nscreening_exponent = 1", 4) == Approx(1.5 * 4 / 5));
  CHECK(cloud("screening_length = 1.5\nscreening_exponent = -0.5", 4) ==
        Approx(1.5 * std::sqrt(5.0 / 4)));
  CHECK_THROWS_WITH(cloud("screening_length = 1.5", 13), ContainsSubstring("screening cloud"));
  auto const set = set_with("z2 = 0.2", "");
  CHECK(set.insertion->charge_product(-1) == Approx(-0.7 - 1.6));
  CHECK(set.insertion->charge_product(-1.5) == Approx(-0.7 * 1.5 - 1.6 - 0.2 * 0.25));
}

TEST_CASE("Widths and repulsions grow with the anion charge as the form says") {
  HostSurface const s = insertion_surface(3, 46, -1.6, growing_set());
  CHECK(s.framework == 3);
  CHECK(s.length == Approx(std::cbrt(4 * 46.0)));
  CHECK(s.charge_factor == Approx(-0.7 * 1.6 - 1.6));
  CHECK(s.dispersion_factor == 30);
  REQUIRE(s.types.size() == 1);
  CHECK(s.types[0].width == Approx(0.2 * std::exp(0.3 * 0.6)));
  REQUIRE(s.types[0].repulsion.size() == 2);
  CHECK(s.types[0].repulsion[0].A == Approx(800 * std::exp(0.5 * 0.6)));
  CHECK(s.types[0].repulsion[0].inverse_rho == Approx(1 / 0.3));
  CHECK(s.types[0].repulsion[1].A == Approx(9000 * std::exp(-0.4 * 0.6)));
  CHECK(s.types[0].repulsion[1].inverse_rho == Approx(1 / 0.12));
}

TEST_CASE("The energy of an insertion set is the sum of its formula over the anions") {
  // Charges: the potential of Gaussians of width sigma is that of the points less k_e Q
  // erfc(d/(sqrt(2) sigma))/d each, and the mean potential of both is zero: that of a Gaussian is
  // higher by 2 pi k_e Q sigma^2 / V.
  double const q = -1.4, sigma = 0.2 * std::exp(0.3 * 0.4) * std::cbrt(4 * 46.0),
               Q = coulomb_constant * (0.7 * q - 1.6);
  Crystal const anions = sulphur();
  std::vector<HostIon> charges;
  for (Vec3 r : anions.positions) charges.push_back({r, 0.7 * q - 1.6});
  auto const ours = energies(growing_set(), q);
  for (std::size_t i = 0; i < points.size(); ++i) {
    INFO("point " << i);
    double expected = reference_site_energy(anions.cell, charges, points[i],
                                            ewald_parameters(anions.cell, 4, 1e-15))
                          .coulomb;
    expected += 4 * 2 * pi * Q * sigma * sigma / anions.cell.volume();
    double r6 = 0;
    constexpr int reach = 14;
    for (int a = -reach; a <= reach; ++a)
      for (int b = -reach; b <= reach; ++b)
        for (int c = -reach; c <= reach; ++c)
          for (Vec3 r : anions.positions) {
            double const d =
                norm(r + anions.cell.to_cartesian({double(a), double(b), double(c)}) - points[i]);
            if (d > 70) continue;
            r6 += std::pow(d, -6);
            if (d > 30) continue;
            expected -= Q * std::erfc(d / (std::sqrt(2.0) * sigma)) / d;
            expected += 800 * std::exp(0.5 * 0.4) * std::exp(-d / 0.3);
            expected += 9000 * std::exp(-0.4 * 0.4) * std::exp(-d / 0.12);
          }
    r6 += 4 / anions.cell.volume() * 4 * pi / (3 * std::pow(70.0, 3));  // beyond, spread evenly
    CHECK(ours[i] == Approx(expected - 30 * r6).margin(1e-6));
  }
}

TEST_CASE(
    "Without growth, and at a charge of -1 e, a set is the plain form of one repulsion and one "
    "width") {
  auto const plain = set_with("gaussian_width = 0.2", "");
  for (double q : {-0.6, -1.0, -1.7}) {
    CHECK(energies(set_with("gaussian_width = 0.2\ngaussian_growth = 0", "growth = 0"), q) ==
          energies(plain, q));
    auto const grown =
        energies(set_with("gaussian_width = 0.2\ngaussian_growth = 0.2", "growth = 0.1"), q);
    if (q == -1)
      CHECK(grown == energies(plain, q));
    else
      CHECK(std::fabs(grown[0] - energies(plain, q)[0]) > 1e-2);
  }
  // Two halves of a term are the term.
  auto const halves = energies(set_with("gaussian_width = 0.2", "",
                                        "[[pair]]\nspecies = ['S', 'Li']\nform = 'born-mayer'\n"
                                        "A = 200\nrho = 0.3\n"),
                               -1.3);
  auto more = plain;
  std::get<Buckingham>(more.pairs[0].term).repulsion.A = 1000;
  auto const whole = energies(more, -1.3);
  for (std::size_t i = 0; i < points.size(); ++i)
    CHECK(std::fabs(halves[i] - whole[i]) < 2e-10 * std::max(1.0, std::fabs(whole[i])));
}

TEST_CASE("Insertion hosts that make no sense are refused") {
  Crystal anions = sulphur();
  CHECK_THROWS_WITH(insertion_host(anions, 0.5, growing_set()),
                    ContainsSubstring("expected a negative number"));
  anions.species[2] = "O";
  CHECK_THROWS_WITH(insertion_host(anions, -1, growing_set()),
                    ContainsSubstring("the structure has O"));
  auto const rigid =
      parse_potential_set("name = 'a'\nsource = 'b'\ncharges = {Li = 1}\n", "a.toml");
  CHECK_THROWS_WITH(insertion_surface(0, 40, -1, rigid), ContainsSubstring("no [insertion]"));
  CHECK_THROWS_WITH(rigid_host(anions, growing_set(), "Li"), ContainsSubstring("no [charges]"));
}
