// ionscape compare --barriers DIR: bond-valence landscapes against published barriers.
#pragma once

#include "arguments.hpp"

namespace ionscape::app {

int compare_barriers(Arguments const& arguments);

}  // namespace ionscape::app
