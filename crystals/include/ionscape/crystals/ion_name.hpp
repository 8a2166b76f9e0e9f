// How ions are named in what people read.
#pragma once

#include <string>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// "7 (O)": counted from 1, of a core or a shell by its species.
inline std::string ion_name(Crystal const& crystal, int ion) {
  std::string const& label = crystal.species[std::size_t(ion)];
  return std::to_string(ion + 1) + " (" + label.substr(0, label.find(' ')) + ")";
}

}  // namespace ionscape
