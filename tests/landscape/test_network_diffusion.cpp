// Diffusion of independent ions against closed formulas and plain linear algebra.
#include <cmath>
#include <random>

#include <Eigen/Dense>

#include <ionscape/core/thermal.hpp>
#include <ionscape/landscape/network_diffusion.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "surfaces.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr double mass = 6.94;

CriticalPoint point(Vec3 place, double energy, std::array<double, 3> curvature) {
  CriticalPoint out;
  out.place = place;
  out.energy = energy;
  out.curvature = curvature;
  out.index = curvature[0] < 0;
  return out;
}

/// Adds a hop over a saddle of its own.
void link(SiteNetwork& network, std::size_t from, std::size_t to, LatticeShift shift, double energy,
          std::array<double, 3> curvature = {-1, 2, 3}) {
  Hop hop;
  hop.saddle = network.saddles.size();
  hop.from = from, hop.to = to, hop.shift = shift;
  network.saddles.push_back(point({}, energy, curvature));
  network.hops.push_back(hop);
}

/// 1/s, by Vineyard's formula written out.
double rate(CriticalPoint const& site, CriticalPoint const& saddle, double T) {
  double const amu = 1.66053906660e-27, eV = 1.602176634e-19;
  double nu = 1;
  for (int k = 0; k < 3; ++k)
    nu *= std::sqrt(site.curvature[k] * eV / 1e-20 / (mass * amu)) / (2 * pi);
  for (int k = 1; k < 3; ++k)
    nu /= std::sqrt(saddle.curvature[k] * eV / 1e-20 / (mass * amu)) / (2 * pi);
  return nu * std::exp(-(saddle.energy - site.energy) / (8.617333262e-5 * T));
}

NetworkDiffusion diffusion(SiteNetwork const& network, double T) {
  return network_diffusion(network, mass, std::array{T}).front();
}

/// cm^2/s: D = 1/2 sum p k d d^T + b^T W^+ b, with the pseudo-inverse of the symmetrised rate matrix.
Eigen::Matrix3d by_pseudo_inverse(SiteNetwork const& network, double T) {
  auto const n = Eigen::Index(network.sites.size());
  Eigen::VectorXd p(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    CriticalPoint const& s = network.sites[std::size_t(i)];
    p[i] = std::exp(-s.energy / (boltzmann * T)) /
           std::sqrt(s.curvature[0] * s.curvature[1] * s.curvature[2]);
  }
  p /= p.sum();
  Eigen::MatrixXd W = Eigen::MatrixXd::Zero(n, n);
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(n, 3);
  Eigen::Matrix3d D = Eigen::Matrix3d::Zero();
  auto const add = [&](std::size_t from, std::size_t to, LatticeShift s,
                       CriticalPoint const& saddle) {
    Vec3 const v = network.sites[to].place - network.sites[from].place +
                   network.cell.to_cartesian({double(s[0]), double(s[1]), double(s[2])});
    Eigen::Vector3d const d(v.x, v.y, v.z);
    auto const i = Eigen::Index(from), j = Eigen::Index(to);
    double const k = rate(network.sites[from], saddle, T);
    D += 0.5 * p[i] * k * d * d.transpose();
    b.row(i) += std::sqrt(p[i]) * k * d.transpose();
    W(i, j) += std::sqrt(p[i] / p[j]) * k;
    W(i, i) -= k;
  };
  for (Hop const& hop : network.hops) {
    CriticalPoint const& saddle = network.saddles[hop.saddle];
    add(hop.from, hop.to, hop.shift, saddle);
    add(hop.to, hop.from, -hop.shift, saddle);
  }
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver(W);
  solver.setThreshold(1e-11);
  solver.compute(W);
  return 1e-16 * (D + b.transpose() * solver.solve(b));
}

Eigen::Matrix3d matrix(NetworkDiffusion const& d) {
  Eigen::Matrix3d out;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) out(i, j) = d.tensor[std::size_t(i)][std::size_t(j)];
  return out;
}

}  // namespace

TEST_CASE("An ion in a row of equal sites spreads as a random walk") {
  SiteNetwork network;
  network.cell = box({3, 4, 5});
  network.sites = {point({}, -2, {2, 3, 4})};
  link(network, 0, 0, {0, 1, 0}, -1.7);
  NetworkDiffusion const d = diffusion(network, 300);
  double const k = rate(network.sites[0], network.saddles[0], 300);
  CHECK_THAT(d.tensor[1][1], WithinRel(k * 16 * 1e-16, 1e-12));
  CHECK(d.tensor[0][0] == 0);
  CHECK_THAT(d.principal[0], WithinRel(k * 16 * 1e-16, 1e-12));
  CHECK(d.principal[1] == 0);
  CHECK_THAT(std::fabs(d.axes[0].y), WithinAbs(1, 1e-12));
  CHECK_THAT(d.mean, WithinRel(k * 16 * 1e-16 / 3, 1e-12));
  CHECK_THAT(d.activation, WithinAbs(0.3, 1e-12));
  CHECK_THAT(d.axis_activation[0], WithinAbs(0.3, 1e-12));
  CHECK(std::isnan(d.axis_activation[1]));
  CHECK(d.occupancy == std::vector<double>{1});
  CHECK(d.current == std::vector<double>{1});
}

