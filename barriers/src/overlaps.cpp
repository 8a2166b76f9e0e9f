#include <ionscape/barriers/overlaps.hpp>

#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/ion_name.hpp>

#include "least_distances.hpp"
#include "pair_images.hpp"

namespace ionscape {

namespace {

/// Calls visit(i, j, distance) for pairs of different ions that may be closer than `reach(i, j)`, Å,
/// and some others; the reach is asked for anew each time.
template <class Reach, class Visit>
void visit_pairs(detail::PairImages const& images, std::vector<Vec3> const& positions,
                 Reach const& reach, Visit const& visit) {
  for (std::size_t i = 0; i < positions.size(); ++i)
    for (std::size_t j = i + 1; j < positions.size(); ++j) {
      Vec3 const apart = positions[j] - positions[i];
      images.visit(apart, reach(i, j), [&](Vec3 shift) { visit(i, j, norm(apart + shift)); });
    }
}

}  // namespace

detail::LeastDistances::LeastDistances(CrystalHop const& hop) {
  PairImages const images(hop.initial.cell);
  nearest_.assign(hop.size(), images.to_own());
  auto const reach = [&](std::size_t i, std::size_t j) {
    return std::max(nearest_[i], nearest_[j]);
  };
  for (Crystal const* end : {&hop.initial, &hop.final_})
    visit_pairs(images, end->positions, reach, [&](std::size_t i, std::size_t j, double distance) {
      nearest_[i] = std::min(nearest_[i], distance);
      nearest_[j] = std::min(nearest_[j], distance);
    });
}

ClosestIons closest_ions(Cell const& cell, CrystalPath const& path) {
  detail::PairImages const images(cell);
  ClosestIons closest{0, 0, 0, images.to_own()};
  for (std::size_t k = 0; k < path.size(); ++k)
    visit_pairs(
        images, path[k], [&](std::size_t, std::size_t) { return closest.distance; },
        [&](std::size_t i, std::size_t j, double distance) {
          if (distance < closest.distance) closest = {k, i, j, distance};
        });
  return closest;
}

void refuse_overlaps(CrystalHop const& hop, CrystalPath const& path) {
  detail::PairImages const images(hop.initial.cell);
  detail::LeastDistances const least(hop);
  for (std::size_t k = 0; k < path.size(); ++k)
    visit_pairs(images, path[k], least, [&](std::size_t i, std::size_t j, double distance) {
      if (distance < least(i, j))
        fail_input({}, "ions ", ion_name(hop.initial, int(i)), " and ",
                   ion_name(hop.initial, int(j)), " are ", distance, " Å apart in image ", k,
                   " of the path (0 to ", path.size() - 1, "), expected at least ", least(i, j),
                   " Å");
    });
}

}  // namespace ionscape
