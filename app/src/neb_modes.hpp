// The two kinds of hops that `ionscape neb` knows, and the options that they share.
#pragma once

#include <ionscape/neb/options.hpp>

#include "arguments.hpp"

namespace ionscape::app {

/// One ion moves in a host that is held: between two structures, or in the framework of the maps.
int neb_in_frozen_host(Arguments const& arguments);
/// All ions move; one hop or many.
int neb_in_crystals(Arguments const& arguments);

NebOptions read_neb_options(Arguments const& arguments, int default_images);

}  // namespace ionscape::app
