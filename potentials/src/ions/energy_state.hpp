// What an EnergyModel holds.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include <ionscape/potentials/ewald/direct_sum.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>
#include <ionscape/potentials/ions/neighbour_list.hpp>

#include "ions/bonded.hpp"
#include "ions/real_space.hpp"

namespace ionscape {

namespace detail {

/// One reciprocal sum that all systems need: charges, or the part of the C_ij of one eigenvalue.
template <class MemorySpace>
struct Channel {
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;
  ReciprocalKernel::Kind kind = ReciprocalKernel::coulomb;
  Kokkos::View<double*, MemorySpace> charges;      // (n_ions)
  std::unique_ptr<DirectSum<MemorySpace>> direct;  // of the systems that are summed directly
  std::vector<int> direct_systems;                 // which these are
  struct Mesh {
    int system;
    MeshSum<MemorySpace> sum;
  };
  std::vector<Mesh> meshes;
  Vectors sums;                              // (n_systems, 7): energy and strain derivatives
  std::vector<double> host_mean, strengths;  // (n_systems), host_mean of the first cells
  Kokkos::View<double*, MemorySpace> mean,
      self;  // (n_systems): potential of G = 0; own potential per unit
};

}  // namespace detail

template <class MemorySpace>
struct EnergyModel<MemorySpace>::State {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  int n_systems = 0, n_ions = 0, n_types = 0;  // ions: particles, shells are among them
  PairSums sums;
  std::vector<Particles> particles;                               // of each system
  std::vector<std::array<std::array<int, 3>, 3>> transformation;  // to its reduced cell
  std::vector<EwaldSettings> ewald;
  std::vector<detail::SystemRecord> host_systems;
  std::vector<detail::PairRecord> host_pairs;
  std::vector<int> host_types;
  std::vector<View<double>> tables;  // keeps the splines alive
  View<detail::SystemRecord> systems;
  View<detail::Tile> tiles;
  View<int> types, system_of;
  View<detail::PairRecord> pairs;
  View<double> tail_energy;      // (n_ions)
  View<double> constant_strain;  // (n_systems): dE/d(strain) on the diagonal of tails and of G = 0
  // The same on the host, and the volumes they belong to: they go with 1/volume.
  std::vector<double> host_tail_energy, host_constant_strain, first_volume;
  std::unique_ptr<NeighbourList<MemorySpace>> neighbours;
  std::vector<detail::Channel<MemorySpace>> channels;
  View<detail::SpringRecord> springs;  // empty: no springs, no angles
  View<detail::AngleRecord> angles;
  View<int> angle_begin, angle_entries;
  Numbers bonded_energy;
  Numbers energy, site_potential, ion_energy, approach, pair_energy, dispersion_energy;
  Vectors forces, terms, stress, initial, gradient;
  Numbers channel_potential, virial, tile_terms;
};

}  // namespace ionscape