TEST_CASE("In a row of unequal sites and barriers resistances add up") {
  // D = L^2 / sum over hops of 1/(p_i k_i).
  SiteNetwork network;
  network.cell = box({7, 4, 5});
  network.sites = {point({0.2, 0, 0}, -2, {2, 3, 4}), point({3, 1, 0}, -1.9, {1, 5, 2}),
                   point({4, 0, 2}, -2.05, {3, 3, 3})};
  link(network, 0, 1, {0, 0, 0}, -1.5, {-1, 2, 3});
  link(network, 1, 2, {0, 0, 0}, -1.8, {-2, 1, 6});
  link(network, 0, 2, {-1, 0, 0}, -1.6, {-1, 1, 1});
  for (double T : {100.0, 300.0, 1500.0}) {
    NetworkDiffusion const d = diffusion(network, T);
    double resistance = 0;
    for (std::size_t h = 0; h < 3; ++h) {
      std::size_t const i = network.hops[h].from;
      resistance += 1 / (d.occupancy[i] * rate(network.sites[i], network.saddles[h], T));
    }
    CHECK_THAT(d.tensor[0][0], WithinRel(49e-16 / resistance, 1e-12));
    CHECK(d.principal[1] == 0);
    double sum = 0;
    for (std::size_t h = 0; h < 3; ++h) {
      std::size_t const i = network.hops[h].from;
      double const part =
          1 / (d.occupancy[i] * rate(network.sites[i], network.saddles[h], T)) / resistance;
      CHECK_THAT(d.current[h], WithinAbs(part, 1e-12));
      sum += d.current[h];
    }
    CHECK_THAT(sum, WithinAbs(1, 1e-12));
  }
}

TEST_CASE("A honeycomb of two unequal sites: three hops from each") {
  // D = 3/2 p_A k_AB d^2 along both axes, d the distance of neighbours.
  double const a = 3, d2 = a * a / 3;
  SiteNetwork network;
  network.cell = {{a, 0, 0}, {a / 2, a * std::sqrt(3.0) / 2, 0}, {0, 0, 6}};
  network.sites = {point({}, -2, {2, 3, 4}),
                   point(network.cell.to_cartesian({1 / 3.0, 1 / 3.0, 0}), -1.8, {2, 2, 5})};
  for (LatticeShift s : {LatticeShift{0, 0, 0}, {-1, 0, 0}, {0, -1, 0}})
    link(network, 0, 1, s, -1.5);
  for (double T : {80.0, 300.0, 1000.0}) {
    NetworkDiffusion const d = diffusion(network, T);
    double const expected =
        1.5e-16 * d.occupancy[0] * rate(network.sites[0], network.saddles[0], T) * d2;
    CHECK_THAT(d.tensor[0][0], WithinRel(expected, 1e-12));
    CHECK_THAT(d.tensor[1][1], WithinRel(expected, 1e-12));
    CHECK_THAT(d.tensor[0][1] / expected, WithinAbs(0, 1e-12));
    CHECK_THAT(d.tensor[2][2] / expected, WithinAbs(0, 1e-12));
    for (double part : d.current) CHECK_THAT(part, WithinAbs(1 / 3.0, 1e-12));
  }
}

namespace {

/// Sites and hops at random, many of each, connected in all directions.
SiteNetwork random_network(unsigned seed, double spread) {
  std::mt19937 random(seed);
  auto const uniform = [&] { return double(random()) / 4294967296.0; };
  SiteNetwork network;
  network.cell = {{5, 0, 0}, {1, 6, 0}, {-1, 0.5, 7}};
  for (int i = 0; i < 8; ++i) {
    double const x = uniform(), y = uniform();
    network.sites.push_back(point(network.cell.to_cartesian({x, y, uniform()}), spread * uniform(),
                                  {1 + uniform(), 2 + uniform(), 4 * uniform() + 3}));
  }
  for (int h = 0; h < 24; ++h) {
    LatticeShift s;
    for (int& x : s) x = int(random() % 3) - 1;
    std::size_t const i = random() % 8;
    link(network, i, random() % 8, s, spread * (1 + uniform()), {-1, 1 + uniform(), 3 + uniform()});
  }
  return network;
}

}  // namespace

