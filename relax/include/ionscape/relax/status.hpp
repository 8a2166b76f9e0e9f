// How a relaxation ended.
#pragma once

namespace ionscape {

enum class RelaxStatus : int {
  running,  // never in a returned result
  converged,
  step_limit,  // max_steps were not enough; the last coordinates are kept
  not_finite,  // the model gave NaN or infinity; the coordinates that did it are kept
  set_aside,   // not relaxed: whoever set it so knows why
};

char const* to_string(RelaxStatus status);

}  // namespace ionscape
