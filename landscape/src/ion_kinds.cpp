#include "ion_kinds.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <ionscape/core/error.hpp>

#include "ion_images.hpp"

namespace ionscape::detail {

namespace {

/// Nonmetals by falling electronegativity (Pauling's scale): an ion bonded to one that stands
/// before it is the cation of the two.
constexpr char const* nonmetals[] = {"F",  "O", "Cl", "N", "Br", "I",  "S",
                                     "Se", "C", "H",  "P", "As", "Te", "Sb"};

int rank_of(std::string const& element) {
  auto const at = std::ranges::find(nonmetals, element);
  return int(at - std::begin(nonmetals));
}
constexpr int metal = int(std::size(nonmetals));

/// Bonds reach so many times the sum of Cordero's radii: O-O is 1.5 Å in a peroxide, 2.2 Å and more
/// between oxide ions; S-S 2.1 Å in a disulfide, 2.9 Å and more between sulfide ions.
constexpr double bond_reach = 1.2;
/// Å: ions closer than this are a fault of the structure and no bond.
constexpr double least_bond = 0.5;
/// Å: C-N of a cyanide is 1.15; O-O 1.3 of a superoxide, 1.5 of a peroxide.
constexpr double cyanide_bond = 1.25, superoxide_bond = 1.4;

double radius_of(std::string const& element) {
  for (BondValenceIon const& ion : bond_valence_ions())
    if (ion.element == element) return ion.cordero_radius;
  fail_input({}, "'", element, "' is no element that the bond-valence tables know");
}

/// What an ion's bonds with nonmetals say of it.
struct Bonds {
  bool to_stronger = false;  // to a nonmetal that stands before it
  int with_like = 0;
  bool to_hydrogen = false, cyanide = false, superoxide = false;
};

class BondFinder {
 public:
  explicit BondFinder(Crystal const& crystal) : home_(reduced(crystal.cell).cell) {
    std::map<std::string, std::vector<Vec3>> positions;
    for (std::size_t i = 0; i < crystal.size(); ++i)
      positions[crystal.species[i]].push_back(crystal.positions[i]);
    for (auto const& [element, of_element] : positions)
      if (rank_of(element) < metal || element == "B" || element == "Si")
        images_.push_back({element, radius_of(element), IonImages(home_, of_element, 4)});
  }

  Bonds bonds(std::string const& element, Vec3 place) const {
    Bonds bonds;
    if (rank_of(element) == metal && element != "B" && element != "Si") return bonds;
    Vec3 const here = wrapped(home_, place);
    double const radius = radius_of(element);
    for (auto const& [partner, partner_radius, images] : images_) {
      bool const like = partner == element;
      double const reach = bond_reach * (radius + partner_radius);
      int found = 0;
      double nearest = reach;
      images.visit(here, reach, [&](Vec3, double square) {
        if (square > reach * reach || square < least_bond * least_bond) return;
        ++found;
        nearest = std::min(nearest, std::sqrt(square));
      });
      if (!found) continue;
      if (like) bonds.with_like = found;
      if (!like && rank_of(partner) < rank_of(element)) bonds.to_stronger = true;
      if (partner == "H") bonds.to_hydrogen = true;
      if (element == "C" && partner == "N" && nearest < cyanide_bond) bonds.cyanide = true;
      if (element == "O" && like && nearest < superoxide_bond) bonds.superoxide = true;
    }
    return bonds;
  }

 private:
  struct OfElement {
    std::string element;
    double radius;
    IonImages images;
  };
  Cell home_;
  std::vector<OfElement> images_;
};

/// May be an anion: has a negative state in the table.
bool may_be_anion(std::string const& element) {
  return std::ranges::any_of(bond_valence_ions(), [&](BondValenceIon const& ion) {
    return ion.element == element && ion.state < 0;
  });
}

/// Whether each bond with its like brings the state one nearer to 0: not in I3-, N3-.
bool counts_like_bonds(std::string const& element) {
  constexpr char const* others[] = {"H", "N", "F", "Cl", "Br", "I"};
  return std::ranges::find(others, element) == std::end(others);
}

/// Those of its sign in the table, as its bonds shift them.
void add_states(IonKind& kind, Bonds const& bonds) {
  double const bonded = counts_like_bonds(kind.element) ? kind.like_bonds : 0;
  double const shift = kind.cation ? -bonded : bonded;
  for (BondValenceIon const& ion : bond_valence_ions()) {
    if (ion.element != kind.element || (ion.state > 0) != kind.cation) continue;
    double const state = bonds.superoxide ? -0.5 : ion.state + shift;
    if (kind.cation ? state <= 0 : state > 0) continue;
    if (bonds.cyanide && ion.state != 2) continue;
    bool const rare = ion.use == StateUse::rare && !bonds.cyanide;
    (rare ? kind.rare : kind.common).push_back(state);
    if (ion.use == StateUse::redox) kind.redox.push_back(state);
  }
  // What its bonds leave no common state for.
  if (kind.common.empty()) std::swap(kind.common, kind.rare);
}

void add_remarks(IonKind const& kind, Bonds const& bonds, std::vector<std::string>& remarks) {
  auto const say = [&](std::string const& remark) {
    if (std::ranges::find(remarks, remark) == remarks.end()) remarks.push_back(remark);
  };
  std::string const bond = kind.element + "-" + kind.element;
  if (bonds.superoxide)
    say("O-O bonds as short as in a superoxide: O -0.5");
  else if (kind.like_bonds > 0 && counts_like_bonds(kind.element))
    say(bond + " bonds: each brings the state of " + kind.element + " nearer to 0");
  else if (kind.like_bonds > 0)
    say(bond + " bonds, which the states leave aside");
  if (kind.element == "H" && kind.cation)
    say("hydrogen is an ion of state +1: bond valences were not made for water");
}

}  // namespace

std::vector<IonKind> ion_kinds(Crystal const& crystal, bool like_bonds,
                               std::vector<std::string>& remarks) {
  BondFinder const finder(crystal);
  std::map<std::tuple<std::string, bool, int, bool, bool>, std::pair<IonKind, Bonds>> kinds;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    std::string const& element = crystal.species[i];
    radius_of(element);  // refuses what is none
    Bonds bonds = finder.bonds(element, crystal.positions[i]);
    if (!like_bonds) bonds.with_like = 0, bonds.superoxide = false;
    if (element == "C" && bonds.to_hydrogen)
      fail_input({}, "ion ", i + 1,
                 " (C) is bonded to hydrogen: bond valences do not hold in organic "
                 "matter");
    bool const cation = !may_be_anion(element) || (element != "O" && bonds.to_stronger);
    auto& [kind, of_kind] =
        kinds[{element, cation, bonds.with_like, bonds.cyanide, bonds.superoxide}];
    kind.element = element, kind.cation = cation, kind.like_bonds = bonds.with_like;
    kind.ions.push_back(i);
    of_kind = bonds;
  }
  std::vector<IonKind> list;
  for (auto& [key, of_key] : kinds) {
    auto& [kind, bonds] = of_key;
    add_states(kind, bonds);
    add_remarks(kind, bonds, remarks);
    list.push_back(std::move(kind));
  }
  if (std::ranges::all_of(list, [](IonKind const& kind) { return kind.cation; }))
    fail_input({}, "no anions among the ions, expected O, S, F, Cl or others");
  return list;
}

}  // namespace ionscape::detail
