#include <ionscape/lattice/anions.hpp>

#include <algorithm>
#include <array>
#include <iterator>

#include <ionscape/core/io/format.hpp>

namespace ionscape {

bool is_known_anion(std::string const& species) {
  constexpr std::array known{"O", "S", "Se", "Te", "F", "Cl", "Br", "I", "N"};
  return std::ranges::find(known, species) != known.end();
}

std::vector<std::string> choose_anions(std::vector<std::string> const& species,
                                       std::vector<std::string> const& asked,
                                       SourceLocation const& where) {
  std::vector<std::string> present, chosen;
  for (std::string const& label : species)
    if (std::ranges::count(present, label) == 0) present.push_back(label);
  for (std::string const& anion : asked)
    if (std::ranges::count(present, anion) == 0)
      fail_input(where, "no ions of species ", anion, "; the structure has ", joined(present));
  if (!asked.empty()) return asked;
  std::ranges::copy_if(present, std::back_inserter(chosen), is_known_anion);
  if (chosen.empty())
    fail_input(where, "none of the known anions (O, S, Se, Te, F, Cl, Br, I, N) among ",
               joined(present), "; name them with --anions");
  return chosen;
}

}  // namespace ionscape
