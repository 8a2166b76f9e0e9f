// What a BondValenceEnergy has made of its crystal: host ions by kind, each with its term.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <ionscape/landscape/bond_valence_energy.hpp>

#include "bond_valence_terms.hpp"
#include "ion_images.hpp"

namespace ionscape {

/// Host ions of one element and state.
struct BondValenceKind {
  std::variant<detail::MorseTerm, detail::ScreenedTerm> term;
  double strength = 0;  // eV (counter-ions) or eV Å (like ions): what the term is multiplied by
  detail::Ending ending;
  detail::IonImages images;
};

/// Places are evaluated bin by bin: what is near is found once for a bin's places. Which term is
/// summed in which order depends on the bin alone, never on the list that a place stands in.
struct PlaceBins {
  PlaceBins() = default;
  explicit PlaceBins(Cell const& home);

  /// The bin of a point in the home cell, and the middle of a bin (Å).
  int bin(Cell const& home, Vec3 place) const;
  Vec3 centre(Cell const& home, int bin) const;

  int n[3] = {1, 1, 1};
  double radius = 0;  // Å, from the middle to the farthest corner
};

struct BondValenceEnergy::Host {
  Cell cell, home;  // as given; of short vectors
  double mobile_state = 0;
  std::vector<std::string> remarks;
  std::vector<BondValenceKind> kinds;
  PlaceBins bins;
};

}  // namespace ionscape
