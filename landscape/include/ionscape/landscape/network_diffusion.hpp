// How independent ions spread over the network of sites: exactly, by algebra.
//
// An ion on site i goes over saddle s with the rate of harmonic transition state theory (Vineyard, J.
// Phys. Chem. Solids 3, 121 (1957)), k = prod nu_i / prod' nu_s exp(-(E_s - E_i)/kT), here of three
// dimensions. The diffusion tensor then is the least value over all vectors u_i of
//
//     D = sum over hops F |d + u_j - u_i|^2,   F = p_i k_ij = p_j k_ji,
//
// d being the way of the hop and p the equilibrium occupancies (Trinkle, Philos. Mag. 96, 2714 (2016);
// as a minimum: Phys. Rev. Lett. 121, 235901 (2018)): that of a network of conductances F. Sites are
// eliminated one by one, each star of links becoming a mesh, with sums of positive numbers only, so
// that rates may differ by any number of orders of magnitude.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <ionscape/landscape/site_network.hpp>

namespace ionscape {

struct NetworkDiffusion {
  double temperature = 0;  // K
  /// cm^2/s, Cartesian, symmetric. 0 along directions in which no hops lead on below emax.
  std::array<std::array<double, 3>, 3> tensor{};
  std::array<double, 3> principal{};        // cm^2/s, descending
  std::array<Vec3, 3> axes{};               // of length 1
  std::array<double, 3> axis_activation{};  // eV, of each principal value; NaN where that is 0
  double mean = 0;                          // cm^2/s, a third of the trace
  /// eV, -d ln(mean)/d(1/kT) at this temperature: the mean energy of the saddles, each weighted with
  /// its part of the current, less that of the sites. NaN where mean is 0.
  double activation = 0;
  std::vector<double> occupancy;  // of each site; the sum is 1
  std::vector<double> current;    // of each hop: its part of the mean; the sum is 1 (0 if that is)
};

/// For ions of `mass` u, at each temperature (K). Principal values below 1e-13 of the first are 0
/// within rounding. All is NaN but temperature if a site or saddle is degenerate: it has no rate. No
/// sites: all is 0. Throws InputError for a mass or a temperature that is not above 0.
std::vector<NetworkDiffusion> network_diffusion(SiteNetwork const& network, double mass,
                                                std::span<double const> temperatures);

}  // namespace ionscape
