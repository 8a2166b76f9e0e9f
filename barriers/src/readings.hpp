// Ways to read two structures as one hop: whose ion is whose, how far each goes, what it costs.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Whose ion is whose, and where that leads.
struct Reading {
  std::vector<std::size_t> place_of;  // ion i goes to the place of ion place_of[i] of the final
  Vec3 drift;                         // Å, of the final structure
  std::vector<Vec3> ways;             // Å, less the drift, to the nearest image

  double longest() const;  // Å
  double cost() const;     // sum of (way/Å)^1.5
  /// Ions whose way is longer than 1 Å or than half of the longest, as they are numbered.
  std::vector<std::size_t> hops() const;
  double cost_of_hops() const;
};

/// Two structures of the same cell and ions. What is handed over must outlive it.
class Ends {
 public:
  Ends(Crystal const& initial, std::vector<std::string> const& final_species,
       std::vector<Vec3> const& places, bool may_drift);

  /// The order as listed. Species must be listed alike.
  Reading listed() const;
  /// The order that costs least, seen from a first guess of the drift (Å).
  Reading best(Vec3 drift) const;

  /// How much more it costs at least if ion i goes elsewhere; infinite if it cannot.
  double cost_of_another(Reading const& reading, std::size_t i) const;
  /// Distance (Å) from ion i to the nearest of its species, or to its own nearest image.
  double to_nearest(std::size_t i) const;

 private:
  struct Members {
    std::vector<std::size_t> ions, places;  // of one species: of the initial, of the final
  };

  Vec3 image(Vec3 difference) const;
  Vec3 way(std::size_t ion, std::size_t place, Vec3 drift) const;
  Eigen::MatrixXd costs_of(Members const& members, Vec3 drift) const;
  std::vector<std::size_t> assigned(Vec3 drift) const;
  Reading read(std::vector<std::size_t> place_of, Vec3 drift) const;
  void measure(Reading& reading) const;

  Crystal const& initial_;
  std::vector<Vec3> const& places_;
  Cell short_;
  bool drifts_;
  double surely_nearest_;  // Å: an image that is nearer than this is the nearest
  std::map<std::string, Members> members_;
};

}  // namespace ionscape
