// Paths for the tests of neb.
#pragma once

#include <vector>

#include <ionscape/neb/path.hpp>

namespace ionscape::test {

inline PathSet one_path(std::vector<std::vector<double>> const& waypoints, int n_images,
                        int surface = 0) {
  PathSet paths{n_images, static_cast<int>(waypoints[0].size()), {}, {}};
  paths.add(linear_path(waypoints, n_images), surface);
  return paths;
}

}  // namespace ionscape::test
