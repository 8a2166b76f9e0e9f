// How a band is relaxed.
#pragma once

namespace ionscape {

enum class Optimizer { fire, lbfgs };

char const* to_string(Optimizer optimizer);

struct NebOptions {
  int images = 7;  // per band, ends included; for the callers that build the path
  double force_tolerance =
      0.01;             // eV/Å: largest norm of the band's force on any ion of any interior image
  double spring = 5.0;  // eV/Å^2
  bool kink_springs =
      true;  // springs also pull across the path where it turns sharply (see forces.hpp); without
             // them bands between held ends that are no minima fold up and run away
  bool climb = true;             // the highest image climbs, if it is higher than both ends
  double climb_threshold = 0.5;  // eV/Å: climbing starts once the largest force is below this
  Optimizer optimizer = Optimizer::lbfgs;
  double max_step_length = 0.15;  // Å, for any one ion in one step
  int max_steps =
      500;  // for the band (again with FIRE if L-BFGS does not finish it), and for relaxed ends
  bool relax_endpoints =
      false;  // minimise the two ends first; otherwise they are held where they are
  double distinct_ends =
      0.1;  // Å: ends whose ions are all closer than this count as the same minimum
  int dof_per_ion =
      3;  // coordinates that form one ion's vector; 2 for a model surface in the plane
};

/// Throws InputError naming the option, its value and what was expected.
void validate(NebOptions const& options);

}  // namespace ionscape
