// The network of sites: how an ion goes from one to the next, over which saddles, and in how many
// directions through the whole crystal.
//
// From each saddle two ways of steepest descent lead to sites; that is all that Morse theory knows of
// connectedness, so that minimax energies and percolation levels of the network are those of the
// continuous surface: exact, where all saddles below them were found.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/landscape/critical_points.hpp>
#include <ionscape/landscape/percolation.hpp>
#include <ionscape/lattice/symmetry.hpp>

namespace ionscape {

/// From a site in cell 0 over a saddle to a site in cell `shift` of the model.
struct Hop {
  std::size_t saddle = 0;  // in SiteNetwork::saddles
  std::size_t from = 0, to = 0;
  LatticeShift shift{};
  /// Å, continuous: the site, steepest descent backwards, the saddle at `top`, and down to the site.
  std::vector<Vec3> path;
  std::vector<double> energy;  // eV, of the path's points
  std::size_t top = 0;
  /// Of those that cross the saddle, what part goes this way. 1, but where a way of steepest descent
  /// runs along a ridge onto a lower saddle and divides there.
  double share = 1;

  bool goes_nowhere() const { return from == to && shift == LatticeShift{}; }
};

/// One hop, forwards or backwards.
struct HopStep {
  std::size_t hop;
  bool forwards;
};

/// Hops behind each other.
struct Way {
  double energy = std::numeric_limits<double>::infinity();  // eV, of the highest saddle
  std::size_t bottleneck = 0;                               // that saddle
  std::vector<HopStep> steps;
};

/// The lowest level at which hops connect a site with its own images in `dimension` independent
/// directions.
struct NetworkPercolation {
  int dimension = 0;
  double energy = std::numeric_limits<double>::infinity();  // eV; infinite: never below emax
  double lowest = std::numeric_limits<double>::infinity();  // eV, of the sites that hang together
  std::size_t bottleneck = 0;                               // the saddle that opened it
  std::vector<LatticeShift> windings;  // as in PercolationLevel, of the model's cell
  std::vector<Way> loops;              // one for each winding, from a site to its image

  bool found() const { return energy < std::numeric_limits<double>::infinity(); }
  double barrier() const { return found() ? energy - lowest : energy; }  // eV
};

struct SiteNetwork {
  Cell cell;  // the model's
  std::vector<CriticalPoint> sites, saddles;
  std::vector<Hop> hops;                             // in the order of their saddles
  std::array<NetworkPercolation, 3> percolation;     // in 1, 2, 3 dimensions
  std::array<PercolationLevel, 3> grid_percolation;  // the same on the grid, an estimate of it
  MorseRelation morse;
  bool complete = false;           // as CriticalPoints says, and all descents ended at sites
  std::vector<std::string> notes;  // what a user should know, one sentence each

  /// The way with the lowest highest saddle from one site of cell 0 to another of cell `shift`, and of
  /// these the one of fewest hops. None if there is none below emax.
  std::optional<Way> way(std::size_t from, std::size_t to, LatticeShift shift) const;
  /// To any image of it.
  std::optional<Way> way(std::size_t from, std::size_t to) const;
  /// A way's points, continuous, from site `from` in cell 0, and their energies.
  struct Path {
    std::vector<Vec3> place;     // Å
    std::vector<double> energy;  // eV
  };
  Path path(Way const& way) const;
  /// The site nearest to a place (Å), and the cell that its image there is in.
  struct Nearest {
    std::size_t site;
    LatticeShift shift;
    double distance;  // Å
  };
  Nearest nearest(Vec3 place) const;
};

/// `grid` is of this model; it finds the critical points, and its percolation stands beside the
/// network's.
SiteNetwork site_network(SiteEnergy const& model, EnergyGrid const& grid,
                         CriticalPointOptions const& options = {});

/// What the host's symmetry makes equal; multiplicities are `count`.
struct NetworkOrbits {
  Orbits sites, saddles, hops;
};
NetworkOrbits network_orbits(SiteNetwork const& network, Symmetry const& symmetry);

}  // namespace ionscape
