// Standard atomic weights.
#pragma once

#include <optional>
#include <string_view>

namespace ionscape {

/// In u, of the element whose symbol a label begins with: "O", "O core", "O2", "O_oh". Abridged
/// standard atomic weights (CIAAW, Pure Appl. Chem. 94, 573 (2022); conventional values where the
/// weight varies in nature); for elements without a standard weight the mass number of the isotope
/// that lives longest. Nothing if there is no such element.
std::optional<double> atomic_weight(std::string_view label);

}  // namespace ionscape
