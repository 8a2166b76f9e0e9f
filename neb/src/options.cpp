#include <ionscape/neb/options.hpp>

#include <cmath>

#include <ionscape/core/error.hpp>

namespace ionscape {

char const* to_string(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::fire:
      return "fire";
    case Optimizer::lbfgs:
      return "lbfgs";
  }
  return "unknown";
}

void validate(NebOptions const& o) {
  auto positive = [](char const* name, double value, char const* unit) {
    if (!(value > 0) || !std::isfinite(value))
      fail_input({}, "neb: ", name, " = ", value, ", expected a positive number", unit);
  };
  positive("force_tolerance", o.force_tolerance, " (eV/Å)");
  positive("spring", o.spring, " (eV/Å^2)");
  positive("max_step_length", o.max_step_length, " (Å)");
  positive("distinct_ends", o.distinct_ends, " (Å)");
  if (o.climb) positive("climb_threshold", o.climb_threshold, " (eV/Å)");
  if (o.images < 3 || o.images > 1000)
    fail_input({}, "neb: images = ", o.images, ", expected 3 to 1000 (both ends included)");
  if (o.max_steps < 0) fail_input({}, "neb: max_steps = ", o.max_steps, ", expected 0 or more");
  if (o.dof_per_ion < 1)
    fail_input({}, "neb: dof_per_ion = ", o.dof_per_ion, ", expected at least 1");
}

}  // namespace ionscape
