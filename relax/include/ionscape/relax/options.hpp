// How the optimiser goes about it, whatever it relaxes.
#pragma once

namespace ionscape {

enum class Optimizer { fire, lbfgs };

char const* to_string(Optimizer optimizer);

struct RelaxOptions {
  double force_tolerance = 0.01;  // eV/Å: largest norm of the driving force on any one ion
  Optimizer optimizer = Optimizer::lbfgs;
  double max_step_length = 0.15;  // Å, for any one ion in one step
  int max_steps = 500;            // once more with FIRE where L-BFGS does not finish
  int dof_per_ion = 3;  // coordinates of one ion's vector; 2 for a model surface in the plane
};

/// Throws InputError naming the option, its value and what was expected; `whose` opens the message.
void validate(RelaxOptions const& options, char const* whose = "relax");

}  // namespace ionscape
