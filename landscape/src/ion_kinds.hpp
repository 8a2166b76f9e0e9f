// Which ions of a crystal have the same oxidation state, and which states these may be.
#pragma once

#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/landscape/bond_valence_parameters.hpp>

namespace ionscape::detail {

/// Ions of one element with the same place in its bonds.
struct IonKind {
  std::string element;
  std::vector<std::size_t> ions;
  bool cation = true;
  int like_bonds = 0;                // with ions of its own element
  std::vector<double> common, rare;  // states that may be (e)
  std::vector<double> redox;         // those of `common` that leave a choice of means in between
};

/// All kinds, by element and bonds; with `like_bonds`, bonds between ions of one element count.
/// Remarks are added for bonds that are said to decide a state. Throws InputError for unknown
/// elements, crystals without anions and carbon bonded to hydrogen.
std::vector<IonKind> ion_kinds(Crystal const& crystal, bool like_bonds,
                               std::vector<std::string>& remarks);

}  // namespace ionscape::detail
