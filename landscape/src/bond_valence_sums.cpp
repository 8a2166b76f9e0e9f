#include <cmath>
#include <limits>
#include <map>

#include <ionscape/landscape/bond_valence_parameters.hpp>
#include <ionscape/landscape/oxidation_states.hpp>

#include "ion_images.hpp"

namespace ionscape {

namespace {

/// Ions of one element and state, and their images.
struct Group {
  std::string element;
  double state;
  std::vector<std::size_t> ions;
  std::vector<Vec3> positions;
};

std::vector<Group> groups_of(Crystal const& crystal, std::span<double const> states) {
  std::map<std::pair<std::string, double>, Group> groups;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    Group& group = groups[{crystal.species[i], states[i]}];
    group.element = crystal.species[i], group.state = states[i];
    group.ions.push_back(i);
    group.positions.push_back(crystal.positions[i]);
  }
  std::vector<Group> list;
  for (auto& [key, group] : groups) list.push_back(std::move(group));
  return list;
}

bool in_table(Group const& cations, Group const& anions) {
  for (BondValenceRow const& row : bond_valence_table())
    if (row.cation == cations.element && row.anion == anions.element) return true;
  return false;
}

/// Adds to the sums of `of` the valences of its bonds with `partners`.
void add_valences(Cell const& home, Group const& of, Group const& partners,
                  BondValencePair const& pair, std::vector<double>& sums) {
  detail::IonImages const images(home, partners.positions, pair.cutoff);
  for (std::size_t n = 0; n < of.ions.size(); ++n)
    images.visit(detail::wrapped(home, of.positions[n]), pair.cutoff, [&](Vec3, double square) {
      if (square > pair.cutoff * pair.cutoff) return;
      sums[of.ions[n]] += std::exp(pair.steepness * (pair.unit - std::sqrt(square)));
    });
}

}  // namespace

std::vector<double> bond_valence_sums(Crystal const& crystal, std::span<double const> states) {
  if (states.size() != crystal.size())
    fail_input({}, states.size(), " oxidation states for ", crystal.size(), " ions");
  std::vector<double> sums(crystal.size(), 0.0);
  Cell const home = reduced(crystal.cell).cell;
  auto const groups = groups_of(crystal, states);
  for (Group const& cations : groups) {
    if (!(cations.state > 0)) continue;
    for (Group const& anions : groups) {
      if (!(anions.state < 0)) continue;
      if (!in_table(cations, anions)) {
        for (Group const* group : {&cations, &anions})
          for (std::size_t i : group->ions) sums[i] = std::numeric_limits<double>::quiet_NaN();
        continue;
      }
      BondValencePair const pair =
          bond_valence_pair(cations.element, cations.state, anions.element, anions.state).pair;
      add_valences(home, cations, anions, pair, sums);
      add_valences(home, anions, cations, pair, sums);
    }
  }
  return sums;
}

double global_instability(std::span<double const> sums, std::span<double const> states) {
  double squares = 0;
  int known = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (std::isnan(sums[i]) || states[i] == 0) continue;
    squares += (sums[i] - std::fabs(states[i])) * (sums[i] - std::fabs(states[i]));
    ++known;
  }
  return known ? std::sqrt(squares / known) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace ionscape
