// The tables of FrozenHost: what the kernel reads of each framework, surface and type of ion.
//
// Reciprocal space.  E = sum over half of all G of Re c(G) exp(iG.r) with c(G) = 2 w(G) conj S(G),
// force = sum G Im(...). G = (h, k, l): wave vectors with the same h and `width` neighbouring k
// form a block; its coefficients lie as [l][re, im][width], so that one vector instruction serves
// `width` values of k and l runs in the inner loop. Real space.  The cell is divided into bins;
// each bin has, for each type of ion, the list of all ions and images in thin shells around the
// bin's centre. A point at distance s from the centre reads the first shells, up to cutoff + s.
// Every term has a sum and a cutoff of its own: a soft repulsion reaches several times as far as
// what the lattice sums leave, with a third of their instructions at each neighbour. Gaussian
// charges: the Fourier sum is that of Gaussians of width 1/(sqrt(2) alpha), the same for all
// surfaces; real space has the rest, erfc(alpha r)/r - erfc(beta r)/r with beta = 1/(sqrt(2)
// sigma), nothing where alpha = beta.
#pragma once

#include <vector>

#include <ionscape/potentials/host/frozen_host.hpp>

#include "device/native.hpp"

namespace ionscape {

namespace detail::host {

// Lanes of a block or of a list: on a GPU a block is read by neighbouring threads instead of one
// vector register.
constexpr int block_width = native_width == 1 ? 32 : native_width;

/// Wave vectors of one h and block_width neighbouring k.
struct Block {
  int h, k_begin;  // k = k_begin ... k_begin + block_width - 1
  int l_begin, l_count;
  long coefficients;  // offset of [l_count][2][block_width]
};

/// What surrounds the ions of a framework. Frameworks with the same ions share it.
struct BinGrid {
  int count[3];
  int list_begin;        // the lists: list_begin + bin * n_types + type
  int n_shells;          // of each list
  double inverse_shell;  // shell of an entry: int(distance^2 * inverse_shell)
};

struct FrameworkRecord {
  Cell cell, reciprocal;
  double alpha;
  bool dispersion;
  int block_begin, block_end;
  int h_max, k_max, l_max;
  int n_types;
  BinGrid bins;
};

/// The ions of one type around one bin, in shells of growing distance.
struct ShellList {
  int begin, count;
  int shells;  // offset of its shells
};

struct TypeRecord {
  double charge_product;   // k_e e^2 in eV per reduced length
  double C;                // eV reduced length^6
  double beta;             // reduced; 0 = point charge
  bool real_coulomb;       // whether anything of the charge is left in real space
  double cutoff;           // reduced, of what the lattice sums of points leave in real space
  double gaussian_cutoff;  // reduced, of the difference between a point and a Gaussian
  int repulsion_begin, repulsion_end;
  double turnover;  // reduced
};

struct RepulsionRecord {
  BornMayer term;  // eV, per reduced length
  double cutoff;   // reduced
};

struct SurfaceRecord {
  int framework;
  int type_begin;
  double inverse_length;
  double coulomb_weight, dispersion_weight;  // eV: multiply the tables of the framework
  double mean;                               // eV, the G = 0 terms
};

}  // namespace detail::host

template <class MemorySpace>
struct FrozenHost<MemorySpace>::Tables {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  View<detail::host::FrameworkRecord> frameworks;
  View<detail::host::SurfaceRecord> surfaces;
  View<detail::host::TypeRecord> types;
  View<detail::host::RepulsionRecord> repulsions;
  View<detail::host::Block> blocks;
  View<double> coulomb, dispersion;  // coefficients c(G)
  View<detail::host::ShellList> lists;
  View<int> shells;      // where each shell of a list ends, counted from the list's begin
  View<double> x, y, z;  // entries of the lists
  int h_max = 0, k_max = 0, l_max = 0;
  std::vector<Work> work;
};

}  // namespace ionscape
