#include <ionscape/potentials/pair/pair_endings.hpp>

#include <algorithm>
#include <string>

namespace ionscape {

namespace {

/// How many particles of a label a crystal has: of its ions, or of itself if it is one of particles.
double count_of(std::string const& label, Crystal const& crystal) {
  std::string species = label;
  for (char const* const part : {" core", " shell"})
    if (label.ends_with(part)) species.resize(label.size() - std::string(part).size());
  return double(std::ranges::count_if(
      crystal.species, [&](std::string const& s) { return s == label || s == species; }));
}

}  // namespace

bool acts_in(PairTerm const& pair, Crystal const& crystal) {
  return std::ranges::all_of(pair.species,
                             [&](std::string const& s) { return count_of(s, crystal) > 0; });
}

std::string name_of(PairTerm const& pair) { return pair.species[0] + "-" + pair.species[1]; }

bool is_nothing(PairForm const& form) {
  auto const* const term = std::get_if<Buckingham>(&form);
  return term && term->repulsion.A == 0 && term->C == 0;
}

std::vector<PairEnding> pair_endings(PotentialSet const& set, PairSums const& sums,
                                     Crystal const& crystal) {
  std::vector<PairEnding> endings;
  auto const count = [&](std::string const& label) { return count_of(label, crystal); };
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
