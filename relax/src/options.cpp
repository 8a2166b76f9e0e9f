#include <ionscape/relax/options.hpp>

#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/relax/status.hpp>

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

char const* to_string(RelaxStatus status) {
  switch (status) {
    case RelaxStatus::running:
      return "running";
    case RelaxStatus::converged:
      return "converged";
    case RelaxStatus::step_limit:
      return "step_limit";
    case RelaxStatus::not_finite:
      return "not_finite";
    case RelaxStatus::set_aside:
      return "set_aside";
  }
  return "unknown";
}

void validate(RelaxOptions const& o, char const* whose) {
  auto const positive = [&](char const* name, double value, char const* unit) {
    if (!(value > 0) || !std::isfinite(value))
      fail_input({}, whose, ": ", name, " = ", value, ", expected a positive number (", unit, ")");
  };
  positive("force_tolerance", o.force_tolerance, "eV/Å");
  positive("max_step_length", o.max_step_length, "Å");
  if (o.max_steps < 0) fail_input({}, whose, ": max_steps = ", o.max_steps, ", expected 0 or more");
  if (o.dof_per_ion < 1)
    fail_input({}, whose, ": dof_per_ion = ", o.dof_per_ion, ", expected at least 1");
}

}  // namespace ionscape
