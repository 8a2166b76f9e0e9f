// What the formal charges and the model of ionicity know of an element.
#pragma once

#include <string>
#include <vector>

namespace ionscape {

/// Pauling's electronegativity (CRC Handbook of Chemistry and Physics, 97th ed.; Allred, J. Inorg.
/// Nucl. Chem. 17, 215 (1961)), and the common oxidation states (Greenwood, Earnshaw, Chemistry of
/// the Elements, 2nd ed.), for solids.
struct Element {
  char const* symbol;
  double electronegativity;  // 0: none
  std::vector<int> states;
};

/// Nothing (nullptr) for what is no element of the table.
Element const* properties_of(std::string const& symbol);

}  // namespace ionscape
