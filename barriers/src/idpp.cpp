#include <ionscape/barriers/idpp.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/core/error.hpp>

#include "pair_images.hpp"

namespace ionscape {

namespace {

/// The shortest vector on the way from `start` by `way`.
double closest_approach(Vec3 start, Vec3 way) {
  double const square = dot(way, way);
  double const t = square > 0 ? std::clamp(-dot(start, way) / square, 0.0, 1.0) : 0;
  return norm(start + t * way);
}

}  // namespace

IdppSurface::IdppSurface(CrystalHop const& hop, double cutoff) {
  if (!(cutoff > 0) || !std::isfinite(cutoff))
    fail_input({}, "idpp: cutoff ", cutoff, " Å, expected a positive number");
  if (hop.final_.size() != hop.size())
    fail_input({}, "hop from ", hop.size(), " ions to ", hop.final_.size());
  detail::PairImages const images(hop.initial.cell);
  std::vector<Vec3> const &initial = hop.initial.positions, &final_ = hop.final_.positions;
  for (std::size_t i = 0; i < hop.size(); ++i)
    for (std::size_t j = i + 1; j < hop.size(); ++j) {
      Vec3 const start = initial[j] - initial[i], end = final_[j] - final_[i], way = end - start;
      images.visit(0.5 * (start + end), cutoff + 0.5 * norm(way), [&](Vec3 shift) {
        if (closest_approach(start + shift, way) < cutoff)
          pairs_.push_back({i, j, shift, norm(start + shift), norm(end + shift)});
      });
    }
}

double IdppSurface::operator()(double share, std::span<Vec3 const> r,
                               std::span<Vec3> gradient) const {
  std::ranges::fill(gradient, Vec3{});
  double sum = 0;
  for (Pair const& pair : pairs_) {
    Vec3 const vector = r[pair.second] + pair.shift - r[pair.first];
    double const square = dot(vector, vector), length = std::sqrt(square);
    double const wanted = (1 - share) * pair.initial + share * pair.final_;
    double const lack = wanted - length, fourth = square * square;
    sum += lack * lack / fourth;
    // dS/dd = -2 (D - d)(2 D - d)/d^5
    Vec3 const push = (-2 * lack * (wanted + lack) / (fourth * square)) * vector;
    gradient[pair.second] += push;
    gradient[pair.first] -= push;
  }
  return sum;
}

}  // namespace ionscape
