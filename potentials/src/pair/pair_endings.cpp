#include <ionscape/potentials/pair/pair_endings.hpp>

#include <algorithm>

namespace ionscape {

bool acts_in(PairTerm const& pair, Crystal const& crystal) {
  return std::ranges::all_of(pair.species, [&](std::string const& s) {
    return std::ranges::find(crystal.species, s) != crystal.species.end();
  });
}

std::string name_of(PairTerm const& pair) { return pair.species[0] + "-" + pair.species[1]; }

bool is_nothing(PairForm const& form) {
  auto const* const term = std::get_if<Buckingham>(&form);
  return term && term->repulsion.A == 0 && term->C == 0;
}

std::vector<PairEnding> pair_endings(PotentialSet const& set, PairSums const& sums,
                                     Crystal const& crystal) {
  std::vector<PairEnding> endings;
  auto const count = [&](std::string const& s) {
    return double(std::ranges::count(crystal.species, s));
  };
  for (PairTerm const& pair : set.pairs) {
    auto const& [a, b] = pair.species;
    if (is_nothing(pair.term) || !acts_in(pair, crystal)) continue;
    PairFunction const function = set.function(a, b, sums);
    PairEnding ending{name_of(pair), pair.form, function.cutoff};
    ending.wall = pair.wall;
    if (pair.cutoff)
      ending.origin = PairEnding::Origin::of_pair;
    else if (set.cutoff)
      ending.origin = PairEnding::Origin::of_set;
    using enum PairEnding::Dispersion;
    if (dispersion_coefficient(pair.term) != 0)
      ending.dispersion = sums.dispersion_lattice_sum ? lattice_sum : cut_off;
    if (!sums.tail)
      ending.left_out = (a == b ? 1 : 2) * count(a) *
                        tail_correction(function, count(b) / crystal.cell.volume()).energy;
    endings.push_back(ending);
  }
  return endings;
}

double left_out(PotentialSet const& set, PairSums const& sums, Crystal const& crystal) {
  double sum = 0;
  for (PairEnding const& ending : pair_endings(set, sums, crystal)) sum += ending.left_out;
  return sum;
}

}  // namespace ionscape
