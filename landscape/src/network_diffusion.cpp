#include <ionscape/landscape/network_diffusion.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/core/thermal.hpp>

#include "conductances.hpp"

namespace ionscape {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Logarithm of the product of all positive curvatures, (eV/Å^2)^n.
double log_curvature(CriticalPoint const& point) {
  double sum = 0;
  for (double c : point.curvature)
    if (c > 0) sum += std::log(c);
  return sum;
}

/// Occupancies, and what they are of.
struct Equilibrium {
  std::vector<double> occupancy;
  double log_partition = 0;  // of sum over sites exp(-E/kT)/sqrt(curvatures), energies from `zero`
  double zero = 0;           // eV, the lowest site
  double energy = 0;         // eV, the mean of the sites'
};

Equilibrium equilibrium(SiteNetwork const& network, double thermal) {
  Equilibrium out;
  out.zero = std::ranges::min(network.sites, {}, &CriticalPoint::energy).energy;
  double sum = 0;
  for (CriticalPoint const& site : network.sites) {
    out.occupancy.push_back(
        std::exp(-(site.energy - out.zero) / thermal - 0.5 * log_curvature(site)));
    sum += out.occupancy.back();
  }
  for (std::size_t i = 0; i < network.sites.size(); ++i) {
    out.occupancy[i] /= sum;
    out.energy += out.occupancy[i] * network.sites[i].energy;
  }
  out.log_partition = std::log(sum);
  return out;
}

/// From and to lattice coordinates.
Eigen::Matrix3d vectors_of(Cell const& cell) {
  Eigen::Matrix3d out;
  out << cell.a.x, cell.b.x, cell.c.x, cell.a.y, cell.b.y, cell.c.y, cell.a.z, cell.b.z, cell.c.z;
  return out;
}

/// Principal values and axes of D; activation energies from each hop's part of each.
void assign_tensor(NetworkDiffusion& out, SiteNetwork const& network, Eigen::Matrix3d const& D,
                   std::vector<Eigen::Vector3d> const& roots, double site_energy) {
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> const solver(D);
  auto const activation = [&](auto const& part) {
    double sum = 0, energy = 0;
    for (std::size_t h = 0; h < roots.size(); ++h) {
      double const p = part(roots[h]);
      sum += p;
      energy += p * (network.saddles[network.hops[h].saddle].energy - site_energy);
    }
    return sum > 0 ? energy / sum : nan;
  };
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) out.tensor[std::size_t(i)][std::size_t(j)] = D(i, j);
    Eigen::Vector3d const axis = solver.eigenvectors().col(2 - i);
    double const value = solver.eigenvalues()[2 - i];
    bool const zero = !(value > 1e-13 * solver.eigenvalues()[2]);
    out.principal[std::size_t(i)] = zero ? 0 : value;
    out.axes[std::size_t(i)] = {axis[0], axis[1], axis[2]};
    out.axis_activation[std::size_t(i)] =
        zero ? nan : activation([&](auto const& r) { return std::pow(axis.dot(r), 2); });
  }
  out.mean = D.trace() / 3;
  out.activation = activation([](auto const& r) { return r.squaredNorm(); });
  double sum = 0;
  for (auto const& r : roots) sum += r.squaredNorm();
  for (auto const& r : roots) out.current.push_back(sum > 0 ? r.squaredNorm() / sum : 0);
}

NetworkDiffusion at(SiteNetwork const& network, double mass, double temperature) {
  double const thermal = boltzmann * temperature;
  Equilibrium const sites = equilibrium(network, thermal);
  // Conductances in units of exp(-E/kT) of a saddle that ions must cross: all others then are
  // neither too large nor too small for a double.
  auto const& first = network.percolation[0];
  double const from = first.found() ? first.energy : sites.zero;
  std::vector<detail::Conductor> conductors;
  for (Hop const& hop : network.hops) {
    CriticalPoint const& saddle = network.saddles[hop.saddle];
    double const exponent = -(saddle.energy - from) / thermal - 0.5 * log_curvature(saddle);
    conductors.push_back(
        {hop.from, hop.to, hop.shift,
         hop.goes_nowhere() ? 0 : hop.share * std::exp(std::min(exponent, 650.0))});
  }
  auto const [tensor, drop] = detail::conductance(network.sites.size(), conductors);
  // Of a curvature of 1 eV/Å^2, 1/s; Å^2 in cm^2.
  double const unit = 1e12 * frequency_of(1 / mass) * 1e-16 *
                      std::exp(-(from - sites.zero) / thermal - sites.log_partition);
  Eigen::Matrix3d const A = vectors_of(network.cell);
  std::vector<Eigen::Vector3d> roots;
  for (std::size_t h = 0; h < drop.size(); ++h)
    roots.push_back(std::sqrt(conductors[h].conductance) * (A * drop[h]));
  NetworkDiffusion out;
  out.temperature = temperature;
  out.occupancy = sites.occupancy;
  assign_tensor(out, network, unit * A * tensor * A.transpose(), roots, sites.energy);
  return out;
}

/// Where there are no rates, or no sites.
NetworkDiffusion nothing(SiteNetwork const& network, double temperature, double value) {
  NetworkDiffusion out;
  out.temperature = temperature;
  for (auto& row : out.tensor) row.fill(value);
  out.principal.fill(value);
  out.axis_activation.fill(nan);
  out.mean = value;
  out.activation = nan;
  out.occupancy.assign(network.sites.size(), value);
  out.current.assign(network.hops.size(), value);
  return out;
}

}  // namespace

std::vector<NetworkDiffusion> network_diffusion(SiteNetwork const& network, double mass,
                                                std::span<double const> temperatures) {
  if (!(mass > 0)) fail_input({}, "mass ", mass, " u, expected above 0");
  auto const degenerate = [](auto const& points) {
    return std::ranges::any_of(points, &CriticalPoint::degenerate);
  };
  bool const rates = !degenerate(network.sites) && !degenerate(network.saddles);
  std::vector<NetworkDiffusion> out;
  for (double const temperature : temperatures) {
    if (!(temperature > 0)) fail_input({}, "temperature ", temperature, " K, expected above 0");
    if (network.sites.empty() || !rates)
      out.push_back(nothing(network, temperature, rates ? 0 : nan));
    else
      out.push_back(at(network, mass, temperature));
  }
  return out;
}

}  // namespace ionscape
