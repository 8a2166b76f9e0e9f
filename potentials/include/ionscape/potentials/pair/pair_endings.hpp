// How the pair terms of a structure end, and about how much of them is left out.
#pragma once

#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// How the term of two species ends.
struct PairEnding {
  std::string pair, form;                                                 // "Mg-O", "buckingham"
  double cutoff = 0;                                                      // Å
  enum class Origin { chosen, of_pair, of_set } origin = Origin::chosen;  // of the cutoff
  double wall = 0;                                                        // Å; 0: none
  enum class Dispersion { none, cut_off, lattice_sum } dispersion = Dispersion::none;
  double left_out = 0;  // eV in one structure, about what is missing to the complete sum; 0 with a
                        // tail correction
};

/// Of all terms that act in one structure.
std::vector<PairEnding> pair_endings(PotentialSet const& set, PairSums const& sums,
                                     Crystal const& crystal);

/// The sum of what all of them leave out, eV.
double left_out(PotentialSet const& set, PairSums const& sums, Crystal const& crystal);

/// Whether both species of a term are there.
bool acts_in(PairTerm const& pair, Crystal const& crystal);

/// "Mg-O"
std::string name_of(PairTerm const& pair);

/// Nothing to be summed: a Buckingham term of zeros.
bool is_nothing(PairForm const& form);

}  // namespace ionscape