TEST_CASE("Random networks agree with the pseudo-inverse of their rate matrix") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SiteNetwork const network = random_network(seed, 0.1);
    NetworkDiffusion const d = diffusion(network, 400);
    Eigen::Matrix3d const expected = by_pseudo_inverse(network, 400);
    CHECK((matrix(d) - expected).norm() < 1e-9 * expected.norm());
    // Activation energies: the slope of the logarithm.
    double const thermal = boltzmann * 400, step = 1e-4;
    auto const at = [&](double beta) { return diffusion(network, 1 / (boltzmann * beta)); };
    double const slope =
        -(std::log(at((1 + step) / thermal).mean) - std::log(at((1 - step) / thermal).mean)) /
        (2 * step / thermal);
    CHECK_THAT(d.activation, WithinAbs(slope, 1e-7));
    double parts = 0;
    for (double part : d.current) parts += part;
    CHECK_THAT(parts, WithinAbs(1, 1e-12));
    double sum = 0;
    for (double value : d.principal) sum += value;
    CHECK_THAT(sum / 3, WithinRel(d.mean, 1e-12));
  }
}

TEST_CASE("Rates forty orders of magnitude apart do not spoil each other") {
  // Two pairs of sites rattle fast; the way on is slow. The pairs act as one site each.
  SiteNetwork network;
  network.cell = box({6, 5, 5});
  for (double x : {0.0, 0.5, 3.0, 3.5}) network.sites.push_back(point({x, 0, 0}, 0, {2, 3, 4}));
  link(network, 0, 1, {0, 0, 0}, 0.01);
  link(network, 0, 1, {0, 0, 0}, 0.02);
  link(network, 2, 3, {0, 0, 0}, 0.01);
  link(network, 1, 2, {0, 0, 0}, 2.5);
  link(network, 3, 0, {1, 0, 0}, 2.4);
  double const T = 250;
  NetworkDiffusion const d = diffusion(network, T);
  double const slow = rate(network.sites[0], network.saddles[3], T),
               other = rate(network.sites[0], network.saddles[4], T);
  double const expected = 36e-16 / (1 / (0.25 * slow) + 1 / (0.25 * other));
  CHECK(rate(network.sites[0], network.saddles[0], T) > 1e40 * slow);
  CHECK_THAT(d.tensor[0][0], WithinRel(expected, 1e-10));
  CHECK(d.tensor[1][1] == 0);
  CHECK_THAT(d.current[3] + d.current[4], WithinAbs(1, 1e-10));
  CHECK_THAT(d.activation, WithinAbs(2.5 * d.current[3] + 2.4 * d.current[4], 1e-10));
}

TEST_CASE("Three cosines diffuse along each axis as one row does") {
  Vec3 const size{4, 5, 6}, A{0.1, 0.25, 0.7};
  Waves const model = cosines(size, A, box(size), {1, 1, 1});
  SiteNetwork const network = site_network(model, energy_grid(model, {0.2, 100}));
  NetworkDiffusion const d = diffusion(network, 600);
  double const lengths[] = {4, 5, 6}, amplitudes[] = {0.1, 0.25, 0.7};
  for (std::size_t k = 0; k < 3; ++k) {
    // k = nu exp(-2A/kT), nu that of the well along the axis, since the other two do not change.
    double const L = lengths[k], curvature = amplitudes[k] * 4 * pi * pi / (L * L);
    double const hop =
        1e12 * frequency_of(curvature / mass) * std::exp(-2 * amplitudes[k] / (boltzmann * 600));
    CHECK_THAT(d.tensor[k][k], WithinRel(hop * L * L * 1e-16, 1e-7));
    CHECK_THAT(d.axis_activation[k], WithinAbs(2 * amplitudes[k], 1e-7));
  }
}

TEST_CASE("What has no rate or no way says so") {
  SiteNetwork none;
  none.cell = box({3, 3, 3});
  CHECK(diffusion(none, 300).mean == 0);
  SiteNetwork alone = none;
  alone.sites = {point({}, -2, {2, 3, 4})};
  CHECK(diffusion(alone, 300).mean == 0);
  CHECK(std::isnan(diffusion(alone, 300).activation));
  alone.sites[0].degenerate = true;
  CHECK(std::isnan(diffusion(alone, 300).mean));
  CHECK(input_error([&] { diffusion(none, 0); }).find("temperature 0 K") != std::string::npos);
  CHECK(input_error([&] { network_diffusion(none, -1, {}); }).find("mass -1 u") !=
        std::string::npos);
}
