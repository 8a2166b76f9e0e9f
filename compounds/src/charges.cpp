#include <ionscape/compounds/charges.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>

#include "charge_words.hpp"

namespace ionscape {

ChargeAssignment charges_per_species(Crystal const& crystal, SpeciesMap const& charges) {
  refuse_unknown_species(crystal, charges, {}, "charge");
  return spread_over_ions(crystal, charges, "given per species (" + in_words(charges) + ")");
}

ChargeAssignment charges_of_structure(Crystal const& crystal, std::filesystem::path const& file) {
  ChargeAssignment result{crystal.charges, 0, "charges in the structure file", {}};
  if (result.charges.empty()) {
    result = {read_oxidation_numbers(file),
              0,
              "oxidation numbers in the structure file",
              {formal_is_large}};
    if (result.charges.empty())
      fail_input({file},
                 "this structure file states no charges (extended XYZ can, as a column charge) and "
                 "no oxidation ",
                 "numbers (CIF can); name another source");
  }
  note_total(result);
  return result;
}

AnionCharge anion_charge(Crystal const& crystal, ChargeAssignment const& assignment,
                         std::vector<std::string> const& anions, SourceLocation const& where) {
  double sum = 0;
  int count = 0;
  AnionCharge result{0, INFINITY, -INFINITY};
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    if (!contains(anions, crystal.species[ion])) continue;
    double const charge = assignment.charges.at(ion);
    if (!std::isfinite(charge))
      fail_input(where, "no charge of ", crystal.species[ion], ion + 1, " (", assignment.source,
                 "), expected one for every ", crystal.species[ion]);
    sum += charge;
    ++count;
    result.lowest = std::min(result.lowest, charge);
    result.highest = std::max(result.highest, charge);
  }
  if (count == 0) fail_input(where, "no ions of ", joined(anions));
  result.mean = sum / count;
  if (!(result.mean < 0))
    fail_input(where, "the anions' mean charge is ", result.mean, " e (", assignment.source,
               "), expected one below 0");
  return result;
}

}  // namespace ionscape
