#include "lead_around.hpp"

#include <cmath>

#include <ionscape/crystals/free_motion.hpp>

#include "least_distances.hpp"
#include "pair_images.hpp"

namespace ionscape::detail {

namespace {

/// A unit vector at a right angle to `way`, the same for the way back; not in a direction that
/// crystals prefer, where symmetry could hold an ion on top of a ridge.
Vec3 sideways(Vec3 way) {
  Vec3 const along = (1 / norm(way)) * way;
  Vec3 out{0.36, 0.48, 0.80};
  if (std::fabs(dot(out, along)) > 0.9) out = {0.80, -0.36, 0.48};
  out -= dot(out, along) * along;
  return (1 / norm(out)) * out;
}

/// Two ions that meet: where on the way, from 0 to 1, and by what the vector from the first to the
/// second must change there.
struct Encounter {
  std::size_t first, second;
  double share;
  Vec3 aside;  // Å
};

std::vector<Encounter> encounters(CrystalHop const& hop) {
  constexpr double head_on = 1e-3;  // Å: there is no side on which the two would pass
  LeastDistances const least(hop);
  PairImages const images(hop.initial.cell);
  std::vector<Vec3> const &initial = hop.initial.positions, &final_ = hop.final_.positions;
  std::vector<Encounter> found;
  for (std::size_t i = 0; i < hop.size(); ++i)
    for (std::size_t j = i + 1; j < hop.size(); ++j) {
      Vec3 const start = initial[j] - initial[i], end = final_[j] - final_[i], way = end - start;
      double const wanted = least(i, j), square = dot(way, way);
      if (!(square > 0)) continue;
      images.visit(0.5 * (start + end), wanted + 0.5 * std::sqrt(square), [&](Vec3 shift) {
        double const share = -dot(start + shift, way) / square;
        Vec3 const nearest = start + shift + share * way;
        double const distance = norm(nearest);
        if (!(share > 0 && share < 1 && distance < wanted)) return;
        bool const second_goes = norm(final_[j] - initial[j]) >= norm(final_[i] - initial[i]);
        Vec3 const out = distance > head_on ? (1 / distance) * nearest
                         : second_goes      ? sideways(way)
                                            : -sideways(way);
        found.push_back({i, j, share, (wanted - distance) * out});
      });
    }
  return found;
}

}  // namespace

void lead_around(CrystalHop const& hop, CrystalPath& path) {
  std::vector<Encounter> const found = encounters(hop);
  auto const way = [&](std::size_t i) {
    return norm(hop.final_.positions[i] - hop.initial.positions[i]);
  };
  FreeMotion const free(hop.initial);
  for (std::size_t k = 1; k + 1 < path.size(); ++k) {
    double const share = double(k) / double(path.size() - 1);
    std::vector<Vec3> aside(hop.size());
    for (Encounter const& e : found) {
      double const tent = share < e.share ? share / e.share : (1 - share) / (1 - e.share);
      double const first = way(e.first), second = way(e.second);
      aside[e.first] -= (tent * first / (first + second)) * e.aside;
      aside[e.second] += (tent * second / (first + second)) * e.aside;
    }
    free.project(aside);
    for (std::size_t i = 0; i < hop.size(); ++i) path[k][i] += aside[i];
  }
}

}  // namespace ionscape::detail
