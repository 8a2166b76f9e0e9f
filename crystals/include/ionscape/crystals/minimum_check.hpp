// Whether a relaxed crystal lies in a minimum: the lowest curvatures of its energy at Gamma, in the
// cell that it has.
#pragma once

#include <vector>

#include <ionscape/crystals/relax_crystals.hpp>

namespace ionscape {

struct MinimumCheck {
  /// Lowest eigenvalues of the Hessian of the ions, shells following, along what is free and without
  /// translations; eV/Å^2, ascending, at most as many as asked for.
  std::vector<double> lowest;
  int negative = 0;  // directions in which the energy falls: eigenvalues below -1e-3 eV/Å^2
  /// Whether the shells are at a minimum beside the cores; if not, `lowest` is empty.
  bool shells_at_minimum = true;

  bool is_minimum() const { return shells_at_minimum && negative == 0; }
};

/// Second derivatives are analytic (second_derivatives.hpp); the matrix is dense, for some thousand
/// ions at the most. `ends`: how pair terms end, as they did in the relaxation.
MinimumCheck check_minimum(RelaxedCrystal const& relaxed, PotentialSet const& set,
                           PairSums const& ends, int most = 6);

}  // namespace ionscape
