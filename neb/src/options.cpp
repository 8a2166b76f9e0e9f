#include <ionscape/neb/options.hpp>

#include <cmath>

#include <ionscape/core/error.hpp>

namespace ionscape {

void validate(NebOptions const& o) {
  validate(static_cast<RelaxOptions const&>(o), "neb");
  auto positive = [](char const* name, double value, char const* unit) {
    if (!(value > 0) || !std::isfinite(value))
      fail_input({}, "neb: ", name, " = ", value, ", expected a positive number (", unit, ")");
  };
  positive("spring", o.spring, "eV/Å^2");
  if (!(o.softest_spring >= 0) || o.softest_spring > o.spring)
    fail_input({}, "neb: softest_spring = ", o.softest_spring,
               ", expected 0 to spring = ", o.spring, " (eV/Å^2)");
  positive("distinct_ends", o.distinct_ends, "Å");
  if (o.climb) positive("climb_threshold", o.climb_threshold, "eV/Å");
  if (o.images < 3 || o.images > 1000)
    fail_input({}, "neb: images = ", o.images, ", expected 3 to 1000 (both ends included)");
}

}  // namespace ionscape
