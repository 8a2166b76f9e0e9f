// Which ions of a crystal form its anion framework.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/error.hpp>

namespace ionscape {

/// Indices of the ions whose species is in `anions`, or of all ions if that is empty. Throws
/// InputError, which begins with `caller`, if there are none.
inline std::vector<std::size_t> anion_indices(Crystal const& crystal,
                                              std::vector<std::string> const& anions,
                                              char const* caller) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    if (anions.empty() || std::ranges::find(anions, crystal.species.at(i)) != anions.end())
      indices.push_back(i);
  if (indices.empty()) {
    std::string wanted;
    for (std::string const& label : anions) wanted += " " + label;
    fail_input({}, caller, ": none of the ", crystal.size(), " ions is an anion (expected:", wanted,
               ")");
  }
  return indices;
}

}  // namespace ionscape
