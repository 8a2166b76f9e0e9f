#include "potential_option.hpp"

#include <ionscape/core/error.hpp>

namespace ionscape::app {

PotentialSet read_set_with_charges(Arguments const& arguments) {
  auto const file = arguments.path("potential");
  if (!file) throw InputError("no potential set given (--potential SET.toml)");
  PotentialSet set = read_potential_set(*file);
  if (set.charges.empty())
    fail_input({*file},
               "the set has no [charges]: it describes the insertion of one ion into a framework "
               "('ionscape neb --freeze-host' and 'ionscape sweep' use it)");
  return set;
}

}  // namespace ionscape::app
